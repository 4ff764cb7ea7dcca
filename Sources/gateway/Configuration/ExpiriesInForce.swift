import Operations
import Vocabulary

/// What ends of itself, by the credentials in force: a reload that renews one ends its alert.
struct ExpiriesInForce: CredentialExpirySource {
    let around: Surroundings

    func expiries() -> [(name: String, at: Instant)] {
        var settings = around.configuration
        settings.credentials = around.credentials
        return settings.expiries()
    }
}
