import Messaging
import Transport
import Vocabulary

/// Writes down who does what.
public struct AuditPen: Sendable {
    public let now: @Sendable () -> Instant
    let sm3: @Sendable ([UInt8]) -> String

    public init(now: @escaping @Sendable () -> Instant) {
        self.now = now
        sm3 = { Digest.hex(Digest.sm3($0)) }
    }

    /// - Parameter detail: the operator's reason, or figures; no personal data of the people helped.
    public func act(_ action: AuditAction, on subject: String, by caller: Caller, detail: String) -> AuditAct {
        AuditAct(
            at: now(), actor: caller.id, role: caller.operatorRole?.rawValue ?? caller.role.rawValue, action: action,
            subject: subject, detail: detail, sm3: sm3)
    }
}
