import Vocabulary

public struct StoreStatistics: Sendable {
    public struct Queue: Sendable {
        public let name: String
        public let depth: Int
        public let oldest: Instant?

        public init(name: String, depth: Int, oldest: Instant?) {
            self.name = name
            self.depth = depth
            self.oldest = oldest
        }
    }

    public let queues: [Queue]
    public let statusBacklog: Int
    public let deadLetters: [DeadLetterReason: Int]

    public init(queues: [Queue], statusBacklog: Int, deadLetters: [DeadLetterReason: Int]) {
        self.queues = queues
        self.statusBacklog = statusBacklog
        self.deadLetters = deadLetters
    }
}
