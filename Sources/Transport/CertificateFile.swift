import COpenSSL

/// What a PEM file (RFC 7468) says of its certificates.
public enum CertificateFile {
    /// Certificates that are read of one file; a system's bundle has some hundred.
    private static let most = 1000

    /// When the first of the certificates ends (`notAfter`, RFC 5280 §4.1.2.5), in seconds since 1970; nothing where
    /// the bytes hold no certificate that can be read.
    public static func firstEnd(in pem: [UInt8]) -> Int64? {
        guard !pem.isEmpty, let length = Int32(exactly: pem.count), let source = BIO_new_mem_buf(pem, length) else {
            return nil
        }
        defer { BIO_free(source) }
        var first: Int64?
        for _ in 0..<most {
            guard let certificate = PEM_read_bio_X509(source, nil, nil, nil) else { break }
            defer { X509_free(certificate) }
            guard let end = seconds(of: X509_get0_notAfter(certificate)) else { continue }
            first = min(first ?? end, end)
        }
        // The end of the file is told as an error too.
        ERR_clear_error()
        return first
    }

    /// Lower-case hexadecimal SHA-256 of the first certificate; nothing where there is none.
    public static func fingerprint(of pem: [UInt8]) -> String? { Certificate.all(in: pem).first?.sha256 }

    /// When the first of the revocation lists in a PEM file is to be replaced (`nextUpdate`, RFC 5280 §5.1.2.5).
    public static func firstListEnd(in pem: [UInt8]) -> Int64? {
        guard let source = PEMSource(pem) else { return nil }
        var first: Int64?
        for _ in 0..<most {
            guard let list = PEM_read_bio_X509_CRL(source.pointer, nil, nil, nil) else { break }
            defer { X509_CRL_free(list) }
            guard let end = seconds(of: X509_CRL_get0_nextUpdate(list)) else { continue }
            first = min(first ?? end, end)
        }
        ERR_clear_error()
        return first
    }

    static func seconds(of time: UnsafePointer<ASN1_TIME>?) -> Int64? {
        guard let time, let epoch = ASN1_TIME_set(nil, 0) else { return nil }
        defer { ASN1_TIME_free(epoch) }
        var days: Int32 = 0
        var seconds: Int32 = 0
        guard ASN1_TIME_diff(&days, &seconds, epoch, time) == 1 else { return nil }
        return Int64(days) * 86_400 + Int64(seconds)
    }
}
