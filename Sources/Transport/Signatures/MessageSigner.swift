import Foundation
import Vocabulary

/// Signs what the gateway sends (RFC 9421), with the digest of its body (RFC 9530).
public struct MessageSigner: Sendable {
    private let key: SignatureKey
    private let keyID: String

    public init(key: SignatureKey, keyID: String) {
        self.key = key
        self.keyID = keyID
    }

    /// The fields to send besides `headers`, all of which are covered.
    ///
    /// - Parameter nonce: fresh for every message.
    /// - Returns: nothing where the system's OpenSSL fails, or the address is none.
    public func fields(
        method: String, url: String, headers: [(name: String, value: String)], body: [UInt8], at now: Instant,
        nonce: String
    ) -> [(name: String, value: String)]? {
        guard let scheme = url.split(separator: ":").first.map({ $0.lowercased() }) else { return nil }
        let target = RequestTarget(url)
        guard let host = target.authority, !target.isMalformed else { return nil }
        let digest = (name: ContentDigest.field, value: ContentDigest.value(of: body))
        var request = HTTPRequest(
            method: method, path: "", query: [], headers: headers + [digest, ("Host", host)], body: [])
        request.target = target.raw
        let components =
            ["@method", "@authority", "@path", "@query"] + (headers + [digest]).map { $0.name.lowercased() }
        let parameters = StructuredParameters(pairs: [
            ("created", .integer(now.milliseconds / 1000)), ("keyid", .string(keyID)),
            ("alg", .string(key.algorithm.rawValue)), ("nonce", .string(nonce)),
        ])
        let input = SignatureInput(label: "sig", components: components, parameters: parameters, signature: [])
        guard let base = input.base(of: request, scheme: scheme), let signature = key.sign(base) else { return nil }
        return [
            digest, ("Signature-Input", "sig=\(SignatureInput.parameters(components, parameters))"),
            ("Signature", "sig=\(StructuredItem.bytes(signature).serialized)"),
        ]
    }
}
