import Vocabulary

/// What of one sender waits for its referral.
public struct ParkedFigures: Sendable, Hashable {
    public let partnerID: String
    public let count: Int
    /// When the one that waits longest came.
    public let oldest: Instant

    public init(partnerID: String, count: Int, oldest: Instant) {
        self.partnerID = partnerID
        self.count = count
        self.oldest = oldest
    }
}
