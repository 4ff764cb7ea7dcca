/// Why a message cannot go on without a person.
public enum DeadLetterReason: String, Sendable, CaseIterable {
    /// Does not parse, validate or translate.
    case invalid
    /// No rule, or several, gave a queue.
    case unroutable
    /// An institution's leases failed too often.
    case exhausted
    /// Pushes failed too often or were refused for good.
    case undeliverable
    /// Past its keep-by time.
    case expired
}
