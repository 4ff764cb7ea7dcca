import Transport
import Vocabulary

/// Who may call, and by what: the settings that a reload puts in force.
struct Credentials: Sendable {
    /// By the token's hash.
    var callers: [String: Caller] = [:]
    /// The same of tokens that are for rehearsals alone.
    var rehearsals: [String: Caller] = [:]
    /// The last moments of tokens that have one, by the token's hash.
    var tokenEnds: [String: Instant] = [:]
    /// By their `keyid`.
    var keys: [String: SignatureVerifier.Entry] = [:]
    /// Whose good certificates are.
    var certificates: [CertificateBinding: Caller] = [:]
    /// The last moments of such bindings that have one.
    var certificateEnds: [CertificateBinding: Instant] = [:]
    /// Those whose calls must be signed.
    var mustSign: Set<Caller> = []
    /// How often callers may call that have a bound of their own.
    var callsPerMinute: [Caller: Int] = [:]
    /// Of every other partner and institution; nothing where they may call as often as they like.
    var callsPerMinuteOfAll: Int?
    var skewSeconds = 300

    func doorkeeper(now: @escaping @Sendable () -> Instant) -> Doorkeeper {
        Doorkeeper(
            callers: callers, isExpired: { [tokenEnds] hash in tokenEnds[hash].map { $0 < now() } ?? false },
            holder: { holder(of: $0, at: now()) }, verifier: SignatureVerifier(keys: keys, skewSeconds: skewSeconds),
            mustSign: mustSign, now: now)
    }

    private func holder(of certificate: ClientCertificate, at now: Instant) -> Caller? {
        let bindings: [CertificateBinding] = [.sha256(certificate.sha256), .subject(certificate.subject)]
        return bindings.first { binding in
            certificates[binding] != nil && certificateEnds[binding].map { $0 >= now } ?? true
        }.flatMap { certificates[$0] }
    }

    /// Proves those who rehearse.
    func rehearsalDoorkeeper(now: @escaping @Sendable () -> Instant) -> Doorkeeper {
        Doorkeeper(
            callers: rehearsals, isExpired: { [tokenEnds] hash in tokenEnds[hash].map { $0 < now() } ?? false },
            now: now)
    }

    /// How often a caller may call; nothing for one without a bound.
    func callsPerMinute(of caller: Caller) -> Int? {
        caller.role == .operator ? nil : callsPerMinute[caller] ?? callsPerMinuteOfAll
    }
}

/// What a line of `credentials.xml` knows a certificate by.
enum CertificateBinding: Sendable, Hashable {
    /// Lower-case hexadecimal.
    case sha256(String)
    /// As RFC 4514 writes it; whichever certificate a trusted authority gives that name.
    case subject(String)

    /// By which an operator knows it; no secret.
    var told: String {
        switch self {
        case .sha256(let digest): "\(digest.prefix(8))"
        case .subject(let subject): subject
        }
    }
}
