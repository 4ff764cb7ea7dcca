import StrictJSON
import Vocabulary

/// What happened to a message, when, by whom (Message History).
public struct HistoryEntry: Sendable, Hashable {
    public let at: Instant
    public let event: HistoryEvent
    public let actor: String
    public let detail: String?

    public init(at: Instant, event: HistoryEvent, actor: String, detail: String?) {
        self.at = at
        self.event = event
        self.actor = actor
        self.detail = detail
    }
}
