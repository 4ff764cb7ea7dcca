import Messaging
import Transport
import Vocabulary

extension AuditAct {
    /// - Parameters:
    ///   - subject: what it is done to: a dead letter, a message, a job, an account.
    ///   - detail: the operator's reason, or figures; no personal data of the people helped.
    public init(_ action: AuditAction, on subject: String, by caller: Caller, detail: String, at: Instant) {
        self.init(
            at: at, actor: caller.id, role: caller.operatorRole?.rawValue ?? caller.role.rawValue, action: action,
            subject: subject, detail: detail, sm3: Digest.sm3Hex)
    }

    /// What nobody in particular does: it happens to the gateway, or whoever may start its programs did it.
    public init(system action: AuditAction, on subject: String, detail: String, at: Instant) {
        self.init(
            at: at, actor: "system", role: "system", action: action, subject: subject, detail: detail,
            sm3: Digest.sm3Hex)
    }
}

extension Digest {
    /// SM3 (GB/T 32905) in lower-case hexadecimal, as the audit trail is chained.
    static let sm3Hex: @Sendable ([UInt8]) -> String = { hex(sm3($0)) }
}

extension AuditAct {
    /// As the trail is chained: SM3 (GB/T 32905) in lower-case hexadecimal.
    static func sm3(of text: String) -> String { Digest.sm3Hex(Array(text.utf8)) }
}
