import Vocabulary

/// How a lease may be settled.
public enum LeaseSettlement: Sendable, Hashable {
    case acknowledge
    /// The same, with what the receiver answered.
    case confirm(answer: String)
    /// Back into the queue; the attempt counts.
    case release(notBefore: Instant, reason: String?)
    /// Nobody was told of it: back into the queue at once, as if it had not been leased.
    case returnUnseen
    case extend(until: Instant)
    /// Given up: a person must look. The reason is for that person and decides nothing.
    case giveUp(DeadLetterCause, reason: String)
}
