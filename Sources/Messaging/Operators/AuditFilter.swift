import StrictJSON

/// Which rows of the trail are wanted.
public struct AuditFilter: Sendable, Hashable {
    public var actor: String?
    public var subject: String?

    public init(actor: String? = nil, subject: String? = nil) {
        self.actor = actor
        self.subject = subject
    }
}
