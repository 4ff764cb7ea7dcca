import Canonical
import Messaging
import StrictJSON
import Transport
import Triage
import Vocabulary

/// Makes the monthly bulletin.
public struct ReportService: Sendable {
    let store: any TallyStore & LeadStore & ReviewCaseStore
    let registry: Registry
    let rules: any RulesInForce
    let onTime: OnTimeService

    public init(
        store: any TallyStore & LeadStore & ReviewCaseStore, registry: Registry, rules: any RulesInForce,
        onTime: OnTimeService
    ) {
        self.store = store
        self.registry = registry
        self.rules = rules
        self.onTime = onTime
    }

    /// Reads what was counted as it happened: the cost is not that of the month's size.
    public func monthly(_ month: ReportMonth) async throws -> MonthlyReport {
        var report = MonthlyReport(month: month)
        guard let start = month.start, let end = month.end else { return report }
        for (outcome, count) in try await store.messageTallies(from: start, to: end) {
            report.messages[outcome.rawValue] = count
        }
        for tally in try await store.caseTallies(month: month.text) { report.add(tally) }
        report.coverage = try await store.reviewCoverage(month: month.text)
        report.leads = try await store.leadFigures(from: start, to: end)
        let onTime = try await onTime.figures(from: start, to: end)
        report.add(onTime.all, byInstitution: onTime.byInstitution)
        return report
    }

    /// What a line is called.
    public func label(_ dimension: MonthlyReport.Dimension, _ key: String) -> String {
        if key.isEmpty { return Self.absent(dimension) }
        switch dimension {
        case .partner: return registry.partners[key]?.name ?? registry.institutions[key]?.name ?? key
        case .district: return registry.institutions[key]?.name ?? key
        case .outcome: return CaseState(rawValue: key)?.zh ?? key
        case .sender: return registry.senderKinds[key]?.name.zh ?? key
        case .kind: return IntakeKind(rawValue: key)?.zh ?? key
        case .route: return AidRoute(rawValue: key)?.zh ?? key
        case .matter: return rules.codeLists["caseDomain"]?.name(of: key) ?? key
        case .item, .suggestedItem: return rules.codeLists["scopeItem"]?.name(of: key) ?? key
        case .group: return rules.codeLists["groupFlag"]?.name(of: key) ?? key
        }
    }

    /// Nothing said is one thing, nothing done yet another.
    private static func absent(_ dimension: MonthlyReport.Dimension) -> String {
        switch dimension {
        case .outcome: "尚未办理"
        case .district: "尚未分派"
        case .partner, .sender, .kind, .route, .matter, .item, .suggestedItem, .group: "未注明"
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
            PolicyMeasure.allCases.map {
                [
                    "key": .string($0.rawValue), "label": .string($0.label.zh),
                    "count": JSONValue(report.measures[$0] ?? 0),
                ]
            })
        for (name, value) in parts(of: report) { json[name] = value }
        return json
    }

    /// The lists whose lines are not counts alone.
    private func parts(of report: MonthlyReport) -> [(name: String, value: JSONValue)] {
        let coverage = report.coverage.map { part -> JSONValue in
            [
                "partner": .string(part.partner), "label": .string(label(.partner, part.partner)),
                "cases": JSONValue(part.cases), "notified": JSONValue(part.notified),
                "share": part.share.map { JSONValue($0) } ?? .null,
            ]
        }
        let byInstitution = report.onTimeByInstitution.map { institution, figures -> JSONValue in
            var json = figures.json
            json["institution"] = .string(institution)
            json["institutionName"] = .string(label(.district, institution))
            return json
        }
        return [
            ("coverage", .array(coverage)), ("onTime", .array(report.onTime.map(\.json))),
            ("onTimeByInstitution", .array(byInstitution)),
        ]
    }

    /// For spreadsheets, a line for each figure.
    public func csv(_ report: MonthlyReport) -> [UInt8] { CSV.bytes(rows(report)) }

    /// Every line of the bulletin.
    func rows(_ report: MonthlyReport) -> [[String]] {
        var rows = [["月份", "统计项", "代码", "名称", "数量", "比例"]]
        func add(_ item: String, _ key: String, _ label: String, _ count: Int, _ share: Double? = nil) {
            let percent = share.map { "\(Double(Int(($0 * 1000).rounded())) / 10)%" } ?? ""
            rows.append([report.month.text, item, key, label, "\(count)", percent])
        }
        add("合计", "applications", "申请", report.applications)
        for (outcome, count) in report.messages.sorted(by: { $0.key < $1.key }) {
            add("报文", outcome, Outcome(rawValue: outcome)?.label.zh ?? outcome, count)
        }
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
        for measure in PolicyMeasure.allCases {
            add("政策事项", measure.rawValue, measure.label.zh, report.measures[measure] ?? 0)
        }
        for part in report.coverage {
            add("审查起诉案件", part.partner, label(.partner, part.partner), part.cases)
            add("其中已通知辩护", part.partner, label(.partner, part.partner), part.notified, part.share)
        }
        for clock in report.onTime {
            let name = "\(clock.title)（\(clock.basis)）"
            add("时限按时", clock.clock, name, clock.met, clock.share)
            add("时限逾期办结", clock.clock, name, clock.late)
            add("时限逾期未办结", clock.clock, name, clock.open)
            add("时限到期前终结", clock.clock, name, clock.ended)
        }
        for (institution, clock) in report.onTimeByInstitution {
            let name = "\(label(.district, institution)) \(clock.title)"
            add("机构按时", "\(institution) \(clock.clock)", name, clock.met, clock.share)
            add("机构未按时", "\(institution) \(clock.clock)", name, clock.late + clock.open)
        }
        return rows
    }
}
