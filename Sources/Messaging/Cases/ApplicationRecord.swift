import Vocabulary

public struct ApplicationRecord: Sendable {
    public let applicationNo: String
    public let referralID: String
    public let partnerID: String
    public let messageID: String?
    public let queue: String?
    public let content: [UInt8]
    public let caseState: String?
    public let route: String?
    /// Grows by one with every change; a change names the version it was made from.
    public let version: Int
    /// The referral machine's state.
    public var referralState = "received"
    /// The message that carries it to the institution that must sign it in.
    public var applicationMessageID: String?
    public var handover = Handover()
    /// When the gateway received it.
    public var receivedAt = Instant(milliseconds: 0)

    public init(
        applicationNo: String, referralID: String, partnerID: String, messageID: String?, queue: String?,
        content: [UInt8], caseState: String?, route: String?, version: Int
    ) {
        self.applicationNo = applicationNo
        self.referralID = referralID
        self.partnerID = partnerID
        self.messageID = messageID
        self.queue = queue
        self.content = content
        self.caseState = caseState
        self.route = route
        self.version = version
    }
}
