import Messaging
import StrictJSON
import Transport
import Vocabulary

extension AuditService {
    /// The auditors' calls.
    public var routes: [Route] {
        [
            Route("GET", "/v1/audit", may: .audit) { request, _ in
                let limit = try request.query("limit", in: 1...500, default: 50)
                var filter = AuditFilter(actor: request.query("actor"), subject: request.query("subject"))
                filter.action = try request.choice(of: AuditAction.allCases.map(\.rawValue), "action")
                    .flatMap(AuditAction.init(rawValue:))
                filter.from = try Self.moment("since", in: request)
                filter.until = try Self.moment("until", in: request)
                let entries = try await entries(
                    filter, before: try request.query("before", in: 0...Int.max, default: Int.max), limit: limit)
                return .json(
                    .compact([
                        ("entries", .array(entries.map(\.json))),
                        ("next", entries.count == limit ? entries.last.map { JSONValue($0.seq) } : nil),
                    ]))
            },
            Route("GET", "/v1/audit/verify", may: .audit) { request, _ in
                let verifier = try await verify()
                return .json([
                    "intact": .bool(verifier.isIntact),
                    "report": .string(verifier.report.text(for: request.language)),
                    "breaks": .array(verifier.breaks.map { .string($0.text.text(for: request.language)) }),
                    "head": ["seq": JSONValue(verifier.head.seq), "hash": .string(verifier.head.hash)],
                ])
            },
        ]
    }

    private static func moment(_ name: String, in request: HTTPRequest) throws(Problem) -> Instant? {
        guard let text = request.query(name) else { return nil }
        guard let moment = Instant(dayOrMoment: text) else {
            throw Problem(
                .badRequest, zh: "\(name) 应为时间，如 2026-01-31T08:00:00+08:00，或日期。",
                en: "\(name) must be a time such as 2026-01-31T08:00:00+08:00, or a date.")
        }
        return moment
    }
}
