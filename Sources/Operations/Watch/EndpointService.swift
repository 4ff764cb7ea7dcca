import Messaging
import Observability
import StrictJSON
import Transport
import Vocabulary

/// How one endpoint stands.
public struct EndpointStanding: Sendable {
    public let endpoint: Endpoint
    /// Nothing where nobody pushes: an institution that leases, a partner that reads its feed.
    public let connection: EndpointReport?
    public let pause: Pause?

}

/// Where operators see how the endpoints are doing, and close and open them: a paused queue or partner gets nothing, and
/// nothing is lost meanwhile. The pause is stored and holds for every node until somebody ends it.
public struct EndpointService: Sendable {
    let store: any DeliveryStore & AuditStore
    let registry: Registry
    let now: @Sendable () -> Instant
    let reports: any EndpointReportSource
    let log: Log

    public init(
        store: any DeliveryStore & AuditStore, registry: Registry, now: @escaping @Sendable () -> Instant,
        reports: any EndpointReportSource, log: Log
    ) {
        self.store = store
        self.registry = registry
        self.now = now
        self.reports = reports
        self.log = log
    }

    // MARK: Looking

    /// Every endpoint that somebody pushes or has paused.
    public func standings() async throws(StoreError) -> [EndpointStanding] {
        let pauses = try await store.pauses()
        let connections = reports.reports
        let connected = Set(connections.map(\.endpoint))
        return connections.map { connection in
            EndpointStanding(
                endpoint: connection.endpoint, connection: connection,
                pause: pauses.first { $0.endpoint == connection.endpoint })
        }
            + pauses.filter { !connected.contains($0.endpoint) }.map {
                EndpointStanding(endpoint: $0.endpoint, connection: nil, pause: $0)
            }
    }

    /// The standings of one channel by recipient.
    public func standings(_ channel: Channel) async throws(StoreError) -> [String: EndpointStanding] {
        let mine = try await standings().filter { $0.endpoint.channel == channel }
        return Dictionary(mine.map { ($0.endpoint.recipient, $0) }) { first, _ in first }
    }

    // MARK: Acts

    /// - Throws: `Problem` `.notFound` for a queue or partner that is not registered.
    public func queue(_ code: String) throws(Problem) -> Endpoint {
        guard registry.institutions[LeadQueue.institution(of: code)] != nil else {
            throw Problem(.notFound, zh: "没有这个队列。", en: "There is no such queue.")
        }
        return Endpoint(.application, code)
    }

    public func partner(_ id: String) throws(Problem) -> Endpoint {
        guard registry.partners[id] != nil else {
            throw Problem(.notFound, zh: "没有登记这个报送单位。", en: "There is no such partner.")
        }
        return Endpoint(.status, id)
    }

    /// - Throws: `Problem` `.wrongState` where it is paused already.
    public func pause(_ endpoint: Endpoint, by caller: Caller, reason: String) async throws {
        guard
            try await store.pause(
                endpoint, AuditAct(.pauseChannel, on: "\(endpoint)", by: caller, detail: reason, at: now()))
        else {
            throw Problem(.wrongState, zh: "已处于暂停状态。", en: "It is paused already.")
        }
        note("paused", endpoint, caller)
    }

    /// - Throws: `Problem` `.wrongState` where it is not paused.
    public func resume(_ endpoint: Endpoint, by caller: Caller, reason: String) async throws {
        guard
            try await store.resume(
                endpoint, AuditAct(.resumeChannel, on: "\(endpoint)", by: caller, detail: reason, at: now()))
        else {
            throw Problem(.wrongState, zh: "并未暂停。", en: "It is not paused.")
        }
        note("resumed", endpoint, caller)
    }

