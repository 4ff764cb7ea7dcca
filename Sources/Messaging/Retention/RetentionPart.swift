/// One sort of record that erasing goes through.
public enum RetentionPart: String, Sendable, CaseIterable {
    case shareEvidence, shareDocuments, shareTraces
    case leads
    case documents, attachments
    case applications
    case statuses
    case history
    case deadLetters
    case sessions, signInFailures
    case alertMessages

    public var kind: RetentionKind {
        switch self {
        case .shareEvidence, .shareDocuments, .shareTraces: .shares
        case .leads: .leads
        case .documents, .attachments: .documents
        case .applications: .applications
        case .statuses: .statuses
        case .history: .history
        case .deadLetters: .deadLetters
        case .sessions, .signInFailures: .signIns
        case .alertMessages: .alerts
        }
    }
}
