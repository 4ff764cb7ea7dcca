import Vocabulary

/// Status shares on file.
public protocol EvidenceStore: Sendable {
    /// What is on file about any of these persons, the newest last.
    func evidence(of persons: [String], now: Instant) async throws(StoreError) -> [Evidence]
    /// Erases what is past its retention.
    ///
    /// - Returns: how many shares.
    func eraseEvidence(now: Instant, limit: Int) async throws(StoreError) -> Int
}
