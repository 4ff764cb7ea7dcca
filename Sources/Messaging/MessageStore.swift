/// Why the store did not do what it was asked. Nothing was changed then.
public enum StoreError: Error, Sendable, Hashable {
    /// Too much is waiting to be written; try again.
    case busy
    case diskFull
    /// Damaged, or no store of this gateway's.
    case corrupt(String)
    case closed
    /// What the database said, without values.
    case failed(String)

    /// A stable word for logs and answers.
    public var code: String {
        switch self {
        case .busy: "busy"
        case .diskFull: "diskFull"
        case .corrupt: "corrupt"
        case .closed: "closed"
        case .failed: "failed"
        }
    }
}

/// A stored message on a channel. Whoever carries it never opens the payload.
public struct Envelope: Sendable, Hashable {
    public let id: String
    public let channel: Channel
    /// Names the application; many messages share it (Correlation Identifier).
    public let correlationID: String
    public let sender: String
    public let senderMessageID: String
    /// The queue on the application channel, the partner on the others.
    public let recipient: String
    public let payload: [UInt8]
    public let mediaType: String
    public let createdAt: Instant
    /// The most urgent clock.
    public let dueAt: Instant?
    /// Higher goes first.
    public let priority: Int
    public let keepUntil: Instant?

    public init(
        id: String, channel: Channel, correlationID: String, sender: String, senderMessageID: String,
        recipient: String, payload: [UInt8], mediaType: String, createdAt: Instant, dueAt: Instant?, priority: Int,
        keepUntil: Instant?
    ) {
        self.id = id
        self.channel = channel
        self.correlationID = correlationID
        self.sender = sender
        self.senderMessageID = senderMessageID
        self.recipient = recipient
        self.payload = payload
        self.mediaType = mediaType
        self.createdAt = createdAt
        self.dueAt = dueAt
        self.priority = priority
        self.keepUntil = keepUntil
    }
}

/// One record of a message, as the store keeps it.
public struct IntakeRecord: Sendable {
    public let id: String
    public let outcome: String
    public let applicationNo: String?
    /// The institution's queue, where routing found one.
    public let queue: String?
    public let priority: Int
    public let dueAt: Instant?
    /// The canonical application, JSON.
    public let content: [UInt8]?
    public let caseState: String?
    /// By application or by notification: which case machine runs.
    public let road: String?
    /// JSON array.
    public let findings: [UInt8]
    public let deadLetter: DeadLetterReason?
    public let detail: String?

    public init(
        id: String, outcome: String, applicationNo: String?, queue: String?, priority: Int, dueAt: Instant?,
        content: [UInt8]?, caseState: String?, road: String?, findings: [UInt8], deadLetter: DeadLetterReason?,
        detail: String?
    ) {
        self.id = id
        self.outcome = outcome
        self.applicationNo = applicationNo
        self.queue = queue
        self.priority = priority
        self.dueAt = dueAt
        self.content = content
        self.caseState = caseState
        self.road = road
        self.findings = findings
        self.deadLetter = deadLetter
        self.detail = detail
    }
}

/// The dead letter that a new attempt takes the place of.
public struct SupersededDeadLetter: Sendable {
    public let id: String
    public let actor: String
    public let reason: String
    public let edited: Bool

    public init(id: String, actor: String, reason: String, edited: Bool) {
        self.id = id
        self.actor = actor
        self.reason = reason
        self.edited = edited
    }
}

/// Everything that one message leaves in the store, in one transaction.
public struct IntakeCommit: Sendable {
    public let referralID: String
    public let partnerID: String
    /// The sender's own id; a message that cannot be read has none.
    public let messageID: String?
    /// SM3 of the bytes, hexadecimal.
    public let digest: String
    public let rawBytes: [UInt8]
    public let mediaType: String
    public let encoding: String?
    public let receivedAt: Instant
    public let mappingID: String?
    public let mappingVersion: Int?
    public let mappingDigest: String?
    public let outcome: String
    /// Nothing in it could be used: the whole message is a dead letter and its id stays free.
    public let isInvalid: Bool
    /// What the sender is answered, JSON: the receipt, or the problem of an invalid message.
    public let answer: [UInt8]
    public let records: [IntakeRecord]
    public let supersedes: SupersededDeadLetter?

    public init(
        referralID: String, partnerID: String, messageID: String?, digest: String, rawBytes: [UInt8],
        mediaType: String, encoding: String?, receivedAt: Instant, mappingID: String?, mappingVersion: Int?,
        mappingDigest: String?, outcome: String, isInvalid: Bool, answer: [UInt8], records: [IntakeRecord],
        supersedes: SupersededDeadLetter?
    ) {
        self.referralID = referralID
        self.partnerID = partnerID
        self.messageID = messageID
        self.digest = digest
        self.rawBytes = rawBytes
        self.mediaType = mediaType
        self.encoding = encoding
        self.receivedAt = receivedAt
        self.mappingID = mappingID
        self.mappingVersion = mappingVersion
        self.mappingDigest = mappingDigest
        self.outcome = outcome
        self.isInvalid = isInvalid
        self.answer = answer
        self.records = records
        self.supersedes = supersedes
    }
}

