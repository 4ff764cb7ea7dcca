import Foundation
import Messaging
import StrictJSON
import Transport
import Vocabulary

extension DeadLetterService {
    /// The operators' calls about dead letters.
    public var routes: [Route] { lookingRoutes + actingRoutes }

    private var lookingRoutes: [Route] {
        [
            Route("GET", "/v1/dead-letters", may: .look) { request, _ in
                let limit = try request.query("limit", in: 1...500, default: 50)
                let newestFirst = try request.choice(of: ["oldest", "newest"], "order") == "newest"
                let page = try await list(
                    try DeadLetterFilter(request), newestFirst: newestFirst, after: try request.cursor(), limit: limit)
                return .json(
                    .compact([
                        ("deadLetters", .array(page.deadLetters.map { $0.json(request.language) })),
                        ("next", .text(page.next?.text)),
                    ]))
            },
            Route("GET", "/v1/dead-letters/causes", may: .look) { request, _ in
                let causes = try await causes(try DeadLetterFilter(request))
                return .json(["causes": .array(causes.map { $0.json(request.language) })])
            },
            Route("GET", "/v1/dead-letters/{id}", may: .look) { request, visit in
                let view = try await show(visit.value("id"))
                return .json(
                    view.json(request.language), headers: [("ETag", "\"\(view.deadLetter.summary.version.text)\"")])
            },
        ]
    }

    private var actingRoutes: [Route] {
        [
            Route("POST", "/v1/dead-letters/{id}/document", may: .repair, .unmask) { request, visit in
                let deadLetter = try await open(
                    visit.value("id"), by: visit.caller(), reason: try request.jsonObject().reason())
                return .json(deadLetter.json)
            },
            Route("POST", "/v1/dead-letters/{id}/preview", may: .repair) { request, visit in
                guard let edited = try EditedDocument(request.jsonObject()) else {
                    throw Problem(
                        .badRequest, zh: "请给出 editedText 或 editedBase64。", en: "Give editedText or editedBase64.")
                }
                let preview = try await preview(visit.value("id"), edited: edited)
                return .json([
                    "outcome": .string(preview.outcome), "findings": .array(preview.findings),
                    "changes": preview.changes?.json ?? .null,
                ])
            },
            Route("POST", "/v1/dead-letters/{id}/retry", may: .repair) { request, visit in
                let body = try request.jsonObject()
                let result = try await retry(
                    visit.value("id"), version: try request.version(body), by: visit.caller(),
                    reason: body["reason"]?.string ?? "", edited: try EditedDocument(body),
                    queue: body["queue"]?.string)
                return .json(
                    .compact([("id", .string(visit.value("id"))), ("retried", true), ("result", result)]))
            },
            Route("POST", "/v1/dead-letters/{id}/discard", may: .repair) { request, visit in
                let body = try request.jsonObject()
                let isTold = try await discard(
                    visit.value("id"), version: try request.version(body), by: visit.caller(),
                    reason: try body.reason())
                return .json(["id": .string(visit.value("id")), "discarded": true, "senderTold": .bool(isTold)])
            },
        ]
    }
}

extension BulkRetry {
    /// The operators' calls about many dead letters at once.
    public var routes: [Route] {
        [
            Route("POST", "/v1/dead-letters/retry", may: .repair) { request, visit in
                try await start(request, by: visit.caller())
            },
            Route("GET", "/v1/jobs", may: .look) { request, _ in
                let limit = try request.query("limit", in: 1...200, default: 50)
                let jobs = try await jobs(before: request.query("before"), limit: limit)
                return .json(
                    .compact([
                        ("jobs", .array(jobs.map(\.json))), ("next", jobs.count == limit ? .text(jobs.last?.id) : nil),
                    ]))
            },
            Route("GET", "/v1/jobs/{id}", may: .look) { _, visit in .json(try await job(visit.value("id")).json) },
            Route("POST", "/v1/jobs/{id}/pause", may: .repair) { _, visit in
                .json(try await change(visit.value("id"), to: .paused, by: visit.caller()).json)
            },
            Route("POST", "/v1/jobs/{id}/resume", may: .repair) { _, visit in
                .json(try await change(visit.value("id"), to: .running, by: visit.caller()).json)
            },
            Route("POST", "/v1/jobs/{id}/stop", may: .repair) { _, visit in
                .json(try await change(visit.value("id"), to: .stopped, by: visit.caller()).json)
            },
        ]
    }

    private func start(_ request: HTTPRequest, by caller: Caller) async throws -> HTTPResponse {
        let body = try request.jsonObject()
        let filter = try DeadLetterFilter(request, body["filter"]?.object ?? JSONObject())
        if body["preview"]?.bool == true {
            let causes = try await deadLetters.causes(filter)
            return .json([
                "total": JSONValue(causes.reduce(0) { $0 + $1.count }),
                "causes": .array(causes.map { $0.json(request.language) }),
            ])
        }
        guard let rate = body["ratePerSecond"]?.int ?? (body["ratePerSecond"] == nil ? 20 : nil),
            Self.rates.contains(rate)
        else {
            throw Problem(
                .badRequest, zh: "ratePerSecond 应为 1 到 1000 之间的整数。",
                en: "ratePerSecond must be a whole number from 1 to 1000.")
        }
        let job = try await start(
            filter, by: caller, reason: try body.reason(), rate: rate, queue: body["queue"]?.string)
        return .json(job.json, status: 202, headers: [("Location", "/v1/jobs/\(job.id)")])
    }
}

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
                    "intact": .bool(verifier.broken == nil),
                    "report": .string(verifier.report.text(for: request.language)),
                    "head": ["seq": JSONValue(verifier.head.seq), "hash": .string(verifier.head.hash)],
                ])
            },
        ]
    }
}