    /// What waits is tried at once, over an open circuit too.
    ///
    /// - Throws: `Problem` `.wrongState` where nobody pushes to it.
    public func retryNow(_ endpoint: Endpoint, by caller: Caller, reason: String) async throws {
        guard reports.reports.contains(where: { $0.endpoint == endpoint }) else {
            throw Problem(
                .wrongState, zh: "该线路由对方自取，没有可立即重试的推送。",
                en: "The other side fetches for itself: nothing is pushed there.")
        }
        try await store.record(AuditAct(.retryNow, on: "\(endpoint)", by: caller, detail: reason, at: now()))
        _ = await reports.retryNow(endpoint)
        note("tried at once", endpoint, caller)
    }

    private func note(_ event: String, _ endpoint: Endpoint, _ caller: Caller) {
        log.info(
            "outlet \(event)",
            [
                ("channel", .string(endpoint.channel.rawValue)), ("recipient", .string(endpoint.recipient)),
                ("operator", .string(caller.id)),
            ])
    }
}

extension EndpointService {
    public var routes: [Route] {
        [
            Route("POST", "/v1/queues/{queue}/pause", may: .repair) { request, visit in
                try await pause(queue, "queue", request, visit)
            },
            Route("POST", "/v1/queues/{queue}/resume", may: .repair) { request, visit in
                try await resume(queue, "queue", request, visit)
            },
            Route("POST", "/v1/partners/{id}/pause", may: .repair) { request, visit in
                try await pause(partner, "id", request, visit)
            },
            Route("POST", "/v1/partners/{id}/resume", may: .repair) { request, visit in
                try await resume(partner, "id", request, visit)
            },
            Route("POST", "/v1/queues/{queue}/retry-now", may: .repair) { request, visit in
                try await retryNow(queue, "queue", request, visit)
            },
            Route("POST", "/v1/partners/{id}/retry-now", may: .repair) { request, visit in
                try await retryNow(partner, "id", request, visit)
            },
            Route("GET", "/v1/outlets", may: .look) { _, _ in
                .json(["outlets": .array(try await standings().map(\.json))])
            },
        ]
    }

    private func pause(
        _ endpoint: (String) throws -> Endpoint, _ name: String, _ request: HTTPRequest, _ visit: Visit
    ) async throws -> HTTPResponse {
        let reason = try request.read { $0.reason() }
        try await pause(endpoint(visit.value(name)), by: visit.caller(), reason: reason)
        return .json(["paused": true])
    }

    private func retryNow(
        _ endpoint: (String) throws -> Endpoint, _ name: String, _ request: HTTPRequest, _ visit: Visit
    ) async throws -> HTTPResponse {
        let reason = try request.read { $0.reason() }
        let endpoint = try endpoint(visit.value(name))
        try await retryNow(endpoint, by: visit.caller(), reason: reason)
        return .json(["endpoint": .string("\(endpoint)"), "retried": true])
    }

    private func resume(
        _ endpoint: (String) throws -> Endpoint, _ name: String, _ request: HTTPRequest, _ visit: Visit
    ) async throws -> HTTPResponse {
        let reason = try request.read { $0.reason() }
        try await resume(endpoint(visit.value(name)), by: visit.caller(), reason: reason)
        return .json(["paused": false])
    }
}

extension EndpointStanding {
    var json: JSONValue {
        .compact(
            [("channel", .string(endpoint.channel.rawValue)), ("recipient", .string(endpoint.recipient))] + members)
    }

    /// What lists of queues and partners say of their endpoint.
    var members: [(String, JSONValue?)] {
        [
            ("circuit", .text(connection?.circuit.name.rawValue)),
            ("nextProbeAt", .text(connection?.nextProbe?.rfc3339)),
            ("underway", connection.map { JSONValue($0.underway) }),
            ("lastSuccessAt", .text(connection?.lastSuccess?.rfc3339)),
            ("lastFailureAt", .text(connection?.lastFailure?.rfc3339)), ("lastProblem", .text(connection?.lastProblem)),
            (
                "paused",
                pause.map {
                    [
                        "by": .string($0.actor), "reason": .string($0.reason.asFreeText),
                        "since": .string($0.since.rfc3339),
                    ]
                }
            ),
        ]
    }
}
