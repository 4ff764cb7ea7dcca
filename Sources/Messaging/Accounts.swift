/// An operator that signs in with a password.
public struct OperatorAccount: Sendable, Hashable {
    public let name: String
    /// One of the operators' roles, by name.
    public let role: String
    /// Salted hash of the password.
    public let secret: String
    /// A password that somebody else chose is good until then, and only for choosing another.
    public let oneTimeUntil: Instant?
    public let isDisabled: Bool
    public let createdAt: Instant
    public let changedAt: Instant

    public init(
        name: String, role: String, secret: String, oneTimeUntil: Instant? = nil, isDisabled: Bool,
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

/// What is to be another in an account.
public enum AccountChange: Sendable, Hashable {
    case role(String)
    /// Failed sign-ins under the key are forgotten.
    case secret(String, oneTimeUntil: Instant?, forgetting: String)
    case disabled
    /// Failed sign-ins under the key are forgotten.
    case enabled(forgetting: String)
}

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

/// When failed sign-ins lock an account or a source.
public struct LockPolicy: Sendable, Hashable {
    public let failures: Int
    /// Failures longer ago are forgotten; a lock lasts as long.
    public let window: Duration

    public init(failures: Int, window: Duration) {
        self.failures = failures
        self.window = window
    }
}

/// Operators' accounts, their sessions and failed sign-ins. Every change is recorded with its act.
public protocol AccountStore: Sendable {
    func accounts() async throws(StoreError) -> [OperatorAccount]
    func account(_ name: String) async throws(StoreError) -> OperatorAccount?
    /// - Returns: whether the name was free.
    func addAccount(_ account: OperatorAccount, _ act: AuditAct) async throws(StoreError) -> Bool
    /// Makes the change and ends the account's sessions.
    ///
    /// - Returns: whether there is such an account.
    func changeAccount(_ name: String, _ change: AccountChange, _ act: AuditAct) async throws(StoreError) -> Bool

    /// Opens a session, forgetting failures under `keys` and sessions that have ended.
    func openSession(_ session: OperatorSession, forgetting keys: [String], _ act: AuditAct) async throws(StoreError)
    func session(_ tokenHash: String) async throws(StoreError) -> (OperatorSession, OperatorAccount)?
    func touchSession(_ tokenHash: String, at: Instant) async throws(StoreError)
    func closeSession(_ tokenHash: String, _ act: AuditAct) async throws(StoreError)

    /// The latest end of the locks under the keys.
    func lockedUntil(_ keys: [String]) async throws(StoreError) -> Instant?
    /// Counts a failure under each key and locks those that reach their policy's bound.
    func noteFailure(_ keys: [(key: String, policy: LockPolicy)], _ act: AuditAct) async throws(StoreError)
}
