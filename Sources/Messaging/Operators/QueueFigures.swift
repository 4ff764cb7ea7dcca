import Vocabulary

/// How a queue stands.
public struct QueueFigures: Sendable, Hashable {
    public let queue: String
    /// Waiting or leased.
    public let depth: Int
    /// When the oldest of them came.
    public let oldest: Instant?
    /// The most urgent clock among them.
    public let mostUrgent: Instant?
    public let deadLetters: Int

    public init(queue: String, depth: Int, oldest: Instant?, mostUrgent: Instant?, deadLetters: Int) {
        self.queue = queue
        self.depth = depth
        self.oldest = oldest
        self.mostUrgent = mostUrgent
        self.deadLetters = deadLetters
    }
}
