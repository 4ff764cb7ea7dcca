import StrictJSON
import Transport

/// What delivery asks about the messages that it carries to institutions; what they mean is none of this room's.
public protocol SignIn: Sendable {
    /// Why a message comes: the `reason` of its lease.
    ///
    /// - Parameter content: what it carries, an application or a notice about one.
    func reason(of content: JSONValue, to institution: String) -> String

    /// Settles a lease by acknowledgement and tells the sender.
    ///
    /// - Returns: the application's version from then on; nothing where the lease was no longer there to settle.
    func signIn(applicationNo: String, leaseID: String, caller: Caller) async throws -> Int?
}
