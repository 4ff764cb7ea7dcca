import StrictJSON
import Vocabulary

/// An application as the store keeps it.
public struct ApplicationRecord: Sendable {
    public let applicationNo: String
    public let referralID: String
    public let partnerID: String
    public let messageID: String?
    /// The institution that is responsible.
    public let queue: String?
    private let stored: StoredObject
    /// Which case machine runs.
    public let route: AidRoute
    /// Grows by one with every change; a change names the version it was made from.
    public let version: Int
    public var standing: ApplicationStanding
    public var handover: Handover
    /// The message that carries it to the institution that must sign it in.
    public var applicationMessageID: String?
    /// When the last step of its case happened, or another institution became responsible; nothing before.
    public var steppedAt: Instant?
    /// When its content was erased; its number, codes and times stay.
    public var erasedAt: Instant?
    /// When the message that brought it was erased.
    public var documentErasedAt: Instant?
    /// What the bulletin counts of it; nothing of a lead.
    public var facts: CaseFacts?
    /// When the gateway received it; of what was a lead, when the person applied.
    public var receivedAt: Instant

    /// - Parameter known: what the content says, where that is known without reading it.
    public init(
        applicationNo: String, referralID: String, partnerID: String, messageID: String?, queue: String?,
        content: [UInt8], known: JSONObject? = nil, route: AidRoute, version: Int, standing: ApplicationStanding,
        handover: Handover = Handover(), receivedAt: Instant
    ) {
        self.applicationNo = applicationNo
        self.referralID = referralID
        self.partnerID = partnerID
        self.messageID = messageID
        self.queue = queue
        stored = StoredObject(content, known: known)
        self.route = route
        self.version = version
        self.standing = standing
        self.handover = handover
        self.receivedAt = receivedAt
    }

    /// Canonical, JSON.
    public var content: [UInt8] { stored.bytes }

    /// The canonical application. It is read once, however often a step asks for it.
    ///
    /// - Throws: `StoreError.corrupt` where the stored bytes are no JSON object.
    public var canonical: JSONObject {
        get throws(StoreError) { try stored.object("the content of application \(applicationNo)") }
    }
}
