import Canonical
import Messaging
import StrictJSON
import Transport
import Triage

/// A month in China's time.
public struct ReportMonth: Sendable, Hashable {
    public let year: Int
    public let month: Int

    /// `2026-03`
    public init?(_ text: String) {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard text.utf8.count == 7, parts.count == 2, let year = Int(parts[0]), let month = Int(parts[1]),
            (2000...2200).contains(year), (1...12).contains(month)
        else { return nil }
        self.year = year
        self.month = month
    }

    public var text: String { "\(year)-\(month < 10 ? "0" : "")\(month)" }
    public var start: Instant? { Instant(rfc3339: text + "-01") }
    public var end: Instant? {
        ReportMonth(month == 12 ? "\(year + 1)-01" : "\(year)-\(month < 9 ? "0" : "")\(month + 1)")?.start
    }
}

/// The monthly bulletin: what came in, from whom, about what, for whom, and what became of it.
public struct MonthlyReport: Sendable {
    /// By what applications are counted.
    public enum Dimension: String, Sendable, CaseIterable {
        case partner, sender, kind, road, matter, group, district, outcome

        public var label: LocalizedText {
            switch self {
            case .partner: LocalizedText(zh: "转介单位", en: "Partner")
            case .sender: LocalizedText(zh: "来源类别", en: "Kind of sender")
            case .kind: LocalizedText(zh: "报文种类", en: "Kind of message")
            case .road: LocalizedText(zh: "援助途径", en: "Road to legal aid")
            case .matter: LocalizedText(zh: "案件类别", en: "Matter")
            case .group: LocalizedText(zh: "人群类别", en: "Special group")
            case .district: LocalizedText(zh: "承办机构", en: "Institution")
            case .outcome: LocalizedText(zh: "办理情况", en: "Outcome")
            }
        }
    }

    public struct Rate: Sendable, Hashable {
        public var within = 0
        public var later = 0
        /// Nothing where there was nothing to count.
        public var share: Double? { within + later == 0 ? nil : Double(within) / Double(within + later) }
    }

    public let month: ReportMonth
    public private(set) var applications = 0
    /// Messages by outcome, those that never became an application too.
    public var messages: [String: Int] = [:]
    public private(set) var counts: [Dimension: [String: Int]] = [:]
    public private(set) var indicators: [Indicator: Rate] = [:]
    /// By the clocks that ran; empty where none were kept.
    public var onTime: [OnTimeFigures] = []

    public private(set) var measures: [Measure: Int] = [:]
    private let calendar: WorkingCalendar

    init(month: ReportMonth, calendar: WorkingCalendar) {
        self.month = month
        self.calendar = calendar
    }

    mutating func add(_ row: ReportRow) {
        let content = (try? JSONValue(parsing: row.content)) ?? .null
        applications += 1
        count(.partner, row.partnerID)
        count(.sender, content.at("source.senderType")?.string)
        count(.kind, content["intakeKind"]?.string)
        count(.road, content["aidRoute"]?.string)
        count(.matter, content.at("matter.caseDomain")?.string)
        for code in Set((content["groupFlags"]?.array ?? []).compactMap { $0["code"]?.string }) { count(.group, code) }
        count(.district, row.queue)
        count(.outcome, row.caseState)
        func first(_ codes: StatusCode...) -> Instant? { codes.compactMap { row.firstTold[$0.rawValue] }.min() }
        let isHeld = content.object.map { LegalAidApplication(content: $0).isInCustody } ?? false
        rate(.signedInWithinOneWorkingDay, from: row.receivedAt, to: first(.signedIn), isHeld)
        if content["aidRoute"]?.string == AidRoute.byNotification.rawValue {
            rate(.notifiedAssignedWithinThreeDays, from: row.receivedAt, to: first(.assigned), isHeld)
        }
        if let accepted = first(.accepted, .provisionallyAccepted) {
            rate(.decidedWithinSevenDays, from: accepted, to: first(.granted, .refused), isHeld)
        }
        for measure in Measure.allCases where measure.applies(to: row, content) { measures[measure, default: 0] += 1 }
    }

