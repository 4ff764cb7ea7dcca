import Messaging
import Observability
import Triage
import Vocabulary

/// Depths and ages for Prometheus. They are read from the store when asked for, so they are true for every node that
/// shares it; what became empty is set to zero, not left at its last figure.
public struct Gauges: Sendable {
    private static let day = 86_400

    let flow: MessageQueryService
    let deadLetters: DeadLetterService
    let clocks: any ClockFigureSource
    let exchange: any ExchangeReportSource
    let metrics: Metrics

    /// One figure for each fault that the store's file may have.
    func tell(_ condition: StoreCondition) {
        for fault in StoreFault.allCases {
            metrics.set(
                "gateway_store_fault",
                help: "Whether the store's file is lost, damaged, without room or refused by its device.",
                labels: [("fault", fault.rawValue)], to: condition.fault == fault ? 1 : 0)
        }
    }

    func tell(isReloadRefused: Bool) {
        metrics.set(
            "gateway_reload_refused", help: "Whether the last reload was refused, so that an older set is in force.",
            labels: [], to: isReloadRefused ? 1 : 0)
    }

    func tell(isStale: Bool) {
        metrics.set(
            "gateway_gauges_stale", help: "Whether figures could not be read from the store, which is at fault.",
            labels: [], to: isStale ? 1 : 0)
    }

    func refresh() async throws {
        let now = flow.now()
        func age(_ since: Instant?) -> Double { since.map { Double(now.milliseconds - $0.milliseconds) / 1000 } ?? 0 }
        refreshExchange(age)
        for queue in try await flow.queues() {
            let labels = [("queue", queue.queue)]
            metrics.set(
                "gateway_queue_depth", help: "Applications waiting for an institution or leased by it.", labels: labels,
                to: Double(queue.depth))
            metrics.set(
                "gateway_queue_oldest_seconds", help: "Age of the oldest application in a queue.", labels: labels,
                to: age(queue.oldest))
        }
        for queue in try await flow.leadQueues() {
            let labels = [("queue", queue.queue)]
            metrics.set(
                "gateway_lead_queue_depth", help: "Leads waiting for an institution or leased by it; no applications.",
                labels: labels, to: Double(queue.depth))
            metrics.set(
                "gateway_lead_queue_oldest_seconds", help: "Age of the oldest lead in a queue of leads.",
                labels: labels, to: age(queue.oldest))
        }
        try await refreshPartners(age)
        try await refreshDeadLetters(age)
        try await refreshClocks()
    }

    /// Known without the store: files wait when that takes nothing.
    private func refreshExchange(_ age: (Instant?) -> Double) {
        for report in exchange.reports {
            let labels = [("partner", report.partnerID)]
            metrics.set(
                "gateway_exchange_oldest_wait_seconds",
                help: "For how long the oldest complete file of an exchange folder has waited for its receipt.",
                labels: labels, to: age(report.oldest))
            metrics.set(
                "gateway_exchange_waiting", help: "Complete files of an exchange folder without their receipt.",
                labels: labels, to: Double(report.waiting))
            metrics.set(
                "gateway_exchange_unread", help: "Files of an exchange folder that cannot be read or laid aside.",
                labels: labels, to: Double(report.unread))
            metrics.set(
                "gateway_exchange_fault", help: "Whether a partner's exchange folders cannot be worked.",
                labels: labels, to: report.isAtFault ? 1 : 0)
        }
    }

    private func refreshPartners(_ age: (Instant?) -> Double) async throws {
        var backlog = 0
        for partner in try await flow.partners() {
            let labels = [("partner", partner.partnerID)]
            backlog += partner.backlog
            metrics.set(
                "gateway_partner_backlog", help: "Statuses not yet confirmed by a partner.", labels: labels,
                to: Double(partner.backlog))
            metrics.set(
                "gateway_partner_backlog_oldest_seconds", help: "Age of the oldest status not yet confirmed.",
                labels: labels, to: age(partner.oldestBacklog))
            if let seen = partner.lastSeen {
                metrics.set(
                    "gateway_partner_last_message_timestamp_seconds", help: "When a partner last sent a message.",
                    labels: labels, to: Double(seen.milliseconds) / 1000)
            }
        }
        metrics.set(
            "gateway_status_backlog", help: "Statuses not yet confirmed by partners.", labels: [], to: Double(backlog))
    }

    private func refreshClocks() async throws {
        for name in ["gateway_clocks_due_soon", "gateway_clocks_overdue"] { metrics.forget(name) }
        for clock in try await clocks.figures() {
            let labels = [("clock", clock.clock)]
            metrics.set(
                "gateway_clocks_due_soon", help: "Running clocks that come due within the warning time.",
                labels: labels, to: Double(clock.dueSoon))
            metrics.set(
                "gateway_clocks_overdue", help: "Running clocks past their time limit.", labels: labels,
                to: Double(clock.overdue))
        }
    }

    private func refreshDeadLetters(_ age: (Instant?) -> Double) async throws {
        let causes = try await deadLetters.causes(DeadLetterFilter())
        for reason in DeadLetterReason.allCases {
            let mine = causes.filter { $0.cause.reason == reason }
            let labels = [("reason", reason.rawValue)]
            metrics.set(
                "gateway_dead_letters", help: "Letters that wait for a person, by reason.", labels: labels,
                to: Double(mine.reduce(0) { $0 + $1.count }))
            metrics.set(
                "gateway_dead_letters_oldest_seconds", help: "Age of the oldest letter that waits for a person.",
                labels: labels, to: age(mine.map(\.oldest).min()))
        }
    }
}

extension Metrics {
    /// Units of one durable transaction, from alone to a full group.
    private static let groupBounds: [Double] = [1, 2, 4, 8, 16, 32, 64, 128, 256]

    /// Counts a group that the store made durable.
    public func committed(units: Int, took: Duration) {
        observe(
            "gateway_store_commit_units", help: "Units of work that shared one durable transaction.", labels: [],
            Double(units), bounds: Self.groupBounds)
        observe(
            "gateway_store_commit_duration_seconds", help: "How long a group took to be durable.", labels: [],
            took / .seconds(1))
    }

    /// Counts an answer of the HTTP interface, by the route's template: addresses would be too many, and hold names.
    public func answered(route: String?, status: Int, took: Duration) {
        let labels = [("route", route ?? "none"), ("status", "\(status / 100)xx")]
        increment("gateway_http_requests_total", help: "Answers, by route and class of status.", labels: labels)
        observe(
            "gateway_http_request_duration_seconds", help: "How long answers took, by route; calls that wait wait.",
            labels: [("route", route ?? "none")], took / .seconds(1))
    }
}
