/// A column whose values can hold personal data, and are sealed where the store is encrypted. Every other column holds
/// times, codes, counts, digests and identifiers.
public enum SealedColumn: UInt8, Sendable, Hashable, CaseIterable {
    // The numbers stand in sealed values.
    case referralRaw = 1
    case referralAnswer = 2
    case applicationContent = 3
    case messagePayload = 4
    case messageFindings = 5
    case statusContent = 6
    case followUpContent = 7
    case evidenceContent = 8
    case uploadBytes = 9
    case historyDetail = 10
    case messageProblem = 11
    case pauseReason = 12
    case resendReason = 13
    case jobReason = 14
    case jobFilter = 15
    case auditDetail = 16
    /// An institution's report names its officer.
    case historyActor = 17
    case acknowledgementReason = 18

    var name: (table: String, column: String) {
        switch self {
        case .referralRaw: ("referral", "raw")
        case .referralAnswer: ("referral", "answer")
        case .applicationContent: ("application", "content")
        case .messagePayload: ("message", "payload")
        case .messageFindings: ("message", "findings")
        case .statusContent: ("status", "content")
        case .followUpContent: ("follow_up", "content")
        case .evidenceContent: ("evidence", "content")
        case .uploadBytes: ("upload", "bytes")
        case .historyDetail: ("history", "detail")
        case .messageProblem: ("message", "problem")
        case .pauseReason: ("endpoint_pause", "reason")
        case .resendReason: ("dead_letter_resend", "reason")
        case .jobReason: ("bulk_job", "reason")
        case .jobFilter: ("bulk_job", "filter")
        case .auditDetail: ("audit", "detail")
        case .historyActor: ("history", "actor")
        case .acknowledgementReason: ("acknowledgement", "reason")
        }
    }

    /// What names a row, as SQL.
    var key: String {
        switch self {
        case .applicationContent: "no"
        case .uploadBytes: "partner || ' ' || sha256"
        case .historyDetail, .historyActor: "subject || ' ' || event"
        case .pauseReason: "channel || ' ' || recipient"
        case .resendReason: "dead_letter"
        case .auditDetail: "seq"
        case .acknowledgementReason: "trouble"
        case .referralRaw, .referralAnswer, .messagePayload, .messageFindings, .statusContent, .followUpContent,
            .evidenceContent, .messageProblem, .jobReason, .jobFilter:
            "id"
        }
    }

    /// Whether the column holds text: sealed values stand there as Base64, since a strict table takes no bytes for text.
    var isText: Bool {
        switch self {
        case .historyDetail, .messageProblem, .pauseReason, .resendReason, .jobReason, .jobFilter, .auditDetail,
            .historyActor, .acknowledgementReason:
            true
        case .referralRaw, .referralAnswer, .applicationContent, .messagePayload, .messageFindings, .statusContent,
            .followUpContent, .evidenceContent, .uploadBytes:
            false
        }
    }

    private static let byName = Dictionary(
        uniqueKeysWithValues: allCases.map { ("\($0.name.table).\($0.name.column)", $0) })

    /// - Returns: nothing for a column that is never sealed.
    static func named(table: String, column: String) -> SealedColumn? { byName["\(table).\(column)"] }
}
