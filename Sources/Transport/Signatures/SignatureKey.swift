import COpenSSL
import Foundation

/// What messages are signed with, or held against.
public struct SignatureKey: Sendable {
    public enum Mistake: Error, Sendable, Hashable {
        /// Neither PEM of that algorithm, nor Base64 of a secret.
        case unreadable
        /// Fewer than 32 bytes, or one that anybody would try first.
        case weak
    }

    private enum Material: Sendable {
        case secret([UInt8])
        case pair(KeyPair)
    }

    public let algorithm: SignatureAlgorithm
    private let material: Material

    /// - Parameters:
    ///   - text: Base64 of a secret, or a key in PEM: of a partner's the public one, of one's own the private one.
    public init(_ algorithm: SignatureAlgorithm, text: String, isPrivate: Bool = false) throws(Mistake) {
        self.algorithm = algorithm
        if algorithm.isShared {
            let joined = text.filter { !$0.isWhitespace }
            guard let data = Data(base64Encoded: joined) else { throw .unreadable }
            guard data.count >= 32, Set(data).count >= 12 else { throw .weak }
            material = .secret([UInt8](data))
        } else {
            guard let pair = KeyPair(pem: Array(text.utf8), isPrivate: isPrivate), pair.fits(algorithm) else {
                throw .unreadable
            }
            material = .pair(pair)
        }
    }

    /// A new one, as the text to keep and the text to hand out: both the same for a shared secret.
    ///
    /// - Throws: `TransportError` where the system has no randomness, or its OpenSSL not this algorithm.
    public static func make(
        _ algorithm: SignatureAlgorithm
    ) throws(TransportError) -> (own: String, handedOut: String) {
        if algorithm.isShared {
            let text = Data(try SecureRandom.bytes(32)).base64EncodedString() + "\n"
            return (text, text)
        }
        guard let pair = KeyPair(algorithm), let own = pair.pem(isPrivate: true),
            let handedOut = pair.pem(isPrivate: false)
        else { throw .noDigest }
        return (own, handedOut)
    }

    /// Tells keys apart; of a secret it tells nothing.
    public var fingerprint: String {
        switch material {
        case .secret(let secret): String(Digest.hmacSHA256(key: secret, Array("fingerprint".utf8)).prefix(16))
        case .pair(let pair): String(Digest.hex(Digest.sha256(pair.publicBytes)).prefix(16))
        }
    }

    /// - Returns: nothing where the system's OpenSSL fails, or the key is a public one.
    func sign(_ message: [UInt8]) -> [UInt8]? {
        switch material {
        case .secret(let secret): Self.code(algorithm, secret, message)
        case .pair(let pair): pair.sign(message, algorithm)
        }
    }

    func verifies(_ signature: [UInt8], of message: [UInt8]) -> Bool {
        switch material {
        case .secret(let secret):
            guard let code = Self.code(algorithm, secret, message), code.count == signature.count else { return false }
            return CRYPTO_memcmp(code, signature, code.count) == 0
        case .pair(let pair): return pair.verifies(signature, of: message, algorithm)
        }
    }

    private static func code(_ algorithm: SignatureAlgorithm, _ secret: [UInt8], _ message: [UInt8]) -> [UInt8]? {
        var length: UInt32 = 0
        let method = algorithm == .hmacSM3 ? EVP_sm3() : EVP_sha256()
        let bytes = [UInt8](unsafeUninitializedCapacity: Int(EVP_MAX_MD_SIZE)) { buffer, written in
            let made = HMAC(method, secret, Int32(secret.count), message, message.count, buffer.baseAddress, &length)
            written = made == nil ? 0 : Int(length)
        }
        return bytes.isEmpty ? nil : bytes
    }
}