    private mutating func count(_ dimension: Dimension, _ key: String?) {
        counts[dimension, default: [:]][key ?? "", default: 0] += 1
    }

    /// What is not done yet is not counted: it may still be in time.
    private mutating func rate(_ indicator: Indicator, from: Instant, to: Instant?, _ isHeld: Bool) {
        guard let to else { return }
        func time(_ instant: Instant) -> Timestamp { Timestamp(secondsSince1970: instant.milliseconds / 1000) }
        if time(to).date <= indicator.end(from: time(from), isHeld: isHeld, by: calendar) {
            indicators[indicator, default: Rate()].within += 1
        } else {
            indicators[indicator, default: Rate()].later += 1
        }
    }

    /// A dimension's lines, the largest first.
    public func lines(_ dimension: Dimension) -> [(key: String, count: Int)] {
        (counts[dimension] ?? [:]).map { (key: $0.key, count: $0.value) }.sorted {
            ($1.count, $0.key) < ($0.count, $1.key)
        }
    }
}

/// Makes the monthly bulletin.
public struct ReportDesk: Sendable {
    private static let batch = 500

    let store: any FlowStore
    let registry: Registry
    /// A code's Chinese name in a code list.
    let name: @Sendable (_ list: String, _ code: String) -> String?
    let calendar: @Sendable () -> WorkingCalendar
    /// How the clocks that were due in a time came out.
    let onTime: @Sendable (_ from: Instant, _ to: Instant) async throws -> [OnTimeFigures]

    public init(
        store: any FlowStore, registry: Registry, name: @escaping @Sendable (String, String) -> String?,
        calendar: @escaping @Sendable () -> WorkingCalendar,
        onTime: @escaping @Sendable (Instant, Instant) async throws -> [OnTimeFigures]
    ) {
        self.store = store
        self.registry = registry
        self.name = name
        self.calendar = calendar
        self.onTime = onTime
    }

    /// Reads the month's applications in the order they came; the cost is that month's, whatever else is stored.
    public func monthly(_ month: ReportMonth) async throws -> MonthlyReport {
        var report = MonthlyReport(month: month, calendar: calendar())
        guard let start = month.start, let end = month.end else { return report }
        for partner in registry.partners.keys.sorted() {
            let outcomes = try await store.outcomes(partner: partner, from: start, to: end)
            report.messages.merge(outcomes) { $0 + $1 }
        }
        var last: String?
        repeat {
            let rows = try await store.reportRows(from: start, to: end, after: last, limit: Self.batch)
            for row in rows { report.add(row) }
            last = rows.count == Self.batch ? rows.last?.applicationNo : nil
        } while last != nil
        report.onTime = try await onTime(start, end)
        return report
    }

    /// What a line is called.
    public func label(_ dimension: MonthlyReport.Dimension, _ key: String) -> String {
        if key.isEmpty { return "未注明" }
        switch dimension {
        case .partner: return registry.partners[key]?.name ?? key
        case .district: return registry.institutions[key]?.name ?? key
        case .outcome: return CaseState(rawValue: key)?.zh ?? key
        case .sender: return name("senderType", key) ?? key
        case .kind: return IntakeKind(rawValue: key)?.zh ?? key
        case .road: return AidRoute(rawValue: key)?.zh ?? key
        case .matter: return name("caseDomain", key) ?? key
        case .group: return name("groupFlag", key) ?? key
        }
    }

