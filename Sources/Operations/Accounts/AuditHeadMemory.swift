import Messaging

/// Remembers outside the store the last end of the audit trail that was sealed, so that an earlier state of the store, or one
/// without its seals, does not pass for a whole one.
public protocol AuditHeadMemory: Sendable {
    /// Nothing where none was sealed yet.
    func remembered() throws -> AuditSeal?
    func remember(_ seal: AuditSeal) throws
}
