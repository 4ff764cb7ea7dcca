import Vocabulary

/// A follow-up that waits or waited, as operators see it.
public struct FollowUpRecord: Sendable {
    public enum State: String, Sendable, CaseIterable { case parked, attached, quarantined }

    public let id: String
    public let referralID: String
    public let partnerID: String
    public let kind: FollowUp.Kind
    public let state: State
    /// How it names the application that it belongs to.
    public let names: [CaseName]
    public let receivedAt: Instant
    public let keepUntil: Instant
    public var applicationNos: [String]
    /// Where the message stands that it became when it had waited in vain.
    public var deadLetter: DeliveryState.Name?

    public init(
        id: String, referralID: String, partnerID: String, kind: FollowUp.Kind, state: State, names: [CaseName],
        receivedAt: Instant, keepUntil: Instant, applicationNos: [String]
    ) {
        self.id = id
        self.referralID = referralID
        self.partnerID = partnerID
        self.kind = kind
        self.state = state
        self.names = names
        self.receivedAt = receivedAt
        self.keepUntil = keepUntil
        self.applicationNos = applicationNos
    }
}
