import Vocabulary

/// What is kept for a time, and what was erased.
public protocol RetentionStore: Sendable {
    /// Looks at the next records and changes nothing.
    ///
    /// - Parameter name: the one to go on after.
    func dueRecords(
        of part: RetentionPart, by rule: RetentionRule, after name: String?, limit: Int, now: Instant
    ) async throws(StoreError) -> RetentionStep
    /// Erases those of the next records that are due, in one transaction, with what proves it and a row in the audit trail.
    ///
    /// - Parameter act: by whom; its subject and detail are filled in.
    func eraseRecords(
        of part: RetentionPart, by rule: RetentionRule, after name: String?, limit: Int, _ act: AuditAct
    ) async throws(StoreError) -> RetentionStep
    /// Oldest first.
    func erasures(after seq: Int, limit: Int) async throws(StoreError) -> [Erasure]
    /// The names and digests of what an erasure took, in the order of names.
    func erasedRecords(of seq: Int) async throws(StoreError) -> [(name: String, digest: String)]
    /// Gives pages that nothing stands on any more back to the file system.
    ///
    /// - Returns: how many, at most `pages`.
    func freeSpace(pages: Int) async throws(StoreError) -> Int
    /// Empties the log of changes, so that nothing that was erased stands in it, as far as readers allow.
    func clearLog() async throws(StoreError)
}
