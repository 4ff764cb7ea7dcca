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
                let entries = try await entries(
                    AuditFilter(actor: request.query("actor"), subject: request.query("subject")),
                    before: try request.query("before", in: 0...Int.max, default: Int.max), limit: limit)
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
}
