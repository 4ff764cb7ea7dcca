/// What a request's header alone decides: whether its body is read at all, and how much of it.
public enum Entrance: Sendable {
    case open(Pass)
    /// Answered as it is; no byte of the body is read.
    case refused(HTTPResponse)
}

/// A request that may come in.
public struct Pass: Sendable {
    /// Who sent it, where the header proves that.
    public let caller: Caller?
    /// Whose nonce is still to be spent, and whose digest to be held against the body.
    public let signature: VerifiedSignature?
    /// Nobody has said yet who sent it, or has shown a session that is yet to be looked up: little of it is read.
    public let isStranger: Bool
    /// Answered however busy the gateway is.
    public let isEssential: Bool

    public init(
        caller: Caller? = nil, signature: VerifiedSignature? = nil, isStranger: Bool = false,
        isEssential: Bool = false
    ) {
        self.caller = caller
        self.signature = signature
        self.isStranger = isStranger
        self.isEssential = isEssential
    }
}
