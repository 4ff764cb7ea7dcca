import COpenSSL
import StrictJSON

/// HMAC-SM3 (RFC 2104 over GB/T 32905) under a secret of the gateway's: personal data are found again by it without
/// standing in an index, and nobody without the key can try values.
public struct KeyedHash: Sendable {
    /// Keyed once, and copied for every text: to key one anew costs more than the hash.
    ///
    /// `@unchecked`: copying only reads it.
    private final class Template: @unchecked Sendable {
        private let context: OpaquePointer

        init?(key: [UInt8]) {
            let method = EVP_MAC_fetch(nil, "HMAC", nil)
            defer { EVP_MAC_free(method) }
            guard let context = EVP_MAC_CTX_new(method) else { return nil }
            self.context = context
            var digest = Array("SM3".utf8CString)
            // The parameters point to their names and values: both must outlive the call that reads them.
            let isKeyed = OSSL_MAC_PARAM_DIGEST.withCString { name in
                digest.withUnsafeMutableBufferPointer { digest in
                    let parameters = [
                        OSSL_PARAM_construct_utf8_string(name, digest.baseAddress, 0), OSSL_PARAM_construct_end(),
                    ]
                    return EVP_MAC_init(context, key, key.count, parameters)
                }
            }
            guard isKeyed == 1 else { return nil }
        }

        deinit { EVP_MAC_CTX_free(context) }

        func code(of message: UnsafeBufferPointer<UInt8>) -> [UInt8] {
            guard let context = EVP_MAC_CTX_dup(context) else { return [] }
            defer { EVP_MAC_CTX_free(context) }
            return [UInt8](unsafeUninitializedCapacity: Int(EVP_MAX_MD_SIZE)) { buffer, written in
                let isDone =
                    EVP_MAC_update(context, message.baseAddress, message.count) == 1
                    && EVP_MAC_final(context, buffer.baseAddress, &written, buffer.count) == 1
                if !isDone { written = 0 }
            }
        }
    }

    private let template: Template

    /// - Parameter key: at least 16 random bytes.
    /// - Throws: `TransportError.noRandomness` where the key is too short to be one, `noDigest` where the system's OpenSSL
    ///   offers no SM3.
    public init(key: [UInt8]) throws(TransportError) {
        guard key.count >= 16 else { throw .noRandomness }
        guard let template = Template(key: key) else { throw .noDigest }
        self.template = template
    }

    /// The whole code.
    func code(of bytes: [UInt8]) throws(TransportError) -> [UInt8] {
        let code = bytes.withUnsafeBufferPointer(template.code)
        guard code.count == 32 else { throw .noDigest }
        return code
    }

    /// A key for one purpose, of the key that is kept.
    func derive(_ purpose: String) throws(TransportError) -> [UInt8] { try code(of: Array(purpose.utf8)) }

    /// The first 128 bits, lower-case hexadecimal.
    public func hash(_ text: String) -> String {
        Digest.hex(Array(text.lend(template.code).prefix(16)))
    }
}
