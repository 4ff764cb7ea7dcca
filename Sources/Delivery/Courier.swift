import Messaging
import Observability
import StrictJSON
import Synchronization
import Transport
import Vocabulary

/// Carries envelopes to their receivers: statuses to the partners' return addresses or folders, applications to the
/// institutions that want them pushed, alerts to the alarm system. In order per application, retried with back-off, laid
/// in the dead-letter queue when hopeless. It never opens an envelope.
public final class Courier: Sendable {
    public struct Settings: Sendable {
        /// How long after the longest push may have ended another courier may take the envelope.
        public var claimBeyondPush: Duration = .seconds(40)
        /// How long to rest when nothing is due and nothing is queued.
        public var rest: Duration = .seconds(5)
        /// More of an answer is not read.
        public var answerBytes = 64 << 10

        public init() {}
    }

    /// Messages that are asked, after a start, when something last arrived.
    private static let remembered = 10_000

    private let store: any DeliveryStore
    private let client: HTTPClient
    private let settings: Settings
    private let wakeups = Wakeups()
    private let now: @Sendable () -> Instant
    private let bits: @Sendable () -> UInt64
    private let cases: any SignIn
    private let log: Log
    private let metrics: Metrics
    private let connections: Mutex<[Endpoint: EndpointConnection]>

    /// - Parameters:
    ///   - bits: 64 fresh random bits a call.
    public init(
        store: any DeliveryStore, client: HTTPClient, registry: Registry, settings: Settings,
        now: @escaping @Sendable () -> Instant, bits: @escaping @Sendable () -> UInt64, cases: any SignIn, log: Log,
        metrics: Metrics
    ) {
        self.store = store
        self.client = client
        self.settings = settings
        self.now = now
        self.bits = bits
        self.cases = cases
        self.log = log
        self.metrics = metrics
        connections = Mutex(EndpointConnection.all(of: registry))
    }

    /// Delivers to whoever the registry names now. To whoever it names no more nothing is begun; what is under way is
    /// finished and recorded. What waited for another try at an address goes to the new one at once.
    public func adopt(_ registry: Registry) async {
        let fresh = EndpointConnection.all(of: registry)
        let (all, moved) = connections.withLock { connections in
            let before = connections
            connections = fresh.mapValues { before[$0.endpoint]?.adopting($0) ?? $0 }
            let moved = connections.values.filter { before[$0.endpoint]?.method != $0.method }.map(\.endpoint)
            return (Set(before.keys).union(connections.keys), moved)
        }
        for endpoint in moved { await welcomeBack(endpoint) }
        wakeups.wake(all)
    }

    /// Something was queued for these endpoints. Those that are not this courier's are nothing to it.
    public func wake(_ endpoints: Set<Endpoint>) { wakeups.wake(endpoints) }

    /// What waits for an endpoint is tried at once, over an open circuit too: a person knows that the receiver is back.
    ///
    /// - Returns: `false` for an endpoint that is none of this courier's.
    public func retryNow(_ endpoint: Endpoint) async -> Bool {
        let now = now()
        guard connections.withLock({ $0[endpoint] != nil }) else { return false }
        await welcomeBack(endpoint)
        connections.withLock { _ = $0[endpoint]?.breaker.endRest(at: now) }
        wakeups.wake([endpoint])
        return true
    }

    /// How each endpoint is doing.
    public var reports: [EndpointReport] {
        connections.withLock { $0.values.map(\.report) }.sorted {
            ($0.endpoint.channel.rawValue, $0.endpoint.recipient) < (
                $1.endpoint.channel.rawValue, $1.endpoint.recipient
            )
        }
    }

    /// Delivers until the task is cancelled; what is under way then is finished and recorded first.
    public func run() async {
        await recall()
        await withDiscardingTaskGroup { group in
            while !Task.isCancelled {
                let listener = wakeups.listen(at: connections.withLock { Set($0.keys) })
                do throws(StoreError) {
                    let claimed = try await claim()
                    for lease in claimed { group.addTask { await self.deliver(lease) } }
                    if claimed.isEmpty { await listener.wait(atMost: try await rest()) }
                } catch {
                    log.error("courier cannot reach the store", [("error", .string(error.code))])
                    await listener.wait(atMost: settings.rest)
                }
            }
        }
    }

    /// What the store tells of deliveries before this start. Circuits begin closed: the first failures will tell.
    private func recall() async {
        do throws(StoreError) {
            let last = try await store.lastDeliveries(among: Self.remembered)
            connections.withLock { connections in
                for (endpoint, at) in last { connections[endpoint]?.lastSuccess = at }
            }
        } catch {
            log.warning("earlier deliveries were not asked for", [("error", .string(error.code))])
        }
    }

