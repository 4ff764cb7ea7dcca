import Messaging
import StrictJSON
import Transport

extension MessageQueryService {
    /// The operators' calls about what is under way.
    public var routes: [Route] {
        [
            Route("GET", "/v1/queues", may: .look) { _, _ in
                let ways = try await endpoints.standings(.application)
                func json(_ figures: QueueFigures) -> JSONValue {
                    let institution = LeadQueue.institution(of: figures.queue)
                    return figures.json(name: registry.institutions[institution]?.name, way: ways[figures.queue])
                }
                return .json([
                    "queues": .array(try await queues().map(json)),
                    "leadQueues": .array(try await leadQueues().map(json)),
                ])
            },
            Route("GET", "/v1/partners", may: .look) { _, _ in
                let ways = try await endpoints.standings(.status)
                return .json([
                    "partners": .array(
                        try await partners().map {
                            $0.json(of: registry.partners[$0.partnerID], way: ways[$0.partnerID])
                        })
                ])
            },
            Route("GET", "/v1/messages", may: .look) { request, _ in
                let limit = try request.query("limit", in: 1...200, default: 50)
                if let quoted = request.query("q") {
                    return .json(["messages": .array(try await find(quoted, limit: limit).map(\.json))])
                }
                let found = try await messages(
                    partner: request.query("partner"), before: request.query("before"), limit: limit)
                return .json(
                    .compact([
                        ("messages", .array(found.map(\.json))),
                        ("next", found.count == limit ? .text(found.last?.id) : nil),
                    ]))
            },
            Route("GET", "/v1/messages/{id}/trace", may: .look) { _, visit in
                .json(try await trace(visit.value("id")).json)
            },
        ]
    }
}

extension ReportService {
    public var routes: [Route] {
        [
            Route("GET", "/v1/reports/monthly", may: .look) { request, _ in
                guard let month = ReportMonth(request.query("month") ?? "") else {
                    throw Problem(.badRequest, zh: "参数 month 应为 yyyy-MM。", en: "Parameter month must be yyyy-MM.")
                }
                let report = try await monthly(month)
                guard try request.choice(of: ["json", "csv"], "format") == "csv" else { return .json(json(report)) }
                return HTTPResponse(
                    status: 200,
                    headers: [
                        ("Content-Type", "text/csv; charset=utf-8"), ("Cache-Control", "no-store"),
                        ("Content-Disposition", "attachment; filename=\"legal-aid-\(month.text).csv\""),
                    ], body: csv(report))
            }
        ]
    }
}

extension QueueFigures {
    func json(name: String?, way: EndpointStanding?) -> JSONValue {
        .compact(
            [
                ("queue", .string(queue)), ("name", .text(name)), ("depth", JSONValue(depth)),
                ("notices", JSONValue(notices)),
                ("oldest", .text(oldest?.rfc3339)), ("mostUrgent", .text(mostUrgent?.rfc3339)),
                ("deadLetters", JSONValue(deadLetters)),
            ] + (way?.members ?? []))
    }
}

extension PartnerFigures {
    func json(of partner: Partner?, way: EndpointStanding?) -> JSONValue {
        .compact(
            [
                ("partner", .string(partnerID)), ("name", .text(partner?.name)),
                ("tokenValidUntil", .text(partner?.tokenEnd?.rfc3339)), ("lastSeen", .text(lastSeen?.rfc3339)),
                ("messages24h", JSONValue(messages)),
                (
                    "outcomes24h",
                    .object(
                        JSONObject(
                            outcomes.sorted { $0.key.rawValue < $1.key.rawValue }
                                .map { ($0.key.rawValue, JSONValue($0.value)) }))
                ),
                ("errorRate24h", errorRate.map { JSONValue($0) } ?? .null), ("statusBacklog", JSONValue(backlog)),
                ("oldestStatus", .text(oldestBacklog?.rfc3339)), ("deadLetters", JSONValue(deadLetters)),
            ] + (way?.members ?? []))
    }
}

extension ReferralSummary {
    var json: JSONValue {
        .compact([
            ("referralId", .string(id)), ("partner", .string(partnerID)), ("messageId", .text(messageID)),
            ("outcome", .string(outcome.rawValue)), ("receivedAt", .string(receivedAt.rfc3339)),
            ("digest", .string(digest)),
            ("mapping", .text(mappingID)), ("encoding", .text(encoding)), ("bytes", JSONValue(bytes)),
            ("erasedAt", .text(erasedAt?.rfc3339)),
            (
                "applications",
                .array(
                    applications.map {
                        .compact([
                            ("applicationNo", .string($0.no)), ("queue", .text($0.queue)),
                            ("caseState", .text($0.caseState?.rawValue)), ("lead", .text($0.lead?.rawValue)),
                        ])
                    })
            ),
        ])
    }
}

extension Timeline {
    var json: JSONValue {
        [
            "message": trace.referral.json, "relatives": .array(trace.relatives.map { .string($0) }),
            "timeline": .array(
                steps.map {
                    .compact([
                        ("at", .string($0.at.rfc3339)), ("occurredAt", .text($0.occurredAt?.rfc3339)),
                        ("kind", .string($0.kind.rawValue)),
                        ("subject", .string($0.subject)), ("event", .string($0.label)), ("actor", .string($0.actor)),
                        ("detail", .text($0.detail)),
                    ])
                }),
        ]
    }
}
