import Vocabulary

/// The cases under review for prosecution (审查起诉) as procuratorates list them, beside the notices that came of them.
public protocol ReviewCaseStore: Sendable {
    /// Puts a partner's list in the place of its earlier one for that month.
    ///
    /// - Parameters:
    ///   - keys: keyed hashes of the partner's own case numbers.
    ///   - month: such as `2026-03`.
    func keepReviewCases(_ keys: Set<String>, of partner: String, month: String) async throws(StoreError)
    /// The partners that have handed in a list for the month.
    func reviewCoverage(month: String) async throws(StoreError) -> [ReviewCoverage]
}
