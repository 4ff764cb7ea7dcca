import Canonical
import Messaging
import StrictJSON
import Transport
import Vocabulary

extension BackDoor {
    /// `POST /v1/applications/{id}/suggestions`: goes out on the status channel like any message to a partner, as
    /// canonical JSON. It carries the person's name and matter and therefore needs the person's consent (PIPL 23).
    func suggest(_ request: HTTPRequest, on applicationNo: String, from caller: Caller) async throws -> HTTPResponse {
        let (kind, id, reason) = try request.read { body in
            let kinds = SuggestionKind.allCases.map(\.rawValue)
            let kind = body.neededWord("kind", among: kinds, as: "kinds").flatMap(SuggestionKind.init(rawValue:))
            let consent = body.flag("consent")
            if consent == false || !body.has("consent") {
                body.note(
                    consent == false ? "outOfRange" : "missing", "consent", zh: "须为 true：向其他单位提供个人信息须取得当事人同意。",
                    en: "must be true: passing personal data on needs the person's consent.")
            }
            return (kind ?? .suggestSupport, body.needed("partner", atMost: 64), body.reason())
        }
        guard let partner = registry.partners[id], partner.kind.suggestions.contains(kind) else {
            throw Problem.badMember(
                "unknownCode", at: "/partner", zh: "partner 应为可接收“\(kind.zh)”的已登记单位。",
                en: "partner must be a registered agency that takes such a suggestion.")
        }
        let record = try await ownApplication(applicationNo, caller: caller)
        // A lead is nobody's application, and only a person's will makes it one.
        guard !record.standing.isLead else { throw Problem.leadRefusal(record.standing) }
        let now = now()
        let envelope = try clerk.suggestion(kind, about: record, to: partner, reason: reason, at: now)
        var change = CaseChange(of: record, nil, historyEvent: .entry(kind.historyEvent), actor: caller.id, at: now)
        change.statusMessage = envelope
        change.detail = partner.id
        guard try await store.changeCase(change) == .changed else { throw Self.stale }
        return .json(
            [
                "applicationNo": .string(record.applicationNo), "kind": .string(kind.rawValue),
                "sentTo": .string(partner.id), "version": JSONValue(record.version + 1),
            ],
            status: 202)
    }
}

extension CaseClerk {
    fileprivate func suggestion(
        _ kind: SuggestionKind, about record: ApplicationRecord, to partner: Partner, reason: String, at now: Instant
    ) throws(StoreError) -> Envelope {
        let eventID = "LA-OUT-" + identifiers.next(at: now)
        let institution = record.queue.flatMap { registry.institutions[$0] }
        let application = try record.application
        let content = JSONValue.compact([
            ("schemaVersion", .string(CanonicalModel.schemaVersion)), ("eventId", .string(eventID)),
            ("suggestion", .string(kind.rawValue)), ("name", .string(kind.zh)),
            ("applicationNo", .string(record.applicationNo)), ("at", .string(now.timestamp.rfc3339)),
            (
                "institution",
                .compact([
                    ("code", .text(institution?.code)), ("name", .text(institution?.name)),
                    ("phone", .text(institution?.phone)),
                ])
            ),
            ("senderCaseRef", record.partnerID == partner.id ? application.value("source.senderCaseRef") : nil),
            ("recipient", .compact([("name", application.value("recipient.name"))])),
            ("causeOfAction", application.value("matter.causeOfAction")), ("reason", .string(reason)),
        ])
        return Envelope(
            id: identifiers.next(at: now), channel: .status, correlationID: record.applicationNo,
            sender: record.queue ?? "gateway", senderMessageID: eventID, recipient: partner.id,
            payload: content.serialized(), mediaType: "application/json", createdAt: now, dueAt: nil, priority: 0,
            keepUntil: now.advanced(milliseconds: partner.retryPolicy.keep))
    }
}
