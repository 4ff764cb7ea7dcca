/// How messages are signed. The first three are those of RFC 9421 §6.2.2; the others are for the national suite, whose names
/// no registry has.
public enum SignatureAlgorithm: String, Sendable, CaseIterable {
    case hmacSHA256 = "hmac-sha256"
    case ed25519
    case ecdsaP256SHA256 = "ecdsa-p256-sha256"
    /// RFC 2104 with GB/T 32905.
    case hmacSM3 = "hmac-sm3"
    /// GB/T 32918 with SM3 under the standard identity; r and s of 32 bytes each.
    case sm2SM3 = "sm2-sm3"

    /// Whether both sides hold the same secret.
    public var isShared: Bool {
        switch self {
        case .hmacSHA256, .hmacSM3: true
        case .ed25519, .ecdsaP256SHA256, .sm2SM3: false
        }
    }
}
