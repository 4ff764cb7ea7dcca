import Vocabulary

/// Dead letters that are alike in all that a list is filtered by.
public struct DeadLetterGroup: Sendable, Hashable {
    public let partnerID: String
    public let cause: DeadLetterCause
    public let channel: Channel
    /// The institution whose queue is concerned.
    public let queue: String?
    public let count: Int

    public init(partnerID: String, cause: DeadLetterCause, channel: Channel, queue: String?, count: Int) {
        self.partnerID = partnerID
        self.cause = cause
        self.channel = channel
        self.queue = queue
        self.count = count
    }
}
