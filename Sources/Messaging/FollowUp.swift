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
    /// Canonical, JSON.
    public let content: [UInt8]
    /// How it names its application, the most telling first.
    public let names: [CaseName]
    /// Where given, only applications of this person are meant.
    public let person: [CaseName]
    public let receivedAt: Instant
    /// Waited for until then.
    public let keepUntil: Instant

    public init(
        id: String, kind: Kind, partnerID: String, content: [UInt8], names: [CaseName], person: [CaseName],
        receivedAt: Instant, keepUntil: Instant
    ) {
        self.id = id
        self.kind = kind
        self.partnerID = partnerID
        self.content = content
        self.names = names
        self.person = person
        self.receivedAt = receivedAt
        self.keepUntil = keepUntil
    }
}

/// A way to find an application again.
public enum CaseName: Sendable, Hashable {
    case applicationNo(String)
    /// A message's number in the gateway; all applications made from it are meant.
    case referral(String)
    /// The sender's own message; all applications made from it are meant.
    case message(partner: String, id: String)
    /// A keyed hash of a person, a case number or a sender's reference: personal data never stand in an index.
    case key(String)

    /// The name in the store.
    public var text: String {
        switch self {
        case .applicationNo(let number): "a:\(number)"
        case .referral(let id): "r:\(id)"
        case .message(let partner, let id): "m:\(partner):\(id)"
        case .key(let hash): "k:\(hash)"
        }
    }

    public init?(text: String) {
        let value = String(text.dropFirst(2))
        switch text.prefix(2) {
        case "a:": self = .applicationNo(value)
        case "r:": self = .referral(value)
        case "k:": self = .key(value)
        case "m:":
            let parts = value.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2 else { return nil }
            self = .message(partner: String(parts[0]), id: String(parts[1]))
        default: return nil
        }
    }
}

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
    public let applicationNos: [String]

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

/// Two applications that concern the same person or the same matter. Nothing is merged.
public struct Relation: Sendable, Hashable {
    public let applicationNo: String
    /// DU-01 … DU-04 of the domain description.
    public let rule: String

    public init(applicationNo: String, rule: String) {
        self.applicationNo = applicationNo
        self.rule = rule
    }
}

/// What the doors decide inside the store's transaction, where alone it is certain what came before. Nothing in it
/// waits for anything, so that the transaction stays short.
public protocol CaseWork: Sendable {
    /// What a follow-up does to one application; nothing where that one is not concerned.
    func change(_ record: ApplicationRecord, by followUp: FollowUp) -> CaseChange?
    /// How a new application is related to earlier ones that share a key with it.
    func relations(of record: ApplicationRecord, to earlier: [ApplicationRecord]) -> [Relation]
    /// What both sides of a relation learn: the record's content names the others, and its institution is told.
    func change(_ record: ApplicationRecord, related: [Relation], isNew: Bool, at now: Instant) -> CaseChange
    /// What the sender is answered once it is known which applications its follow-ups belong to.
    func answer(_ commit: IntakeCommit, attached: [String: [ApplicationRecord]]) -> IntakeAnswer
}

/// An answer that depended on what the store held.
public struct IntakeAnswer: Sendable, Hashable {
    public let outcome: String
    /// JSON.
    public let bytes: [UInt8]

    public init(outcome: String, bytes: [UInt8]) {
        self.outcome = outcome
        self.bytes = bytes
    }
}

/// The hallway's shelf for what waits.
public protocol FollowUpStore: Sendable {
    /// What waits past its limit becomes a dead letter `expired`.
    ///
    /// - Returns: how many did.
    func expireFollowUps(now: Instant) async throws(StoreError) -> Int
    /// Takes one that became a dead letter out of the tray: it looks for its application as it did on receipt, and waits
    /// anew until `keepUntil` where there is none. The act is recorded with it.
    func retryFollowUp(
        _ id: String, version: LetterVersion?, keepUntil: Instant, work: any CaseWork, _ act: AuditAct
    ) async throws(StoreError) -> LetterOutcome
    /// What waits, oldest first.
    func parkedFollowUps(limit: Int) async throws(StoreError) -> [FollowUpRecord]
    func followUps(of referralID: String) async throws(StoreError) -> [FollowUpRecord]
}
