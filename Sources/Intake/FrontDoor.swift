import Canonical
import Messaging
import Observability
import StrictJSON
import Translation
import Transport
import Vocabulary

/// The front door: partner agencies hand in referrals here, and whatever follows them.
public struct FrontDoor: Sendable {
    let store: any MessageStore & EvidenceStore & FollowUpStore
    private(set) var clerk: CaseClerk
    let registry: Registry
    let limits: CaseLimits
    let now: @Sendable () -> Instant
    let log: Log
    let metrics: IntakeMetrics
    let drift: DriftWatch
    let underway: CommitsUnderway

    var pipeline: Pipeline { clerk.pipeline }
    var identifiers: IdentifierSource { clerk.identifiers }

    public init(
        clerk: CaseClerk, store: any MessageStore & EvidenceStore & FollowUpStore, limits: CaseLimits = CaseLimits(),
        now: @escaping @Sendable () -> Instant, log: Log, metrics: Metrics,
        drift: DriftWatch, underway: CommitsUnderway = CommitsUnderway()
    ) {
        self.store = store
        self.clerk = clerk
        registry = clerk.registry
        self.limits = limits
        self.now = now
        self.log = log
        self.metrics = IntakeMetrics(metrics)
        self.drift = drift
        self.underway = underway
    }

    /// With the mappings and rules of this moment: a document meets no others between its first byte and its commit.
    public var pinned: FrontDoor {
        var door = self
        door.clerk.pipeline = pipeline.pinned()
        return door
    }

    /// One message walks in: *identify → parse, validate, translate → look what is on file → triage → commit*, and leaves
    /// with a receipt.
    ///
    /// The receipt is given only after the commit, so what was acknowledged is never lost. A copy of a message that is
    /// still being worked on meets the first one in the store's transaction and gets the same receipt. What is about an
    /// earlier referral finds it, or waits for it, in that transaction too.
    ///
    /// - Parameter subject: what the message is about, where the call itself says so.
    func receive(
        _ request: HTTPRequest, from caller: Caller, about subject: CallTerms.Subject? = nil
    ) async throws -> HTTPResponse {
        try DocumentMedia.check(request)
        let announcement = underway.announce()
        let sender = try registry.sender(caller)
        let receivedAt = now()
        let terms = CallTerms(subject: subject, mapping: request.query("mapping"))
        let message = Pipeline.Message(of: request, sender: sender, receivedAt: receivedAt, terms: terms)
        let claim = ClaimCheck(message.bytes, mediaType: request.header("Content-Type"))

        let translation = try translate(message, about: subject)
        let evidence = try await evidence(for: translation, at: receivedAt)
        let walk = pipeline.assess(translation, message, evidence: evidence)
        let sealed = try seal(
            walk, claim: claim, sender: sender, receivedAt: receivedAt, superseding: nil, terms: terms)
        announcement.arrived()
        let acceptance = try await store.accept(sealed.commit)

        note(acceptance, sealed, walk)
        return try answer(acceptance, sealed, to: request)
    }

    /// A document that came as a file walks in like any other; it is answered in its own format.
    ///
    /// - Throws: what keeps the store from taking it.
    public func handIn(_ bytes: [UInt8], partnerID: String) async throws -> HTTPResponse {
        let isXML = bytes.first { $0 > 0x20 && $0 < 0x80 } == UInt8(ascii: "<")
        let request = HTTPRequest(
            method: "POST", path: "/v1/referrals", query: [],
            headers: isXML ? [("Accept", "application/xml")] : [], body: bytes)
        do {
            return try await pinned.receive(request, from: Caller(role: .partner, id: partnerID))
        } catch let problem as Problem {
            return problem.response(to: request, asXML: isXML)
        }
    }

