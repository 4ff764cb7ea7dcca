import CMicroHTTPD
import COpenSSL

/// What the listener speaks TLS with: certificate, key, and whom it trusts. It never changes; a reload makes another.
///
/// `@unchecked`: GnuTLS only reads the credentials once they are set.
public final class ListenerTLS: @unchecked Sendable {
    /// The files' contents, in PEM.
    public struct Material: Sendable {
        /// The listener's own certificate first, then those that issued it.
        public var certificate: [UInt8]
        public var key: [UInt8]
        /// Who issues clients' certificates; nothing where clients show none.
        public var clientAuthorities: [UInt8]?
        public var revocationList: [UInt8]?
        /// Whether each client must show a certificate.
        public var mustShow = false
        public var minimum = Minimum.tls12

        public init(certificate: [UInt8], key: [UInt8]) {
            self.certificate = certificate
            self.key = key
        }
    }

    /// The oldest version that is spoken; older ones than 1.2 are broken (RFC 8996).
    public enum Minimum: String, Sendable {
        case tls12 = "1.2"
        case tls13 = "1.3"

        /// In GnuTLS's words: forward secrecy and authenticated encryption only.
        fileprivate var priorities: String {
            let versions =
                switch self {
                case .tls12: "+VERS-TLS1.3:+VERS-TLS1.2"
                case .tls13: "+VERS-TLS1.3"
                }
            return "SECURE128:-VERS-ALL:\(versions):-RSA:-DHE-RSA:-CIPHER-ALL:+AES-256-GCM:+AES-128-GCM"
                + ":+CHACHA20-POLY1305:-MAC-ALL:+AEAD:%SERVER_PRECEDENCE"
        }
    }

    public enum Mistake: Error, Sendable, Hashable {
        case certificate, expired, notYetValid, notForServers, brokenChain
        case key, otherKey
        case authorities, revocationList, foreignRevocationList, oldRevocationList
        /// In GnuTLS's words.
        case notTaken(String)
    }

    let trust: ClientTrust?
    let mustShow: Bool
    private let priorities: String
    private let credentials: gnutls_certificate_credentials_t
    /// SHA-256 of the listener's certificate.
    public let fingerprint: String
    private let identity: String

    public init(_ material: Material) throws(Mistake) {
        let own = try Self.check(material)
        fingerprint = own.sha256
        identity = Digest.hex(
            Digest.sha256(
                [material.certificate, material.key, material.clientAuthorities ?? [], material.revocationList ?? []]
                    .flatMap { Digest.sha256($0) } + Array("\(material.mustShow) \(material.minimum)".utf8)))
        if let authorities = material.clientAuthorities {
            trust = try ClientTrust(authorities: authorities, revocations: material.revocationList)
        } else {
            trust = nil
        }
        mustShow = material.mustShow
        priorities = material.minimum.priorities
        var made: gnutls_certificate_credentials_t?
        guard gnutls_certificate_allocate_credentials(&made) >= 0, let made else { throw .notTaken("no memory") }
        credentials = made
        try set(material)
    }

    deinit { gnutls_certificate_free_credentials(credentials) }

    /// Whether both were made of the same.
    public func isSame(as other: ListenerTLS) -> Bool { identity == other.identity }

    private func set(_ material: Material) throws(Mistake) {
        let taken = Self.lend(material.certificate) { certificate in
            Self.lend(material.key) { key in
                gnutls_certificate_set_x509_key_mem2(credentials, certificate, key, GNUTLS_X509_FMT_PEM, nil, 0)
            }
        }
        guard taken >= 0 else { throw .notTaken(gnutls_strerror(taken).map { String(cString: $0) } ?? "\(taken)") }
        guard let authorities = material.clientAuthorities else { return }
        // Told to clients, some of which choose their certificate by it; who is trusted is `trust`'s to say.
        let named = Self.lend(authorities) {
            gnutls_certificate_set_x509_trust_mem(credentials, $0, GNUTLS_X509_FMT_PEM)
        }
        guard named > 0 else { throw .authorities }
    }

    private static func lend<Result>(_ bytes: [UInt8], _ use: (UnsafePointer<gnutls_datum_t>) -> Result) -> Result {
        var bytes = bytes
        return bytes.withUnsafeMutableBufferPointer { buffer in
            var datum = gnutls_datum_t(data: buffer.baseAddress, size: UInt32(buffer.count))
            return use(&datum)
        }
    }

    /// - Returns: the listener's own certificate.
    private static func check(_ material: Material) throws(Mistake) -> Certificate {
        let chain = Certificate.all(in: material.certificate)
        guard let own = chain.first else { throw .certificate }
        if own.isOver { throw .expired }
        if own.isToCome { throw .notYetValid }
        guard X509_check_purpose(own.pointer, X509_PURPOSE_SSL_SERVER, 0) == 1 else { throw .notForServers }
        for (issued, issuer) in zip(chain, chain.dropFirst())
        where X509_check_issued(issuer.pointer, issued.pointer) != X509_V_OK { throw .brokenChain }
        guard let source = PEMSource(material.key), let key = legalaid_read_key(source.pointer) else {
            ERR_clear_error()
            throw .key
        }
        defer { EVP_PKEY_free(key) }
        guard X509_check_private_key(own.pointer, key) == 1 else {
            ERR_clear_error()
            throw .otherKey
        }
        return own
    }

    /// Gives a connection its credentials, before its handshake.
    func dress(_ session: gnutls_session_t) {
        gnutls_priority_set_direct(session, priorities, nil)
        gnutls_credentials_set(session, GNUTLS_CRD_CERTIFICATE, UnsafeMutableRawPointer(credentials))
        // Asked for only: whoever shows none, or a bad one, is told so in words (`TLSPeer`).
        gnutls_certificate_server_set_request(session, trust == nil ? GNUTLS_CERT_IGNORE : GNUTLS_CERT_REQUEST)
    }
}
