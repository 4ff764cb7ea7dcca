import Journal
import Messaging
import StrictJSON
import Transport

/// Liveness, readiness and figures, for those who watch the gateway.
public struct Health: Sendable {
    let store: any MessageStore
    let metrics: Metrics
    let now: @Sendable () -> Instant
    /// Warnings that do not stop the gateway but must not be overlooked, such as a calendar year without data.
    let warnings: @Sendable () -> [String]

    public init(
        store: any MessageStore, metrics: Metrics, now: @escaping @Sendable () -> Instant,
        warnings: @escaping @Sendable () -> [String]
    ) {
        self.store = store
        self.metrics = metrics
        self.now = now
        self.warnings = warnings
    }

    public var routes: [Route] {
        [
            Route("GET", "/healthz") { _, _ in .json(["status": "alive"]) },
            Route("GET", "/readyz") { _, _ in await ready() },
            Route("GET", "/metrics") { _, _ in
                try await refresh()
                return HTTPResponse(
                    status: 200, headers: [("Content-Type", "text/plain; version=0.0.4; charset=utf-8")],
                    body: Array(metrics.exposition().utf8))
            },
        ]
    }

    /// Ready means that a referral handed in now would be stored: the store is really written to.
    private func ready() async -> HTTPResponse {
        do throws(StoreError) {
            try await store.ping(now: now())
            return .json(["status": "ready", "warnings": .array(warnings().map { .string($0) })])
        } catch {
            return .json(["status": "not ready", "store": .string(error.code)], status: 503)
        }
    }

    /// Depths and ages are read from the store when asked for: they are true for every node that shares it.
    private func refresh() async throws(StoreError) {
        let statistics = try await store.statistics()
        for queue in statistics.queues {
            let labels = [("queue", queue.name)]
            metrics.set(
                "gateway_queue_depth", help: "Applications waiting for an institution.", labels: labels,
                to: Double(queue.depth))
            metrics.set(
                "gateway_queue_oldest_seconds", help: "Age of the oldest waiting application.", labels: labels,
                to: queue.oldest.map { Double(now().milliseconds - $0.milliseconds) / 1000 } ?? 0)
        }
        metrics.set(
            "gateway_status_backlog", help: "Statuses not yet confirmed by partners.", labels: [],
            to: Double(statistics.statusBacklog))
        for reason in DeadLetterReason.allCases {
            metrics.set(
                "gateway_dead_letters", help: "Letters that wait for a person, by reason.",
                labels: [("reason", reason.rawValue)], to: Double(statistics.deadLetters[reason] ?? 0))
        }
    }
}
