import Transport

/// Settles a lease by acknowledgement and tells the sender; what it tells is none of this room's.
public protocol SignIn: Sendable {
    /// - Returns: whether the lease was still there to settle.
    func signIn(applicationNo: String, leaseID: String, caller: Caller) async throws -> Bool
}
