import Vocabulary

/// An operator that signs in with a password.
public struct OperatorAccount: Sendable, Hashable {
    public let name: String
    /// One of the operators' roles, by name.
    public let role: OperatorRole
    /// Salted hash of the password.
    public let secret: String
    /// A password that somebody else chose is good until then, and only for choosing another.
    public let oneTimeUntil: Instant?
    public let isDisabled: Bool
    public let createdAt: Instant
    public let changedAt: Instant

    public init(
        name: String, role: OperatorRole, secret: String, oneTimeUntil: Instant? = nil, isDisabled: Bool,
        createdAt: Instant, changedAt: Instant
    ) {
        self.name = name
        self.role = role
        self.secret = secret
        self.oneTimeUntil = oneTimeUntil
        self.isDisabled = isDisabled
        self.createdAt = createdAt
        self.changedAt = changedAt
    }
}
