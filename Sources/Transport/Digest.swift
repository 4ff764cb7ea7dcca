import COpenSSL

/// Digests by OpenSSL.
public enum Digest {
    public static func sha256(_ bytes: [UInt8]) -> [UInt8] { digest(bytes, sha256Method ?? EVP_sha256()) }

    public static func sha512(_ bytes: [UInt8]) -> [UInt8] { digest(bytes, EVP_sha512()) }

    /// GB/T 32905.
    public static func sm3(_ bytes: [UInt8]) -> [UInt8] { digest(bytes, sm3Method ?? EVP_sm3()) }

    /// RFC 1321: only to hold a file against what its sender says of it; it proves nothing.
    public static func md5(_ bytes: [UInt8]) -> [UInt8] { digest(bytes, EVP_md5()) }

    // Fetched once: OpenSSL looks for the other form's method anew with every digest.
    nonisolated(unsafe) private static let sha256Method = EVP_MD_fetch(nil, "SHA256", nil)
    nonisolated(unsafe) private static let sm3Method = EVP_MD_fetch(nil, "SM3", nil)

    public static func hex(_ bytes: [UInt8]) -> String {
        func digit(_ half: UInt8) -> UInt8 { half < 10 ? 0x30 + half : 0x61 - 10 + half }
        return String(unsafeUninitializedCapacity: bytes.count * 2) { text in
            for (index, byte) in bytes.enumerated() {
                text[index * 2] = digit(byte >> 4)
                text[index * 2 + 1] = digit(byte & 15)
            }
            return bytes.count * 2
        }
    }

    private static func digest(_ bytes: [UInt8], _ algorithm: OpaquePointer?) -> [UInt8] {
        var length: UInt32 = 0
        return [UInt8](unsafeUninitializedCapacity: Int(EVP_MAX_MD_SIZE)) { buffer, written in
            let done = EVP_Digest(bytes, bytes.count, buffer.baseAddress, &length, algorithm, nil)
            written = done == 1 ? Int(length) : 0
        }
    }
}

/// Random bytes for secrets.
public enum SecureRandom {
    /// - Throws: `TransportError.noRandomness` when the system has none to give.
    public static func bytes(_ count: Int) throws(TransportError) -> [UInt8] {
        var done: Int32 = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, written in
            done = RAND_bytes(buffer.baseAddress, Int32(count))
            written = done == 1 ? count : 0
        }
        guard done == 1 else { throw .noRandomness }
        return bytes
    }
}
