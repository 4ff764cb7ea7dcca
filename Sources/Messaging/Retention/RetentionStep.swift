import Vocabulary

/// What was found among some records of a part, in the order of their names.
public struct RetentionStep: Sendable, Hashable {
    /// Past their period and finished: erased, or to be erased.
    public var due = 0
    /// Past their period by the time of receipt, and kept since something about them is not finished.
    public var held = 0
    /// Bytes of content of those that are due.
    public var bytes = 0
    /// When the period of the oldest of those that are due began.
    public var oldest: Instant?
    /// Rows that cannot be read, by name; they stop none of the others.
    public var unreadable: [String] = []
    /// Where to go on; nothing at the end.
    public var next: String?

    public init() {}

    /// Both together; it goes on where the other one does.
    public func joined(with other: RetentionStep) -> RetentionStep {
        var sum = other
        sum.due += due
        sum.held += held
        sum.bytes += bytes
        sum.oldest = [oldest, other.oldest].compactMap(\.self).min()
        sum.unreadable = unreadable + other.unreadable
        return sum
    }
}
