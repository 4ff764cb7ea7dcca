import Journal
import Messaging
import StrictJSON
import Transport

/// Carries envelopes of the status channel to the partners' return addresses: in order per application, retried with
/// back-off, laid in the dead-letter tray when hopeless. It never opens an envelope.
public final class Courier: Sendable {
    /// How the rounds are made.
    public struct Settings: Sendable {
        /// Envelopes under way at once.
        public var concurrency = 16
        /// Milliseconds a claim holds before another courier may take the envelope.
        public var claimMilliseconds: Int64 = 60_000
        /// Seconds for one push, connecting included.
        public var timeout: Duration = .seconds(20)
        /// How long to rest when nothing is due and nobody rings.
        public var rest: Duration = .seconds(5)

        public init() {}
    }

    private let store: any MessageStore
    private let client: HTTPClient
    private let registry: Registry
    private let settings: Settings
    private let bell: Bell
    private let now: @Sendable () -> Instant
    private let random: @Sendable () -> Double
    private let log: Log
    private let metrics: Metrics

    /// - Parameter random: uniform in 0..<1, for the jitter of retries.
    public init(
        store: any MessageStore, client: HTTPClient, registry: Registry, settings: Settings, bell: Bell,
        now: @escaping @Sendable () -> Instant, random: @escaping @Sendable () -> Double, log: Log, metrics: Metrics
    ) {
        self.store = store
        self.client = client
        self.registry = registry
        self.settings = settings
        self.bell = bell
        self.now = now
        self.random = random
        self.log = log
        self.metrics = metrics
    }

    /// Makes rounds until the task is cancelled; what is under way then is finished and recorded first.
    public func run() async {
        while !Task.isCancelled {
            let ring = bell.listen()
            do {
                if try await round() > 0 { continue }
                await ring.wait(atMost: try await rest())
            } catch {
                log.error("courier cannot reach the store", [("error", .string("\(error)"))])
                await ring.wait(atMost: settings.rest)
            }
        }
    }

    /// Delivers what is due now. Returns how many envelopes were tried.
    public func round() async throws(StoreError) -> Int {
        let claimed = try await store.claimStatuses(
            max: settings.concurrency, now: now(), ends: now().advanced(milliseconds: settings.claimMilliseconds))
        await withTaskGroup(of: Void.self) { group in
            for envelope in claimed { group.addTask { await self.deliver(envelope) } }
        }
        return claimed.count
    }

    private func rest() async throws(StoreError) -> Duration {
        guard let next = try await store.nextStatusDue() else { return settings.rest }
        return min(settings.rest, .milliseconds(max(1, next.milliseconds - now().milliseconds)))
    }

    private func deliver(_ claimed: Lease) async {
        let envelope = claimed.envelope
        let verdict = await push(envelope, attempt: claimed.attempt)
        let settlement: LeaseSettlement =
            switch verdict {
            case .confirmed: .acknowledge
            case .retry(let retryAt, let problem): .release(notBefore: retryAt, reason: problem)
            case .hopeless(let reason, let problem): .giveUp(reason, reason: problem)
            }
        do throws(StoreError) {
            _ = try await store.settle(leaseID: claimed.id, settlement, actor: "courier", now: now())
        } catch {
            // The claim ends by itself and the envelope is tried again: at least once, never lost.
            log.error("delivery not recorded", [("envelope", .string(envelope.id)), ("error", .string("\(error)"))])
        }
        note(verdict, envelope, attempt: claimed.attempt)
    }

    private enum Verdict {
        case confirmed(answer: String)
        case retry(at: Instant, problem: String)
        case hopeless(DeadLetterReason, problem: String)
    }

    private func push(_ envelope: Envelope, attempt: Int) async -> Verdict {
        if let keepUntil = envelope.keepUntil, keepUntil <= now() {
            return .hopeless(.expired, problem: "kept until \(keepUntil.rfc3339)")
        }
        guard let partner = registry.partners[envelope.recipient], let address = partner.returnAddress else {
            return .hopeless(.undeliverable, problem: "no return address is registered for this partner")
        }
        var headers = [
            ("Content-Type", envelope.mediaType), ("Idempotency-Key", envelope.id),
            ("X-Correlation-Id", envelope.correlationID),
        ]
        if let token = address.token { headers.append(("Authorization", "Bearer \(token)")) }
        let request = OutgoingRequest(
            method: "POST", url: address.url, headers: headers, body: envelope.payload, timeout: settings.timeout)
        do throws(HTTPClientError) {
            let response = try await client.send(request)
            return judge(response, policy: partner.retryPolicy, attempt: attempt)
        } catch {
            return again(
                partner.retryPolicy, attempt: attempt, retryAfter: nil, problem: "not reached: \(error.code)")
        }
    }

    /// 2xx confirms; 408, 425, 429 and 5xx may pass; every other answer is a refusal for good (RFC 9110 §15).
    private func judge(_ response: HTTPResponse, policy: RetryPolicy, attempt: Int) -> Verdict {
        switch response.status {
        case 200..<300: .confirmed(answer: "HTTP \(response.status)")
        case 408, 425, 429, 500..<600:
            again(
                policy, attempt: attempt, retryAfter: response.header("Retry-After").flatMap { Int($0) },
                problem: "HTTP \(response.status)")
        default: .hopeless(.undeliverable, problem: "refused with HTTP \(response.status)")
        }
    }

    private func again(_ policy: RetryPolicy, attempt: Int, retryAfter: Int?, problem: String) -> Verdict {
        guard
            let wait = policy.wait(
                afterAttempt: attempt, random: random(), retryAfter: retryAfter.map { .seconds($0) })
        else { return .hopeless(.undeliverable, problem: problem + ", given up after \(attempt) attempts") }
        return .retry(at: now().advanced(by: wait), problem: problem)
    }

    private func note(_ verdict: Verdict, _ envelope: Envelope, attempt: Int) {
        let (outcome, detail): (String, String) =
            switch verdict {
            case .confirmed(let answer): ("confirmed", answer)
            case .retry(_, let problem): ("retry", problem)
            case .hopeless(_, let problem): ("dead", problem)
            }
        metrics.increment(
            "gateway_pushes_total", help: "Pushes to partners, by partner and outcome.",
            labels: [("partner", envelope.recipient), ("outcome", outcome)])
        log.info(
            "status pushed",
            [
                ("envelope", .string(envelope.id)), ("applicationNo", .string(envelope.correlationID)),
                ("partner", .string(envelope.recipient)), ("attempt", JSONValue(attempt)),
                ("outcome", .string(outcome)), ("detail", .string(detail)),
            ])
    }
}
