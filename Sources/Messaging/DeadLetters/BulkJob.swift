import Vocabulary

/// Many dead letters retried on one order, at a bounded rate. Stored, so that it goes on after a restart.
public struct BulkJob: Sendable {
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

    /// What is done to each dead letter.
    public enum Act: String, Sendable, CaseIterable {
        case retry, discard
    }

    public let id: String
    public var act = Act.retry
    public let filter: DeadLetterFilter
    public let reason: String
    public let actor: String
    public let role: OperatorRole
    public let queue: String?
    /// Dead letters a second.
    public let rate: Int
    public let state: State
    /// Dead letters that matched when it was made.
    public let total: Int
    public let resent: Int
    public let failedAgain: Int
    public let skipped: Int
    /// Those that ended otherwise before their turn: corrected by their sender, or dealt with by somebody else.
    public var endedOtherwise = 0
    /// The last dead letter that was dealt with.
    public let cursor: DeadLetterCursor?
    /// How often the job was taken up: who took it up before that has lost it.
    public let lockCount: Int
    public let createdAt: Instant
    public let updatedAt: Instant

    public init(
        id: String, filter: DeadLetterFilter, reason: String, actor: String, role: OperatorRole, queue: String?,
        rate: Int,
        state: State, total: Int, resent: Int, failedAgain: Int, skipped: Int, cursor: DeadLetterCursor?,
        lockCount: Int, createdAt: Instant, updatedAt: Instant
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
        self.lockCount = lockCount
        self.createdAt = createdAt
        self.updatedAt = updatedAt
    }

    public var done: Int { resent + failedAgain + skipped + endedOtherwise }
}
