import Journal
import Messaging
import StrictJSON
import Transport

/// How one way out stands.
public struct OutletStanding: Sendable {
    public let outlet: Outlet
    /// Nothing where nobody pushes: an institution that leases, a partner that reads its feed.
    public let lane: LaneReport?
    public let pause: Pause?

}

/// Where operators see how the ways out are doing, and close and open them: a paused queue or partner gets nothing, and
/// nothing is lost meanwhile. The pause is stored and holds for every node until somebody ends it.
public struct OutletDesk: Sendable {
    let store: any DeliveryStore
    let registry: Registry
    let pen: AuditPen
    let lanes: @Sendable () -> [LaneReport]
    let log: Log

    /// - Parameter lanes: the ways out of this node, as its courier knows them.
    public init(
        store: any DeliveryStore, registry: Registry, pen: AuditPen, lanes: @escaping @Sendable () -> [LaneReport],
        log: Log
    ) {
        self.store = store
        self.registry = registry
        self.pen = pen
        self.lanes = lanes
        self.log = log
    }

    // MARK: Looking

    /// Every way out that somebody pushes or has paused.
    public func standings() async throws(StoreError) -> [OutletStanding] {
        let pauses = try await store.pauses()
        let lanes = lanes()
        let withLane = Set(lanes.map(\.outlet))
        return lanes.map { lane in
            OutletStanding(outlet: lane.outlet, lane: lane, pause: pauses.first { $0.outlet == lane.outlet })
        }
            + pauses.filter { !withLane.contains($0.outlet) }.map {
                OutletStanding(outlet: $0.outlet, lane: nil, pause: $0)
            }
    }

    /// The standings of one channel by recipient.
    public func standings(_ channel: Channel) async throws(StoreError) -> [String: OutletStanding] {
        let mine = try await standings().filter { $0.outlet.channel == channel }
        return Dictionary(mine.map { ($0.outlet.recipient, $0) }) { first, _ in first }
    }

    // MARK: Acts

    /// - Throws: `Problem` `.notFound` for a queue or partner that is not registered.
    public func queue(_ code: String) throws(Problem) -> Outlet {
        guard registry.institutions[code] != nil else {
            throw Problem(.notFound, zh: "没有这个队列。", en: "There is no such queue.")
        }
        return Outlet(.application, code)
    }

    public func partner(_ id: String) throws(Problem) -> Outlet {
        guard registry.partners[id] != nil else {
            throw Problem(.notFound, zh: "没有登记这个转介单位。", en: "There is no such partner.")
        }
        return Outlet(.status, id)
    }

    /// - Throws: `Problem` `.wrongState` where it is paused already.
    public func pause(_ outlet: Outlet, by caller: Caller, reason: String) async throws {
        guard try await store.pause(outlet, pen.act(.pauseChannel, on: "\(outlet)", by: caller, detail: reason)) else {
            throw Problem(.wrongState, zh: "已处于暂停状态。", en: "It is paused already.")
        }
        note("paused", outlet, caller)
    }

    /// - Throws: `Problem` `.wrongState` where it is not paused.
    public func resume(_ outlet: Outlet, by caller: Caller, reason: String) async throws {
        guard try await store.resume(outlet, pen.act(.resumeChannel, on: "\(outlet)", by: caller, detail: reason))
        else {
            throw Problem(.wrongState, zh: "并未暂停。", en: "It is not paused.")
        }
        note("resumed", outlet, caller)
    }

    private func note(_ event: String, _ outlet: Outlet, _ caller: Caller) {
        log.info(
            "outlet \(event)",
            [
                ("channel", .string(outlet.channel.rawValue)), ("recipient", .string(outlet.recipient)),
                ("operator", .string(caller.id)),
            ])
    }
}

extension OutletDesk {
    public var routes: [Route] {
        [
            Route("POST", "/v1/queues/{queue}/pause", may: .repair) { request, visit in
                try await pause(queue(visit.value("queue")), request, visit)
            },
            Route("POST", "/v1/queues/{queue}/resume", may: .repair) { request, visit in
                try await resume(queue(visit.value("queue")), request, visit)
            },
            Route("POST", "/v1/partners/{id}/pause", may: .repair) { request, visit in
                try await pause(partner(visit.value("id")), request, visit)
            },
            Route("POST", "/v1/partners/{id}/resume", may: .repair) { request, visit in
                try await resume(partner(visit.value("id")), request, visit)
            },
            Route("GET", "/v1/outlets", may: .look) { _, _ in
                .json(["outlets": .array(try await standings().map(\.json))])
            },
        ]
    }

    private func pause(_ outlet: Outlet, _ request: HTTPRequest, _ visit: Visit) async throws -> HTTPResponse {
        try await pause(outlet, by: visit.caller(), reason: try request.jsonObject().reason())
        return .json(["paused": true])
    }

    private func resume(_ outlet: Outlet, _ request: HTTPRequest, _ visit: Visit) async throws -> HTTPResponse {
        try await resume(outlet, by: visit.caller(), reason: try request.jsonObject().reason())
        return .json(["paused": false])
    }
}

extension OutletStanding {
    var json: JSONValue {
        .compact(
            [("channel", .string(outlet.channel.rawValue)), ("recipient", .string(outlet.recipient))] + members)
    }

    /// What lists of queues and partners say of their way out.
    var members: [(String, JSONValue?)] {
        [
            ("circuit", .text(lane?.circuit.name.rawValue)), ("nextProbeAt", .text(lane?.nextProbe?.rfc3339)),
            ("underway", lane.map { JSONValue($0.underway) }), ("lastSuccessAt", .text(lane?.lastSuccess?.rfc3339)),
            ("lastFailureAt", .text(lane?.lastFailure?.rfc3339)), ("lastProblem", .text(lane?.lastProblem)),
            (
                "paused",
                pause.map {
                    ["by": .string($0.actor), "reason": .string($0.reason), "since": .string($0.since.rfc3339)]
                }
            ),
        ]
    }
}
