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
    /// What waits, those that are given up first in front.
    ///
    /// - Parameters:
    ///   - partnerID: of one sender, or of all.
    ///   - cursor: where the page before ended.
    func parkedFollowUps(
        of partnerID: String?, after cursor: FollowUpCursor?, limit: Int
    ) async throws(StoreError) -> [FollowUpRecord]
    /// How many wait, by sender.
    func parkedFigures() async throws(StoreError) -> [ParkedFigures]
    /// Ends the waiting of one before its time: it becomes a dead letter. The act is recorded with it.
    func giveUpFollowUp(_ id: String, _ act: AuditAct) async throws(StoreError) -> DeadLetterActResult
    /// Lays one that waits beside the application that a person names. The act is recorded with it.
    func attachFollowUp(
        _ id: String, to applicationNo: String, work: any FollowUpHandling, _ act: AuditAct
    ) async throws(StoreError) -> FollowUpAttachment
    /// Those that came with a message.
    func followUps(of referralID: String) async throws(StoreError) -> [FollowUpRecord]
    /// Those of a referral's own sender that are about it: they joined its applications, or wait for them.
    func followUps(about referral: ReferralRecord) async throws(StoreError) -> [FollowUpRecord]
}

extension FollowUpStore {
    /// What waits, of all senders, from the beginning.
    public func parkedFollowUps(limit: Int) async throws(StoreError) -> [FollowUpRecord] {
        try await parkedFollowUps(of: nil, after: nil, limit: limit)
    }
}
