import StrictJSON
import Vocabulary

/// What happened to a message, when, by whom (Message History).
public struct HistoryEntry: Sendable, Hashable {
    public let at: Instant
    /// When it happened, where that was told apart from `at`, when it was reported.
    public let occurredAt: Instant?
    public let event: HistoryEvent
    public let actor: String
    public let detail: String?

    public init(
        at: Instant, occurredAt: Instant? = nil, event: HistoryEvent, actor: String, detail: String?
    ) {
        self.at = at
        self.occurredAt = occurredAt
        self.event = event
        self.actor = actor
        self.detail = detail
    }
}
