import Canonical
import Documents
import Journal
import Messaging
import StrictJSON
import Translation
import Transport

extension FrontDoor {
    /// The partners' calls.
    public var routes: [Route] {
        [
            Route("POST", "/v1/referrals", for: .partner) { request, visit in
                try await receive(request, from: visit.caller())
            },
            Route("GET", "/v1/referrals", for: .partner) { request, visit in
                guard let messageID = request.query("messageId") else {
                    throw Problem(.badRequest, zh: "请给出参数 messageId。", en: "Give the parameter messageId.")
                }
                let caller = try visit.caller()
                let record = try await store.referral(partner: caller.id, messageID: messageID)
                return try await show(record, to: request)
            },
            Route("GET", "/v1/referrals/{id}", for: .partner) { request, visit in
                let record = try await store.referral(id: visit.value("id"))
                let caller = try visit.caller()
                return try await show(record?.partnerID == caller.id ? record : nil, to: request)
            },
            Route("POST", "/v1/translate", for: .partner, .operator) { request, visit in
                try dryRun(request, from: visit.caller())
            },
        ]
    }

    /// Where a referral stands: its receipt and every status the sender was told.
    private func show(_ record: ReferralRecord?, to request: HTTPRequest) async throws -> HTTPResponse {
        guard let record else {
            throw Problem(.notFound, zh: "没有这份转介，或它不是贵单位提交的。", en: "No such referral, or it is not yours.")
        }
        var applications: [JSONValue] = []
        for number in record.applicationNos {
            let events = try await store.statusHistory(number)
            applications.append([
                "applicationNo": .string(number),
                "statuses": .array(
                    events.compactMap { event in
                        visibleStatus(event, partnerID: record.partnerID)
                    }),
            ])
        }
        let body = JSONValue.compact([
            ("referralId", .string(record.id)), ("messageId", .text(record.messageID)),
            ("outcome", .string(record.outcome)), ("receivedAt", .string(record.receivedAt.rfc3339)),
            ("receipt", (try? JSONValue(parsing: record.answer)) ?? .null), ("applications", .array(applications)),
        ])
        return wantsXML(request) ? XMLRendering.response(body, root: "referral", status: 200) : .json(body)
    }

    /// The canonical status that an envelope was made from, as far as its partner may see it.
    public func visibleStatus(of envelope: Envelope) async throws -> JSONValue? {
        try await store.statusHistory(envelope.correlationID).lazy
            .compactMap { visibleStatus($0, partnerID: envelope.recipient) }
            .first { $0["eventId"]?.string == envelope.senderMessageID }
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
                let record = try await ownApplication(visit.value("id"), caller: visit.caller())
                return HTTPResponse(
                    status: 200,
                    headers: [("Content-Type", "application/json; charset=utf-8"), ("Cache-Control", "no-store")],
                    body: record.content)
            },
            Route("POST", "/v1/applications/{id}/status", for: .institution) { request, visit in
                try await report(request, on: visit.value("id"), from: visit.caller())
            },
        ]
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
}

extension Partner {
    /// `nil` where the registry names none: then all are open to it.
    var allowedMappings: Set<String>? { mappings.isEmpty ? nil : Set(mappings) }
    var allowedSenderCodes: Set<String> { Set(senderCodes) }
}
