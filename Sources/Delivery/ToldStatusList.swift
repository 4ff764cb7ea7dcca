import Foundation
import Messaging
import StrictJSON
import Transport
import Vocabulary

/// Every status that a partner is told, from any moment, whichever way they go: what was delivered, what waits, and what
/// failed and why. Unlike the feed it confirms nothing.
public struct ToldStatusList: Sendable {
    let store: any PartnerViewStore
    let statuses: any VisibleStatusSource

    public init(store: any PartnerViewStore, statuses: any VisibleStatusSource) {
        self.store = store
        self.statuses = statuses
    }

    public var routes: [Route] {
        [
            Route("GET", "/v1/statuses", for: .partner) { request, visit in
                let limit = try request.query("limit", in: 1...500, default: 100)
                let filter = try Self.filter(request, of: visit.caller().id)
                let found = try await store.toldStatuses(filter, after: request.query("after"), limit: limit)
                let wantsCanonical = StatusFeed.wantsCanonical(request)
                var shown: [JSONValue] = []
                for status in found { shown.append(try await json(status, wantsCanonical: wantsCanonical)) }
                return .json(
                    .compact([
                        ("statuses", .array(shown)),
                        ("next", found.count == limit ? .text(found.last?.envelope.id) : nil),
                    ]))
            }
        ]
    }

    private static func filter(_ request: HTTPRequest, of partner: String) throws(Problem) -> ToldStatusFilter {
        var filter = ToldStatusFilter(partnerID: partner)
        filter.applicationNo = request.query("applicationNo")
        if let text = request.query("since") {
            guard let since = Instant(rfc3339: text.utf8.count == 10 ? text + "T00:00:00+08:00" : text) else {
                throw Problem(
                    .badRequest, zh: "参数 since 应为带时区的日期时间（RFC 3339，其中 + 写作 %2B），或日期。",
                    en: "Parameter since is a date and time with its offset (RFC 3339; a + is written %2B), or a date.")
            }
            filter.since = since
        }
        let words = ToldState.allCases.map(\.rawValue)
        if let word = try request.choice(of: words, "state").flatMap(ToldState.init(rawValue:)) {
            filter.states = word.states
        }
        return filter
    }

    /// Of a body, so that whoever reads it can tell that it is whole.
    static func digest(_ body: [UInt8]) -> JSONValue {
        ["sha256": .string(Digest.hex(Digest.sha256(body))), "sm3": .string(Digest.hex(Digest.sm3(body)))]
    }

    private func json(_ status: ToldStatus, wantsCanonical: Bool) async throws -> JSONValue {
        let envelope = status.envelope
        let isCanonical = wantsCanonical && status.body != nil
        let canonical = isCanonical ? try await statuses.visibleStatus(of: envelope) : nil
        let body = canonical == nil ? status.body : nil
        return .compact([
            ("id", .string(envelope.id)), ("applicationNo", .string(envelope.correlationID)),
            ("at", .string(envelope.createdAt.rfc3339)), ("state", .string(ToldState(status.state).rawValue)),
            ("attempts", JSONValue(status.attempts)), ("problem", .text(status.problem)),
            ("finishedAt", .text(status.finishedAt?.rfc3339)), ("erasedAt", .text(status.erasedAt?.rfc3339)),
            ("status", canonical), ("mediaType", body == nil ? nil : .string(envelope.mediaType)),
            ("body", body.map { .string(Data($0).base64EncodedString()) }), ("digest", body.map(Self.digest)),
        ])
    }
}

/// How a status that a partner is told stands, in its words.
enum ToldState: String, CaseIterable {
    case waiting, delivered, failed, discarded

    init(_ state: DeliveryState.Name) {
        switch state {
        case .queued, .leased: self = .waiting
        case .delivered: self = .delivered
        case .dead: self = .failed
        case .discarded: self = .discarded
        }
    }

    var states: Set<DeliveryState.Name> { Set(DeliveryState.Name.allCases.filter { ToldState($0) == self }) }
}
