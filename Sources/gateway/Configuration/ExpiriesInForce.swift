import Operations
import Vocabulary

/// What ends of itself, by the credentials in force: a reload that renews one ends its alert.
struct ExpiriesInForce: CredentialExpirySource {
    let around: Surroundings

    func expiries() -> [(name: String, at: Instant)] { around.configuration.expiries() }
}
