import Vocabulary

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
    /// The latest end of the locks under an account's key, and under those that begin with it and `@`.
    func lockedUntil(below key: String) async throws(StoreError) -> Instant?
    /// Counts a failure under each key and locks those that reach their policy's bound.
    func noteFailure(
        _ keys: [(key: String, policy: LockPolicy)], at: Instant, _ act: AuditAct?
    ) async throws(StoreError)
}
