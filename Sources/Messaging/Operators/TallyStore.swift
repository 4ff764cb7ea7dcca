import Vocabulary

/// What the bulletin counts, counted as it happened: the cost is that of the rows that differ, not of the month's size.
public protocol TallyStore: Sendable {
    /// The applications of a month such as `2026-03`; leads are none.
    func caseTallies(month: String) async throws(StoreError) -> [CaseTally]
    /// The limits that were due in `[start, end)`, whole days in China's time, with those that run past their end by now.
    func clockTallies(from start: Instant, to end: Instant, now: Instant) async throws(StoreError) -> [ClockTally]
    /// The messages received in `[start, end)`, whole days in China's time.
    func messageTallies(from start: Instant, to end: Instant) async throws(StoreError) -> [Outcome: Int]
}
