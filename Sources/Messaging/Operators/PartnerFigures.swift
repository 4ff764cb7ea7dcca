import Vocabulary

/// How a partner stands.
public struct PartnerFigures: Sendable, Hashable {
    public let partnerID: String
    public let lastSeen: Instant?
    /// Messages since the moment asked for, by outcome.
    public let outcomes: [Outcome: Int]
    /// Statuses not yet confirmed by it.
    public let backlog: Int
    public let oldestBacklog: Instant?
    public let deadLetters: Int

    public init(
        partnerID: String, lastSeen: Instant?, outcomes: [Outcome: Int], backlog: Int, oldestBacklog: Instant?,
        deadLetters: Int
    ) {
        self.partnerID = partnerID
        self.lastSeen = lastSeen
        self.outcomes = outcomes
        self.backlog = backlog
        self.oldestBacklog = oldestBacklog
        self.deadLetters = deadLetters
    }

    public var messages: Int { outcomes.values.reduce(0, +) }
    /// The share of messages that could not be used; nothing where there were none.
    public var errorRate: Double? { messages == 0 ? nil : Double(outcomes[.invalid] ?? 0) / Double(messages) }
}
