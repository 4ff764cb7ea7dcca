import Canonical
import Messaging
import StrictJSON
import Transport
import Triage
import Vocabulary

/// Makes the monthly bulletin.
public struct ReportService: Sendable {
    private static let batch = 500

    let store: any MessageQueryStore & LeadStore
    let registry: Registry
    let rules: any RulesInForce
    let onTime: OnTimeService

    public init(
        store: any MessageQueryStore & LeadStore, registry: Registry, rules: any RulesInForce, onTime: OnTimeService
    ) {
        self.store = store
        self.registry = registry
        self.rules = rules
        self.onTime = onTime
    }

    /// Reads the month's applications in the order they came; the cost is that month's, whatever else is stored.
    public func monthly(_ month: ReportMonth) async throws -> MonthlyReport {
        var report = MonthlyReport(month: month, calendar: rules.calendar)
        guard let start = month.start, let end = month.end else { return report }
        for partner in registry.partners.keys.sorted() {
            let outcomes = try await store.outcomes(partner: partner, from: start, to: end)
            for (outcome, count) in outcomes { report.messages[outcome.rawValue, default: 0] += count }
        }
        var last: String?
        repeat {
            let rows = try await store.reportRows(from: start, to: end, after: last, limit: Self.batch)
            for row in rows { try report.add(row) }
            last = rows.count == Self.batch ? rows.last?.applicationNo : nil
        } while last != nil
        for row in try await store.appliedLeads(from: start, to: end) { try report.add(row) }
        report.leads = try await store.leadFigures(from: start, to: end)
        report.onTime = try await onTime.figures(from: start, to: end)
        return report
    }

    /// What a line is called.
    public func label(_ dimension: MonthlyReport.Dimension, _ key: String) -> String {
        if key.isEmpty { return "未注明" }
        switch dimension {
        case .partner: return registry.partners[key]?.name ?? key
        case .district: return registry.institutions[key]?.name ?? key
        case .outcome: return CaseState(rawValue: key)?.zh ?? key
        case .sender: return registry.senderKinds[key]?.name.zh ?? key
        case .kind: return IntakeKind(rawValue: key)?.zh ?? key
        case .route: return AidRoute(rawValue: key)?.zh ?? key
        case .matter: return rules.codeLists["caseDomain"]?.name(of: key) ?? key
        case .group: return rules.codeLists["groupFlag"]?.name(of: key) ?? key
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
        json["leads"] = .array(
            LeadState.allCases.map {
                [
                    "key": .string($0.rawValue), "label": .string($0.zh), "count": JSONValue(report.leads[$0] ?? 0),
                ]
            })
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
        for state in LeadState.allCases { add("线索", state.rawValue, state.zh, report.leads[state] ?? 0) }
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
