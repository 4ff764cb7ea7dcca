import Vocabulary

/// Proves who is calling: by the bearer token (RFC 6750 §2.1), of which only the SHA-256 is kept, by the signature of the
/// message (RFC 9421), by the certificate of its connection, or by several of these, which then must be the same caller's.
public struct Doorkeeper: Sendable {
    private let callers: [String: Caller]
    private let holder: @Sendable (ClientCertificate) -> Caller?
    private let isExpired: @Sendable (_ hash: String) -> Bool
    private let verifier: SignatureVerifier
    private let mustSign: Set<Caller>
    private let now: @Sendable () -> Instant

    /// - Parameters:
    ///   - callers: by lower-case hexadecimal SHA-256 of the token.
    ///   - isExpired: whether the token of that hash is past its last moment.
    ///   - holder: whose a good certificate is; nothing for one that is bound to nobody.
    ///   - mustSign: those whose token alone is not enough.
    public init(
        callers: [String: Caller], isExpired: @escaping @Sendable (_ hash: String) -> Bool = { _ in false },
        holder: @escaping @Sendable (ClientCertificate) -> Caller? = { _ in nil },
        verifier: SignatureVerifier = SignatureVerifier(), mustSign: Set<Caller> = [],
        now: @escaping @Sendable () -> Instant = { Instant(milliseconds: 0) }
    ) {
        self.callers = callers
        self.isExpired = isExpired
        self.holder = holder
        self.verifier = verifier
        self.mustSign = mustSign
        self.now = now
    }

    enum Verdict {
        case known(Caller, VerifiedSignature?)
        /// Its token was right once.
        case expired(Caller)
        case unknown
        /// Its token is one's and its certificate another's.
        case otherCertificate(Caller)
        /// Its signature, or the lack of one, keeps it out.
        case unproved(SignatureFault, Caller?)
    }

    /// Whether a request shows a credential of any of these kinds.
    func isShown(by request: HTTPRequest) -> Bool {
        request.header("Authorization") != nil || SignatureVerifier.isSigned(request)
            || request.certificate.flatMap(holder) != nil
    }

    func judge(_ request: HTTPRequest) -> Verdict {
        let token = request.header("Authorization").map { bearer($0) }
        if case .expired? = token { return token ?? .unknown }
        if case .unknown? = token { return .unknown }
        var holder = request.certificate.flatMap(holder)
        if case .known(let caller, _)? = token {
            guard holder == nil || holder == caller else { return .otherCertificate(caller) }
            holder = caller
        }
        guard SignatureVerifier.isSigned(request) else {
            guard let holder else { return .unknown }
            return mustSign.contains(holder) ? .unproved(.unsigned, holder) : .known(holder, nil)
        }
        do throws(SignatureFault) {
            let signature = try verifier.verify(request, now: now())
            guard holder == nil || holder == signature.caller else { return .unproved(.unknownKey, holder) }
            return .known(signature.caller, signature)
        } catch {
            return .unproved(error, holder)
        }
    }

    /// Looking the digest up leaks nothing of use: who can steer a SHA-256 towards a stored one has broken it.
    private func bearer(_ field: String) -> Verdict {
        let parts = field.split(separator: " ", maxSplits: 1)
        guard parts.count == 2, parts[0].lowercased() == "bearer" else { return .unknown }
        let hash = Digest.hex(Digest.sha256(Array(parts[1].utf8)))
        guard let caller = callers[hash] else { return .unknown }
        return isExpired(hash) ? .expired(caller) : .known(caller, nil)
    }
}

extension Problem {
    /// A certificate that is not good, told as what it is: its holder sees as much in the certificate itself.
    static func refused(_ fault: CertificateFault) -> Problem {
        let told: LocalizedText =
            switch fault {
            case .missing: LocalizedText(zh: "此连接须出示客户端证书。", en: "Show a client certificate on this connection.")
            case .foreign:
                LocalizedText(
                    zh: "签发者不在网关信任的机构之列，或证书链不完整：请连同中间证书一并出示。",
                    en:
                        "No authority trusted here issued it, or its chain is not whole: show the intermediate ones too."
                )
            case .expired: LocalizedText(zh: "证书已过期，请换新证书。", en: "It has expired; take a new one.")
            case .notYetValid: LocalizedText(zh: "证书尚未生效，请核对时钟。", en: "It is not valid yet; check the clock.")
            case .revoked: LocalizedText(zh: "证书已被吊销。", en: "It has been revoked.")
            case .wrongPurpose:
                LocalizedText(zh: "证书不能用于客户端认证（扩展密钥用法）。", en: "It is not for clients (extended key usage).")
            case .revocationUnknown:
                LocalizedText(
                    zh: "没有可用的吊销列表，无法确认证书未被吊销；请联系网关管理员。",
                    en: "No revocation list in force covers it; ask the gateway's administrator.")
            case .weak: LocalizedText(zh: "密钥或签名算法过弱。", en: "Its key or signature is too weak.")
            case .malformed: LocalizedText(zh: "证书不合规。", en: "It is malformed.")
            }
        var problem = Problem(.certificateRefused, zh: told.zh, en: told.en)
        problem.headers = [("Connection", "close")]
        return problem
    }

    static let otherCertificate = Problem(
        .certificateRefused, zh: "令牌与客户端证书不属于同一单位。", en: "The token and the certificate are not the same caller's.")

    static let unidentified: Problem = {
        var problem = Problem(
            .unauthorized, zh: "请在 Authorization 头中提供有效的 Bearer 令牌。",
            en: "Give a valid bearer token in the Authorization header.")
        problem.headers = [("WWW-Authenticate", "Bearer")]
        return problem
    }()

    /// The same whatever is wrong, so that nobody learns how near a guess was; the reason is in the audit trail.
    static let signatureRefused: Problem = {
        var problem = Problem(
            .signatureRefused,
            zh: "签名缺失、无效、过期或已用过：须按 Accept-Signature 覆盖各项（有正文时须有 Content-Digest），每次请求使用新的 nonce 和当前时间。",
            en:
                "The signature is missing, wrong, too old or was used before: cover what Accept-Signature names (with a body, Content-Digest too), with a fresh nonce and the present time."
        )
        problem.headers = [
            ("WWW-Authenticate", "Signature realm=\"legal-aid-gateway\""),
            ("Accept-Signature", SignatureVerifier.wanted),
        ]
        return problem
    }()

    /// RFC 6750 §3.1.
    static let expired: Problem = {
        var problem = Problem(
            .credentialExpired, zh: "此令牌已过有效期，请向网关管理员索取新令牌。",
            en: "This token is past its last day; ask the gateway's administrator for a new one.")
        problem.headers = [
            ("WWW-Authenticate", "Bearer error=\"invalid_token\", error_description=\"The token expired\"")
        ]
        return problem
    }()

    static let otherDigest = Problem(
        .badRequest, zh: "正文与 Content-Digest 不符，可能在途中被截断或改动，请重发。",
        en: "The body is not the one that Content-Digest tells of: it was cut or changed on the way. Send it again.")
}
