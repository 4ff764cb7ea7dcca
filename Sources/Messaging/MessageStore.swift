import Vocabulary

/// The message store (Message Store): every method is one transaction, and returns after it is durable.
public protocol MessageStore: Sendable {
    /// Stores a message with all that was made of it, unless it was stored before.
    func accept(_ commit: IntakeCommit) async throws(StoreError) -> Acceptance

    func referral(id: String) async throws(StoreError) -> ReferralRecord?
    func referral(partner: String, messageID: String) async throws(StoreError) -> ReferralRecord?
    func application(_ applicationNo: String) async throws(StoreError) -> ApplicationRecord?
    /// Oldest first.
    func statusHistory(_ applicationNo: String) async throws(StoreError) -> [StatusRecord]
    func changeCase(_ change: CaseChange) async throws(StoreError) -> CaseChangeResult

    /// Leases from a queue, the most urgent clock first.
    func lease(queue: String, max: Int, now: Instant, ends: Instant) async throws(StoreError) -> [Lease]

    /// What institutions leased `maxAttempts` times in vain becomes a dead letter `exhausted`.
    ///
    /// - Parameter queues: those that institutions lease from: what is pushed is tried more often.
    /// - Returns: how many did, at most `limit`.
    func exhaustLeases(
        of queues: [String], now: Instant, maxAttempts: Int, limit: Int
    ) async throws(StoreError) -> Int

    /// A lease that has not ended.
    func lease(id: String, now: Instant) async throws(StoreError) -> Lease?

    /// - Returns: whether the lease was still there to settle.
    func settle(
        leaseID: String, _ settlement: LeaseSettlement, actor: String, now: Instant
    ) async throws(StoreError) -> Bool

    func statistics() async throws(StoreError) -> StoreStatistics
    /// Really writes, and waits until it is durable.
    func ping(now: Instant) async throws(StoreError)

    /// Calls after every commit that queued something, with the endpoints that it was queued for.
    func onQueued(_ notify: @escaping @Sendable (Set<Endpoint>) -> Void)
}
