import Vocabulary

/// Where a page of clocks ended.
public struct ClockCursor: Sendable, Hashable {
    public let dueAt: Instant
    public let applicationNo: String
    public let id: String

    public init(dueAt: Instant, applicationNo: String, id: String) {
        self.dueAt = dueAt
        self.applicationNo = applicationNo
        self.id = id
    }
}
