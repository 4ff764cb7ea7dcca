import COpenSSL

/// HMAC-SM3 (RFC 2104 over GB/T 32905) under a secret of the gateway's: personal data are found again by it without
/// standing in an index, and nobody without the key can try values.
public struct KeyedHash: Sendable {
    private let key: [UInt8]

    /// - Parameter key: at least 16 random bytes.
    /// - Throws: `TransportError.noRandomness` where the key is too short to be one.
    public init(key: [UInt8]) throws(TransportError) {
        guard key.count >= 16 else { throw .noRandomness }
        self.key = key
    }

    /// The first 128 bits, lower-case hexadecimal.
    public func hash(_ text: String) -> String {
        let message = Array(text.utf8)
        var length: UInt32 = 0
        let code = [UInt8](unsafeUninitializedCapacity: Int(EVP_MAX_MD_SIZE)) { buffer, written in
            let done = HMAC(
                EVP_sm3(), key, Int32(key.count), message, message.count, buffer.baseAddress, &length)
            written = done == nil ? 0 : Int(length)
        }
        return Digest.hex(Array(code.prefix(16)))
    }
}
