import Vocabulary

/// A referral as a list shows it.
public struct ReferralSummary: Sendable, Hashable {
    public struct Application: Sendable, Hashable {
        public let no: String
        public let queue: String?
        public let caseState: CaseState?
        /// What has become of it as a lead; nothing where it never was one.
        public let lead: LeadState?

        public init(no: String, queue: String?, caseState: CaseState?, lead: LeadState? = nil) {
            self.no = no
            self.queue = queue
            self.caseState = caseState
            self.lead = lead
        }
    }

    public let id: String
    public let partnerID: String
    public let messageID: String?
    public let outcome: Outcome
    public let receivedAt: Instant
    public let digest: String
    public let mappingID: String?
    public let mappingVersion: Int?
    public let encoding: String?
    public let bytes: Int
    public let applications: [Application]
    /// When its document was erased.
    public var erasedAt: Instant?

    public init(
        id: String, partnerID: String, messageID: String?, outcome: Outcome, receivedAt: Instant, digest: String,
        mappingID: String?, mappingVersion: Int?, encoding: String?, bytes: Int, applications: [Application]
    ) {
        self.id = id
        self.partnerID = partnerID
        self.messageID = messageID
        self.outcome = outcome
        self.receivedAt = receivedAt
        self.digest = digest
        self.mappingID = mappingID
        self.mappingVersion = mappingVersion
        self.encoding = encoding
        self.bytes = bytes
        self.applications = applications
    }
}
