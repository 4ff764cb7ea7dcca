/// Keeps the counts of the drift watch.
public protocol DriftStore: Sendable {
    /// Adds tallies to what is there.
    ///
    /// - Returns: what they brought for the first time.
    func add(_ tallies: [DriftTally]) async throws(StoreError) -> [DriftNews]

    /// The week of one partner or of all, held against the weeks from `since` on.
    func drift(partner: String?, week: String, since: String) async throws(StoreError) -> [DriftReport]
}
