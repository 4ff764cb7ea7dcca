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
    package func makeStatus(
        _ code: StatusCode, of record: ApplicationRecord, institution: String?, detail: JSONObject, at now: Instant
    ) throws(RenderError) -> (status: StatusRecord, envelope: Envelope?) {
        let event = statusContent(code, of: record, institution: institution, detail: detail, at: now)
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
    ) -> JSONObject {
        var content = JSONObject([("schemaVersion", "1.0")])
        content["eventId"] = .string("LA-OUT-" + identifiers.next(at: now))
        content["applicationNo"] = .string(record.applicationNo)
        content["referralId"] = .string(record.referralID)
        content["messageId"] = .text(record.messageID)
        content["code"] = .string(code.rawValue)
        content["name"] = .string(code.zh)
        content["at"] = .string(now.timestamp.rfc3339)
        content["institution"] = institution.flatMap { registry.institutions[$0] }.map {
            .compact([
                ("code", .string($0.code)), ("name", .string($0.name)), ("phone", .text($0.phone)),
                ("division", .text($0.division)),
            ])
        }
        let whole = JSONValue.object(record.application.content)
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
            let senderType = SenderType(rawValue: partner.senderType),
            let visible = event.minimised(for: senderType)
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
    func applicationMessage(of record: ApplicationRecord, to institution: String, at now: Instant) -> Envelope {
        onQueue(of: institution, record, payload: [], at: now)
    }

    /// A message about an application: the application as it has become, with `notice` on top that tells what happened.
    /// An institution that knows the application reads why it comes again; one that does not has all of it.
    func institutionMessage(
        _ kind: InstitutionMessageKind, of record: ApplicationRecord, content: JSONObject,
        detail: JSONObject = JSONObject(),
        to institution: String, at now: Instant
    ) -> Envelope {
        var notice = JSONObject([("kind", .string(kind.rawValue)), ("at", .string(now.timestamp.rfc3339))])
        notice["text"] = .string(kind.zh)
        for (name, value) in detail.members { notice[name] = value }
        var whole = content
        whole["notice"] = .object(notice)
        return onQueue(of: institution, record, payload: JSONValue.object(whole).serialized(), at: now)
    }

    private func onQueue(
        of institution: String, _ record: ApplicationRecord, payload: [UInt8], at now: Instant
    ) -> Envelope {
        let urgency = record.application.text("urgency.level").flatMap { name in
            Urgency.Level.allCases.first { $0.name == name }
        }
        return Envelope(
            id: identifiers.next(at: now), channel: .application, correlationID: record.applicationNo,
            sender: record.partnerID, senderMessageID: record.messageID ?? "", recipient: institution,
            payload: payload, mediaType: "application/json", createdAt: now, dueAt: nil,
            priority: (urgency?.rawValue ?? 0) * 2, keepUntil: nil)
    }
}

extension ApplicationRecord {
    /// The canonical application; an empty one where the stored bytes are no JSON object.
    public var application: LegalAidApplication {
        LegalAidApplication(content: (try? JSONValue(parsing: content))?.object ?? JSONObject())
    }
}

extension RunningClock {
    /// What informs only, and what was judged on receipt, nobody is warned of.
    package init(_ clock: Clock) {
        self.init(
            id: clock.id, content: clock.stored.serialized(), dueAt: Instant(clock.dueAt),
            soonAt: Instant(clock.dueSoonAt),
            isRunning: clock.isRunning && clock.isMet == nil && clock.kind != .information,
            endedAt: Self.end(of: clock).map { Instant($0) })
    }

    private static func end(of clock: Clock) -> Timestamp? {
        clock.phase.over ?? (clock.isMet == nil ? nil : clock.startedAt)
    }

    /// The clock itself; nothing where the stored bytes are none.
    public var clock: Clock? {
        guard let clock = (try? JSONValue(parsing: content)).flatMap({ Clock(stored: $0) }) else { return nil }
        // One that was over with its case: the store wrote that beside it.
        guard clock.isMet == nil, clock.phase.over == nil, let endedAt else { return clock }
        return clock.over(at: endedAt.timestamp)
    }
}
