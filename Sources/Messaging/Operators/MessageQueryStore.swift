import Vocabulary

/// What the operator services shows of the flow. The cost of no call grows with what is stored, but with what is open, asked for or
/// counted.
public protocol MessageQueryStore: Sendable {
    func queueFigures() async throws(StoreError) -> [QueueFigures]
    func partnerFigures(_ partnerID: String, since: Instant) async throws(StoreError) -> PartnerFigures
    /// Newest first, before `id`.
    func referrals(
        _ filter: MessageFilter, before id: String?, limit: Int
    ) async throws(StoreError) -> [ReferralSummary]
    /// How many there are, counted no further than `most`.
    func countReferrals(_ filter: MessageFilter, atMost most: Int) async throws(StoreError) -> Int
    /// By whatever number somebody quotes: a referral's, an application's, an envelope's, a lease's, the sender's own, or
    /// one that was indexed.
    func findReferrals(_ quoted: String, partners: [String], limit: Int) async throws(StoreError) -> [ReferralSummary]
    /// The messages that brought these applications, newest first.
    func referrals(ofApplications numbers: [String], limit: Int) async throws(StoreError) -> [ReferralSummary]
    func trace(referral id: String) async throws(StoreError) -> Trace?
    func document(referral id: String) async throws(StoreError) -> StoredDocument?

    /// Indexes what came before `end` and was not indexed yet.
    ///
    /// - Returns: how many referrals were read; fewer than the limit when nothing is left.
    func indexReferences(_ reading: any ReferenceReading, before end: Instant, limit: Int) async throws(StoreError)
        -> Int

    /// Messages received in a time, of all partners.
    func countReferrals(from start: Instant, to end: Instant) async throws(StoreError) -> Int
}

extension MessageQueryStore {
    /// Newest first, before `id`, of one partner or of all.
    public func referrals(
        partner: String?, before id: String?, limit: Int
    ) async throws(StoreError) -> [ReferralSummary] {
        try await referrals(MessageFilter(partnerID: partner), before: id, limit: limit)
    }
}
