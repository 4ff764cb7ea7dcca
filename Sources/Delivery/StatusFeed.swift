import Foundation
import Messaging
import Observability
import StrictJSON
import Transport
import Vocabulary

/// Where partners that cannot be pushed to fetch their statuses: in order, each under a cursor that never changes.
/// Reading on past a cursor confirms what lies before it, so nothing is lost when an answer is.
public struct StatusFeed: Sendable {
    public struct Limits: Sendable {
        public var eventsPerCall = 1...500
        /// Seconds a call may wait for news.
        public var waitSeconds = 0...30

        public init() {}
    }

    /// Asks for the canonical status instead of the document in the partner's own format.
    static let canonicalType = "application/vnd.legal-aid-gateway.status+json"

    let store: any DeliveryStore
    let registry: Registry
    let limits: Limits
    let wakeups: Wakeups
    let now: @Sendable () -> Instant
    let statuses: any VisibleStatusSource

    public init(
        store: any DeliveryStore, registry: Registry, limits: Limits, wakeups: Wakeups,
        now: @escaping @Sendable () -> Instant, statuses: any VisibleStatusSource
    ) {
        self.store = store
        self.registry = registry
        self.limits = limits
        self.wakeups = wakeups
        self.now = now
        self.statuses = statuses
    }

    public var routes: [Route] {
        [
            Route("GET", "/v1/status-events", for: .partner) { request, visit in
                try await read(request, by: visit.caller())
            }
        ]
    }

    private func read(_ request: HTTPRequest, by caller: Caller) async throws -> HTTPResponse {
        if let partner = registry.partners[caller.id], partner.returnAddress != nil || partner.exchange != nil {
            throw Problem(
                .wrongState, zh: "贵单位的状态由网关推送；已推送、待推送和失败的状态可用 GET /v1/statuses 查询。",
                en:
                    "Statuses are pushed to this partner; GET /v1/statuses lists what was delivered, what waits and what failed."
            )
        }
        let after = try Self.cursor(request)
        let limit = try request.query("limit", in: limits.eventsPerCall, default: 100)
        let wait = try request.query("wait", in: limits.waitSeconds, default: 0)
        // Not by the clock on the wall: where that is set back, a call would wait for ever.
        let deadline = ContinuousClock.now.advanced(by: .seconds(wait))
        while true {
            let listener = wakeups.listen(at: [Endpoint(.status, caller.id)])
            let entries = try await store.feed(partner: caller.id, after: after, limit: limit, now: now())
            let left = ContinuousClock.now.duration(to: deadline)
            if !entries.isEmpty || left <= .zero || wakeups.isClosed {
                return .json(try await page(entries, after: after, request))
            }
            try await request.wait(for: caller) { await listener.wait(atMost: left) }
        }
    }

    static func wantsCanonical(_ request: HTTPRequest) -> Bool {
        request.header("Accept")?.lowercased().contains(canonicalType) == true
    }

    private static func cursor(_ request: HTTPRequest) throws(Problem) -> Int64? {
        guard let text = request.query("after"), !text.isEmpty else { return nil }
        guard let position = Int64(text), position >= 0 else {
            throw Problem(
                .badRequest, zh: "after 须为此前应答给出的 cursor。", en: "after must be a cursor that an earlier answer gave.")
        }
        return position
    }

    private func page(
        _ entries: [FeedEntry], after: Int64?, _ request: HTTPRequest
    ) async throws -> JSONValue {
        let wantsCanonical = Self.wantsCanonical(request)
        var events: [JSONValue] = []
        for entry in entries {
            let envelope = entry.envelope
            let status = wantsCanonical ? try await statuses.visibleStatus(of: envelope) : nil
            events.append(
                .compact([
                    ("cursor", .string("\(entry.position)")), ("idempotencyKey", .string(envelope.id)),
                    ("applicationNo", .string(envelope.correlationID)),
                    ("at", .string(envelope.createdAt.rfc3339)), ("traceparent", .text(envelope.traceParent)),
                    ("status", status),
                    ("mediaType", status == nil ? .string(envelope.mediaType) : nil),
                    ("body", status == nil ? .string(Data(envelope.payload).base64EncodedString()) : nil),
                    ("digest", status == nil ? ToldStatusList.digest(envelope.payload) : nil),
                ]))
        }
        return .compact([
            ("events", .array(events)), ("next", .text((entries.last?.position ?? after).map { "\($0)" })),
        ])
    }
}
