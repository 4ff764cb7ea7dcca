import Messaging
import Observability
import StrictJSON
import Transport
import Vocabulary

/// Where institutions fetch their applications: a leased application is invisible to others until the lease is settled
/// or ends; an ended lease counts as a failed attempt.
public struct LeaseService: Sendable {
    /// Bounds on what a case system may ask for.
    public struct Limits: Sendable {
        public var leasesPerCall = 100
        /// Seconds.
        public var leaseSeconds = 10...3600
        /// Seconds a call may wait for work.
        public var waitSeconds = 0...30
        /// Leases that may end or be released before the application lies with the operators.
        public var attempts = 5

        public init() {}
    }

    let store: any MessageStore
    let limits: Limits
    let wakeups: Wakeups
    let now: @Sendable () -> Instant
    let cases: any SignIn
    let log: Log

    public init(
        store: any MessageStore, limits: Limits, wakeups: Wakeups, now: @escaping @Sendable () -> Instant,
        cases: any SignIn, log: Log
    ) {
        self.store = store
        self.limits = limits
        self.wakeups = wakeups
        self.now = now
        self.cases = cases
        self.log = log
    }

    public var routes: [Route] {
        [
            Route("POST", "/v1/queues/{queue}/leases", for: .institution) { request, visit in
                try await lease(request, queue: visit.value("queue"), caller: visit.caller())
            }
        ] + settlementRoutes
    }

    private var settlementRoutes: [Route] {
        [
            Route("POST", "/v1/leases/{id}/acknowledge", for: .institution) { _, visit in
                let lease = try await ownLease(visit)
                let version = try await cases.signIn(
                    applicationNo: lease.envelope.correlationID, leaseID: lease.id, caller: visit.caller())
                return try answer(version != nil, version: version)
            },
            Route("POST", "/v1/leases/{id}/release", for: .institution) { request, visit in
                let (delay, reason) = try request.read {
                    ($0.whole("delaySeconds", in: 0...86_400), $0.text("reason", atMost: RequestBody.reasonLength))
                }
                let lease = try await ownLease(visit)
                let release = LeaseSettlement.release(
                    notBefore: now().advanced(seconds: delay ?? 0), reason: reason)
                return try answer(
                    await store.settle(leaseID: lease.id, release, actor: visit.caller().id, now: now()))
            },
            Route("POST", "/v1/leases/{id}/extend", for: .institution) { request, visit in
                let length = try request.read { $0.whole("leaseSeconds", in: limits.leaseSeconds) } ?? 60
                let lease = try await ownLease(visit)
                let ends = now().advanced(seconds: length)
                return try answer(
                    await store.settle(
                        leaseID: lease.id, .extend(until: ends), actor: visit.caller().id, now: now()),
                    leaseEndsAt: ends)
            },
            Route("POST", "/v1/leases/{id}/reject", for: .institution) { request, visit in
                let reason = try request.read { $0.reason() }
                let lease = try await ownLease(visit)
                return try answer(
                    await store.settle(
                        leaseID: lease.id, .giveUp(.rejected, reason: reason), actor: visit.caller().id, now: now()))
            },
        ]
    }

    private func lease(_ request: HTTPRequest, queue: String, caller: Caller) async throws -> HTTPResponse {
        guard LeadQueue.institution(of: queue) == caller.id else {
            throw Problem(.forbidden, zh: "只能领取本机构队列的申请。", en: "An institution leases from its own queue only.")
        }
        let (max, length, wait) = try request.read {
            (
                $0.whole("max", in: 1...limits.leasesPerCall) ?? 1,
                $0.whole("leaseSeconds", in: limits.leaseSeconds) ?? 60,
                $0.whole("waitSeconds", in: limits.waitSeconds) ?? 0
            )
        }
        // Not by the clock on the wall: where that is set back, a call would wait for ever.
        let deadline = ContinuousClock.now.advanced(by: .seconds(wait))
        while true {
            let listener = wakeups.listen(at: [Endpoint(.application, queue)])
            // Who has hung up while waiting is given nothing: nobody else could have it until the lease ends.
            if request.hasHungUp() { return .json(["leases": []]) }
            let leases = try await store.lease(
                queue: queue, max: max, now: now(), ends: now().advanced(seconds: length))
            var readable: [JSONValue] = []
            for lease in leases {
                if let json = try await json(lease, queue: queue) { readable.append(json) }
            }
            let left = ContinuousClock.now.duration(to: deadline)
            // What could not be opened is with the operators by now; there may be more behind it.
            if !leases.isEmpty, readable.isEmpty { continue }
            if !readable.isEmpty || left <= .zero || wakeups.isClosed {
                var response = HTTPResponse.json(["leases": .array(readable)])
                if !leases.isEmpty { response.undelivered = { await giveBack(leases, mayBeSeen: $0) } }
                return response
            }
            try await request.wait(for: caller) { await listener.wait(atMost: left) }
        }
    }

    /// Nobody got them: others may have them at once. An attempt that was not told of does not count, or a caller that
    /// hangs up too early would make dead letters of a whole queue; one that may have been read keeps its number.
    private func giveBack(_ leases: [Lease], mayBeSeen: Bool) async {
        for lease in leases {
            do throws(StoreError) {
                let settlement: LeaseSettlement =
                    mayBeSeen ? .release(notBefore: now(), reason: "the caller had hung up") : .returnUnseen
                _ = try await store.settle(leaseID: lease.id, settlement, actor: "gateway", now: now())
            } catch {
                // The lease ends by itself.
                log.warning("lease not given back", [("error", .string(error.code))])
            }
        }
    }

    /// - Returns: nothing for a message that cannot be opened: that is the gateway's own fault, which an operator is told of.
    private func json(_ lease: Lease, queue: String) async throws(StoreError) -> JSONValue? {
        guard let application = try? JSONValue(parsing: lease.envelope.payload) else {
            _ = try await store.settle(
                leaseID: lease.id,
                .giveUp(.unreadablePayload(on: .application), reason: "the stored application is no JSON"),
                actor: "gateway", now: now())
            return nil
        }
        return .compact([
            ("leaseId", .string(lease.id)), ("leaseEndsAt", .string(lease.ends.rfc3339)),
            ("attempt", JSONValue(lease.attempt)), ("queue", .string(queue)),
            ("idempotencyKey", .string(lease.envelope.id)), ("traceparent", .text(lease.envelope.traceParent)),
            ("applicationNo", .string(lease.envelope.correlationID)),
            ("reason", .string(cases.reason(of: application, to: queue))),
            ("version", lease.applicationVersion.map { JSONValue($0) }),
            ("application", application),
        ])
    }

    /// A lease of another institution's is answered like one that does not exist.
    private func ownLease(_ visit: Visit) async throws -> Lease {
        guard let lease = try await store.lease(id: visit.value("id"), now: now()),
            try LeadQueue.institution(of: lease.envelope.recipient) == visit.caller().id
        else { throw Self.ended }
        return lease
    }

    private func answer(
        _ isSettled: Bool, version: Int? = nil, leaseEndsAt: Instant? = nil
    ) throws(Problem) -> HTTPResponse {
        guard isSettled else { throw Self.ended }
        return .json(
            .compact([
                ("settled", true), ("version", version.map { JSONValue($0) }),
                ("leaseEndsAt", .text(leaseEndsAt?.rfc3339)),
            ]))
    }

    private static let ended = Problem(
        .leaseEnded, zh: "租约已到期、已了结或不存在；该申请可能已由他人领取，请重新领取。",
        en: "The lease has ended, was settled or never was; the application may be with somebody else. Lease again.")
}
