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

/// A clock's end is near, or past. Raised once for each due date.
public struct ClockAlarm: Sendable, Hashable {
    public enum Kind: String, Sendable, CaseIterable { case dueSoon, overdue }

    public let kind: Kind
    public let clock: ClockRecord

    public init(kind: Kind, clock: ClockRecord) {
        self.kind = kind
        self.clock = clock
    }
}

public struct ClockFilter: Sendable {
    public var dueBefore: Instant?
    public var dueAfter: Instant?
    /// Only those whose end was near by then.
    public var nearBy: Instant?
    public var institution: String?
    /// Such as CLK-05; its further clocks, such as CLK-05#2, are meant too.
    public var kind: String?

    public init(dueBefore: Instant? = nil, dueAfter: Instant? = nil, institution: String? = nil) {
        self.dueBefore = dueBefore
        self.dueAfter = dueAfter
        self.institution = institution
    }
}

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

/// The time limits that run.
public protocol ClockStore: Sendable {
    /// Running clocks, the most urgent first.
    func clocks(_ filter: ClockFilter, after cursor: ClockCursor?, limit: Int) async throws(StoreError) -> [ClockRecord]
    func clocks(of applicationNo: String) async throws(StoreError) -> [ClockRecord]
    /// Claims what came due or near: whatever is returned was returned to nobody before, for this due date.
    func raiseClocks(now: Instant, limit: Int) async throws(StoreError) -> [ClockAlarm]
}
