import Vocabulary

/// What Delivery asks of the message store. Every method is one transaction.
public protocol DeliveryStore: MessageStore {
    /// Leases what is due for each endpoint that is not paused: the
    /// highest priority first, of an application's statuses only the oldest undelivered one.
    func lease(_ capacities: [EndpointCapacity], now: Instant, ends: Instant) async throws(StoreError) -> [Lease]

    /// What a receiver answered to what was leased so. Unlike an institution's own settlement it acknowledges nothing, and is
    /// written down although the store's file is lost: the receiver has it, and alerts about just that must go out.
    ///
    /// - Returns: whether the lease was still there to settle.
    func settleDelivery(
        leaseID: String, _ settlement: LeaseSettlement, actor: String, now: Instant
    ) async throws(StoreError) -> Bool

    /// When something that waits for one of the endpoints is next due, claimed ones by the end of their lease.
    func nextDue(_ endpoints: [Endpoint], after now: Instant) async throws(StoreError) -> Instant?

    /// When something last reached each endpoint, as far as the newest messages tell: so many are looked at, however many
    /// are stored.
    func lastDeliveries(among newest: Int) async throws(StoreError) -> [Endpoint: Instant]

    /// Ends the waits of what was tried before: the address is back.
    func hasten(_ endpoint: Endpoint, now: Instant) async throws(StoreError)

    /// The act's detail is the reason.
    ///
    /// - Returns: whether it was open.
    func pause(_ endpoint: Endpoint, _ act: AuditAct) async throws(StoreError) -> Bool
    /// - Returns: whether it was paused.
    func resume(_ endpoint: Endpoint, _ act: AuditAct) async throws(StoreError) -> Bool
    func pauses() async throws(StoreError) -> [Pause]

    /// A page of a partner's feed, in order. What lies at or before `position` was read: it is delivered thereby.
    ///
    /// - Parameter position: `nil` for the last that was confirmed.
    func feed(
        partner: String, after position: Int64?, limit: Int, now: Instant
    ) async throws(StoreError) -> [FeedEntry]

    /// What is past its keep-by time becomes a dead letter `expired`.
    ///
    /// - Returns: how many did, at most `limit`.
    func expireMessages(now: Instant, limit: Int) async throws(StoreError) -> Int

    /// Appends to a message's history.
    func append(_ entry: HistoryEntry, to subject: String) async throws(StoreError)
}
