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
    /// The referral machine's state.
    public var referralState = "received"
    /// The message that carries it to the institution that must sign it in.
    public var carrier: String?
    public var handover = Handover()
    /// When the gateway received it.
    public var receivedAt = Instant(milliseconds: 0)

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
