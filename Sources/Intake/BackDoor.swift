import Canonical
import Journal
import Messaging
import StrictJSON
import Translation
import Transport

/// The back door: institutions' case systems say here what happened to an application.
///
/// It is the front door's walk in the other direction: *identify → parse → check the step → translate into the sender's
/// own format → commit*. The status leaves on its own channel with the same retries and dead letters as any message.
public struct BackDoor: Sendable {
    let pipeline: Pipeline
    let store: any MessageStore
    let identifiers: IdentifierSource
    let registry: Registry
    let now: @Sendable () -> Instant
    let log: Log

    public init(
        pipeline: Pipeline, store: any MessageStore, identifiers: IdentifierSource, registry: Registry,
        now: @escaping @Sendable () -> Instant, log: Log
    ) {
        self.pipeline = pipeline
        self.store = store
        self.identifiers = identifiers
        self.registry = registry
        self.now = now
        self.log = log
    }

    /// `POST /v1/applications/{id}/status`
    func report(_ request: HTTPRequest, on applicationNo: String, from caller: Caller) async throws -> HTTPResponse {
        let body = try request.jsonObject()
        let record = try await ownApplication(applicationNo, caller: caller)
        let event = try Self.event(in: body)
        let change = try CaseStep(event, on: record)
        let (stored, envelope) = try self.change(
            on: record, to: change.next, event: change.event.rawValue, telling: change.code, detail: body,
            actor: body["officer"]?.string.map { "\(caller.id)/\($0)" } ?? caller.id, leaseID: nil)
        guard try await store.changeCase(stored) == .changed else { throw Self.stale }
        log.info(
            "case step",
            [
                ("applicationNo", .string(record.applicationNo)), ("step", .string(change.event.rawValue)),
                ("state", .string(change.next.rawValue)), ("institution", .string(caller.id)),
            ])
        return .json(
            .compact([
                ("applicationNo", .string(record.applicationNo)), ("state", .string(change.next.rawValue)),
                ("status", .text(change.code?.rawValue)), ("reportedToSender", .bool(envelope != nil)),
            ]))
    }

    /// The institution has taken the application over: the lease is settled and the sender told, in one transaction.
    ///
    /// - Returns: whether the lease was still there to settle.
    public func signIn(applicationNo: String, leaseID: String, caller: Caller) async throws -> Bool {
        let record = try await ownApplication(applicationNo, caller: caller)
        let (change, _) = try change(
            on: record, to: nil, event: "signedIn", telling: .signedIn, detail: JSONObject(), actor: caller.id,
            leaseID: leaseID)
        switch try await store.changeCase(change) {
        case .changed: return true
        case .leaseEnded: return false
        case .stale: throw Self.stale
        }
    }

    private static let stale = Problem(
        .stale, zh: "该申请刚被更改，请重新读取后再试。", en: "The application was just changed; read it again and retry.")

    func ownApplication(_ applicationNo: String, caller: Caller) async throws -> ApplicationRecord {
        guard let record = try await store.application(applicationNo), record.queue == caller.id else {
            throw Problem(
                .notFound, zh: "没有编号为 \(applicationNo) 的申请，或它不属于本机构。",
                en: "There is no application \(applicationNo), or it is not this institution's.")
        }
        return record
    }

    private static func event(in body: JSONObject) throws(Problem) -> CaseEvent {
        guard let name = body["event"]?.string, let event = CaseEvent(rawValue: name) else {
            var problem = Problem(
                .badRequest, zh: "event 缺失或未知，可用值见 legal。",
                en: "event is missing or unknown; legal lists the known ones.")
            problem.members = [("legal", .array(CaseEvent.allCases.map { .string($0.rawValue) }))]
            throw problem
        }
        return event
    }

    private func change(
        on record: ApplicationRecord, to state: CaseState?, event: String, telling code: StatusCode?,
        detail: JSONObject, actor: String, leaseID: String?
    ) throws -> (CaseChange, Envelope?) {
        let now = now()
        let status = statusEvent(code, detail: detail, on: record, at: now)
        let envelope = try envelope(for: status, on: record, at: now)
        let change = CaseChange(
            applicationNo: record.applicationNo, expectedVersion: record.version, caseState: state?.rawValue,
            status: status.map { event in
                StatusRecord(
                    id: identifiers.next(at: now), applicationNo: record.applicationNo, code: event.code.rawValue,
                    content: JSONValue.object(event.content).serialized(), at: now)
            }, envelope: envelope, actor: actor, event: event, leaseID: leaseID, at: now)
        return (change, envelope)
    }

