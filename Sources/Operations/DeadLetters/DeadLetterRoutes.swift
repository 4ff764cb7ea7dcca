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
            Route("POST", "/v1/dead-letters/{id}/document", may: .unmask) { request, visit in
                let reason = try request.read { $0.reason() }
                let deadLetter = try await open(visit.value("id"), by: visit.caller(), reason: reason)
                return .json(deadLetter.json)
            },
            Route("POST", "/v1/dead-letters/{id}/preview", may: .repair) { request, visit in
                let edited = try request.read { body in
                    let edited = EditedDocument(in: &body)
                    if edited == nil { body.miss("editedText") }
                    return edited ?? .text("")
                }
                let preview = try await preview(visit.value("id"), edited: edited)
                return .json([
                    "outcome": .string(preview.outcome), "findings": .array(preview.findings),
                    "changes": preview.changes?.json ?? .null,
                ])
            },
            Route("POST", "/v1/dead-letters/{id}/retry", may: .repair) { request, visit in
                let (reason, version, edited, queue) = try request.read {
                    ($0.reason(), $0.version(), EditedDocument(in: &$0), $0.text("queue", atMost: 32))
                }
                let result = try await retry(
                    visit.value("id"), version: try version ?? request.versionSeen(), by: visit.caller(),
                    reason: reason, edited: edited, queue: queue)
                return .json(
                    .compact([("id", .string(visit.value("id"))), ("retried", true), ("result", result)]))
            },
            Route("POST", "/v1/dead-letters/{id}/discard", may: .repair) { request, visit in
                let (reason, version) = try request.read { ($0.reason(), $0.version()) }
                let isTold = try await discard(
                    visit.value("id"), version: try version ?? request.versionSeen(), by: visit.caller(),
                    reason: reason)
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
            Route("POST", "/v1/jobs/{id}/pause", may: .repair) { request, visit in
                try await change(request, to: .paused, visit)
            },
            Route("POST", "/v1/jobs/{id}/resume", may: .repair) { request, visit in
                try await change(request, to: .running, visit)
            },
            Route("POST", "/v1/jobs/{id}/stop", may: .repair) { request, visit in
                try await change(request, to: .stopped, visit)
            },
        ]
    }

    private func change(
        _ request: HTTPRequest, to state: BulkJob.State, _ visit: Visit
    ) async throws -> HTTPResponse {
        let reason = try request.read { $0.reason() }
        return .json(try await change(visit.value("id"), to: state, by: visit.caller(), reason: reason).json)
    }

    private func start(_ request: HTTPRequest, by caller: Caller) async throws -> HTTPResponse {
        let wish = try request.read { BulkWish(in: &$0) }
        guard let order = wish.order else {
            let causes = try await deadLetters.causes(wish.filter)
            return .json([
                "total": JSONValue(causes.reduce(0) { $0 + $1.count }),
                "causes": .array(causes.map { $0.json(request.language) }),
            ])
        }
        let job = try await start(wish.filter, by: caller, reason: order.reason, rate: order.rate, queue: order.queue)
        return .json(job.json, status: 202, headers: [("Location", "/v1/jobs/\(job.id)")])
    }
}

// MARK: Reading requests

extension HTTPRequest {
    var language: String? { header("Accept-Language") }

    public func cursor() throws(Problem) -> DeadLetterCursor? {
        guard let text = query("after") else { return nil }
        guard let cursor = DeadLetterCursor(text: text) else {
            throw Problem(.badRequest, zh: "参数 after 应取自上一页的 next。", en: "Parameter after comes from a page's next.")
        }
        return cursor
    }

    /// The version that the operator has seen, by `If-Match` (RFC 9110 §13.1.1).
    func versionSeen() throws(Problem) -> DeadLetterVersion? {
        guard let text = header("If-Match"), text != "*" else { return nil }
        guard let version = DeadLetterVersion(text: text.filter { $0 != "\"" }) else {
            throw Problem(.badRequest, zh: "If-Match 应取自异常报文详情的 ETag。", en: "If-Match comes from the letter's ETag.")
        }
        return version
    }
}

