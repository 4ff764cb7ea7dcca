import Foundation

/// A signed statement in one line: JWS in its compact form (RFC 7515; Ed25519 by RFC 8037), so that whoever has the public
/// key can hold it against that with any library.
public enum SignedStatement {
    public enum Fault: Error, Sendable, Hashable {
        /// No such line, or of an algorithm that is not known.
        case malformed
        /// The public key is none of the statement's algorithm, or cannot be read.
        case unreadableKey
        /// Not of this key, or changed.
        case wrong
    }

    /// - Returns: nothing for a shared secret, by which whoever checks could have made it, and where OpenSSL fails.
    public static func make(_ payload: [UInt8], by key: SignatureKey, keyID: String) -> String? {
        guard let name = name(of: key.algorithm) else { return nil }
        let header = "{\"alg\":\"\(name)\",\"kid\":\(StructuredItem.string(keyID).serialized),\"typ\":\"receipt+jwt\"}"
        let signed = "\(encoded(Array(header.utf8))).\(encoded(payload))"
        return key.sign(Array(signed.utf8)).map { "\(signed).\(encoded($0))" }
    }

    /// What a statement says, where it is signed by the key.
    ///
    /// - Parameter publicKey: in PEM.
    public static func payload(of statement: String, publicKey: String) throws(Fault) -> [UInt8] {
        let parts = statement.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, let header = decoded(parts[0]), let payload = decoded(parts[1]),
            let signature = decoded(parts[2]), let algorithm = algorithm(in: header)
        else { throw .malformed }
        let key: SignatureKey
        do throws(SignatureKey.Mistake) { key = try SignatureKey(algorithm, text: publicKey) } catch {
            throw .unreadableKey
        }
        guard key.verifies(signature, of: Array("\(parts[0]).\(parts[1])".utf8)) else { throw .wrong }
        return payload
    }

    private static func name(of algorithm: SignatureAlgorithm) -> String? {
        switch algorithm {
        case .ed25519: "EdDSA"
        case .ecdsaP256SHA256: "ES256"
        // In no registry.
        case .sm2SM3: "SM2-SM3"
        case .hmacSHA256, .hmacSM3: nil
        }
    }

    private static func algorithm(in header: [UInt8]) -> SignatureAlgorithm? {
        let text = String(decoding: header, as: UTF8.self)
        return SignatureAlgorithm.allCases.first { algorithm in
            name(of: algorithm).map { text.hasPrefix("{\"alg\":\"\($0)\",") } ?? false
        }
    }

    /// RFC 4648 §5, without padding.
    private static func encoded(_ bytes: [UInt8]) -> String {
        Data(bytes).base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
    }

    /// Only what is spelt in the one way.
    private static func decoded(_ text: Substring) -> [UInt8]? {
        let plain = text.replacing("-", with: "+").replacing("_", with: "/")
        let padding = String(repeating: "=", count: (4 - plain.utf8.count % 4) % 4)
        guard let data = Data(base64Encoded: plain + padding), encoded([UInt8](data)) == text else { return nil }
        return [UInt8](data)
    }
}
