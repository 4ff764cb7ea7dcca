import COpenSSL

/// Judges clients' certificates by the authorities and revocation lists of the settings.
///
/// `@unchecked`: the store is filled once, and OpenSSL locks it while it verifies.
final class ClientTrust: @unchecked Sendable {
    private let store: OpaquePointer

    /// - Parameter revocations: PEM of one list or more; nothing where revocation is not asked.
    init(authorities: [UInt8], revocations: [UInt8]?) throws(ListenerTLS.Mistake) {
        guard let store = X509_STORE_new() else { throw .authorities }
        self.store = store
        let trusted = Certificate.all(in: authorities)
        guard !trusted.isEmpty, legalaid_prepare_trust(store, revocations == nil ? 0 : 1) == 1 else {
            throw .authorities
        }
        for one in trusted where X509_STORE_add_cert(store, one.pointer) != 1 { throw .authorities }
        if let revocations { try add(revocations, of: trusted) }
    }

    deinit { X509_STORE_free(store) }

    /// Each list must be signed by an authority that is trusted, and still be in force: an old one would shut everybody out.
    private func add(_ revocations: [UInt8], of trusted: [Certificate]) throws(ListenerTLS.Mistake) {
        guard let source = PEMSource(revocations) else { throw .revocationList }
        var count = 0
        while let list = PEM_read_bio_X509_CRL(source.pointer, nil, nil, nil) {
            defer { X509_CRL_free(list) }
            count += 1
            let isOurs = trusted.contains { one in
                X509_NAME_cmp(X509_CRL_get_issuer(list), X509_get_subject_name(one.pointer)) == 0
                    && X509_CRL_verify(list, X509_get0_pubkey(one.pointer)) == 1
            }
            guard isOurs else {
                ERR_clear_error()
                throw .foreignRevocationList
            }
            if let next = X509_CRL_get0_nextUpdate(list), X509_cmp_current_time(next) < 0 { throw .oldRevocationList }
            guard X509_STORE_add_crl(store, list) == 1 else { throw .revocationList }
        }
        // The end of the file is told as an error too.
        ERR_clear_error()
        guard count > 0 else { throw .revocationList }
    }

    /// - Parameter chain: in DER, the client's own certificate first.
    func judge(_ chain: [[UInt8]]) -> TLSPeer {
        let certificates = chain.map { Certificate(der: $0) }
        let known = certificates.compactMap(\.self)
        guard let own = known.first, known.count == certificates.count else { return .refused(.malformed) }
        var pointers: [OpaquePointer?] = known.map(\.pointer)
        let verdict = withExtendedLifetime(known) { legalaid_verify_client(store, &pointers, pointers.count) }
        ERR_clear_error()
        guard verdict != X509_V_OK else {
            return .named(ClientCertificate(sha256: own.sha256, subject: own.subject))
        }
        return .refused(Self.fault(verdict))
    }

    private static func fault(_ verdict: Int32) -> CertificateFault {
        switch verdict {
        case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT, X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY,
            X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT, X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN,
            X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE, X509_V_ERR_CERT_SIGNATURE_FAILURE:
            .foreign
        case X509_V_ERR_CERT_HAS_EXPIRED: .expired
        case X509_V_ERR_CERT_NOT_YET_VALID: .notYetValid
        case X509_V_ERR_CERT_REVOKED: .revoked
        case X509_V_ERR_INVALID_PURPOSE, X509_V_ERR_INVALID_CA: .wrongPurpose
        case X509_V_ERR_UNABLE_TO_GET_CRL, X509_V_ERR_CRL_HAS_EXPIRED, X509_V_ERR_CRL_NOT_YET_VALID:
            .revocationUnknown
        case X509_V_ERR_EE_KEY_TOO_SMALL, X509_V_ERR_CA_KEY_TOO_SMALL, X509_V_ERR_CA_MD_TOO_WEAK: .weak
        default: .malformed
        }
    }
}
