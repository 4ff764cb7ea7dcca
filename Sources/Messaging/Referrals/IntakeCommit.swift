import Vocabulary

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
    public let outcome: Outcome
    /// Nothing in it could be used: the whole message is a dead letter and its id stays free.
    public let isInvalid: Bool
    /// What the sender is answered, JSON: the receipt, or the problem of an invalid message. Empty where `receipt` is
    /// written within the transaction, since records are follow-ups.
    public let answer: [UInt8]
    public let records: [IntakeRecord]
    public let supersedes: SupersededDeadLetter?
    /// Why the whole message is a dead letter, and what translation found: JSON array.
    public var cause: DeadLetterCause?
    public var findings: [UInt8]?
    /// What is written into the audit trail where this message corrects a dead letter; its subject is filled in then.
    public var correction: AuditAct?
    /// The receipt of a message that could be used.
    public var receipt: (any UnsettledReceipt)?
    public var terms = CallTerms()
    /// SHA-256 of the uploads that its records refer to.
    public var uploads: [String] = []
    /// The bytes bring a status share, usable or not, and end with it.
    public var shareUntil: Instant?
    /// The `traceparent` (W3C Trace Context) that its messages carry on.
    public var traceParent: String?
    /// What is decided with the store's knowledge; without it nothing is found again, linked or parked.
    public var work: (any FollowUpHandling)?

    public init(
        referralID: String, partnerID: String, messageID: String?, digest: String, rawBytes: [UInt8],
        mediaType: String, encoding: String?, receivedAt: Instant, mappingID: String?, mappingVersion: Int?,
        mappingDigest: String?, outcome: Outcome, isInvalid: Bool, answer: [UInt8], records: [IntakeRecord],
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
