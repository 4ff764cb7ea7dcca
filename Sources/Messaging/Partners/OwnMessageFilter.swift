import Vocabulary

/// Which of a partner's messages are meant.
public struct OwnMessageFilter: Sendable {
    public let partnerID: String
    /// The sender's own; those that were kept as invalid are found by it as well.
    public var messageID: String?
    /// Received from then on.
    public var since: Instant?
    /// Received before.
    public var until: Instant?

    public init(partnerID: String) { self.partnerID = partnerID }
}
