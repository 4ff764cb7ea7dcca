import Vocabulary

/// Applications and what happens to them.
public protocol CaseStore: MessageStore {
    /// The newest applications of the last twelve months that share a key.
    ///
    /// - Throws: `StoreError`; one that cannot be read is left out, `gateway check` names it.
    func applications(
        sharing keys: [String], near instant: Instant, atMost count: Int
    ) async throws(StoreError) -> [ApplicationRecord]
    /// Applications whose hand-over nobody answered in time.
    func overdueHandovers(now: Instant, limit: Int) async throws(StoreError) -> [ApplicationRecord]
}
