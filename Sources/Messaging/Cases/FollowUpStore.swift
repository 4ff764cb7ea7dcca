import Vocabulary

/// Follow-ups that wait for the referral that they are about.
public protocol FollowUpStore: Sendable {
    /// What waits past its limit becomes a dead letter `expired`.
    ///
    /// - Returns: how many did, at most `limit`.
    func expireFollowUps(now: Instant, limit: Int) async throws(StoreError) -> Int
    /// Takes one that became a dead letter out of the dead-letter queue: it looks for its application as it did on receipt, and waits
    /// anew until `keepUntil` where there is none. The act is recorded with it.
    func retryFollowUp(
        _ id: String, version: DeadLetterVersion?, keepUntil: Instant, work: any FollowUpHandling, _ act: AuditAct
    ) async throws(StoreError) -> DeadLetterActResult
    /// What waits, oldest first.
    func parkedFollowUps(limit: Int) async throws(StoreError) -> [FollowUpRecord]
    /// Those that came with a message.
    func followUps(of referralID: String) async throws(StoreError) -> [FollowUpRecord]
    /// Those of a referral's own sender that are about it: they joined its applications, or wait for them.
    func followUps(about referral: ReferralRecord) async throws(StoreError) -> [FollowUpRecord]
}
