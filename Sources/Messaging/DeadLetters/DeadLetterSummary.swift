import StrictJSON
import Vocabulary

public struct DeadLetterSummary: Sendable {
    public let id: String
    public let reason: DeadLetterReason
    public let cause: DeadLetterCause
    public let channel: Channel
    public let partnerID: String
    public let queue: String?
    public let senderMessageID: String?
    public let correlationID: String
    public let since: Instant
    public let attempts: Int
    public let problem: String?
    /// When the document that came in was erased: it held a status share, whose time was over.
    public var documentErasedAt: Instant?

    public init(
        id: String, cause: DeadLetterCause, channel: Channel, partnerID: String, queue: String?,
        senderMessageID: String?, correlationID: String, since: Instant, attempts: Int, problem: String?
    ) {
        self.id = id
        reason = cause.reason
        self.cause = cause
        self.channel = channel
        self.partnerID = partnerID
        self.queue = queue
        self.senderMessageID = senderMessageID
        self.correlationID = correlationID
        self.since = since
        self.attempts = attempts
        self.problem = problem
    }

    /// Whether all that a person could mend is gone.
    public var isBeyondMending: Bool { reason == .invalid && documentErasedAt != nil }

    /// Every act ends this stay in the dead-letter queue, and a message that comes back comes at another time.
    public var version: DeadLetterVersion { DeadLetterVersion(since: since) }
    public var cursor: DeadLetterCursor { DeadLetterCursor(since: since, id: id) }
}