    /// A dead letter's bytes, as they came or mended, take the walk again; the old dead letter ends in the transaction that
    /// stores the new result.
    public func replay(
        bytes: [UInt8], of deadLetter: DeadLetterDetail, superseding: SupersededDeadLetter
    ) async throws -> JSONValue {
        let receivedAt = now()
        let (message, sender) = try resent(bytes, of: deadLetter, at: receivedAt)

        let translation = try translate(message, about: deadLetter.terms.subject)
        let evidence = try await evidence(for: translation, at: receivedAt)
        let walk = pipeline.assess(translation, message, evidence: evidence)
        let sealed = try seal(
            walk, claim: ClaimCheck(bytes, mediaType: deadLetter.mediaType), sender: sender, receivedAt: receivedAt,
            superseding: superseding, terms: deadLetter.terms)
        switch try await store.accept(sealed.commit) {
        case .stored: return sealed.problem?.json(language: nil) ?? sealed.receipt
        case .resolved(let answer): return (try? JSONValue(parsing: answer.bytes)) ?? sealed.receipt
        case .replayed(_, let answer): return (try? JSONValue(parsing: answer)) ?? sealed.receipt
        case .conflict(let referralID): throw Self.conflict(referralID)
        case .superseded: throw Self.gone
        }
    }

    /// Bytes as the message of a dead letter's sender, on the terms of its call. A mapping that is not there, or no longer,
    /// would keep the dead letter in the dead-letter queue for ever: the document tells then.
    func resent(
        _ bytes: [UInt8], of deadLetter: DeadLetterDetail, at receivedAt: Instant
    ) throws -> (message: Pipeline.Message, sender: Partner) {
        let id = deadLetter.summary.partnerID
        let isInstitution = registry.partners[id] == nil && registry.institutions[id] != nil
        let sender = try registry.sender(Caller(role: isInstitution ? .institution : .partner, id: id))
        var message = Pipeline.Message(
            bytes, mediaType: deadLetter.mediaType, sender: sender, receivedAt: receivedAt, terms: deadLetter.terms)
        if let mapping = message.mapping, !pipeline.mayUse(mapping, among: message.allowedMappings) {
            message.mapping = nil
        }
        return (message, sender)
    }

    /// What a document would leave in the store, for measurements: nothing is stored and nothing on file is looked at.
    public func commit(of bytes: [UInt8], mediaType: String, partnerID: String) throws -> IntakeCommit {
        let sender = try registry.partner(Caller(role: .partner, id: partnerID))
        let receivedAt = now()
        let request = HTTPRequest(
            method: "POST", path: "/v1/referrals", query: [], headers: [("Content-Type", mediaType)], body: bytes)
        let message = Pipeline.Message(of: request, sender: sender, receivedAt: receivedAt, terms: CallTerms())
        return try seal(
            pipeline.walk(message), claim: ClaimCheck(bytes, mediaType: mediaType), sender: sender,
            receivedAt: receivedAt, superseding: nil
        ).commit
    }

    private func evidence(
        for translation: TranslatedDocument, at now: Instant
    ) async throws -> (LegalAidApplication) -> [JSONValue] {
        try await evidence(on: translation.records.map(\.application), at: now)
    }

    /// What status shares on file show about the persons of applications.
    func evidence(
        on applications: [LegalAidApplication], at now: Instant
    ) async throws(StoreError) -> (LegalAidApplication) -> [JSONValue] {
        let persons = Set(applications.flatMap { clerk.keys.persons(in: $0, at: "recipient") })
        let found = try await store.evidence(of: Array(persons), now: now)
        if found.isEmpty { return { _ in [] } }
        let byPerson = Dictionary(grouping: found, by: \.person)
        return { application in
            clerk.keys.persons(in: application, at: "recipient").flatMap { byPerson[$0] ?? [] }
                .flatMap { (try? JSONValue(parsing: $0.content))?.array ?? [] }
        }
    }