/// What a call about many dead letters asks for.
private struct BulkWish {
    let filter: DeadLetterFilter
    /// Nothing where they are only to be counted.
    let order: (reason: String, rate: Int, queue: String?)?

    init(in body: inout RequestBody) {
        filter = body.group("filter") { DeadLetterFilter(in: &$0) } ?? DeadLetterFilter()
        if body.flag("preview") == true {
            order = nil
            return
        }
        let rate = body.whole("ratePerSecond", in: BulkRetry.rates) ?? 20
        order = (body.reason(), rate, body.text("queue", atMost: 32))
    }
}

extension RequestBody {
    /// The version that the operator has seen.
    fileprivate mutating func version() -> DeadLetterVersion? {
        guard let text = text("version", atMost: 64) else { return nil }
        let version = DeadLetterVersion(text: text)
        if version == nil { note("formatError", "version", zh: "应取自异常报文详情。", en: "comes from the letter's detail.") }
        return version
    }
}

extension EditedDocument {
    /// The mended message in Base64 (RFC 4648 §4) where its bytes must arrive as they are, or as text; one of the two.
    fileprivate init?(in body: inout RequestBody) {
        if body.has("editedBase64") {
            guard let text = body.text("editedBase64", atMost: .max) else { return nil }
            let data = Data(base64Encoded: text)
            if data == nil { body.note("formatError", "editedBase64", zh: "不是合法的 Base64。", en: "is not valid Base64.") }
            self = .bytes([UInt8](data ?? Data()))
        } else if let text = body.text("editedText", atMost: .max) {
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
    fileprivate init(in body: inout RequestBody) {
        let reasons = DeadLetterReason.allCases.map(\.rawValue)
        let reason = body.word("reason", among: reasons).flatMap(DeadLetterReason.init(rawValue:))
        let channel = body.word("channel", among: Channel.allCases.filter { $0 != .alert }.map(\.rawValue)).flatMap(
            Channel.init(rawValue:))
        let name = body.text("cause", atMost: 200)
        let cause = name.flatMap { DeadLetterCause(name: $0) }
        if name != nil, cause == nil {
            body.note("unknownCode", "cause", zh: Self.causeWords.zh, en: Self.causeWords.en)
        }
        self.init(
            reason: reason, partnerID: body.text("partner", atMost: 64), queue: body.text("queue", atMost: 64),
            channel: channel, cause: cause, since: body.instant("since"),
            until: body.instant("until"), senderMessageID: body.text("messageId", atMost: 64))
    }

    private static let causeWords = LocalizedText(
        zh: "应为异常报文列表所示的原因，如 invalid/unknownCode/court/defence-notice:14。",
        en: "must be one that the dead letters show, such as invalid/unknownCode/court/defence-notice:14.")

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
            throw Problem(.badRequest, zh: "cause \(causeWords.zh)", en: "cause \(causeWords.en)")
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
        guard let instant = Instant(dayOrMoment: text) else {
            throw Problem(.badRequest, zh: "\(name) \(instantWords.zh)", en: "\(name) \(instantWords.en)")
        }
        return instant
    }

    fileprivate static let instantWords = LocalizedText(
        zh: "应为时间，如 2026-01-31T08:00:00+08:00，或日期。", en: "must be a time such as 2026-01-31T08:00:00+08:00, or a date.")
}

extension RequestBody {
    fileprivate mutating func instant(_ name: String) -> Instant? {
        guard let text = text(name, atMost: 64) else { return nil }
        let instant = Instant(dayOrMoment: text)
        let words = DeadLetterFilter.instantWords
        if instant == nil { note("notADate", name, zh: words.zh, en: words.en) }
        return instant
    }
}

extension Instant {
    /// RFC 3339, or a date alone, which begins in China's time.
    init?(dayOrMoment text: String) {
        self.init(rfc3339: text.utf8.count == 10 ? text + "T00:00:00+08:00" : text)
    }
}
