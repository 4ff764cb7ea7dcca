import Foundation

/// `Content-Digest` (RFC 9530): the digest of a body as it is sent.
public enum ContentDigest {
    static let field = "Content-Digest"

    private static func digest(_ algorithm: String, of bytes: [UInt8]) -> [UInt8]? {
        switch algorithm {
        case "sha-256": Digest.sha256(bytes)
        case "sha-512": Digest.sha512(bytes)
        // In no registry; for the national suite.
        case "sm3": Digest.sm3(bytes)
        case _: nil
        }
    }

    public static func value(of bytes: [UInt8]) -> String {
        "sha-256=:\(Data(Digest.sha256(bytes)).base64EncodedString()):"
    }

    enum Verdict { case agrees, differs, unknown }

    /// Every digest that is known must be right; `unknown` where none is.
    static func judge(_ field: String, of bytes: [UInt8]) -> Verdict {
        guard let members = try? StructuredField.dictionary(field) else { return .unknown }
        var verdict = Verdict.unknown
        for (name, value) in members {
            guard let right = digest(name, of: bytes) else { continue }
            guard case .item(.bytes(right), _) = value else { return .differs }
            verdict = .agrees
        }
        return verdict
    }
}
