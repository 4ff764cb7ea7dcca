import Vocabulary

/// A signature that was found right; its nonce is still to be held against those that were used.
public struct VerifiedSignature: Sendable, Hashable {
    public let caller: Caller
    public let keyID: String
    public let nonce: String
    /// No such signature is taken after it.
    public let until: Instant
}

/// Holds requests against the keys of those who may sign them (RFC 9421).
public struct SignatureVerifier: Sendable {
    /// A caller's key, and when it is in force.
    public struct Entry: Sendable {
        public let caller: Caller
        public let key: SignatureKey
        public let from: Instant?
        public let until: Instant?

        public init(caller: Caller, key: SignatureKey, from: Instant? = nil, until: Instant? = nil) {
            self.caller = caller
            self.key = key
            self.from = from
            self.until = until
        }
    }

    private let keys: [String: Entry]
    /// Milliseconds that a sender's clock may be off.
    private let skew: Int64

    /// - Parameters:
    ///   - keys: by their `keyid`.
    ///   - skew: how far `created` may lie from now, either way.
    public init(keys: [String: Entry] = [:], skewSeconds skew: Int = 300) {
        self.keys = keys
        self.skew = Int64(skew) * 1000
    }

    static func isSigned(_ request: HTTPRequest) -> Bool {
        request.header("Signature-Input") != nil || request.header("Signature") != nil
    }

    /// Of several signatures the first whose key is known counts: others may be those of servers on the way.
    func verify(_ request: HTTPRequest, now: Instant) throws(SignatureFault) -> VerifiedSignature {
        let inputs = try SignatureInput.all(of: request)
        let known = inputs.first { input in input.text("keyid").map { keys[$0] != nil } ?? false }
        guard let input = known, let keyID = input.text("keyid"), let entry = keys[keyID] else { throw .unknownKey }
        guard entry.from.map({ $0 <= now }) ?? true, entry.until.map({ now <= $0 }) ?? true else {
            throw .keyNotInForce
        }
        if input.parameters["alg"] != nil, input.text("alg") != entry.key.algorithm.rawValue { throw .otherAlgorithm }
        let until = try moment(of: input, now: now)
        guard let nonce = input.text("nonce"), (8...128).contains(nonce.utf8.count) else { throw .missingComponent }
        guard Self.covers(input, request) else { throw .missingComponent }
        guard let base = input.base(of: request, scheme: request.isSecure ? "https" : "http") else {
            throw .missingComponent
        }
        guard entry.key.verifies(input.signature, of: base) else { throw .wrong }
        return VerifiedSignature(caller: entry.caller, keyID: keyID, nonce: nonce, until: until)
    }

    /// - Returns: until when the signature is taken.
    private func moment(of input: SignatureInput, now: Instant) throws(SignatureFault) -> Instant {
        guard let created = input.seconds("created") else { throw .missingComponent }
        guard abs(created) < 1 << 40, abs(created * 1000 - now.milliseconds) <= skew else { throw .stale }
        var until = Instant(milliseconds: created * 1000 + skew)
        if input.parameters["expires"] != nil {
            guard let expires = input.seconds("expires"), abs(expires) < 1 << 40, now.milliseconds <= expires * 1000
            else { throw .stale }
            until = min(until, Instant(milliseconds: expires * 1000))
        }
        return until
    }

    /// What nobody on the way may change must be covered.
    static func covers(_ input: SignatureInput, _ request: HTTPRequest) -> Bool {
        func has(_ name: String) -> Bool { input.components.contains(name) }
        guard has("@method") else { return false }
        let place = has("@authority") && (has("@path") && (has("@query") || !request.target.contains("?")))
        guard has("@target-uri") || place || (has("@authority") && has("@request-target")) else { return false }
        if request.hasContent, !has("content-digest") { return false }
        return ["Content-Type", "Content-Encoding", "Content-Digest"].allSatisfy { name in
            request.header(name) == nil || has(name.lowercased())
        }
    }

    /// What a request must cover, as `Accept-Signature` says it (RFC 9421 §5.1).
    static let wanted =
        "sig=(\"@method\" \"@authority\" \"@path\" \"@query\" \"content-type\" \"content-digest\");created;keyid;nonce"
}

extension HTTPRequest {
    /// Whether a body comes with it, as its header says.
    fileprivate var hasContent: Bool {
        !body.isEmpty || header("Transfer-Encoding") != nil || (header("Content-Length").flatMap { Int($0) } ?? 0) > 0
    }
}
