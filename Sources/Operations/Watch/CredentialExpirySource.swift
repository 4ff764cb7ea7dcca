import Messaging
import Vocabulary

/// Certificates and tokens that end of themselves.
public protocol CredentialExpirySource: Sendable {
    /// By what an operator calls them, with their last moment.
    func expiries() -> [(name: String, at: Instant)]
}
