/// A client's certificate that is good: its chain, its time, its purpose and its revocation were looked at.
public struct ClientCertificate: Sendable, Hashable {
    /// Lower-case hexadecimal SHA-256 of the certificate.
    public let sha256: String
    /// As RFC 4514 writes it.
    public let subject: String

    public init(sha256: String, subject: String) {
        self.sha256 = sha256
        self.subject = subject
    }
}

/// Why a client's certificate is not accepted.
public enum CertificateFault: String, Sendable, CaseIterable {
    /// None was shown, though each connection must show one.
    case missing
    /// Of no authority that is trusted, or its chain is not whole.
    case foreign
    case expired, notYetValid, revoked
    /// For another use than a client's.
    case wrongPurpose
    /// No list in force says that it is not revoked.
    case revocationUnknown
    /// A key or a signature that is no longer safe.
    case weak
    /// Anything else that RFC 5280 §6 refuses.
    case malformed
}

/// Who is at the other end of a TLS connection, so far as its certificate tells.
public enum TLSPeer: Sendable, Hashable {
    case unnamed
    case named(ClientCertificate)
    case refused(CertificateFault)
}
