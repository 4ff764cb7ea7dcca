import Vocabulary

/// A status on its way to a partner, or told.
public struct ToldStatus: Sendable {
    public let envelope: Envelope
    /// In the partner's own format; nothing where it was erased, or is damaged.
    public let body: [UInt8]?
    public let state: DeliveryState.Name
    /// Since it was last put into the queue.
    public let attempts: Int
    /// Why the last attempt failed.
    public let problem: String?
    public let finishedAt: Instant?
    public let erasedAt: Instant?

    public init(
        envelope: Envelope, body: [UInt8]?, state: DeliveryState.Name, attempts: Int, problem: String?,
        finishedAt: Instant?,
        erasedAt: Instant?
    ) {
        self.envelope = envelope
        self.body = body
        self.state = state
        self.attempts = attempts
        self.problem = problem
        self.finishedAt = finishedAt
        self.erasedAt = erasedAt
    }
}
