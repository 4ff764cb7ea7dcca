import Vocabulary

/// Applications and what happens to them.
public protocol CaseStore: MessageStore {
    /// Applications whose hand-over nobody answered in time.
    func overdueHandovers(now: Instant, limit: Int) async throws(StoreError) -> [ApplicationRecord]
}
