import Translation
import Transport

extension Digests {
    /// By OpenSSL.
    public static let openSSL = Digests(
        sm3: { Digest.hex(Digest.sm3($0)) }, sha256: { Digest.hex(Digest.sha256($0)) },
        md5: { Digest.hex(Digest.md5($0)) })
}
