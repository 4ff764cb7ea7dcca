/// Which records of a document were stored now; the others were stored when the message first came.
public struct KeptRecords: Sendable {
    /// By their place.
    public let taken: Set<Int>
    /// What the sender was answered about the others, JSON.
    public let earlierAnswer: [UInt8]

    public init(taken: Set<Int>, earlierAnswer: [UInt8]) {
        self.taken = taken
        self.earlierAnswer = earlierAnswer
    }
}
