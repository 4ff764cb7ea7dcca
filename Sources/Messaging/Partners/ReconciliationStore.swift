import Vocabulary

/// What two sides hold against each other.
public protocol ReconciliationStore: Sendable {
    /// Messages of a partner by outcome, and the statuses that were made for it by state, in a time.
    func exchanged(
        with partner: String, from start: Instant, to end: Instant
    ) async throws(StoreError) -> (outcomes: [Outcome: Int], statuses: [DeliveryState.Name: Int])
    /// Every message of a partner in a time, in order; at most so many.
    func receivedMessages(
        of partner: String, from start: Instant, to end: Instant, limit: Int
    ) async throws(StoreError) -> [ReceivedMessage]
    /// Those that bear one of these ids, whenever they came.
    func receivedMessages(of partner: String, named ids: [String]) async throws(StoreError) -> [ReceivedMessage]
    /// Every status that was made for a partner in a time, in order; at most so many.
    func madeStatuses(
        for partner: String, from start: Instant, to end: Instant, limit: Int
    ) async throws(StoreError) -> [MadeStatus]
    /// Those of these ids that were made for the partner, whenever.
    func madeStatuses(for partner: String, named ids: [String]) async throws(StoreError) -> [MadeStatus]
}

/// A message as a list of a day holds it.
public struct ReceivedMessage: Sendable, Hashable {
    public let referralID: String
    public let messageID: String?
    public let outcome: Outcome
    public let receivedAt: Instant

    public init(referralID: String, messageID: String?, outcome: Outcome, receivedAt: Instant) {
        self.referralID = referralID
        self.messageID = messageID
        self.outcome = outcome
        self.receivedAt = receivedAt
    }
}

/// A status as a list of a day holds it.
public struct MadeStatus: Sendable, Hashable {
    public let id: String
    public let applicationNo: String
    public let state: DeliveryState.Name
    public let createdAt: Instant

    public init(id: String, applicationNo: String, state: DeliveryState.Name, createdAt: Instant) {
        self.id = id
        self.applicationNo = applicationNo
        self.state = state
        self.createdAt = createdAt
    }
}
