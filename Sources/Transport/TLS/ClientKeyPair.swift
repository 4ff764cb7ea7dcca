import COpenSSL

/// A certificate and its key, as we show them where we are the client.
public struct ClientKeyPair: Sendable {
    public enum Mistake: Sendable, Hashable { case certificate, expired, notForClients, key, otherKey }

    private let certificate: [UInt8]
    private let key: [UInt8]

    /// - Parameters: both in PEM.
    public init(certificate: [UInt8], key: [UInt8]) {
        self.certificate = certificate
        self.key = key
    }

    /// What is wrong with it; nothing where it can be shown.
    public var mistake: Mistake? {
        defer { ERR_clear_error() }
        guard let own = Certificate.all(in: certificate).first else { return .certificate }
        if own.isOver { return .expired }
        guard X509_check_purpose(own.pointer, X509_PURPOSE_SSL_CLIENT, 0) == 1 else { return .notForClients }
        guard let source = PEMSource(key), let pair = legalaid_read_key(source.pointer) else { return .key }
        defer { EVP_PKEY_free(pair) }
        return X509_check_private_key(own.pointer, pair) == 1 ? nil : .otherKey
    }
}
