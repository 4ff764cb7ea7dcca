import Vocabulary

/// Where a page of waiting messages ended.
public struct FollowUpCursor: Sendable, Hashable {
    public let keepUntil: Instant
    public let id: String

    public init(keepUntil: Instant, id: String) {
        self.keepUntil = keepUntil
        self.id = id
    }

    public init(after record: FollowUpRecord) { self.init(keepUntil: record.keepUntil, id: record.id) }

    /// `1767225600000.01JG…`, as addresses carry it.
    public init?(text: String) {
        let parts = text.split(separator: ".", maxSplits: 1)
        guard parts.count == 2, let milliseconds = Int64(parts[0]) else { return nil }
        self.init(keepUntil: Instant(milliseconds: milliseconds), id: String(parts[1]))
    }

    public var text: String { "\(keepUntil.milliseconds).\(id)" }
}
