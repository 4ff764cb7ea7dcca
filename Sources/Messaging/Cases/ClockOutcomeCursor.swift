import Vocabulary

/// Where a page of clock outcomes ended.
public struct ClockOutcomeCursor: Sendable, Hashable {
    public let dueAt: Instant
    public let applicationNo: String
    public let id: String

    public init(_ outcome: ClockOutcome) {
        dueAt = outcome.clock.dueAt
        applicationNo = outcome.applicationNo
        id = outcome.clock.id
    }
}
