import StrictJSON
import Vocabulary

/// Which rows of the trail are wanted.
public struct AuditFilter: Sendable, Hashable {
    public var actor: String?
    public var subject: String?
    public var action: AuditAction?
    /// From then on, and before.
    public var from: Instant?
    public var until: Instant?

    public init(actor: String? = nil, subject: String? = nil) {
        self.actor = actor
        self.subject = subject
    }
}