    /// Delivers what is due now, and what becomes free thereby, until nothing is left to try.
    ///
    /// - Returns: how many envelopes were tried.
    public func drain() async throws(StoreError) -> Int {
        var tried = 0
        while true {
            let claimed = try await claim()
            guard !claimed.isEmpty else { return tried }
            await withTaskGroup { group in
                for lease in claimed { group.addTask { await self.deliver(lease) } }
            }
            tried += claimed.count
        }
    }

    private func claim() async throws(StoreError) -> [Lease] {
        let now = now()
        let (capacities, patience) = connections.withLock { connections in
            (
                connections.values.compactMap { $0.capacity(at: now) },
                connections.values.map(\.method.patience).max() ?? .zero
            )
        }
        // No attempt lasts longer than the claim holds.
        let claimed = try await store.lease(
            capacities, now: now, ends: now.advanced(by: patience + settings.claimBeyondPush))
        connections.withLock { connections in
            for (endpoint, leases) in Dictionary(grouping: claimed, by: { $0.envelope.endpoint }) {
                connections[endpoint]?.began(leases.count, at: now)
            }
        }
        return claimed
    }

    /// Until something is due, where its connection has room for it, or a circuit lets a probe through.
    private func rest() async throws(StoreError) -> Duration {
        let now = now()
        let (endpoints, probe) = connections.withLock { connections in
            (
                connections.values.filter { $0.capacity(at: now) != nil }.map(\.endpoint),
                connections.values.compactMap(\.breaker.reopens).filter { $0 > now }.min()
            )
        }
        let due = try await store.nextDue(endpoints, after: now)
        guard let next = [due, probe].compactMap(\.self).min() else { return settings.rest }
        return min(settings.rest, .milliseconds(max(1, next.milliseconds - now.milliseconds)))
    }

    private func deliver(_ lease: Lease) async {
        guard let connection = connections.withLock({ $0[lease.envelope.endpoint] }) else {
            // Its receiver ended after it was claimed: it waits, for whoever comes in its place.
            return await giveBack(lease)
        }
        let trace = (TraceContext(lease.envelope.traceParent) ?? TraceContext(bits: bits)).step(bits: bits)
        await TraceContext.$current.withValue(trace) {
            let began = now()
            let verdict = await carry(lease, by: connection.method, trace: trace)
            await settle(lease, verdict, in: connection)
            let ended = now()
            let (isBack, circuit) = connections.withLock { connections in
                let isBack = connections[connection.endpoint]?.ended(verdict, at: ended) ?? false
                return (isBack, connections[connection.endpoint]?.breaker.state.name ?? .closed)
            }
            if isBack { await welcomeBack(connection.endpoint) }
            note(lease, verdict, seconds: Double(ended.milliseconds - began.milliseconds) / 1000, circuit: circuit)
        }
        // A slot is free, and the application's next status may go.
        wakeups.wake([connection.endpoint])
    }

    private func carry(_ lease: Lease, by method: DeliveryMethod, trace: TraceContext) async -> Verdict {
        let envelope = lease.envelope
        switch method {
        case .push(let address): return await push(lease, to: address, trace: trace)
        case .folder(let folder, let marker):
            // The name is the envelope's own: writing it once more replaces it.
            let name = ExchangeFolder.Name(envelope.id + ".status" + envelope.fileExtension)
            do throws(FolderError) {
                try await offThread { () throws(FolderError) in
                    try folder.write(envelope.payload, to: name, marker: marker)
                }
                return .confirmed(answer: "written to the exchange folder")
            } catch {
                return .failed(.notWritten, problem: "not written, \(error.code)", asked: nil, isAddressAtFault: true)
            }
        }
    }

    private func push(_ lease: Lease, to address: ReturnAddress, trace: TraceContext) async -> Verdict {
        let envelope = lease.envelope
        var headers = [
            ("Content-Type", envelope.mediaType), ("Idempotency-Key", envelope.id),
            ("X-Correlation-Id", envelope.correlationID), ("traceparent", trace.traceParent),
        ]
        if let version = lease.applicationVersion { headers.append(("X-Application-Version", "\(version)")) }
        let request: OutgoingRequest
        do throws(UnsignedPush) {
            request = try address.request(
                headers, body: envelope.payload, answerBytes: settings.answerBytes, at: now())
        } catch {
            log.error(
                "a push cannot be signed", [("key", .string(error.keyID)), ("reason", .string(error.reason.rawValue))])
            return Verdict(error)
        }
        do throws(HTTPClientError) {
            return Verdict(
                try await client.send(request), confirmation: address.confirmation, now: now())
        } catch {
            return Verdict(unreached: error)
        }
    }

    private func giveBack(_ lease: Lease) async {
        do throws(StoreError) {
            try await settle(lease, .returnUnseen)
        } catch {
            log.warning(
                "a claim was not given back",
                [("envelope", .string(lease.envelope.id)), ("error", .string(error.code))])
        }
    }

