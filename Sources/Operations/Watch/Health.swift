import Messaging
import Observability
import StrictJSON
import Transport
import Vocabulary

/// Liveness, readiness and figures, for those who watch the gateway.
public struct Health: Sendable {
    let store: any MessageStore
    let gauges: Gauges
    let metrics: Metrics
    let now: @Sendable () -> Instant
    let inspection: StoreInspection
    let rules: any RulesInForce
    let reload: ReloadService

    public init(
        store: any MessageStore, gauges: Gauges, metrics: Metrics, now: @escaping @Sendable () -> Instant,
        inspection: StoreInspection, rules: any RulesInForce, reload: ReloadService
    ) {
        self.store = store
        self.gauges = gauges
        self.metrics = metrics
        self.now = now
        self.inspection = inspection
        self.rules = rules
        self.reload = reload
    }

    public var routes: [Route] {
        [
            Route("GET", "/healthz") { _, _ in .json(["status": "alive"]) }.neverShed,
            Route("GET", "/readyz") { request, _ in await ready(request.language) }.neverShed,
            Route("GET", "/metrics") { _, _ in
                gauges.tell(inspection.condition)
                gauges.tell(isReloadRefused: reload.refusal != nil)
                do {
                    try await gauges.refresh()
                    gauges.tell(isStale: false)
                } catch  where error is StoreError && inspection.condition.fault != nil {
                    // The figure that says why must be told all the same.
                    gauges.tell(isStale: true)
                }
                return HTTPResponse(
                    status: 200, headers: [("Content-Type", "text/plain; version=0.0.4; charset=utf-8")],
                    body: Array(metrics.exposition().utf8))
            }.neverShed,
        ]
    }

    /// Ready means that a referral handed in now would be stored, and found again: the store is really written to, its file
    /// is where it was opened, has room, and no damage was found in it.
    private func ready(_ language: String?) async -> HTTPResponse {
        func told(_ fault: StoreFault) -> HTTPResponse {
            Self.notReady(fault.rawValue, fault.advice.text(for: language))
        }
        let fault = inspection.condition.fault
        if let fault, !fault.endsWithAWrite { return told(fault) }
        do throws(StoreError) {
            let now = now()
            // Also where the device was full or refused: only a write tells that it takes them again.
            try await store.ping(now: now)
            if let fault = inspection.condition.fault { return told(fault) }
            let warnings =
                ([reload.refusal?.text].compactMap(\.self)
                + rules.missingCalendars(at: now).map(CalendarWarning.text(of:))
                + rules.oldThresholds(at: now))
                .map { $0.text(for: language) }
            return .json(["status": "ready", "warnings": .array(warnings.map { .string($0) })])
        } catch {
            if let fault = inspection.condition.fault { return told(fault) }
            let text = LocalizedText(
                zh: "存储无法写入：请检查磁盘空间、权限和日志。",
                en: "The store cannot be written to: look at disk space, permissions and the log.")
            return Self.notReady(error.code, text.text(for: language))
        }
    }

    private static func notReady(_ code: String, _ detail: String) -> HTTPResponse {
        .json(["status": "not ready", "store": .string(code), "detail": .string(detail)], status: 503)
    }
}
