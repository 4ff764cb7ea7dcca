/// A clock that is over, or that runs past its end.
public struct ClockOutcome: Sendable, Hashable {
    public let applicationNo: String
    public let clock: RunningClock

    public init(applicationNo: String, clock: RunningClock) {
        self.applicationNo = applicationNo
        self.clock = clock
    }
}

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

/// How time limits came out.
public protocol ClockOutcomeStore: Sendable {
    /// Clocks that were due in `[start, end)`, in that order: those that are over, or those that still run. Paused ones
    /// are neither: their end is not known.
    func clocksDue(
        from start: Instant, to end: Instant, running: Bool, after cursor: ClockOutcomeCursor?, limit: Int
    ) async throws(StoreError) -> [ClockOutcome]
}
