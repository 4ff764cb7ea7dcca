import Messaging
import Vocabulary

/// Of when it is, and what is past its period.
struct RetentionTerms: Sendable {
    let now: Instant
    /// What ended, or was received, before this.
    let cutoff: Instant
}

/// Whether one record may go.
enum RetentionVerdict {
    /// Its period began then and is over.
    case due(Instant)
    /// Its period is not over yet.
    case early
    /// It is old, and something about it is not finished.
    case held

    /// - Parameter since: since when it is finished; nothing where it is not.
    init(finished since: Instant?, _ terms: RetentionTerms) {
        guard let since else {
            self = .held
            return
        }
        self = since < terms.cutoff ? .due(since) : .early
    }
}

/// What was there.
struct ErasedContent {
    var digests: [String] = []
    var bytes = 0

    mutating func add(_ content: [UInt8], _ sm3: (([UInt8]) -> String)?) {
        guard !content.isEmpty else { return }
        bytes += content.count
        if let sm3 { digests.append(sm3(content)) }
    }

    mutating func add(digest: String, bytes count: Int) {
        digests.append(digest)
        bytes += count
    }
}

/// How the records of one part are found, judged and erased.
struct RetentionTarget: Sendable {
    /// The next names after one, of what may be past its period.
    let candidates: @Sendable (RetentionTerms, String, Int, any SQLConnection) throws(StoreError) -> [String]
    let verdict: @Sendable (String, RetentionTerms, any SQLConnection) throws(StoreError) -> RetentionVerdict
    /// Empties or removes it, and says what was there.
    let erase: @Sendable (String, Eraser, any SQLConnection) throws(StoreError) -> ErasedContent
}

/// By whom and when something is erased.
struct Eraser: Sendable {
    let now: Instant
    let sm3: @Sendable ([UInt8]) -> String
}

extension RetentionPart {
    var target: RetentionTarget {
        switch self {
        case .shareEvidence: .shareEvidence
        case .shareDocuments: .shareDocuments
        case .shareTraces: .shareTraces
        case .leads: .leads
        case .documents: .documents
        case .attachments: .attachments
        case .applications: .applications
        case .statuses: .statuses
        case .history: .history
        case .deadLetters: .deadLetters
        case .sessions: .sessions
        case .signInFailures: .signInFailures
        case .alertMessages: .alertMessages
        }
    }
}
