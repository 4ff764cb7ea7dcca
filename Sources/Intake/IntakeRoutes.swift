import Canonical
import Documents
import Messaging
import Observability
import StrictJSON
import Translation
import Transport
import Vocabulary

extension FrontDoor {
    /// The partners' calls, and those of institutions that take applications in themselves.
    public var routes: [Route] {
        [
            Route("POST", "/v1/referrals", for: .partner) { request, visit in
                try await pinned.receive(request, from: visit.caller())
            },
            Route("GET", "/v1/referrals", for: .partner) { request, visit in
                guard let messageID = request.query("messageId") else {
                    throw Problem(.badRequest, zh: "请给出参数 messageId。", en: "Give the parameter messageId.")
                }
                let caller = try visit.caller()
                let record = try await store.referral(partner: caller.id, messageID: messageID)
                return try await show(record, to: request)
            },
            Route("GET", "/v1/referrals/{id}", for: .partner, .institution) { request, visit in
                try await show(try await ownReferral(visit), to: request)
            },
            Route("POST", "/v1/referrals/{id}/supplements", for: .partner, .institution) { request, visit in
                let record = try await ownReferral(visit)
                return try await pinned.receive(
                    request, from: visit.caller(), about: .supplement(referralID: record.id))
            },
            Route("POST", "/v1/referrals/{id}/withdrawal", for: .partner, .institution) { request, visit in
                let record = try await ownReferral(visit)
                return try await pinned.receive(
                    request, from: visit.caller(), about: .withdrawal(referralID: record.id))
            },
            Route("POST", "/v1/applications", for: .institution) { request, visit in
                try await pinned.receive(request, from: visit.caller(), about: .application)
            },
            Route("GET", "/v1/parked", for: .operator) { request, _ in
                let limit = try request.query("limit", in: 1...500, default: 100)
                let waiting = try await store.parkedFollowUps(limit: limit)
                return .json(["parked": .array(waiting.map { $0.json(now: now()) })])
            },
            Route("POST", "/v1/translate", for: .partner, .operator) { request, visit in
                try pinned.dryRun(request, from: visit.caller())
            },
        ]
    }

    /// A referral of somebody else's is answered like one that does not exist.
    private func ownReferral(_ visit: Visit) async throws -> ReferralRecord {
        guard let record = try await store.referral(id: visit.value("id")), try record.partnerID == visit.caller().id
        else { throw Self.notFound }
        return record
    }

    private static let notFound = Problem(
        .notFound, zh: "没有这份转介，或它不是贵单位提交的。", en: "No such referral, or it is not yours.")

    /// Where a referral stands: its receipt, its state, and every status the sender was told.
    private func show(_ record: ReferralRecord?, to request: HTTPRequest) async throws -> HTTPResponse {
        guard let record else { throw Self.notFound }
        var applications: [JSONValue] = []
        for number in record.applicationNos {
            guard let application = try await store.application(number) else { continue }
            let events = try await store.statusHistory(number)
            applications.append(
                .compact([
                    ("applicationNo", .string(number)), ("state", .string(application.standing.referral.rawValue)),
                    ("stateName", .string(application.standing.referral.zh)), ("institution", .text(application.queue)),
                    ("missing", application.application.value("missing")),
                    (
                        "statuses",
                        .array(events.compactMap { event in visibleStatus(event, partnerID: record.partnerID) })
                    ),
                ]))
        }
        let followUps = try await store.followUps(of: record.id)
        let body = JSONValue.compact([
            ("referralId", .string(record.id)), ("messageId", .text(record.messageID)),
            ("outcome", .string(record.outcome.rawValue)), ("receivedAt", .string(record.receivedAt.rfc3339)),
            ("state", .text(Self.state(of: record, applications: applications, followUps: followUps))),
            ("receipt", (try? JSONValue(parsing: record.answer)) ?? .null), ("applications", .array(applications)),
            ("followUps", followUps.isEmpty ? nil : .array(followUps.map { $0.json(now: now()) })),
        ])
        return wantsXML(request) ? XMLRendering.response(body, root: "referral", status: 200) : .json(body)
    }

    /// The canonical status that an envelope was made from, as far as its partner may see it.
    public func visibleStatus(of envelope: Envelope) async throws -> JSONValue? {
        try await store.statusHistory(envelope.correlationID).lazy
            .compactMap { visibleStatus($0, partnerID: envelope.recipient) }
            .first { $0["eventId"]?.string == envelope.senderMessageID }
    }

    /// The referral machine's state of the whole message: its first application's, or what became of it instead.
    private static func state(
        of record: ReferralRecord, applications: [JSONValue], followUps: [FollowUpRecord]
    ) -> String? {
        if let state = applications.first?["state"]?.string { return state }
        if let followUp = followUps.first { return followUp.state.rawValue }
        switch record.outcome {
        case .shared: return Outcome.shared.rawValue
        case .invalid: return FollowUpRecord.State.quarantined.rawValue
        case .accepted, .lead, .parked: return nil
        }
    }

    private func visibleStatus(_ record: StatusRecord, partnerID: String) -> JSONValue? {
        guard let content = (try? JSONValue(parsing: record.content))?.object,
            let type = registry.partners[partnerID].flatMap({ SenderType(rawValue: $0.senderType) }),
            let visible = StatusEvent(content: content)?.minimised(for: type)
        else { return nil }
        return .object(visible.content)
    }