// MARK: Reading requests

extension HTTPRequest {
    var language: String? { header("Accept-Language") }

    func choice(of words: [String], _ name: String) throws(Problem) -> String? {
        guard let text = query(name) else { return nil }
        guard words.contains(text) else { throw Self.unknownWord(name, words) }
        return text
    }

    static func unknownWord(_ name: String, _ words: [String]) -> Problem {
        Problem(
            .badRequest, zh: "参数 \(name) 可用值：\(words.joined(separator: "、"))。",
            en: "Parameter \(name) takes: \(words.joined(separator: ", ")).")
    }

    public func cursor() throws(Problem) -> DeadLetterCursor? {
        guard let text = query("after") else { return nil }
        guard let cursor = DeadLetterCursor(text: text) else {
            throw Problem(.badRequest, zh: "参数 after 应取自上一页的 next。", en: "Parameter after comes from a page's next.")
        }
        return cursor
    }

    /// The version that the operator has seen: `If-Match` (RFC 9110 §13.1.1), or `version` in the body.
    func version(_ body: JSONObject) throws(Problem) -> DeadLetterVersion? {
        guard let text = body["version"]?.string ?? header("If-Match"), text != "*" else { return nil }
        guard let version = DeadLetterVersion(text: text.filter { $0 != "\"" }) else {
            throw Problem(.badRequest, zh: "version 应取自死信详情。", en: "version comes from the letter's detail.")
        }
        return version
    }
}

extension EditedDocument {
    /// The mended message in Base64 (RFC 4648 §4) where its bytes must arrive as they are, or as text.
    init?(_ body: JSONObject) throws(Problem) {
        if let text = body["editedBase64"]?.string {
            guard let data = Data(base64Encoded: text) else {
                throw Problem(
                    .badRequest, zh: "editedBase64 不是合法的 Base64。", en: "editedBase64 is not valid Base64.")
            }
            self = .bytes([UInt8](data))
        } else if let text = body["editedText"]?.string {
            self = .text(text)
        } else {
            return nil
        }
    }
}

extension DeadLetterFilter {
    /// From a query's parameters.
    public init(_ request: HTTPRequest) throws(Problem) {
        try self.init(names: { request.query($0) })
    }

    /// From the members of a body's filter.
    init(_ request: HTTPRequest, _ body: JSONObject) throws(Problem) {
        for name in body.names where !Self.names.contains(name) { throw HTTPRequest.unknownWord("filter", Self.names) }
        try self.init(names: { body[$0]?.string })
    }

    private static let names = ["reason", "partner", "queue", "channel", "cause", "since", "until", "messageId"]

    private init(names value: (String) -> String?) throws(Problem) {
        self.init(
            reason: try Self.word("reason", value), partnerID: value("partner"), queue: value("queue"),
            channel: try Self.word("channel", value), cause: try Self.cause(value),
            since: try Self.instant("since", value),
            until: try Self.instant("until", value), senderMessageID: value("messageId"))
    }

    private static func cause(_ value: (String) -> String?) throws(Problem) -> DeadLetterCause? {
        guard let text = value("cause") else { return nil }
        guard let cause = DeadLetterCause(name: text) else {
            throw Problem(
                .badRequest, zh: "cause 应为死信列表所示的原因，如 invalid/unknownCode/court/defence-notice:14。",
                en: "cause must be one that the dead letters show, such as invalid/unknownCode/court/defence-notice:14."
            )
        }
        return cause
    }

    private static func word<Word: RawRepresentable & CaseIterable>(
        _ name: String, _ value: (String) -> String?
    ) throws(Problem) -> Word? where Word.RawValue == String {
        guard let text = value(name) else { return nil }
        guard let word = Word(rawValue: text) else {
            throw HTTPRequest.unknownWord(name, Word.allCases.map(\.rawValue))
        }
        return word
    }

    private static func instant(_ name: String, _ value: (String) -> String?) throws(Problem) -> Instant? {
        guard let text = value(name) else { return nil }
        guard let instant = Instant(rfc3339: text) else {
            throw Problem(
                .badRequest, zh: "\(name) 应为时间，如 2026-01-31T08:00:00+08:00，或日期。",
                en: "\(name) must be a time such as 2026-01-31T08:00:00+08:00, or a date.")
        }
        return instant
    }
}

extension Instant {
    /// RFC 3339, or a date alone, which begins in China's time.
    init?(rfc3339 text: String) {
        let text = text.count == 10 ? text + "T00:00:00+08:00" : text
        // Foundation reads 25:00 as 01:00 of the next day, and 30 February as a day of March.
        let clock = /T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d+)?(Z|[+-]([01]\d|2[0-3]):[0-5]\d)/
        guard CalendarDate(iso: text.prefix(10)) != nil, text.dropFirst(10).wholeMatch(of: clock) != nil else {
            return nil
        }
        let style = Date.ISO8601FormatStyle(includingFractionalSeconds: text.contains("."))
        guard let date = try? Date(text, strategy: style) else { return nil }
        self.init(date)
    }
}
