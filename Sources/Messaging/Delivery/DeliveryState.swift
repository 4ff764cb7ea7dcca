import Vocabulary

/// Where a message stands on its channel; `DeliveryMachine` says how it moves.
public enum DeliveryState: Sendable, Hashable {
    /// May be leased from `readyAt` on.
    case queued(attempt: Int, readyAt: Instant)
    /// In somebody's hands until `ends`.
    case leased(attempt: Int, ends: Instant)
    case delivered(at: Instant)
    /// Waits for a person.
    case dead(attempt: Int, since: Instant)
    /// Nobody needs it any more.
    case discarded(at: Instant)

    /// The name in the store.
    public enum Name: String, Sendable, CaseIterable {
        case queued
        case leased = "claimed"
        case delivered, dead, discarded
    }

    public var name: Name {
        switch self {
        case .queued: .queued
        case .leased: .leased
        case .delivered: .delivered
        case .dead: .dead
        case .discarded: .discarded
        }
    }
}

/// What a person may do about a dead letter.
public enum Remedy: String, Sendable, CaseIterable {
    case retry, editAndResend, chooseQueue, discard
}
