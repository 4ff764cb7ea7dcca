import Vocabulary

/// Bulk jobs, kept with what they work on.
public protocol JobStore: Sendable {
    func addJob(_ job: BulkJob, _ act: AuditAct) async throws(StoreError)
    func job(_ id: String) async throws(StoreError) -> BulkJob?
    /// The newest first.
    func jobs(before id: String?, limit: Int) async throws(StoreError) -> [BulkJob]
    /// Takes the job from whoever works on it as well: what that has under way is refused from here on.
    ///
    /// - Returns: whether the job allowed that step.
    func changeJob(_ id: String, to state: BulkJob.State, _ act: AuditAct?, now: Instant) async throws(StoreError)
        -> Bool
    /// Takes a running job that no node works on.
    func lockJob(now: Instant, until: Instant) async throws(StoreError) -> BulkJob?
    /// Moves the cursor past dead letters that were dealt with, counts those that were left as they are, and keeps the claim.
    ///
    /// - Returns: the job as it is now; nothing where it was taken away since.
    func advanceJob(
        _ job: BulkJob, to cursor: DeadLetterCursor?, skipped: Int, now: Instant, until: Instant
    ) async throws(StoreError) -> BulkJob?
}
