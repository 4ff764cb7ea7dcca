import Vocabulary

public struct StoreStatistics: Sendable {
    public let statusBacklog: Int
    public let deadLetters: [DeadLetterReason: Int]

    public init(statusBacklog: Int, deadLetters: [DeadLetterReason: Int]) {
        self.statusBacklog = statusBacklog
        self.deadLetters = deadLetters
    }
}
