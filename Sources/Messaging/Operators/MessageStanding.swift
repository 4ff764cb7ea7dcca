import Vocabulary

/// A message on a channel, as a trace shows it.
public struct MessageStanding: Sendable, Hashable {
    public let id: String
    public let channel: Channel
    public let correlationID: String
    public let recipient: String?
    public let state: DeliveryState.Name
    public let attempt: Int
    public let createdAt: Instant
    /// When it may be tried again, or the lease ends.
    public let readyAt: Instant?
    public let finishedAt: Instant?
    public let deadSince: Instant?
    public let cause: DeadLetterCause?
    public let problem: String?

    public init(
        id: String, channel: Channel, correlationID: String, recipient: String?, state: DeliveryState.Name,
        attempt: Int,
        createdAt: Instant, readyAt: Instant?, finishedAt: Instant?, deadSince: Instant?, cause: DeadLetterCause?,
        problem: String?
    ) {
        self.id = id
        self.channel = channel
        self.correlationID = correlationID
        self.recipient = recipient
        self.state = state
        self.attempt = attempt
        self.createdAt = createdAt
        self.readyAt = readyAt
        self.finishedAt = finishedAt
        self.deadSince = deadSince
        self.cause = cause
        self.problem = problem
    }
}