    public func json(_ report: MonthlyReport) -> JSONValue {
        var json = JSONValue.compact([
            ("month", .string(report.month.text)), ("applications", JSONValue(report.applications)),
            (
                "messages",
                .object(JSONObject(report.messages.sorted { $0.key < $1.key }.map { ($0.key, JSONValue($0.value)) }))
            ),
        ])
        for dimension in MonthlyReport.Dimension.allCases {
            json[dimension.rawValue] = .array(
                report.lines(dimension).map {
                    ["key": .string($0.key), "label": .string(label(dimension, $0.key)), "count": JSONValue($0.count)]
                })
        }
        json["indicators"] = .object(
            JSONObject(
                MonthlyReport.Indicator.allCases.map { indicator in
                    let rate = report.indicators[indicator] ?? MonthlyReport.Rate()
                    return (
                        indicator.rawValue,
                        [
                            "label": .string(indicator.label.zh), "within": JSONValue(rate.within),
                            "later": JSONValue(rate.later), "share": rate.share.map { JSONValue($0) } ?? .null,
                        ]
                    )
                }))
        json["measures"] = .array(
            MonthlyReport.Measure.allCases.map {
                [
                    "key": .string($0.rawValue), "label": .string($0.label.zh),
                    "count": JSONValue(report.measures[$0] ?? 0),
                ]
            })
        json["onTime"] = .array(report.onTime.map(\.json))
        return json
    }

    /// For spreadsheets: UTF-8 with a byte order mark, CR LF, quoted (RFC 4180).
    public func csv(_ report: MonthlyReport) -> [UInt8] {
        var rows = [["月份", "统计项", "代码", "名称", "数量", "比例"]]
        func add(_ item: String, _ key: String, _ label: String, _ count: Int, _ share: Double? = nil) {
            let percent = share.map { "\(Double(Int(($0 * 1000).rounded())) / 10)%" } ?? ""
            rows.append([report.month.text, item, key, label, "\(count)", percent])
        }
        add("合计", "applications", "申请", report.applications)
        for (outcome, count) in report.messages.sorted(by: { $0.key < $1.key }) { add("报文", outcome, outcome, count) }
        for dimension in MonthlyReport.Dimension.allCases {
            for line in report.lines(dimension) {
                add(dimension.label.zh, line.key, label(dimension, line.key), line.count)
            }
        }
        for indicator in MonthlyReport.Indicator.allCases {
            let rate = report.indicators[indicator] ?? MonthlyReport.Rate()
            add("时限", indicator.rawValue, indicator.label.zh, rate.within, rate.share)
        }
        for measure in MonthlyReport.Measure.allCases {
            add("政策事项", measure.rawValue, measure.label.zh, report.measures[measure] ?? 0)
        }
        for clock in report.onTime {
            let name = "\(clock.title)（\(clock.basis)）"
            add("时钟按时", clock.clock, name, clock.met, clock.share)
            add("时钟超期办结", clock.clock, name, clock.late)
            add("时钟超期未办结", clock.clock, name, clock.open)
            add("时钟到期前终结", clock.clock, name, clock.ended)
        }
        let text = rows.map { $0.map(Self.quoted).joined(separator: ",") + "\r\n" }.joined()
        return [0xEF, 0xBB, 0xBF] + Array(text.utf8)
    }

    /// A cell that begins like a formula must not become one in whoever opens the file.
    private static func quoted(_ cell: String) -> String {
        let safe = ["=", "+", "-", "@", "\t"].contains { cell.hasPrefix($0) } ? "'" + cell : cell
        return "\"" + safe.replacing("\"", with: "\"\"") + "\""
    }
}

extension AidRoute {
    var zh: String {
        switch self {
        case .byApplication: "申请"
        case .byNotification: "通知"
        case .byConsultation: "咨询"
        }
    }
}

extension IntakeKind {
    var zh: String {
        switch self {
        case .application: "申请"
        case .notification: "通知"
        case .referralSuggestion: "转介建议"
        case .lead: "线索"
        case .statusShare: "信息共享"
        case .transfer: "转办"
        case .supplement: "补充材料"
        case .cancel: "撤销"
        case .dutyLawyerHelp: "值班律师帮助"
        case .caseEvent: "案件变动"
        case .consultation: "咨询"
        }
    }
}
