import Vocabulary

/// A message as its sender sees it.
public struct OwnMessage: Sendable {
    public struct Application: Sendable {
        public let no: String
        public let standing: ApplicationStanding
        public let queue: String?

        public init(no: String, standing: ApplicationStanding, queue: String?) {
            self.no = no
            self.standing = standing
            self.queue = queue
        }
    }

    public let record: ReferralRecord
    /// SM3 of its bytes, hexadecimal.
    public let digest: String
    public let bytes: Int
    public let mappingID: String?
    /// The first referral of its message, where it corrects failed records of it.
    public let corrects: String?
    /// When its document was erased.
    public let erasedAt: Instant?
    public let applications: [Application]
    /// How many dead letters it became, by how they stand.
    public let deadLetters: [DeliveryState.Name: Int]

    public init(
        record: ReferralRecord, digest: String, bytes: Int, mappingID: String?, corrects: String?, erasedAt: Instant?,
        applications: [Application], deadLetters: [DeliveryState.Name: Int]
    ) {
        self.record = record
        self.digest = digest
        self.bytes = bytes
        self.mappingID = mappingID
        self.corrects = corrects
        self.erasedAt = erasedAt
        self.applications = applications
        self.deadLetters = deadLetters
    }
}
