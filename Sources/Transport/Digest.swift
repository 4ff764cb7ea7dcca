import COpenSSL

/// Digests by OpenSSL.
public enum Digest {
    public static func sha256(_ bytes: [UInt8]) -> [UInt8] { digest(bytes, EVP_sha256()) }

    /// GB/T 32905.
    public static func sm3(_ bytes: [UInt8]) -> [UInt8] { digest(bytes, EVP_sm3()) }

    /// RFC 1321: only to hold a file against what its sender says of it; it proves nothing.
    public static func md5(_ bytes: [UInt8]) -> [UInt8] { digest(bytes, EVP_md5()) }

    public static func hex(_ bytes: [UInt8]) -> String {
        let digits = Array("0123456789abcdef".utf8)
        var text: [UInt8] = []
        text.reserveCapacity(bytes.count * 2)
        for byte in bytes {
            text.append(digits[Int(byte >> 4)])
            text.append(digits[Int(byte & 15)])
        }
        return String(decoding: text, as: UTF8.self)
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
