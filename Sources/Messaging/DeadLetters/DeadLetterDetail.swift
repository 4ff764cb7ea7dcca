import StrictJSON

public struct DeadLetterDetail: Sendable {
    public let summary: DeadLetterSummary
    /// The bytes that failed: the referral as it came or was resent, or the status as it would have left.
    public let payload: [UInt8]
    public let mediaType: String
    /// The encoding that the payload turned out to have.
    public let encoding: String?
    public let digest: String?
    /// Of the call that brought the referral.
    public let terms: CallTerms
    /// JSON array.
    public let findings: [UInt8]?
    public let history: [HistoryEntry]
    /// The dead letter that this message was resent from.
    public let origin: DeadLetterOrigin?

    public init(
        summary: DeadLetterSummary, payload: [UInt8], mediaType: String, encoding: String?, digest: String?,
        terms: CallTerms, findings: [UInt8]?, history: [HistoryEntry], origin: DeadLetterOrigin?
    ) {
        self.summary = summary
        self.payload = payload
        self.mediaType = mediaType
        self.encoding = encoding
        self.digest = digest
        self.terms = terms
        self.findings = findings
        self.history = history
        self.origin = origin
    }
}
