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
