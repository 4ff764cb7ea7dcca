import Vocabulary

/// The life of a message on its channel as a pure value. Messages of the channel `referral` begin dead: what arrived well
/// needs no message.
///
///     queued ──lease──▶ leased ──deliver──▶ delivered ◀──supersede── dead
///      ▲ ▲ │              │ │                                        ▲ │ │
///      │ │ └────deliver───│─│──▶ delivered (read from a feed)        │ │ │
///      │ └release, return─┘ └────────────giveUp──────────────────────┘ │ │
///      └──────────────────────────────requeue──────────────────────────┘ └─discard──▶ discarded
///     queued and leased ──discard──▶ discarded; queued ──giveUp──▶ dead
public enum DeliveryMachine {
    /// An event that the state does not allow.
    public struct Refusal: Error, Sendable, Hashable {
        public let state: DeliveryState
        public let event: DeliveryEvent
    }

    /// A message that begins to exist on its channel.
    public static func beginning(at now: Instant, notBefore: Instant? = nil) -> DeliveryState {
        .queued(attempt: 0, readyAt: notBefore ?? now)
    }

    public static func transition(
        from state: DeliveryState, on event: DeliveryEvent
    ) throws(Refusal) -> DeliveryState {
        switch (state, event) {
        case (.queued(let attempt, let readyAt), .lease(let now, let ends)) where readyAt <= now:
            return .leased(attempt: attempt + 1, ends: ends)
        // Whoever held it is gone: its attempt counts as failed.
        case (.leased(let attempt, let ended), .lease(let now, let ends)) where ended <= now:
            return .leased(attempt: attempt + 1, ends: ends)
        case (.leased(let attempt, _), .extend(let until)): return .leased(attempt: attempt, ends: until)
        case (.leased(let attempt, _), .release(let notBefore, _)): return .queued(attempt: attempt, readyAt: notBefore)
        // Its number is given out again, which nobody has seen.
        case (.leased(let attempt, _), .returnUnseen(let now)):
            return .queued(attempt: max(0, attempt - 1), readyAt: now)
        case (.queued(let attempt, let readyAt), .hasten(let now)):
            return .queued(attempt: attempt, readyAt: min(readyAt, now))
        case (.queued, .deliver(let now)), (.leased, .deliver(let now)): return .delivered(at: now)
        case (.queued(let attempt, _), .giveUp(_, let now)), (.leased(let attempt, _), .giveUp(_, let now)):
            return .dead(attempt: attempt, since: now)
        case (.dead, .requeue(let now)): return .queued(attempt: 0, readyAt: now)
        case (.dead, .supersede(let now)): return .delivered(at: now)
        case (.queued, .discard(let now)), (.leased, .discard(let now)), (.dead, .discard(let now)):
            return .discarded(at: now)
        case (.queued, _), (.leased, _), (.delivered, _), (.dead, _), (.discarded, _):
            throw Refusal(state: state, event: event)
        }
    }
}
