import COpenSSL

/// Salted, memory-hard hashes of passwords: scrypt (RFC 7914) by OpenSSL.
///
/// Written as `scrypt$<log2 N>$<r>$<p>$<salt>$<hash>`, so that stored hashes outlive a change of the cost.
public enum PasswordHash {
    /// 32 MiB a hash and about as costly as N = 2^17, p = 1, which OWASP's cheat sheet names.
    private static let cost = Cost(logN: 15, r: 8, p: 3)
    private static let length = 32

    private struct Cost {
        let logN: Int
        let r: Int
        let p: Int

        /// Bounds keep a tampered store from asking for all the memory there is.
        var isSensible: Bool { (10...20).contains(logN) && (1...32).contains(r) && (1...16).contains(p) }
    }

    /// - Throws: `TransportError.noRandomness` when there is no salt to be had, or no memory for the hash.
    public static func make(_ password: String) throws(TransportError) -> String {
        let salt = try SecureRandom.bytes(16)
        guard let hash = derive(password, salt, cost) else { throw .noRandomness }
        return "scrypt$\(cost.logN)$\(cost.r)$\(cost.p)$\(Digest.hex(salt))$\(Digest.hex(hash))"
    }

    /// Whether the password is the one; compared in constant time.
    public static func matches(_ password: String, _ stored: String) -> Bool {
        let parts = stored.split(separator: "$")
        guard parts.count == 6, parts[0] == "scrypt", let logN = Int(parts[1]), let r = Int(parts[2]),
            let p = Int(parts[3]), let salt = bytes(parts[4]), let expected = bytes(parts[5])
        else { return false }
        let cost = Cost(logN: logN, r: r, p: p)
        guard cost.isSensible, expected.count == length, let hash = derive(password, salt, cost) else { return false }
        return CRYPTO_memcmp(hash, expected, length) == 0
    }

    /// Matches no password and takes as long as any: for names that nobody has.
    public static let decoy =
        "scrypt$\(cost.logN)$\(cost.r)$\(cost.p)$\(String(repeating: "00", count: 16))$\(String(repeating: "00", count: length))"

    private static func derive(_ password: String, _ salt: [UInt8], _ cost: Cost) -> [UInt8]? {
        let text = Array(password.utf8)
        var done: Int32 = 0
        let hash = [UInt8](unsafeUninitializedCapacity: length) { buffer, written in
            done = text.withUnsafeBytes { raw in
                EVP_PBE_scrypt(
                    raw.bindMemory(to: CChar.self).baseAddress, text.count, salt, salt.count, 1 << UInt64(cost.logN),
                    UInt64(cost.r), UInt64(cost.p), 256 << 20, buffer.baseAddress, length)
            }
            written = done == 1 ? length : 0
        }
        return done == 1 ? hash : nil
    }

    private static func bytes(_ hex: Substring) -> [UInt8]? {
        let digits = hex.utf8.compactMap { Character(Unicode.Scalar($0)).hexDigitValue }
        guard digits.count == hex.utf8.count, digits.count % 2 == 0 else { return nil }
        return stride(from: 0, to: digits.count, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
    }
}

extension Digest {
    /// RFC 2104 with SHA-256, hexadecimal.
    public static func hmacSHA256(key: [UInt8], _ message: [UInt8]) -> String {
        var length: UInt32 = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: Int(EVP_MAX_MD_SIZE)) { buffer, written in
            let made = HMAC(EVP_sha256(), key, Int32(key.count), message, message.count, buffer.baseAddress, &length)
            written = made == nil ? 0 : Int(length)
        }
        return hex(bytes)
    }

    /// Compared in a time that does not tell how much of it was right.
    public static func isEqual(_ left: String, _ right: String) -> Bool {
        let (a, b) = (Array(left.utf8), Array(right.utf8))
        return a.count == b.count && CRYPTO_memcmp(a, b, a.count) == 0
    }
}
