import Vocabulary

/// What happens to a message on its channel.
public enum DeliveryEvent: Sendable, Hashable {
    case lease(now: Instant, ends: Instant)
    /// Whoever holds it keeps it longer.
    case extend(until: Instant)
    /// Back into the queue; the attempt counts.
    case release(notBefore: Instant, at: Instant)
    /// Back into the queue at once, as if it had not been leased: whoever asked for it had hung up before the answer.
    case returnUnseen(at: Instant)
    /// Its wait ends: the receiver is back.
    case hasten(at: Instant)
    /// Acknowledged, confirmed by its receiver, or read from its feed.
    case deliver(at: Instant)
    /// It cannot go on without a person.
    case giveUp(DeadLetterCause, at: Instant)
    /// A person sends it on from where it failed.
    case requeue(at: Instant)
    /// Its document was sent again, by an operator or by its sender, or it has found what it waited for.
    case supersede(at: Instant)
    case discard(at: Instant)
}
