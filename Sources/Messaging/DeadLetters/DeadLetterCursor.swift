import StrictJSON
import Vocabulary

/// A place in the list of dead letters, which is in the order of age.
public struct DeadLetterCursor: Sendable, Hashable, Comparable {
    public let since: Instant
    public let id: String

    public init(since: Instant, id: String) {
        self.since = since
        self.id = id
    }

    public static func < (one: Self, other: Self) -> Bool { (one.since, one.id) < (other.since, other.id) }

    /// As callers get it and give it back.
    public var text: String { "\(since.milliseconds).\(id)" }

    public init?(text: String) {
        let parts = text.split(separator: ".", maxSplits: 1)
        guard parts.count == 2, let milliseconds = Int64(parts[0]) else { return nil }
        self.init(since: Instant(milliseconds: milliseconds), id: String(parts[1]))
    }
}
