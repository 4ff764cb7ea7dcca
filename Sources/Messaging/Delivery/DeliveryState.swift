import Vocabulary

/// What a person may do about a dead letter.
public enum Remedy: String, Sendable, CaseIterable {
    case retry, editAndResend, chooseQueue, discard
}

/// The life of a message on its channel.
///
///     queued ──claim──▶ claimed ──deliver──▶ delivered
///        ▲                 │ │
///        └──fail, retry────┘ └──fail, give up──▶ dead ──requeue──▶ queued
///                                                 └────discard──▶ discarded
public enum DeliveryState: Sendable, Hashable {
    case queued(attempt: Int, notBefore: Instant)
    case claimed(attempt: Int, leaseEnds: Instant)
    case delivered(at: Instant)
    case dead(DeadLetterReason, attempt: Int)
    case discarded(at: Instant)

    /// The name in the store.
    public enum Name: String, Sendable, CaseIterable {
        case queued, claimed, delivered, dead, discarded
    }

    public var name: Name {
        switch self {
        case .queued: .queued
        case .claimed: .claimed
        case .delivered: .delivered
        case .dead: .dead
        case .discarded: .discarded
        }
    }

    /// What happens to a message.
    public enum Event: Sendable, Hashable {
        case claim(now: Instant, leaseEnds: Instant)
        case deliver(at: Instant)
        case fail(retryAt: Instant)
        case giveUp(DeadLetterReason)
        case requeue(at: Instant)
        case discard(at: Instant)
    }

    /// A step that this state does not allow.
    public struct IllegalTransition: Error, Sendable, Hashable {
        public let state: DeliveryState
        public let event: Event
    }

    public mutating func apply(_ event: Event) throws(IllegalTransition) {
        switch (self, event) {
        case (.queued(let attempt, let notBefore), .claim(let now, let leaseEnds)) where notBefore <= now:
            self = .claimed(attempt: attempt + 1, leaseEnds: leaseEnds)
        case (.claimed(let attempt, let ended), .claim(let now, let leaseEnds)) where ended <= now:
            // Whoever held it is gone: its attempt counts as failed.
            self = .claimed(attempt: attempt + 1, leaseEnds: leaseEnds)
        case (.claimed, .deliver(let at)): self = .delivered(at: at)
        case (.claimed(let attempt, _), .fail(let retryAt)): self = .queued(attempt: attempt, notBefore: retryAt)
        case (.claimed(let attempt, _), .giveUp(let reason)), (.queued(let attempt, _), .giveUp(let reason)):
            self = .dead(reason, attempt: attempt)
        case (.dead, .requeue(let at)): self = .queued(attempt: 0, notBefore: at)
        case (.dead, .discard(let at)): self = .discarded(at: at)
        case (.queued, _), (.claimed, _), (.delivered, _), (.dead, _), (.discarded, _):
            throw IllegalTransition(state: self, event: event)
        }
    }
}
