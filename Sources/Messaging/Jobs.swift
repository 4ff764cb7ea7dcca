/// Which bulk job an act is a step of. It counts only while whoever takes the step holds the job.
public struct JobStep: Sendable, Hashable {
    public let jobID: String
    public let claim: Int

    public init(_ job: DeskJob) {
        jobID = job.id
        claim = job.claim
    }
}

/// Many letters retried on one order, at a bounded rate. Stored, so that it goes on after a restart.
public struct DeskJob: Sendable {
    public enum State: String, Sendable, CaseIterable {
        case running, paused, stopped, finished

        /// Finished and stopped jobs stay so.
        public func allows(_ next: State) -> Bool {
            switch (self, next) {
            case (.running, .paused), (.running, .stopped), (.running, .finished), (.paused, .running),
                (.paused, .stopped):
                true
            case (.running, .running), (.paused, .paused), (.paused, .finished), (.stopped, _), (.finished, _): false
            }
        }
    }

    public let id: String
    public let filter: DeadLetterFilter
    public let reason: String
    public let actor: String
    public let role: String
    public let queue: String?
    /// Letters a second.
    public let rate: Int
    public let state: State
    /// Letters that matched when it was made.
    public let total: Int
    public let resent: Int
    public let failedAgain: Int
    public let skipped: Int
    /// The last letter that was dealt with.
    public let cursor: DeadLetterCursor?
    /// How often the job was taken up: who took it up before that has lost it.
    public let claim: Int
    public let createdAt: Instant
    public let updatedAt: Instant

    public init(
        id: String, filter: DeadLetterFilter, reason: String, actor: String, role: String, queue: String?, rate: Int,
        state: State, total: Int, resent: Int, failedAgain: Int, skipped: Int, cursor: DeadLetterCursor?,
        claim: Int, createdAt: Instant, updatedAt: Instant
    ) {
        self.id = id
        self.filter = filter
        self.reason = reason
        self.actor = actor
        self.role = role
        self.queue = queue
        self.rate = rate
        self.state = state
        self.total = total
        self.resent = resent
        self.failedAgain = failedAgain
        self.skipped = skipped
        self.cursor = cursor
        self.claim = claim
        self.createdAt = createdAt
        self.updatedAt = updatedAt
    }

    public var done: Int { resent + failedAgain + skipped }
}

/// Bulk jobs, kept with what they work on.
public protocol JobStore: Sendable {
    func addJob(_ job: DeskJob, _ act: AuditAct) async throws(StoreError)
    func job(_ id: String) async throws(StoreError) -> DeskJob?
    /// The newest first.
    func jobs(before id: String?, limit: Int) async throws(StoreError) -> [DeskJob]
    /// Takes the job from whoever works on it as well: what that has under way is refused from here on.
    ///
    /// - Returns: whether the job allowed that step.
    func changeJob(_ id: String, to state: DeskJob.State, _ act: AuditAct?, now: Instant) async throws(StoreError)
        -> Bool
    /// Takes a running job that no node works on.
    func claimJob(now: Instant, until: Instant) async throws(StoreError) -> DeskJob?
    /// Moves the cursor past letters that were dealt with, counts those that were left as they are, and keeps the claim.
    ///
    /// - Returns: the job as it is now; nothing where it was taken away since.
    func advanceJob(
        _ job: DeskJob, to cursor: DeadLetterCursor?, skipped: Int, now: Instant, until: Instant
    ) async throws(StoreError) -> DeskJob?
}
