import Canonical
import Messaging
import Observability
import StrictJSON
import Translation
import Triage
import Vocabulary

/// Writes what both doors put into a case: statuses in the sender's own format, notices to institutions, clocks.
public struct CaseClerk: Sendable {
    package private(set) var current: CurrentMappingsAndRules
    package let identifiers: IdentifierSource
    package let registry: Registry
    package let keys: CaseKeys

    public init(
        _ current: CurrentMappingsAndRules, identifiers: IdentifierSource, registry: Registry, keys: CaseKeys
    ) {
        self.current = current
        self.identifiers = identifiers
        self.registry = registry
        self.keys = keys
    }

    /// The same, by mappings and rules that were settled before.
    package func with(_ other: CurrentMappingsAndRules) -> CaseClerk {
        var clerk = self
        clerk.current = other
        return clerk
    }

    // MARK: Telling the sender

    /// A canonical status as it is kept, with the message that tells it, where that sender may know it.
    ///
    /// - Throws: `RenderError`; `StoreError.corrupt` where the application cannot be read.
    package func makeStatus(
        _ code: StatusCode, of record: ApplicationRecord, institution: String?, detail: JSONObject, at now: Instant
    ) throws -> (status: StatusRecord, envelope: Envelope?) {
        let event = try statusContent(code, of: record, institution: institution, detail: detail, at: now)
        let status = StatusRecord(
            id: identifiers.next(at: now), applicationNo: record.applicationNo, code: code,
            content: JSONValue.object(event).serialized(), at: now)
        guard let partner = registry.partners[record.partnerID] else { return (status, nil) }
        return (
            status,
            try envelope(
                for: StatusEvent(content: event), to: partner, correlationID: record.applicationNo,
                sender: institution ?? "gateway", at: now)
        )
    }

    private func statusContent(
        _ code: StatusCode, of record: ApplicationRecord, institution: String?, detail: JSONObject, at now: Instant
    ) throws(StoreError) -> JSONObject {
        var content = JSONObject([("schemaVersion", "1.0")])
        content["eventId"] = .string("LA-OUT-" + identifiers.next(at: now))
        content["applicationNo"] = .string(record.applicationNo)
        content["referralId"] = .string(record.referralID)
        content["messageId"] = .text(record.messageID)
        content["code"] = .string(code.rawValue)
        let lead = code == .leadRegistered ? LeadState(toldIn: detail) : nil
        content["name"] = .string(lead?.zh ?? code.zh)
        content["at"] = .string(now.timestamp.rfc3339)
        content["institution"] = institution.flatMap { registry.institutions[$0] }.map {
            .compact([
                ("code", .string($0.code)), ("name", .string($0.name)), ("phone", .text($0.phone)),
                ("division", .text($0.division)),
            ])
        }
        // Every sender is told where its case went, those too that are told no more than the institution.
        if code == .transferred, let transfer = detail["transfer"], transfer["to"] == nil {
            content["institution"] = .compact([("name", transfer["toName"]), ("phone", transfer["phone"])])
        }
        let whole = JSONValue.object(try record.application.content)
        for (name, path) in Self.quoted { content[name] = whole.at(path) }
        for (name, value) in detail.members where StatusEvent.detailNames.contains(name) { content[name] = value }
        return content
    }

    /// What a status quotes from the application, so that the sender knows whose it is.
    private static let quoted = [
        ("senderCode", "source.senderCode"), ("senderName", "source.senderName"),
        ("senderCaseRef", "source.senderCaseRef"), ("letterNo", "source.letterNo"),
        ("recipientName", "recipient.name"), ("caseNumber", "proceeding.caseNumber"), ("stage", "proceeding.stage"),
    ]

    /// The status as the sender reads it, or nothing where that sender must not see it.
    func envelope(
        for event: StatusEvent?, to partner: Partner, correlationID: String, sender: String, at now: Instant
    ) throws(RenderError) -> Envelope? {
        guard let event, let mapping = partner.statusMapping,
            let visible = event.minimised(for: partner.kind.audience)
        else { return nil }
        let rendered = try current.translator.render(visible, outbound: mapping)
        var envelope = Envelope(
            id: identifiers.next(at: now), channel: .status, correlationID: correlationID, sender: sender,
            senderMessageID: event.content["eventId"]?.string ?? "", recipient: partner.id, payload: rendered.bytes,
            mediaType: rendered.mediaType, createdAt: now, dueAt: nil, priority: 0,
            keepUntil: now.advanced(milliseconds: partner.retryPolicy.keep))
        envelope.traceParent = TraceContext.current?.traceParent
        return envelope
    }

