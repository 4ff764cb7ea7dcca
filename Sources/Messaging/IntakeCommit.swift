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
    /// JSON array, of a dead letter; empty where there is none, since the answer holds them all.
    public let findings: [UInt8]
    public let deadLetter: DeadLetterReason?
    public let detail: String?
    /// The referral machine's state.
    public var referralState = "received"
    /// By what the application is found again.
    public var keys: [String] = []
    /// Those of them that name the person: only the same person's applications are related.
    public var personKeys: [String] = []
    /// What is told at once: that a lead was registered.
    public var status: StatusRecord?
    public var envelope: Envelope?
    /// The record is about another one's application and makes none of its own.
    public var followUp: FollowUp?
    /// What a status share shows about a person.
    public var evidence: Evidence?
    public var clocks: [RunningClock] = []
    /// Where it came to an institution that is not the competent one: that one is asked to take it.
    public var handover: Handover?

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
    /// The stay in the tray that the operator has seen; `nil` for whichever it is.
    public let version: LetterVersion?
    public let edited: Bool
    /// Who does it and why.
    public let act: AuditAct

    public init(id: String, version: LetterVersion?, edited: Bool, act: AuditAct) {
        self.id = id
        self.version = version
        self.edited = edited
        self.act = act
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
    public var terms = CallTerms()
    /// The `traceparent` (W3C Trace Context) that its messages carry on.
    public var traceParent: String?
    /// What is decided with the store's knowledge; without it nothing is found again, linked or parked.
    public var work: (any CaseWork)?

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
    /// Stored, with an answer that depended on what the store held.
    case resolved(IntakeAnswer)
    /// The same id and bytes were stored before: the first answer.
    case replayed(referralID: String, answer: [UInt8])
    /// The same id was used for other bytes.
    case conflict(referralID: String)
    /// The dead letter that this was to take the place of is no longer there.
    case superseded
}
