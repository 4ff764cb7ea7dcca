import Vocabulary

public struct ReferralRecord: Sendable {
    public let id: String
    public let partnerID: String
    public let messageID: String?
    public let outcome: Outcome
    public let receivedAt: Instant
    public let answer: [UInt8]
    public var applicationNos: [String]

    public init(
        id: String, partnerID: String, messageID: String?, outcome: Outcome, receivedAt: Instant, answer: [UInt8],
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
