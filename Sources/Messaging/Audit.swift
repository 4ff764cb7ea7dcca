import StrictJSON

/// What an operator does that must be answered for.
public enum AuditAction: String, Sendable, CaseIterable {
    case retry, editAndResend, chooseQueue, discard
    /// A document or a value was shown without masking.
    case unmask
    case bulkRetry, pauseJob, resumeJob, stopJob
    case pauseChannel, resumeChannel
    case signIn, signInFailed, signOut
    case addAccount, changeRole, changePassword, disableAccount, enableAccount
    case exportAudit
}

/// One act, to be chained into the audit trail in the transaction that does it.
public struct AuditAct: Sendable {
    public let at: Instant
    /// The operator's name, or `system`.
    public let actor: String
    public let role: String
    public let action: AuditAction
    /// What it was done to: a letter, a message, a job, an account.
    public let subject: String
    /// Why, in the operator's words, or figures. No personal data of the people helped.
    public let detail: String
    /// The bulk job that it is a step of; its progress moves in the same transaction.
    public var job: JobStep?
    /// SM3 (GB/T 32905) in lower-case hexadecimal.
    public let sm3: @Sendable ([UInt8]) -> String

    public init(
        at: Instant, actor: String, role: String, action: AuditAction, subject: String, detail: String,
        sm3: @escaping @Sendable ([UInt8]) -> String
    ) {
        self.at = at
        self.actor = actor
        self.role = role
        self.action = action
        self.subject = subject
        self.detail = detail
        self.sm3 = sm3
    }

    /// The row that follows `head`.
    public func sealed(after head: AuditHead) -> AuditEntry {
        let entry = AuditEntry(
            seq: head.seq + 1, at: at, actor: actor, role: role, action: action.rawValue, subject: subject,
            detail: detail, previous: head.hash, hash: "")
        return entry.with(hash: sm3(entry.canonical))
    }
}

/// The end of the chain. Kept elsewhere, it proves later that nothing before it was removed.
public struct AuditHead: Sendable, Hashable {
    public let seq: Int
    public let hash: String

    public init(seq: Int, hash: String) {
        self.seq = seq
        self.hash = hash
    }

    /// Before the first row.
    public static let start = AuditHead(seq: 0, hash: String(repeating: "0", count: 64))
}

/// One row of the trail.
public struct AuditEntry: Sendable, Hashable {
    public let seq: Int
    public let at: Instant
    public let actor: String
    public let role: String
    public let action: String
    public let subject: String
    public let detail: String
    /// The hash of the row before.
    public let previous: String
    public let hash: String

    public init(
        seq: Int, at: Instant, actor: String, role: String, action: String, subject: String, detail: String,
        previous: String, hash: String
    ) {
        self.seq = seq
        self.at = at
        self.actor = actor
        self.role = role
        self.action = action
        self.subject = subject
        self.detail = detail
        self.previous = previous
        self.hash = hash
    }

    func with(hash: String) -> AuditEntry {
        AuditEntry(
            seq: seq, at: at, actor: actor, role: role, action: action, subject: subject, detail: detail,
            previous: previous, hash: hash)
    }

    /// The bytes that the hash covers: the row as a JSON array, whose quoting leaves no two rows alike.
    public var canonical: [UInt8] {
        JSONValue.array([
            JSONValue(seq), .number(String(at.milliseconds)), .string(actor), .string(role), .string(action),
            .string(subject), .string(detail), .string(previous),
        ]).serialized()
    }

    public var head: AuditHead { AuditHead(seq: seq, hash: hash) }

    public var json: JSONValue {
        [
            "seq": JSONValue(seq), "at": .string(at.rfc3339), "actor": .string(actor), "role": .string(role),
            "action": .string(action), "subject": .string(subject), "detail": .string(detail),
            "previous": .string(previous), "hash": .string(hash),
        ]
    }
}

/// Reads the chain from its start and finds the first place where it is broken.
public struct AuditVerifier: Sendable {
    public enum Break: Sendable, Hashable {
        /// A row is not the one that was written: its hash does not cover it.
        case changed(seq: Int)
        /// A row is missing, or rows changed places.
        case missing(seq: Int)
        /// The chain ends before or apart from the head that is known.
        case headDiffers(known: Int, found: Int)
    }

    private let sm3: @Sendable ([UInt8]) -> String
    private let known: [AuditHead]
    public private(set) var head = AuditHead.start
    public private(set) var broken: Break?
    private var unseen: [AuditHead]

    /// - Parameter known: heads kept elsewhere, which the chain must pass through.
    public init(known: [AuditHead], sm3: @escaping @Sendable ([UInt8]) -> String) {
        self.known = known
        self.sm3 = sm3
        unseen = known.filter { $0 != .start }
    }

    /// Takes the next row in the order of `seq`.
    public mutating func read(_ entry: AuditEntry) {
        guard broken == nil else { return }
        if entry.seq != head.seq + 1 || entry.previous != head.hash {
            broken = .missing(seq: head.seq + 1)
        } else if sm3(entry.canonical) != entry.hash {
            broken = .changed(seq: entry.seq)
        } else {
            head = entry.head
            unseen.removeAll { $0 == head }
        }
    }

    /// After the last row: whether every known head was passed.
    public mutating func finish() {
        guard broken == nil, let missed = unseen.first else { return }
        broken = .headDiffers(known: missed.seq, found: head.seq)
    }
}

/// Which rows of the trail are wanted.
public struct AuditFilter: Sendable, Hashable {
    public var actor: String?
    public var subject: String?

    public init(actor: String? = nil, subject: String? = nil) {
        self.actor = actor
        self.subject = subject
    }
}

/// The audit trail: rows are only ever added.
public protocol AuditStore: Sendable {
    /// For acts that change nothing else, such as looking at a document.
    func record(_ act: AuditAct) async throws(StoreError)
    /// In the order of the chain, after `seq`; with `newestFirst`, before it.
    func auditEntries(
        _ filter: AuditFilter, after seq: Int?, newestFirst: Bool, limit: Int
    ) async throws(StoreError) -> [AuditEntry]
    /// The end of the chain as the store remembers it.
    func auditHead() async throws(StoreError) -> AuditHead
}