    /// Takes a document through the whole walk and stores nothing.
    private func dryRun(_ request: HTTPRequest, from caller: Caller) throws -> HTTPResponse {
        try DocumentMedia.check(request)
        var message = Pipeline.Message(
            bytes: request.body, mapping: request.query("mapping"), receivedAt: now().timestamp,
            explain: request.query("explain") == "true")
        if caller.role == .partner {
            let partner = try registry.partner(caller)
            message.allowedMappings = partner.allowedMappings
            message.senderCodes = partner.allowedSenderCodes
        }
        message.setMediaType(request.header("Content-Type"))
        return .json(pipeline.walk(message).json)
    }
}

extension BackDoor {
    /// The institutions' calls about applications.
    public var routes: [Route] {
        [
            Route("GET", "/v1/applications/{id}", for: .institution) { _, visit in
                let record = try await readableApplication(visit.value("id"), caller: visit.caller())
                return .json(Self.json(record))
            },
            Route("POST", "/v1/applications/{id}/status", for: .institution) { request, visit in
                try await report(request, on: visit.value("id"), from: visit.caller())
            },
            Route("POST", "/v1/applications/{id}/suggestions", for: .institution) { request, visit in
                try await suggest(request, on: visit.value("id"), from: visit.caller())
            },
            Route("POST", "/v1/applications/{id}/transfer", for: .institution) { request, visit in
                try await transfer(request, on: visit.value("id"), from: visit.caller())
            },
            Route("POST", "/v1/applications/{id}/transfer/return", for: .institution) { request, visit in
                try await giveBack(request, on: visit.value("id"), from: visit.caller())
            },
        ]
    }

    /// The canonical application with where it stands: `progress` says it, the envelope's version tells one reading from
    /// the next.
    private static func json(_ record: ApplicationRecord) -> JSONValue {
        var application = record.application
        application.set("progress.version", JSONValue(record.version))
        application.set("progress.referralState", .string(record.standing.referral.rawValue))
        application.set("progress.state", .text(record.standing.caseState?.rawValue))
        application.set("progress.responsible", .text(record.queue))
        application.set("progress.handover", .string(record.standing.handover.rawValue))
        application.set("progress.handoverTo", .text(record.handover.to))
        return .object(application.content)
    }
}

extension FollowUpRecord {
    /// What waits, since when, until when; no word of what it says.
    func json(now: Instant) -> JSONValue {
        .compact([
            ("id", .string(id)), ("referralId", .string(referralID)), ("partner", .string(partnerID)),
            ("kind", .string(kind.rawValue)), ("state", .string(state.rawValue)),
            ("receivedAt", .string(receivedAt.rfc3339)), ("until", .string(keepUntil.rfc3339)),
            (
                "ageSeconds",
                state == .parked ? JSONValue(Int((now.milliseconds - receivedAt.milliseconds) / 1000)) : nil
            ),
            ("reason", state == .parked ? "所指转介尚未收到" : nil),
            ("awaits", state == .parked ? .array(names.map(\.json)) : nil),
            ("applications", .array(applicationNos.map(JSONValue.string))),
        ])
    }
}

extension CaseName {
    /// Case numbers and persons are known by their keyed hash alone, and that helps nobody.
    var json: JSONValue {
        switch self {
        case .applicationNo(let number): ["applicationNo": .string(number)]
        case .referral(let id): ["referralId": .string(id)]
        case .message(let partner, let id): ["partner": .string(partner), "messageId": .string(id)]
        case .key: ["hidden": true]
        }
    }
}

/// What the doors count.
struct IntakeMetrics: Sendable {
    private let referrals: Metrics

    init(_ metrics: Metrics) { referrals = metrics }

    /// Which rules had something to say about what was stored.
    func fired(in walk: Pipeline.Walk) {
        for assessment in walk.records.compactMap(\.assessment) {
            for (rule, outcome) in assessment.fired {
                referrals.increment(
                    "gateway_rule_fired_total", help: "Rules that fired on stored applications, by rule and outcome.",
                    labels: [("rule", rule), ("outcome", outcome)])
            }
        }
    }

    func received(partner: String, outcome: String) {
        referrals.increment(
            "gateway_referrals_total", help: "Referrals answered, by partner and outcome.",
            labels: [("partner", partner), ("outcome", outcome)])
    }
}

extension Registry {
    /// The partner behind a proved credential.
    func partner(_ caller: Caller) throws(Problem) -> Partner {
        guard let partner = partners[caller.id] else {
            throw Problem(.forbidden, zh: "该账户没有登记为转介单位。", en: "This account is not registered as a partner.")
        }
        return partner
    }

    /// The partner, or the institution in a sender's place: what it takes in itself it hands in like anybody else.
    func sender(_ caller: Caller) throws(Problem) -> Partner {
        guard caller.role == .institution else { return try partner(caller) }
        guard let institution = institutions[caller.id] else {
            throw Problem(.forbidden, zh: "该账户没有登记为法律援助机构。", en: "This account is not a registered institution.")
        }
        return Partner(
            id: institution.code, name: institution.name, senderType: SenderType.legalAidInstitution.rawValue,
            senderCodes: [], mappings: [], statusMapping: nil, returnAddress: nil, retryPolicy: RetryPolicy())
    }
}

extension Partner {
    /// `nil` where the registry names none: then all are open to it.
    var allowedMappings: Set<String>? { mappings.isEmpty ? nil : Set(mappings) }
    var allowedSenderCodes: Set<String> { Set(senderCodes) }
}
