import Vocabulary

/// How a lease may be settled.
public enum LeaseSettlement: Sendable, Hashable {
    case acknowledge
    /// The same, with what the receiver answered.
    case confirm(answer: String)
    /// Back into the queue; the attempt counts.
    case release(notBefore: Instant, reason: String?)
    case extend(until: Instant)
    /// Given up: a person must look.
    case giveUp(DeadLetterReason, reason: String)
}