    /// The canonical status, or nothing where the step is none of the sender's business.
    private func statusEvent(
        _ code: StatusCode?, detail: JSONObject, on record: ApplicationRecord, at now: Instant
    ) -> StatusEvent? {
        guard let code else { return nil }
        let application = LegalAidApplication(
            content: (try? JSONValue(parsing: record.content))?.object ?? JSONObject())
        let institution = registry.institutions[record.queue ?? ""]
        var content = JSONObject([("schemaVersion", "1.0")])
        content["eventId"] = .string("LA-OUT-" + identifiers.next(at: now))
        content["applicationNo"] = .string(record.applicationNo)
        content["referralId"] = .string(record.referralID)
        content["messageId"] = .text(record.messageID)
        content["code"] = .string(code.rawValue)
        content["name"] = .string(code.zh)
        content["at"] = .string(now.timestamp.rfc3339)
        content["institution"] = institution.map {
            .compact([
                ("code", .string($0.code)), ("name", .string($0.name)), ("phone", .text($0.phone)),
                ("division", .text($0.division)),
            ])
        }
        let whole = JSONValue.object(application.content)
        for (name, path) in Self.quoted { content[name] = whole.at(path) }
        for (name, value) in detail.members where StatusEvent.detailNames.contains(name) { content[name] = value }
        return StatusEvent(content: content)
    }

    /// What a status quotes from the application, so that the sender knows whose it is.
    private static let quoted = [
        ("senderCode", "source.senderCode"), ("senderName", "source.senderName"),
        ("senderCaseRef", "source.senderCaseRef"), ("letterNo", "source.letterNo"),
        ("recipientName", "recipient.name"), ("caseNumber", "proceeding.caseNumber"), ("stage", "proceeding.stage"),
    ]

    private func envelope(
        for event: StatusEvent?, on record: ApplicationRecord, at now: Instant
    ) throws -> Envelope? {
        guard let partner = registry.partners[record.partnerID] else { return nil }
        return try envelope(
            for: event, to: partner, correlationID: record.applicationNo, sender: record.queue ?? "", at: now)
    }

    /// The status as the sender reads it, or nothing where that sender must not see it.
    func envelope(
        for event: StatusEvent?, to partner: Partner, correlationID: String, sender: String, at now: Instant
    ) throws -> Envelope? {
        guard let event, let mapping = partner.statusMapping,
            let senderType = SenderType(rawValue: partner.senderType),
            let visible = event.minimised(for: senderType)
        else { return nil }
        let rendered = try pipeline.translator.render(visible, outbound: mapping)
        var envelope = Envelope(
            id: identifiers.next(at: now), channel: .status, correlationID: correlationID, sender: sender,
            senderMessageID: event.content["eventId"]?.string ?? "", recipient: partner.id, payload: rendered.bytes,
            mediaType: rendered.mediaType, createdAt: now, dueAt: nil, priority: 0,
            keepUntil: now.advanced(milliseconds: partner.retryPolicy.keep))
        envelope.traceParent = TraceContext.current?.traceParent
        return envelope
    }
}

/// One step of the case machine with what it tells.
struct CaseStep {
    let event: CaseEvent
    let next: CaseState
    let code: StatusCode?

    init(_ event: CaseEvent, on record: ApplicationRecord) throws(Problem) {
        guard let state = record.caseState.flatMap(CaseState.init(rawValue:)),
            let road = record.road.flatMap(AidRoute.init(rawValue:))
        else {
            throw Problem(.wrongState, zh: "该记录没有办案状态。", en: "This record has no case state.")
        }
        do {
            next = try CaseMachine.next(state, event, road: road)
        } catch {
            var problem = Problem(
                .illegalTransition, zh: "案件处于“\(state.zh)”，不能执行 \(event.rawValue)；允许的步骤见 legal。",
                en: "The case is in \(state.rawValue); \(event.rawValue) is not allowed there. legal lists what is.")
            problem.members = [
                ("state", .string(state.rawValue)), ("legal", .array(error.legal.map { .string($0.rawValue) })),
            ]
            throw problem
        }
        self.event = event
        code = event.status
    }
}
