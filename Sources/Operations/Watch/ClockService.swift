import Messaging
import Observability
import StrictJSON
import Transport
import Triage
import Vocabulary

/// The time limits that run, and the alarms that they raise: once for each due date, across restarts and nodes.
public struct ClockService: Sendable {
    let store: any ClockStore & MovedLimitStore
    let now: @Sendable () -> Instant
    let log: Log
    let metrics: Metrics

    public init(
        store: any ClockStore & MovedLimitStore, now: @escaping @Sendable () -> Instant, log: Log, metrics: Metrics
    ) {
        self.store = store
        self.now = now
        self.log = log
        self.metrics = metrics
    }

    public var routes: [Route] {
        [
            Route("GET", "/v1/clocks", may: .look) { request, _ in
                let now = now()
                var filter = ClockFilter(institution: request.query("institution"))
                filter.number = request.query("clock")
                if request.query("dueWithinHours") != nil {
                    let hours = try request.query("dueWithinHours", in: 1...8784, default: 24)
                    filter.dueAfter = now
                    filter.dueBefore = now.advanced(seconds: hours * 3600)
                }
                if try request.flag("overdue") {
                    filter.dueAfter = nil
                    filter.dueBefore = now
                }
                let limit = try request.query("limit", in: 1...500, default: 100)
                let page = try await list(filter, after: try Self.cursor(in: request), limit: limit)
                return .json(
                    .compact([("clocks", .array(page.clocks.map(\.json))), ("next", .text(page.next))]))
            },
            movedRoute,
        ]
    }

    /// A page of running clocks, the most urgent first.
    public struct Page: Sendable {
        public let clocks: [ClockView]
        /// Leads to the next page; nothing on the last.
        public let next: String?
    }

    public func list(_ filter: ClockFilter, after cursor: ClockCursor?, limit: Int) async throws(StoreError) -> Page {
        let records = try await store.clocks(filter, after: cursor, limit: limit)
        let now = now()
        return Page(
            clocks: try records.map { record throws(StoreError) in try ClockView(record, at: now) },
            next: records.count == limit ? records.last.map(Self.text(of:)) : nil)
    }

    /// Of the same filter those that one side is bound by, as far as they lie in the most urgent `mostLookedThrough`.
    public func list(
        _ filter: ClockFilter, boundTo side: ClockBound?, after cursor: ClockCursor?, limit: Int
    ) async throws(StoreError) -> Page {
        guard let side else { return try await list(filter, after: cursor, limit: limit) }
        var found: [ClockView] = []
        var place = cursor
        for _ in 0..<(Self.mostLookedThrough / Self.pageLookedThrough) {
            let records = try await store.clocks(filter, after: place, limit: Self.pageLookedThrough)
            let now = now()
            for record in records {
                let view = try ClockView(record, at: now)
                guard view.clock.bound == side else { continue }
                found.append(view)
                if found.count == limit { return Page(clocks: found, next: Self.text(of: record)) }
            }
            guard records.count == Self.pageLookedThrough, let last = records.last else {
                return Page(clocks: found, next: nil)
            }
            place = ClockCursor(dueAt: last.clock.dueAt, applicationNo: last.applicationNo, id: last.clock.id)
        }
        return Page(clocks: found, next: nil)
    }

    private static let pageLookedThrough = 500
    private static let mostLookedThrough = 20_000

    /// How the limits of each institution stand: overdue, due today, due within three more days.
    ///
    /// - Parameter side: only those that one side is bound by.
    public func matrix(boundTo side: ClockBound?) async throws(StoreError) -> ClockMatrix {
        let now = now()
        var matrix = ClockMatrix(at: now)
        var cursor: ClockCursor?
        for _ in 0..<(Self.mostLookedThrough / Self.pageLookedThrough) {
            let records = try await store.clocks(
                ClockFilter(dueBefore: matrix.end), after: cursor, limit: Self.pageLookedThrough)
            for record in records {
                let view = try ClockView(record, at: now)
                matrix.sides.insert(view.clock.bound)
                if side == nil || view.clock.bound == side { matrix.count(view) }
            }
            guard records.count == Self.pageLookedThrough, let last = records.last else { return matrix }
            cursor = ClockCursor(dueAt: last.clock.dueAt, applicationNo: last.applicationNo, id: last.clock.id)
        }
        matrix.isCutOff = true
        return matrix
    }

    /// Claims what came due or near since the last time and tells of it.
    ///
    /// - Parameter limit: the most that is told of each kind.
    /// - Returns: how many alarms were raised.
    public func raise(limit: Int) async throws(StoreError) -> Int {
        let alarms = try await store.markDueClocks(now: now(), limit: limit)
        for alarm in alarms {
            log.warning(
                alarm.kind == .overdue ? "clock overdue" : "clock due soon",
                [
                    ("applicationNo", .string(alarm.clock.applicationNo)), ("clock", .string(alarm.clock.clock.id)),
                    ("institution", .text(alarm.clock.institution) ?? .null),
                    ("dueAt", .string(alarm.clock.clock.dueAt.rfc3339)),
                ])
            metrics.increment(
                "gateway_clock_alarms_total", help: "Clocks that came due soon or ran out, by clock and institution.",
                labels: [
                    ("kind", alarm.kind.rawValue), ("clock", alarm.clock.clock.id),
                    ("institution", alarm.clock.institution ?? "none"),
                ])
        }
        return alarms.count
    }

    private static func text(of record: ClockRecord) -> String {
        "\(record.clock.dueAt.milliseconds)~\(record.applicationNo)~\(record.clock.id)"
    }

    /// - Throws: `Problem` `.badRequest` where `after` did not come from a page.
    public static func cursor(in request: HTTPRequest) throws(Problem) -> ClockCursor? {
        guard let text = request.query("after") else { return nil }
        let parts = text.split(separator: "~")
        guard parts.count == 3, let milliseconds = Int64(parts[0]) else {
            throw Problem(.badRequest, zh: "参数 after 应为上一页的 next。", en: "Parameter after takes the last page's next.")
        }
        return ClockCursor(
            dueAt: Instant(milliseconds: milliseconds), applicationNo: String(parts[1]), id: String(parts[2]))
    }
}