    private func answer(
        _ acceptance: Acceptance, _ sealed: SealedReferral, to request: HTTPRequest
    ) throws(Problem) -> HTTPResponse {
        let asXML = wantsXML(request)
        let location = (name: "Location", value: "/v1/referrals/\(sealed.commit.referralID)")
        switch acceptance {
        case .conflict(let referralID): throw Self.conflict(referralID)
        case .superseded: throw Self.gone
        case .stored:
            if let problem = sealed.problem { return problem.response(to: request, asXML: asXML) }
            return asXML
                ? receipt(sealed.receipt, status: 202, headers: [location], asXML: true)
                : .json(sealed.commit.answer, status: 202, headers: [location])
        case .resolved(let answer):
            return receipt(try Self.stored(answer.bytes), status: 202, headers: [location], asXML: asXML)
        case .replayed(let referralID, let bytes):
            // What was stored is what was answered: a receipt, or the problem of a message that is still invalid.
            let stored = try Self.stored(bytes)
            if stored["type"] != nil {
                return asXML
                    ? XMLRendering.response(stored, root: "problem", status: 422)
                    : HTTPResponse(
                        status: 422,
                        headers: [
                            ("Content-Type", "application/problem+json; charset=utf-8"),
                            ("Idempotent-Replayed", "true"),
                        ], body: bytes)
            }
            return receipt(
                stored, status: 200,
                headers: [("Location", "/v1/referrals/\(referralID)"), ("Idempotent-Replayed", "true")], asXML: asXML)
        }
    }

    private static func stored(_ bytes: [UInt8]) throws(Problem) -> JSONValue {
        guard let stored = try? JSONValue(parsing: bytes) else {
            throw Problem(.internalError, zh: "已存回执无法读取。", en: "The stored receipt cannot be read.")
        }
        return stored
    }

    private func receipt(
        _ receipt: JSONValue, status: Int, headers: [(name: String, value: String)], asXML: Bool
    ) -> HTTPResponse {
        asXML
            ? XMLRendering.response(receipt, root: "receipt", status: status, headers: headers)
            : .json(receipt, status: status, headers: headers)
    }

    private func note(_ acceptance: Acceptance, _ sealed: SealedReferral, _ walk: Pipeline.Walk) {
        let outcome =
            switch acceptance {
            case .stored: sealed.commit.outcome.rawValue
            case .resolved(let answer): answer.outcome.rawValue
            case .replayed: "replayed"
            case .conflict: "conflict"
            case .superseded: "superseded"
            }
        metrics.received(partner: sealed.commit.partnerID, outcome: outcome)
        switch acceptance {
        case .stored, .resolved:
            metrics.fired(in: walk)
            drift.observe(
                walk.translation, partner: sealed.commit.partnerID, at: sealed.commit.receivedAt.timestamp)
        case .replayed, .conflict, .superseded: break
        }
        log.info(
            "referral received",
            [
                ("referralId", .string(sealed.commit.referralID)), ("partner", .string(sealed.commit.partnerID)),
                ("outcome", .string(outcome)), ("mapping", .text(sealed.commit.mappingID) ?? .null),
                ("bytes", JSONValue(sealed.commit.rawBytes.count)),
                ("digest", .string(String(sealed.commit.digest.prefix(8)))),
            ])
    }

    private static let gone = Problem(
        .wrongState, zh: "这封死信已由他人处理。", en: "Somebody else has dealt with this dead letter already.")

    private static func conflict(_ referralID: String) -> Problem {
        var problem = Problem(
            .messageIdConflict, zh: "同一报文编号此前已用于不同内容。请换用新的报文编号，或提交更正/撤销报文。",
            en: "This message id was used before for other content. Use a new id, or send a correction or cancellation."
        )
        problem.members = [("messageId", .string(referralID))]
        return problem
    }
}

extension Pipeline.Message {
    init(of request: HTTPRequest, sender: Partner, receivedAt: Instant, terms: CallTerms) {
        self.init(
            request.body, mediaType: request.header("Content-Type"), sender: sender, receivedAt: receivedAt,
            terms: terms)
        observes = true
    }

    fileprivate init(
        _ bytes: [UInt8], mediaType: String?, sender: Partner, receivedAt: Instant, terms: CallTerms
    ) {
        self.init(
            bytes: bytes, mapping: terms.mapping, allowedMappings: sender.allowedMappings,
            senderCodes: sender.allowedSenderCodes, receivedAt: receivedAt.timestamp)
        setMediaType(mediaType)
        isAddressed = terms.subject != nil
    }
}
