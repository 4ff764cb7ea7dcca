/// All that the store knows of one referral.
public struct Trace: Sendable {
    public let referral: ReferralSummary
    /// Referrals that it was resent from or as.
    public let relatives: [String]
    public let messages: [MessageStanding]
    /// With whose history it is: a referral's, an application's or a message's.
    public let history: [(subject: String, entry: HistoryEntry)]
    public let statuses: [StatusRecord]
    public let acts: [AuditEntry]

    public init(
        referral: ReferralSummary, relatives: [String], messages: [MessageStanding],
        history: [(subject: String, entry: HistoryEntry)], statuses: [StatusRecord], acts: [AuditEntry]
    ) {
        self.referral = referral
        self.relatives = relatives
        self.messages = messages
        self.history = history
        self.statuses = statuses
        self.acts = acts
    }
}
