import StrictJSON
import Vocabulary

/// A message about an application: a supplement, a withdrawal, a case event, a transfer, a status share. It may come
/// before its application; then it waits (Resequencer).
public struct FollowUp: Sendable {
    public enum Kind: String, Sendable, CaseIterable {
        case supplement, cancel, caseEvent, transfer
        /// Evidence about a person: kept, and laid beside that person's open applications. It waits for nothing.
        case statusShare
    }

    public let id: String
    public let kind: Kind
    public let partnerID: String
    private let stored: StoredObject
    /// How it names its application, the most telling first.
    public let names: [CaseName]
    public let receivedAt: Instant
    /// Waited for until then.
    public let keepUntil: Instant
    /// A case event that is a second statutory notice: its sender may speak of the application by it as by the first.
    public var isNotice = false
    /// Whether its name is that of a second notice, and not of what made the application. The store finds that out.
    public var isAboutSecondNotice = false

    /// - Parameter content: canonical, JSON.
    public init(
        id: String, kind: Kind, partnerID: String, content: StoredObject, names: [CaseName], receivedAt: Instant,
        keepUntil: Instant
    ) {
        self.id = id
        self.kind = kind
        self.partnerID = partnerID
        stored = content
        self.names = names
        self.receivedAt = receivedAt
        self.keepUntil = keepUntil
    }

    public var content: [UInt8] { stored.bytes }

    /// What it says.
    ///
    /// - Throws: `StoreError.corrupt` where the bytes are no JSON object.
    public var message: JSONObject { get throws(StoreError) { try stored.object("the content of follow-up \(id)") } }

    /// The same about one application alone.
    public func about(_ applicationNo: String) -> FollowUp {
        var followUp = FollowUp(
            id: id, kind: kind, partnerID: partnerID, content: stored, names: [.applicationNo(applicationNo)],
            receivedAt: receivedAt, keepUntil: keepUntil)
        followUp.isNotice = isNotice
        return followUp
    }
}
