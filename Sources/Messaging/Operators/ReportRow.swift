import Vocabulary

/// An application with what a report counts.
public struct ReportRow: Sendable {
    public let applicationNo: String
    public let partnerID: String
    public let queue: String?
    public let caseState: CaseState?
    public let receivedAt: Instant
    /// Canonical, JSON.
    public let content: [UInt8]
    /// When each status was first told, by its code.
    public var firstTold: [StatusCode: Instant]

    public init(
        applicationNo: String, partnerID: String, queue: String?, caseState: CaseState?, receivedAt: Instant,
        content: [UInt8], firstTold: [StatusCode: Instant]
    ) {
        self.applicationNo = applicationNo
        self.partnerID = partnerID
        self.queue = queue
        self.caseState = caseState
        self.receivedAt = receivedAt
        self.content = content
        self.firstTold = firstTold
    }
}