    // MARK: Telling an institution

    /// The message that brings an application to the institution that must sign it in. It has no payload: whoever leases
    /// it reads the application as it is by then.
    func applicationMessage(
        of record: ApplicationRecord, to institution: String, at now: Instant
    ) throws(StoreError) -> Envelope {
        try onQueue(of: institution, record, payload: [], at: now)
    }

    /// A message about an application that the institution knows: `notice` tells what happened, and how the application
    /// differs from the one before, as a JSON Patch between two versions. Who may not know it gets all of it.
    func institutionMessage(
        _ kind: InstitutionMessageKind, of record: ApplicationRecord, content: JSONObject,
        detail: JSONObject = JSONObject(),
        to institution: String, at now: Instant
    ) throws(StoreError) -> Envelope {
        var notice = JSONObject([("kind", .string(kind.rawValue)), ("at", .string(now.timestamp.rfc3339))])
        notice["text"] = .string(kind.text(isLead: record.standing.isLead))
        for (name, value) in detail.members where name != "kind" { notice[name] = value }
        var message = content
        if !kind.bringsWhole {
            message = JSONObject([
                ("schemaVersion", .string(CanonicalModel.schemaVersion)),
                ("applicationNo", .string(record.applicationNo)),
            ])
            notice["fromVersion"] = JSONValue(record.version)
            notice["version"] = JSONValue(record.version + 1)
            notice["patch"] = .array(
                JSONPatch.difference(from: .object(try record.application.content), to: .object(content)))
        }
        message["notice"] = .object(notice)
        return try onQueue(of: institution, record, payload: JSONValue.object(message).serialized(), at: now)
    }

    private func onQueue(
        of institution: String, _ record: ApplicationRecord, payload: [UInt8], at now: Instant
    ) throws(StoreError) -> Envelope {
        let urgency = try record.application.text("urgency.level").flatMap { name in
            Urgency.Level.allCases.first { $0.name == name }
        }
        let queue = record.standing.isLead ? LeadQueue.name(of: institution) : institution
        return Envelope(
            id: identifiers.next(at: now), channel: .application, correlationID: record.applicationNo,
            sender: record.partnerID, senderMessageID: record.messageID ?? "", recipient: queue,
            payload: payload, mediaType: "application/json", createdAt: now, dueAt: nil,
            priority: (urgency?.rawValue ?? 0) * 2, keepUntil: registry.keepUntil(institution, from: now))
    }
}

extension ApplicationRecord {
    /// The canonical application.
    public var application: LegalAidApplication {
        get throws(StoreError) {
            LegalAidApplication(content: try canonical)
        }
    }
}

extension RunningClock {
    /// What informs only, and what was judged on receipt, nobody is warned of.
    package init(_ clock: Clock) {
        self.init(
            id: clock.id, content: clock.stored.serialized(), dueAt: Instant(clock.dueAt),
            soonAt: Instant(clock.dueSoonAt),
            isRunning: clock.isRunning && clock.isMet == nil && clock.kind != .information,
            endedAt: Self.end(of: clock).map { Instant($0) }, standing: Self.standing(of: clock))
    }

    private static func standing(of clock: Clock) -> ClockStanding {
        if let isMet = clock.isMet { return isMet ? .met : .late }
        // What nobody owes, such as the time to object, is neither kept nor missed.
        if clock.kind == .information { return .untested }
        switch clock.phase {
        case .running: return .running
        case .paused: return .paused
        case .stopped(let at): return at > clock.dueAt ? .late : .met
        case .ended(let at): return at > clock.dueAt ? .late : .ended
        }
    }

    private static func end(of clock: Clock) -> Timestamp? {
        clock.phase.over ?? (clock.isMet == nil ? nil : clock.startedAt)
    }

    /// The clock itself.
    public func clock(of applicationNo: String) throws(StoreError) -> Clock {
        let clock = try read(as: Clock.init(stored:), of: applicationNo)
        // One that was over with its case: the store wrote that beside it.
        guard clock.isMet == nil, clock.phase.over == nil, let endedAt else { return clock }
        return clock.over(at: endedAt.timestamp)
    }
}
