import Vocabulary

/// A clock on file with its application's institution.
public struct ClockRecord: Sendable, Hashable {
    public let applicationNo: String
    /// The institution that is responsible.
    public let institution: String?
    public let clock: RunningClock
    public let soonRaisedAt: Instant?
    public let overdueRaisedAt: Instant?

    public init(
        applicationNo: String, institution: String?, clock: RunningClock, soonRaisedAt: Instant?,
        overdueRaisedAt: Instant?
    ) {
        self.applicationNo = applicationNo
        self.institution = institution
        self.clock = clock
        self.soonRaisedAt = soonRaisedAt
        self.overdueRaisedAt = overdueRaisedAt
    }
}
