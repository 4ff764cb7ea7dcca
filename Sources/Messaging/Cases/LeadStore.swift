import Vocabulary

/// Leads, which are counted apart from applications.
public protocol LeadStore: Sendable {
    /// The oldest first, after a number.
    func leads(_ filter: LeadFilter, after applicationNo: String?, limit: Int) async throws(StoreError)
        -> [ApplicationRecord]
    /// Leads received in a time, by what has become of them.
    func leadFigures(from start: Instant, to end: Instant) async throws(StoreError) -> [LeadState: Int]
}
