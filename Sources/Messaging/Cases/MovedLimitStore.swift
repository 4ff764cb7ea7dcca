import Vocabulary

/// Reckoning clocks anew once a calendar or rules come into force, and the limits that moved by it.
public protocol MovedLimitStore: Sendable {
    /// Clocks that are not over are to be reckoned by these rules, unless they are already.
    ///
    /// - Parameter rules: the set's digest.
    func beginReckoning(by rules: String, at now: Instant) async throws(StoreError)
    /// The next applications whose clocks are to be reckoned by these rules, in order; nothing where all are, or where the
    /// store's clocks go by other rules by now, as while several nodes are renewed.
    func applicationsToReckon(by rules: String, limit: Int) async throws(StoreError) -> [String]
    /// Those through this application are done.
    ///
    /// - Parameter through: nothing where no application is left: clocks that began by the former rules while they were being
    ///   replaced are looked for until `settle` is over.
    func reckoned(by rules: String, through: String?, settle: Duration, at now: Instant) async throws(StoreError)
    /// The newest first.
    func movedLimits(
        of institution: String?, before id: Int64?, limit: Int
    ) async throws(StoreError) -> [MovedLimit]
    /// How many moved since then, and when the first of them did.
    func countMovedLimits(since: Instant) async throws(StoreError) -> (count: Int, first: Instant?)
}
