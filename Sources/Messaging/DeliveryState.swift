/// Where a message goes (Message Channel).
public enum Channel: String, Sendable, CaseIterable {
    /// From partners into the gateway; only what could not be translated stays here.
    case referral
    /// To the institutions' queues.
    case application
    /// Back to the partners.
    case status
}

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

/// How often and how patiently a push is repeated: exponential back-off with full jitter and a cap.
public struct RetryPolicy: Sendable, Hashable {
    /// The upper bound of the wait after the first attempt, milliseconds.
    public var base: Int64
    /// The upper bound of every wait, milliseconds: as late as that a receiver may be found to be back.
    public var cap: Int64
    public var maxAttempts: Int
    /// Milliseconds after which a message is of no use any more. Ten days outlast the longest public holidays.
    public var keep: Int64

    public init(
        base: Int64 = 2_000, cap: Int64 = 3_600_000, maxAttempts: Int = 100, keep: Int64 = 240 * 3_600_000
    ) {
        self.base = base
        self.cap = cap
        self.maxAttempts = maxAttempts
        self.keep = keep
    }

    /// How long to wait after the given attempt, or `nil` when the message should be given up.
    ///
    /// - Parameters:
    ///   - attempt: counted from 1.
    ///   - random: uniform in 0..<1. Full jitter: partners that came back are not hit by everybody at once.
    ///   - retryAfter: what the receiver asked for (RFC 9110 §10.2.3); never waited less than that, nor over the cap.
    public func wait(afterAttempt attempt: Int, random: Double, retryAfter: Duration? = nil) -> Duration? {
        guard attempt < maxAttempts else { return nil }
        let bound = attempt > 40 ? cap : min(cap, base << Int64(max(0, attempt - 1)))
        let jittered = Int64(Double(bound) * min(max(random, 0), 1))
        let asked = retryAfter.map { $0.components.seconds * 1000 } ?? 0
        return .milliseconds(min(cap, max(jittered, asked, 1)))
    }
}
