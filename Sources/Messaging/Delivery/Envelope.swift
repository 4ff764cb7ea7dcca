import Vocabulary

/// A stored message on a channel. Whoever carries it never opens the payload.
public struct Envelope: Sendable, Hashable {
    public let id: String
    public let channel: Channel
    /// Names the application; many messages share it (Correlation Identifier).
    public let correlationID: String
    public let sender: String
    public let senderMessageID: String
    /// The queue on the application channel, the partner on the others.
    public let recipient: String
    public let payload: [UInt8]
    public let mediaType: String
    public let createdAt: Instant
    /// The most urgent clock.
    public let dueAt: Instant?
    /// Higher goes first.
    public let priority: Int
    public let keepUntil: Instant?
    /// Not delivered before then (Delayer).
    public var notBefore: Instant?
    /// The `traceparent` (W3C Trace Context) of what caused the message.
    public var traceParent: String?

    public init(
        id: String, channel: Channel, correlationID: String, sender: String, senderMessageID: String,
        recipient: String, payload: [UInt8], mediaType: String, createdAt: Instant, dueAt: Instant?, priority: Int,
        keepUntil: Instant?
    ) {
        self.id = id
        self.channel = channel
        self.correlationID = correlationID
        self.sender = sender
        self.senderMessageID = senderMessageID
        self.recipient = recipient
        self.payload = payload
        self.mediaType = mediaType
        self.createdAt = createdAt
        self.dueAt = dueAt
        self.priority = priority
        self.keepUntil = keepUntil
    }
}