/// What became of a message that was handed to the store (Idempotent Receiver).
public enum Acceptance: Sendable, Hashable {
    case stored
    /// The same id and bytes were stored before: the first answer.
    case replayed(referralID: String, answer: [UInt8])
    /// The same id was used for other bytes.
    case conflict(referralID: String)
    /// The dead letter that this was to take the place of is no longer there.
    case superseded
}

public struct ReferralRecord: Sendable {
    public let id: String
    public let partnerID: String
    public let messageID: String?
    public let outcome: String
    public let receivedAt: Instant
    public let answer: [UInt8]
    public let applicationNos: [String]

    public init(
        id: String, partnerID: String, messageID: String?, outcome: String, receivedAt: Instant, answer: [UInt8],
        applicationNos: [String]
    ) {
        self.id = id
        self.partnerID = partnerID
        self.messageID = messageID
        self.outcome = outcome
        self.receivedAt = receivedAt
        self.answer = answer
        self.applicationNos = applicationNos
    }
}

public struct ApplicationRecord: Sendable {
    public let applicationNo: String
    public let referralID: String
    public let partnerID: String
    public let messageID: String?
    public let queue: String?
    public let content: [UInt8]
    public let caseState: String?
    public let road: String?
    /// Grows by one with every change; a change names the version it was made from.
    public let version: Int

    public init(
        applicationNo: String, referralID: String, partnerID: String, messageID: String?, queue: String?,
        content: [UInt8], caseState: String?, road: String?, version: Int
    ) {
        self.applicationNo = applicationNo
        self.referralID = referralID
        self.partnerID = partnerID
        self.messageID = messageID
        self.queue = queue
        self.content = content
        self.caseState = caseState
        self.road = road
        self.version = version
    }
}

/// One canonical status as it was told.
public struct StatusRecord: Sendable {
    public let id: String
    public let applicationNo: String
    public let code: String
    public let content: [UInt8]
    public let at: Instant

    public init(id: String, applicationNo: String, code: String, content: [UInt8], at: Instant) {
        self.id = id
        self.applicationNo = applicationNo
        self.code = code
        self.content = content
        self.at = at
    }
}

/// A step of a case, with what it tells, in one transaction.
public struct CaseChange: Sendable {
    public let applicationNo: String
    public let expectedVersion: Int
    public let caseState: String?
    public let status: StatusRecord?
    /// The status as the sender will read it.
    public let envelope: Envelope?
    public let actor: String
    public let event: String
    /// The lease that ends with this step.
    public let leaseID: String?
    public let at: Instant

    public init(
        applicationNo: String, expectedVersion: Int, caseState: String?, status: StatusRecord?, envelope: Envelope?,
        actor: String, event: String, leaseID: String?, at: Instant
    ) {
        self.applicationNo = applicationNo
        self.expectedVersion = expectedVersion
        self.caseState = caseState
        self.status = status
        self.envelope = envelope
        self.actor = actor
        self.event = event
        self.leaseID = leaseID
        self.at = at
    }
}

public enum CaseChangeResult: Sendable, Hashable { case changed, stale, leaseEnded }

/// A message in somebody's hands for a time.
public struct Lease: Sendable {
    public let id: String
    public let envelope: Envelope
    /// Counted from 1.
    public let attempt: Int
    public let ends: Instant

    public init(id: String, envelope: Envelope, attempt: Int, ends: Instant) {
        self.id = id
        self.envelope = envelope
        self.attempt = attempt
        self.ends = ends
    }
}

/// How a lease may be settled.
public enum LeaseSettlement: Sendable, Hashable {
    case acknowledge
    /// Back into the queue; the attempt counts.
    case release(notBefore: Instant, reason: String?)
    case extend(until: Instant)
    /// Given up: a person must look.
    case giveUp(DeadLetterReason, reason: String)
}

public struct DeadLetterFilter: Sendable {
    public var reason: DeadLetterReason?
    public var partnerID: String?
    public var queue: String?
    public var channel: Channel?

    public init(
        reason: DeadLetterReason? = nil, partnerID: String? = nil, queue: String? = nil, channel: Channel? = nil
    ) {
        self.reason = reason
        self.partnerID = partnerID
        self.queue = queue
        self.channel = channel
    }
}

public struct DeadLetterSummary: Sendable {
    public let id: String
    public let reason: DeadLetterReason
    public let channel: Channel
    public let partnerID: String
    public let queue: String?
    public let senderMessageID: String?
    public let correlationID: String
    public let since: Instant
    public let attempts: Int
    public let problem: String?

