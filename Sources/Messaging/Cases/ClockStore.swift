import Vocabulary

/// The time limits that run.
public protocol ClockStore: Sendable {
    /// Running clocks, the most urgent first.
    func clocks(_ filter: ClockFilter, after cursor: ClockCursor?, limit: Int) async throws(StoreError) -> [ClockRecord]
    func clocks(of applicationNo: String) async throws(StoreError) -> [ClockRecord]
    /// Claims what came due or near: whatever is returned was returned to nobody before, for this due date.
    func markDueClocks(now: Instant, limit: Int) async throws(StoreError) -> [ClockAlarm]
}
