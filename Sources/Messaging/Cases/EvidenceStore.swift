import Vocabulary

/// Status shares on file.
public protocol EvidenceStore: Sendable {
    /// What is on file about any of these persons, the newest last.
    func evidence(of persons: [String], now: Instant) async throws(StoreError) -> [Evidence]
}
