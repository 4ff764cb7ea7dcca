import Canonical
import Messaging
import StrictJSON
import Transport
import Vocabulary

/// Where referrals stand, for those who sent them; and what waits, for operators.
public struct ReferralView: Sendable {
    let store: any MessageStore & FollowUpStore & PartnerViewStore
    private let registry: Registry
    let now: @Sendable () -> Instant

    public init(
        store: any MessageStore & FollowUpStore & PartnerViewStore, registry: Registry,
        now: @escaping @Sendable () -> Instant
    ) {
        self.store = store
        self.registry = registry
        self.now = now
    }

    public var routes: [Route] {
        [
            Route("GET", "/v1/referrals", for: .partner) { request, visit in
                guard let messageID = request.query("messageId") else {
                    throw Problem(.badRequest, zh: "请给出参数 messageId。", en: "Give the parameter messageId.")
                }
                let caller = try visit.caller()
                if let record = try await store.referral(partner: caller.id, messageID: messageID) {
                    return try await show(record, to: request)
                }
                // None was accepted under it: the newest that was kept as invalid.
                var named = OwnMessageFilter(partnerID: caller.id)
                named.messageID = messageID
                guard let invalid = try await store.ownMessages(named, before: nil, limit: 1).first else {
                    throw Problem.noSuchReferral
                }
                return try await show(invalid.record, to: request)
            },
            Route("GET", "/v1/referrals/{id}", for: .partner, .institution) { request, visit in
                try await show(try await own(visit), to: request)
            },
            Route("GET", "/v1/parked", for: .operator) { request, _ in
                let limit = try request.query("limit", in: 1...500, default: 100)
                let after = try request.query("after").map { text throws(Problem) in
                    guard let cursor = FollowUpCursor(text: text) else {
                        throw Problem(
                            .badRequest, zh: "参数 after 应取自上一页的 next。", en: "Parameter after comes from a page's next.")
                    }
                    return cursor
                }
                let partner = request.query("partner")
                let waiting = try await store.parkedFollowUps(of: partner, after: after, limit: limit)
                let figures = try await store.parkedFigures().filter { [nil, $0.partnerID].contains(partner) }
                let last = waiting.count == limit ? waiting.last : nil
                return .json(
                    .compact([
                        ("parked", .array(waiting.map { $0.json(now: now()) })),
                        ("total", JSONValue(figures.reduce(0) { $0 + $1.count })),
                        ("next", .text(last.map { FollowUpCursor(after: $0).text })),
                    ]))
            },
        ]
    }

    /// The referral that a call names, where it is the caller's.
    func own(_ visit: Visit) async throws -> ReferralRecord {
        guard let record = try await store.referral(id: visit.value("id")), try record.partnerID == visit.caller().id
        else { throw Problem.noSuchReferral }
        return record
    }

    /// Where a referral stands: its receipt, its state, and every status the sender was told.
    private func show(_ record: ReferralRecord, to request: HTTPRequest) async throws -> HTTPResponse {
        let (applications, leads) = try await applications(of: record)
        let own = try await store.followUps(of: record.id)
        let about = try await store.followUps(about: record).filter { other in !own.contains { $0.id == other.id } }
        var followUps: [JSONValue] = []
        for followUp in own + about { followUps.append(try await json(followUp)) }
        let receipt = StoredAnswer(
            referralID: record.id, isProblem: record.outcome == .invalid, bytes: record.answer)
        let body = JSONValue.compact([
            ("referralId", .string(record.id)), ("messageId", .text(record.messageID)),
            ("outcome", .string(record.outcome.rawValue)), ("receivedAt", .string(record.receivedAt.rfc3339)),
            (
                "state",
                .text(
                    Self.state(
                        of: record, first: (applications + leads).first?["state"]?.string, followUps: own))
            ),
            ("receipt", try receipt.json()), ("applications", .array(applications)),
            ("leads", leads.isEmpty ? nil : .array(leads)),
            ("followUps", followUps.isEmpty ? nil : .array(followUps)),
        ])
        return AnswerStyle(of: request).isXML
            ? XMLRendering.response(body, root: "referral", status: 200) : .json(body)
    }

    /// With what has become of it since, which for a withdrawal depends on the applications.
    func json(_ followUp: FollowUpRecord) async throws(StoreError) -> JSONValue {
        var standings: [ApplicationStanding] = []
        for number in followUp.applicationNos {
            if let application = try await store.application(number) { standings.append(application.standing) }
        }
        return followUp.json(now: now(), standings: standings)
    }

    /// Leads stand apart, with what has become of each.
    private func applications(
        of record: ReferralRecord
    ) async throws -> (applications: [JSONValue], leads: [JSONValue]) {
        var applications: [JSONValue] = []
        var leads: [JSONValue] = []
        for number in record.applicationNos {
            guard let application = try await store.application(number) else { continue }
            let statuses = try await store.statusHistory(number)
                .compactMap { status throws(StoreError) in try visibleStatus(status, partnerID: record.partnerID) }
            let lead = application.standing.lead
            let shown = JSONValue.compact([
                ("applicationNo", .string(number)), ("state", .string(application.standing.referral.rawValue)),
                ("stateName", .string(application.standing.referral.zh)), ("institution", .text(application.queue)),
                ("lead", .text(lead?.rawValue)), ("leadName", .text(lead?.zh)),
                ("missing", try application.application.value("missing")), ("statuses", .array(statuses)),
            ])
            if application.standing.isLead { leads.append(shown) } else { applications.append(shown) }
        }
        return (applications, leads)
    }

    /// The referral machine's state of the whole message: its first application's, or what became of it instead.
    ///
    /// - Parameter first: the state of its first application.
    static func state(of record: ReferralRecord, first: String?, followUps: [FollowUpRecord]) -> String? {
        if let first { return first }
        if let followUp = followUps.first { return followUp.state.rawValue }
        switch record.outcome {
        case .shared: return Outcome.shared.rawValue
        case .invalid: return FollowUpRecord.State.quarantined.rawValue
        case .accepted, .lead, .parked: return nil
        }
    }

    /// The canonical status that an envelope was made from, as far as its partner may see it.
    public func visibleStatus(of envelope: Envelope) async throws -> JSONValue? {
        try await store.statusHistory(envelope.correlationID)
            .compactMap { status throws(StoreError) in try visibleStatus(status, partnerID: envelope.recipient) }
            .first { $0["eventId"]?.string == envelope.senderMessageID }
    }

    private func visibleStatus(_ record: StatusRecord, partnerID: String) throws(StoreError) -> JSONValue? {
        let content = try JSONObject(stored: record.content, "status \(record.id)")
        guard let audience = registry.partners[partnerID]?.kind.audience,
            let visible = StatusEvent(content: content)?.minimised(for: audience)
        else { return nil }
        return .object(visible.content)
    }
}