    private func settle(_ lease: Lease, _ verdict: Verdict, in connection: EndpointConnection) async {
        do {
            switch verdict {
            case .confirmed(let answer): try await confirm(lease, answer, in: connection)
            case .failed(let failure, let problem, let asked, let isAddressAtFault):
                // A probe asks after the address: while that is at fault nothing is given up for it.
                let isSpared = isAddressAtFault && connection.breaker.isProbing
                try await settle(
                    lease, again(lease, connection.policy, failure, problem, asked: asked, isSpared: isSpared))
            case .refused(let failure, let problem):
                // An alarm system is told until it takes what it is told.
                let isPatient = connection.endpoint == .alerts
                try await settle(
                    lease,
                    isPatient
                        ? again(lease, connection.policy, failure, problem, asked: nil, isSpared: false)
                        : .giveUp(.undeliverable(failure), reason: problem))
            }
        } catch {
            // The claim ends by itself and the envelope is tried again: at least once, never lost.
            log.error(
                "delivery not recorded", [("envelope", .string(lease.envelope.id)), ("error", .string("\(error)"))])
        }
    }

    private func settle(_ lease: Lease, _ settlement: LeaseSettlement) async throws(StoreError) {
        _ = try await store.settleDelivery(leaseID: lease.id, settlement, actor: "courier", now: now())
    }

    /// What an institution has taken is signed in, as if it had settled a lease.
    private func confirm(_ lease: Lease, _ answer: String, in connection: EndpointConnection) async throws {
        switch connection.endpoint.channel {
        case .application:
            let institution = Caller(
                role: .institution, id: LeadQueue.institution(of: connection.endpoint.recipient))
            guard
                try await cases.signIn(
                    applicationNo: lease.envelope.correlationID, leaseID: lease.id, caller: institution) != nil
            else { return }
            try await store.append(
                HistoryEntry(at: now(), event: .entry(.answered), actor: "courier", detail: answer),
                to: lease.envelope.id)
        case .referral, .status, .alert: try await settle(lease, .confirm(answer: answer))
        }
    }

    private func again(
        _ lease: Lease, _ policy: RetryPolicy, _ failure: DeadLetterFailure, _ problem: String, asked: Duration?,
        isSpared: Bool
    ) -> LeaseSettlement {
        let attempt = isSpared ? min(lease.attempt, policy.maxAttempts - 1) : lease.attempt
        let random = Double(bits() >> 11) * 0x1p-53
        guard let wait = policy.wait(afterAttempt: attempt, random: random, retryAfter: asked) else {
            return .giveUp(.undeliverable(failure), reason: problem + ", given up after \(lease.attempt) attempts")
        }
        return .release(notBefore: now().advanced(by: wait), reason: problem)
    }

    /// What waited longer and longer while the address was gone goes at once.
    private func welcomeBack(_ endpoint: Endpoint) async {
        do throws(StoreError) {
            try await store.hasten(endpoint, now: now())
        } catch {
            log.warning(
                "waits not shortened", [("recipient", .string(endpoint.recipient)), ("error", .string(error.code))])
        }
    }

    private func note(_ lease: Lease, _ verdict: Verdict, seconds: Double, circuit: CircuitBreaker.State.Name) {
        let (outcome, detail): (String, String) =
            switch verdict {
            case .confirmed(let answer): ("confirmed", answer)
            case .failed(_, let problem, _, _): ("failed", problem)
            case .refused(_, let problem): ("refused", problem)
            }
        let envelope = lease.envelope
        let labels = [("channel", envelope.channel.rawValue), ("recipient", envelope.recipient)]
        metrics.increment(
            "gateway_pushes_total", help: "Pushes to receivers, by outcome.", labels: labels + [("outcome", outcome)])
        metrics.observe(
            "gateway_push_duration_seconds", help: "How long receivers took to answer.", labels: labels, seconds)
        metrics.set(
            "gateway_circuit_state", help: "Circuit of a receiver: 0 closed, 1 half-open, 2 open.", labels: labels,
            to: circuit.figure)
        if outcome == "confirmed" {
            metrics.set(
                "gateway_push_last_success_timestamp_seconds", help: "When a receiver last confirmed a push.",
                labels: labels, to: Double(now().milliseconds) / 1000)
        }
        log.info(
            "pushed",
            [
                ("envelope", .string(envelope.id)), ("channel", .string(envelope.channel.rawValue)),
                ("applicationNo", .string(envelope.correlationID)), ("recipient", .string(envelope.recipient)),
                ("attempt", LogValue(lease.attempt)), ("outcome", .string(outcome)), ("detail", .string(detail)),
                ("circuit", .string(circuit.rawValue)),
            ])
    }
}

extension Envelope {
    var endpoint: Endpoint { Endpoint(channel, recipient) }

    var fileExtension: String {
        mediaType.contains("json") ? ".json" : mediaType.contains("xml") ? ".xml" : ".dat"
    }
}

extension CircuitBreaker.State.Name {
    fileprivate var figure: Double {
        switch self {
        case .closed: 0
        case .halfOpen: 1
        case .open: 2
        }
    }
}
