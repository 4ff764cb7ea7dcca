/// What came of a test of a return address.
public struct ConnectionAnswer: Sendable {
    public enum Outcome: String, Sendable, CaseIterable {
        /// A status would count as delivered.
        case confirmed
        /// Nobody answered, or the answer may pass: a status would be tried again.
        case failed
        /// A status would be laid aside at once.
        case refused
    }

    /// Scheme, host and path of the address; what stands in its query may be secret.
    public let url: String
    public let outcome: Outcome
    /// In words for operators.
    public let said: String
    public let milliseconds: Int
    /// Nothing where nobody answered.
    public let status: Int?
    public let mediaType: String?
    /// The beginning of the answer, as it came.
    public let body: [UInt8]

    public init(
        url: String, outcome: Outcome, said: String, milliseconds: Int, status: Int?, mediaType: String?, body: [UInt8]
    ) {
        self.url = url
        self.outcome = outcome
        self.said = said
        self.milliseconds = milliseconds
        self.status = status
        self.mediaType = mediaType
        self.body = body
    }
}