    public init(
        id: String, reason: DeadLetterReason, channel: Channel, partnerID: String, queue: String?,
        senderMessageID: String?, correlationID: String, since: Instant, attempts: Int, problem: String?
    ) {
        self.id = id
        self.reason = reason
        self.channel = channel
        self.partnerID = partnerID
        self.queue = queue
        self.senderMessageID = senderMessageID
        self.correlationID = correlationID
        self.since = since
        self.attempts = attempts
        self.problem = problem
    }
}

public struct DeadLetterDetail: Sendable {
    public let summary: DeadLetterSummary
    /// The original bytes: the referral as it came, or the status as it would have left.
    public let payload: [UInt8]
    public let mediaType: String
    public let digest: String?
    /// JSON array.
    public let findings: [UInt8]?
    public let history: [HistoryEntry]

    public init(
        summary: DeadLetterSummary, payload: [UInt8], mediaType: String, digest: String?, findings: [UInt8]?,
        history: [HistoryEntry]
    ) {
        self.summary = summary
        self.payload = payload
        self.mediaType = mediaType
        self.digest = digest
        self.findings = findings
        self.history = history
    }
}

/// What happened to a message, when, by whom (Message History).
public struct HistoryEntry: Sendable, Hashable {
    public let at: Instant
    public let event: String
    public let actor: String
    public let detail: String?

    public init(at: Instant, event: String, actor: String, detail: String?) {
        self.at = at
        self.event = event
        self.actor = actor
        self.detail = detail
    }
}

public struct StoreStatistics: Sendable {
    public struct Queue: Sendable {
        public let name: String
        public let depth: Int
        public let oldest: Instant?

        public init(name: String, depth: Int, oldest: Instant?) {
            self.name = name
            self.depth = depth
            self.oldest = oldest
        }
    }

    public let queues: [Queue]
    public let statusBacklog: Int
    public let deadLetters: [DeadLetterReason: Int]

    public init(queues: [Queue], statusBacklog: Int, deadLetters: [DeadLetterReason: Int]) {
        self.queues = queues
        self.statusBacklog = statusBacklog
        self.deadLetters = deadLetters
    }
}

/// The hallway (Message Store): every method is one transaction, and returns after it is durable.
public protocol MessageStore: Sendable {
    /// Stores a message with all that was made of it, unless it was stored before.
    func accept(_ commit: IntakeCommit) async throws(StoreError) -> Acceptance

    func referral(id: String) async throws(StoreError) -> ReferralRecord?
    func referral(partner: String, messageID: String) async throws(StoreError) -> ReferralRecord?
    func application(_ applicationNo: String) async throws(StoreError) -> ApplicationRecord?
    /// Oldest first.
    func statusHistory(_ applicationNo: String) async throws(StoreError) -> [StatusRecord]
    func changeCase(_ change: CaseChange) async throws(StoreError) -> CaseChangeResult

    /// Leases from a queue, the most urgent clock first. What was leased `maxAttempts` times in vain becomes a dead
    /// letter `exhausted`.
    func lease(
        queue: String, max: Int, now: Instant, ends: Instant, maxAttempts: Int
    ) async throws(StoreError) -> [Lease]

    /// Claims what is due on the status channel: per application only the oldest undelivered message.
    func claimStatuses(max: Int, now: Instant, ends: Instant) async throws(StoreError) -> [Lease]

    /// A lease that has not ended.
    func lease(id: String, now: Instant) async throws(StoreError) -> Lease?

    /// - Returns: whether the lease was still there to settle.
    func settle(
        leaseID: String, _ settlement: LeaseSettlement, actor: String, now: Instant
    ) async throws(StoreError) -> Bool

    /// When the next status is due, claimed ones by the end of their lease.
    func nextStatusDue() async throws(StoreError) -> Instant?

    /// Oldest first, after the cursor, which is a dead letter's id.
    func deadLetters(
        _ filter: DeadLetterFilter, after cursor: String?, limit: Int
    ) async throws(StoreError) -> [DeadLetterSummary]
    func deadLetter(_ id: String) async throws(StoreError) -> DeadLetterDetail?

    /// Queues a dead letter again, for `queue` where a person chose one.
    ///
    /// - Returns: whether it was still dead.
    func requeue(
        _ id: String, queue: String?, actor: String, reason: String, now: Instant
    ) async throws(StoreError) -> Bool
    func discard(_ id: String, actor: String, reason: String, now: Instant) async throws(StoreError) -> Bool

    func statistics() async throws(StoreError) -> StoreStatistics
    /// Really writes, and waits until it is durable.
    func ping(now: Instant) async throws(StoreError)

    /// Rings after every commit that queued something on the channel.
    func onQueued(_ channel: Channel, _ ring: @escaping @Sendable () -> Void)
}
