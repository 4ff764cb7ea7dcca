import StrictJSON
import Vocabulary

/// One act, to be chained into the audit trail in the transaction that does it.
public struct AuditAct: Sendable {
    public let at: Instant
    /// The operator's name, or `system`.
    public let actor: String
    public let role: String
    public let action: AuditAction
    /// What it was done to: a dead letter, a message, a job, an account.
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

    /// The same act on another subject.
    public func about(_ subject: String) -> AuditAct { about(subject, detail: detail) }

    public func about(_ subject: String, detail: String) -> AuditAct {
        var act = AuditAct(
            at: at, actor: actor, role: role, action: action, subject: subject, detail: detail, sm3: sm3)
        act.job = job
        return act
    }

    /// The row that follows `head`.
    public func sealed(after head: AuditHead) -> AuditEntry {
        let entry = AuditEntry(
            seq: head.seq + 1, at: at, actor: actor, role: role, action: action.rawValue, subject: subject,
            detail: detail, previous: head.hash, hash: "")
        return entry.with(hash: sm3(entry.canonical))
    }
}
