import COpenSSL
import Vocabulary

/// One certificate (RFC 5280), owned.
///
/// `@unchecked`: OpenSSL counts references atomically, and nothing of it is changed.
final class Certificate: @unchecked Sendable {
    let pointer: OpaquePointer

    init(taking pointer: OpaquePointer) { self.pointer = pointer }

    /// - Returns: nothing where the bytes are no certificate.
    convenience init?(der: [UInt8]) {
        let parsed = der.withUnsafeBufferPointer { bytes in
            var at = bytes.baseAddress
            return d2i_X509(nil, &at, bytes.count)
        }
        guard let parsed else {
            ERR_clear_error()
            return nil
        }
        self.init(taking: parsed)
    }

    deinit { X509_free(pointer) }

    /// All that a PEM file (RFC 7468) holds, in its order.
    static func all(in pem: [UInt8]) -> [Certificate] {
        guard let source = PEMSource(pem) else { return [] }
        var found: [Certificate] = []
        while found.count < 1000, let one = PEM_read_bio_X509(source.pointer, nil, nil, nil) {
            found.append(Certificate(taking: one))
        }
        // The end of the file is told as an error too.
        ERR_clear_error()
        return found
    }

    /// Lower-case hexadecimal SHA-256 of the whole certificate.
    var sha256: String {
        var bytes = [UInt8](repeating: 0, count: 32)
        var count: UInt32 = 0
        return X509_digest(pointer, EVP_sha256(), &bytes, &count) == 1 ? Digest.hex(bytes) : ""
    }

    /// Its subject as RFC 4514 writes it, other letters than ASCII as they are.
    var subject: String {
        guard let sink = BIO_new(BIO_s_mem()) else { return "" }
        defer { BIO_free(sink) }
        X509_NAME_print_ex(sink, X509_get_subject_name(pointer), 0, legalaid_name_style())
        var text = [UInt8](repeating: 0, count: 4096)
        let count = BIO_read(sink, &text, Int32(text.count))
        return count > 0 ? String(decoding: text.prefix(Int(count)), as: UTF8.self) : ""
    }

    /// `notAfter`, in seconds since 1970.
    var end: Int64? { CertificateFile.seconds(of: X509_get0_notAfter(pointer)) }
    var isOver: Bool { X509_cmp_current_time(X509_get0_notAfter(pointer)) < 0 }
    var isToCome: Bool { X509_cmp_current_time(X509_get0_notBefore(pointer)) > 0 }
}

/// PEM text that OpenSSL reads.
struct PEMSource: ~Copyable {
    let pointer: OpaquePointer
    /// OpenSSL reads it where it lies.
    private let bytes: UnsafeMutableBufferPointer<UInt8>

    init?(_ text: [UInt8]) {
        guard let length = Int32(exactly: text.count), length > 0 else { return nil }
        let bytes = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: text.count)
        _ = bytes.initialize(from: text)
        guard let pointer = BIO_new_mem_buf(bytes.baseAddress, length) else {
            bytes.deallocate()
            return nil
        }
        self.bytes = bytes
        self.pointer = pointer
    }

    deinit {
        BIO_free(pointer)
        bytes.deallocate()
    }
}
