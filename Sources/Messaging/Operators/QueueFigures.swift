import Vocabulary

/// How a queue stands.
public struct QueueFigures: Sendable, Hashable {
    public let queue: String
    /// Waiting or leased, of whatever kind.
    public let depth: Int
    /// Those of them that tell of an application the institution has already: papers, withdrawals, hand-overs.
    public let notices: Int
    /// When the oldest of them came.
    public let oldest: Instant?
    /// The most urgent clock among them.
    public let mostUrgent: Instant?
    public let deadLetters: Int

    /// Applications, or leads, that the institution is to sign in or to fetch.
    public var fresh: Int { depth - notices }

    public init(queue: String, depth: Int, notices: Int = 0, oldest: Instant?, mostUrgent: Instant?, deadLetters: Int) {
        self.queue = queue
        self.depth = depth
        self.notices = notices
        self.oldest = oldest
        self.mostUrgent = mostUrgent
        self.deadLetters = deadLetters
    }
}
