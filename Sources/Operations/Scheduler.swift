import Messaging
import Observability
import Vocabulary

/// Does what nobody asks for because time itself asks: raises clocks, gives up what waited too long, erases what is past
/// its retention, takes unanswered hand-overs to the city centre. Several nodes may sweep at once.
public struct Scheduler: Sendable {
    /// Takes unanswered hand-overs further; handed in, since the doors are not this room's.
    public typealias Escalate = @Sendable () async throws -> Int

    let clocks: ClockService
    let store: any FollowUpStore & EvidenceStore & DeliveryStore
    let escalate: Escalate
    let interval: Duration
    let now: @Sendable () -> Instant
    let log: Log
    let metrics: Metrics

    public init(
        clocks: ClockService, store: any FollowUpStore & EvidenceStore & DeliveryStore, escalate: @escaping Escalate,
        interval: Duration,
        now: @escaping @Sendable () -> Instant, log: Log, metrics: Metrics
    ) {
        self.clocks = clocks
        self.store = store
        self.escalate = escalate
        self.interval = interval
        self.now = now
        self.log = log
        self.metrics = metrics
    }

    /// Sweeps until the task is cancelled. A sweep that fails is tried again at the next turn.
    public func run() async {
        while !Task.isCancelled {
            do {
                try await sweep()
            } catch let error as StoreError {
                log.error("sweep failed", [("error", .string(error.code))])
            } catch {
                log.error("sweep failed", [("type", .string("\(type(of: error))"))])
            }
            try? await Task.sleep(for: interval)
        }
    }

    /// One sweep: everything that is due by now.
    public func sweep() async throws {
        while try await clocks.raise() > 0 {}
        while true {
            let expired = try await store.expireFollowUps(now: now(), limit: 100)
            if expired == 0 { break }
            log.warning("parked messages expired", [("count", .init(expired))])
            for _ in 0..<expired {
                metrics.increment(
                    "gateway_parked_expired_total", help: "Messages whose referral did not come in time.", labels: [])
            }
        }
        while try await store.expireMessages(now: now(), limit: 1000) > 0 {}
        while try await store.exhaustLeases(now: now(), maxAttempts: 5, limit: 1000) > 0 {}
        let erased = try await store.eraseEvidence(now: now())
        if erased > 0 { log.info("status shares erased", [("count", .init(erased))]) }
        _ = try await escalate()
    }
}
