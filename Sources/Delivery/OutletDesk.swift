import Journal
import Messaging
import StrictJSON
import Transport

/// Where operators see how the ways out are doing, and close and open them: a paused queue or partner gets nothing, and
/// nothing is lost meanwhile. The pause is stored and holds for every node until somebody ends it.
public struct OutletDesk: Sendable {
    /// Writes an operator's act for the audit trail.
    public typealias Act =
        @Sendable (_ action: AuditAction, _ subject: String, _ caller: Caller, _ reason: String) -> AuditAct

    let store: any DeliveryStore
    let registry: Registry
    let act: Act
    let reports: @Sendable () -> [LaneReport]
    let log: Log

    public init(
        store: any DeliveryStore, registry: Registry, act: @escaping Act,
        reports: @escaping @Sendable () -> [LaneReport], log: Log
    ) {
        self.store = store
        self.registry = registry
        self.act = act
        self.reports = reports
        self.log = log
    }

    public var routes: [Route] {
        [
            Route("POST", "/v1/queues/{queue}/pause", may: .repair) { request, visit in
                try await pause(queue(visit), request, by: visit.caller())
            },
            Route("POST", "/v1/queues/{queue}/resume", may: .repair) { request, visit in
                try await resume(queue(visit), request, by: visit.caller())
            },
            Route("POST", "/v1/partners/{id}/pause", may: .repair) { request, visit in
                try await pause(partner(visit), request, by: visit.caller())
            },
            Route("POST", "/v1/partners/{id}/resume", may: .repair) { request, visit in
                try await resume(partner(visit), request, by: visit.caller())
            },
            Route("GET", "/v1/outlets", may: .look) { _, _ in .json(try await list()) },
        ]
    }

    private func queue(_ visit: Visit) throws(Problem) -> Outlet {
        let code = visit.value("queue")
        guard registry.institutions[code] != nil else {
            throw Problem(.notFound, zh: "没有这个队列。", en: "There is no such queue.")
        }
        return Outlet(.application, code)
    }

    private func partner(_ visit: Visit) throws(Problem) -> Outlet {
        let id = visit.value("id")
        guard registry.partners[id] != nil else {
            throw Problem(.notFound, zh: "没有登记这个转介单位。", en: "There is no such partner.")
        }
        return Outlet(.status, id)
    }

    private func pause(_ outlet: Outlet, _ request: HTTPRequest, by caller: Caller) async throws -> HTTPResponse {
        let act = act(.pauseChannel, "\(outlet)", caller, try request.jsonObject().reason())
        guard try await store.pause(outlet, act) else {
            throw Problem(.wrongState, zh: "已处于暂停状态。", en: "It is paused already.")
        }
        note("paused", outlet, caller)
        return .json(["paused": true])
    }

    private func resume(_ outlet: Outlet, _ request: HTTPRequest, by caller: Caller) async throws -> HTTPResponse {
        let act = act(.resumeChannel, "\(outlet)", caller, try request.jsonObject().reason())
        guard try await store.resume(outlet, act) else {
            throw Problem(.wrongState, zh: "并未暂停。", en: "It is not paused.")
        }
        note("resumed", outlet, caller)
        return .json(["paused": false])
    }

    private func note(_ event: String, _ outlet: Outlet, _ caller: Caller) {
        log.info(
            "outlet \(event)",
            [
                ("channel", .string(outlet.channel.rawValue)), ("recipient", .string(outlet.recipient)),
                ("operator", .string(caller.id)),
            ])
    }

    private func list() async throws(StoreError) -> JSONValue {
        let pauses = try await store.pauses()
        let reports = reports()
        let withLane = Set(reports.map(\.outlet))
        let rows =
            reports.map { report in json(report.outlet, report, pauses.first { $0.outlet == report.outlet }) }
            + pauses.filter { !withLane.contains($0.outlet) }.map { json($0.outlet, nil, $0) }
        return ["outlets": .array(rows)]
    }

    private func json(_ outlet: Outlet, _ report: LaneReport?, _ pause: Pause?) -> JSONValue {
        .compact([
            ("channel", .string(outlet.channel.rawValue)), ("recipient", .string(outlet.recipient)),
            ("circuit", .text(report?.circuit.name.rawValue)), ("nextProbeAt", .text(report?.nextProbe?.rfc3339)),
            ("underway", report.map { JSONValue($0.underway) }),
            ("lastSuccessAt", .text(report?.lastSuccess?.rfc3339)),
            ("lastFailureAt", .text(report?.lastFailure?.rfc3339)), ("lastProblem", .text(report?.lastProblem)),
            (
                "paused",
                pause.map {
                    [
                        "by": .string($0.actor), "reason": .string($0.reason), "since": .string($0.since.rfc3339),
                    ]
                }
            ),
        ])
    }
}
