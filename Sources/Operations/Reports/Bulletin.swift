import Messaging
import Spreadsheets
import Transport
import Vocabulary

/// The monthly bulletin as a sheet: the month beside the one before and the same of last year, institutions by kind of
/// matter, and how the months went.
public struct Bulletin: Sendable {
    /// A figure with those it is held against.
    public struct Line: Sendable, Hashable {
        public let label: LocalizedText
        public let now: Int
        public let before: Int
        public let lastYear: Int

        /// How much more or less than another figure, in its parts; nothing where there was none.
        public static func change(_ now: Int, from before: Int) -> Double? {
            before == 0 ? nil : Double(now - before) / Double(before)
        }
    }

    /// Whose bulletin it is.
    public let unit: String
    public let report: MonthlyReport
    public let lines: [Line]
    /// The columns of the crossing, by the codes of matters, the most frequent first.
    public let matters: [(code: String, name: String)]
    public let institutions: [(code: String, name: String)]
    /// Applications of twelve months, the month itself last.
    public let trend: [(month: ReportMonth, applications: Int)]

    public func count(_ institution: String, _ matter: String) -> Int {
        report.mattersByInstitution[institution]?[matter] ?? 0
    }
    public func total(ofInstitution code: String) -> Int {
        (report.mattersByInstitution[code] ?? [:]).values.reduce(0, +)
    }
    public func total(ofMatter code: String) -> Int {
        report.mattersByInstitution.values.reduce(0) { $0 + ($1[code] ?? 0) }
    }
}

extension ReportService {
    /// How many months the chart shows.
    private static let months = 12

    public func bulletin(_ month: ReportMonth) async throws -> Bulletin {
        let report = try await monthly(month)
        let before = try await earlier(month, by: 1)
        let lastYear = try await earlier(month, by: 12)
        var trend: [(month: ReportMonth, applications: Int)] = []
        for back in stride(from: Self.months - 1, through: 0, by: -1) {
            guard let past = month.earlier(by: back) else { continue }
            trend.append((past, try await store.caseTallies(month: past.text).reduce(0) { $0 + $1.applications }))
        }
        let matters = Set(report.mattersByInstitution.values.flatMap(\.keys))
        let counted = matters.map { code in
            (code: code, count: report.mattersByInstitution.values.reduce(0) { $0 + ($1[code] ?? 0) })
        }.sorted { ($1.count, $0.code) < ($0.count, $1.code) }
        // Every institution has its line, those without an application too.
        let known = Set(registry.institutions.keys).union(report.mattersByInstitution.keys).sorted {
            ($0.isEmpty ? 1 : 0, $0) < ($1.isEmpty ? 1 : 0, $1)
        }
        return Bulletin(
            unit: registry.cityCentre.flatMap { registry.institutions[$0]?.name } ?? "", report: report,
            lines: Self.lines(report, before, lastYear),
            matters: counted.map { ($0.code, label(.matter, $0.code)) },
            institutions: known.map { ($0, label(.district, $0)) }, trend: trend)
    }

    private func earlier(_ month: ReportMonth, by months: Int) async throws -> MonthlyReport? {
        guard let past = month.earlier(by: months) else { return nil }
        return try await monthly(past)
    }

    private static func lines(
        _ now: MonthlyReport, _ before: MonthlyReport?, _ lastYear: MonthlyReport?
    ) -> [Bulletin.Line] {
        func line(_ label: LocalizedText, _ figure: (MonthlyReport) -> Int) -> Bulletin.Line {
            Bulletin.Line(
                label: label, now: figure(now), before: before.map(figure) ?? 0, lastYear: lastYear.map(figure) ?? 0)
        }
        let routes = AidRoute.allCases.map { route in
            line(LocalizedText(zh: "其中：\(route.zh)", en: "of these \(route.rawValue)")) {
                $0.counts[.route]?[route.rawValue] ?? 0
            }
        }
        return [line(LocalizedText(zh: "法律援助申请", en: "Applications")) { $0.applications }] + routes + [
            line(LocalizedText(zh: "收到报文", en: "Messages received")) { $0.messages.values.reduce(0, +) },
            line(LocalizedText(zh: "其中：无法转换", en: "of these invalid")) { $0.messages["invalid"] ?? 0 },
            line(LocalizedText(zh: "线索", en: "Leads")) { $0.leads.values.reduce(0, +) },
            line(LocalizedText(zh: "按时办结的时限", en: "Limits met in time")) {
                $0.onTime.reduce(0) { $0 + $1.met }
            },
            line(LocalizedText(zh: "逾期的时限", en: "Limits not met in time")) {
                $0.onTime.reduce(0) { $0 + $1.late + $1.open }
            },
        ]
    }

    // MARK: Tables

    /// Institutions by kind of matter, a row each: what a spreadsheet opens.
    public func wideTable(_ bulletin: Bulletin) -> [[String]] {
        let head = ["月份", "机构代码", "承办机构"] + bulletin.matters.map(\.name) + ["合计"]
        let rows = bulletin.institutions.map { code, name in
            [bulletin.report.month.text, code, name]
                + bulletin.matters.map { "\(bulletin.count(code, $0.code))" } + [
                    "\(bulletin.total(ofInstitution: code))"
                ]
        }
        let total =
            [bulletin.report.month.text, "", "合计"] + bulletin.matters.map { "\(bulletin.total(ofMatter: $0.code))" }
            + ["\(bulletin.report.applications)"]
        return [head] + rows + [total]
    }

    /// The same with the figures beside those of before, and every line of the bulletin.
    ///
    /// - Parameter folder: where the workbook may be made.
    public func workbook(_ bulletin: Bulletin, in folder: String, at now: Instant) throws -> [UInt8] {
        let month = bulletin.report.month.text
        func number(_ value: Int) -> Spreadsheet.Cell { .number(Double(value)) }
        func share(_ value: Double?) -> Spreadsheet.Cell { value.map { .share($0) } ?? .empty }
        let wide = wideTable(bulletin)
        let figures = Spreadsheet.Leaf(
            name: "主要数据", title: "\(bulletin.unit) \(month) 法律援助转办月报",
            head: ["项目", "本月", "上月", "上年同月", "比上月", "比上年同月"],
            rows: bulletin.lines.map {
                [
                    .text($0.label.zh), number($0.now), number($0.before), number($0.lastYear),
                    share(Bulletin.Line.change($0.now, from: $0.before)),
                    share(Bulletin.Line.change($0.now, from: $0.lastYear)),
                ]
            })
        let crossing = Spreadsheet.Leaf(
            name: "机构与案件类别", title: "\(month) 各机构申请数（按案件类别）",
            head: Array((wide.first ?? []).dropFirst()),
            rows: wide.dropFirst().map { row in
                row.dropFirst().enumerated().map { index, text in
                    index < 2 ? .text(text) : Double(text).map { .number($0) } ?? .text(text)
                }
            })
        let trend = Spreadsheet.Leaf(
            name: "近十二个月", title: "近十二个月的申请数", head: ["月份", "申请"],
            rows: bulletin.trend.map { [.text($0.month.text), number($0.applications)] }, chart: (labels: 0, values: 1))
        let all = rows(bulletin.report)
        let lines = Spreadsheet.Leaf(
            name: "明细", title: "\(month) 月报明细", head: all.first ?? [],
            rows: all.dropFirst().map { row in
                row.enumerated().map { index, text in
                    index == 4 ? Double(text).map { .number($0) } ?? .text(text) : .text(text)
                }
            })
        return try Spreadsheet([figures, crossing, trend, lines]).bytes(
            in: folder, madeAt: Int(now.milliseconds / 1000))
    }
}
