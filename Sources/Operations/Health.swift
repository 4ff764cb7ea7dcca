import Journal
import Messaging
import StrictJSON
import Transport

/// Liveness, readiness and figures, for those who watch the gateway.
public struct Health: Sendable {
    let store: any MessageStore
    let gauges: Gauges
    let metrics: Metrics
    let now: @Sendable () -> Instant
    /// Warnings that do not stop the gateway but must not be overlooked, such as a calendar year without data.
    let warnings: @Sendable () -> [String]

    public init(
        store: any MessageStore, gauges: Gauges, metrics: Metrics, now: @escaping @Sendable () -> Instant,
        warnings: @escaping @Sendable () -> [String]
    ) {
        self.store = store
        self.gauges = gauges
        self.metrics = metrics
        self.now = now
        self.warnings = warnings
    }

    public var routes: [Route] {
        [
            Route("GET", "/healthz") { _, _ in .json(["status": "alive"]) },
            Route("GET", "/readyz") { _, _ in await ready() },
            Route("GET", "/metrics") { _, _ in
                try await gauges.refresh()
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
}
