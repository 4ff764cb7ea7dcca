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

    /// `actor` as the reader of the answer that is being made may see it: without the officer whom an institution names.
    public var shownActor: String {
        guard Sight.isMasked, let slash = actor.firstIndex(of: "/") else { return actor }
        return "\(actor[...slash])\(Sensitive(actor))"
    }
}
