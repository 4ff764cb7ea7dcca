import COpenSSL

/// The digests of something that comes in parts, by OpenSSL.
public final class RunningDigest {
    public enum Algorithm: Sendable { case sha256, sm3 }

    private let context: OpaquePointer

    /// - Throws: `TransportError.noDigest` where the system's OpenSSL does not offer it.
    public init(_ algorithm: Algorithm) throws(TransportError) {
        guard let context = EVP_MD_CTX_new() else { throw .noDigest }
        let method =
            switch algorithm {
            case .sha256: EVP_sha256()
            case .sm3: EVP_sm3()
            }
        guard EVP_DigestInit_ex(context, method, nil) == 1 else {
            EVP_MD_CTX_free(context)
            throw .noDigest
        }
        self.context = context
    }

    deinit { EVP_MD_CTX_free(context) }

    public func update(_ bytes: UnsafeRawBufferPointer) { EVP_DigestUpdate(context, bytes.baseAddress, bytes.count) }

    /// Lower-case hexadecimal; nothing may be asked of it afterwards.
    public func finish() -> String {
        var length: UInt32 = 0
        return Digest.hex(
            [UInt8](unsafeUninitializedCapacity: Int(EVP_MAX_MD_SIZE)) { buffer, written in
                written = EVP_DigestFinal_ex(context, buffer.baseAddress, &length) == 1 ? Int(length) : 0
            })
    }
}
