import Vocabulary

/// Somebody signed in.
public struct OperatorSession: Sendable, Hashable {
    /// SHA-256 of the token.
    public let tokenHash: String
    public let account: String
    public let createdAt: Instant
    public let seenAt: Instant
    /// However busy it is, it ends then.
    public let endsAt: Instant

    public init(tokenHash: String, account: String, createdAt: Instant, seenAt: Instant, endsAt: Instant) {
        self.tokenHash = tokenHash
        self.account = account
        self.createdAt = createdAt
        self.seenAt = seenAt
        self.endsAt = endsAt
    }
}
