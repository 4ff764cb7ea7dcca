import Foundation
import Messaging
import Operations
import StrictJSON
import Transport
import Vocabulary

extension WebConsole {
    /// The monthly bulletin.
    var flowRoutes: [Route] {
        [
            page("/console/reports") { scene in try await reportPage(scene) },
            page("/console/reports/sheet") { scene in try await sheetPage(scene) },
            download("/console/reports/sheet.xlsx") { scene in
                let bulletin = try await services.reports.bulletin(try month(scene))
                return Download(
                    name: "legal-aid-\(bulletin.report.month.text).xlsx", type: .xlsx,
                    body: try services.reports.workbook(
                        bulletin, in: FileManager.default.temporaryDirectory.path, at: now()))
            },
            download("/console/reports/wide.csv") { scene in
                let bulletin = try await services.reports.bulletin(try month(scene))
                return Download(
                    name: "legal-aid-\(bulletin.report.month.text)-wide.csv", type: .csv,
                    body: CSV.bytes(services.reports.wideTable(bulletin)))
            },
            download("/console/reports/{month}") { scene in
                let month = try Self.month(scene.value("month"))
                return Download(
                    name: "legal-aid-\(month.text).csv", type: .csv,
                    body: services.reports.csv(try await services.reports.monthly(month)))
            },
        ]
    }

    private static func month(_ text: String) throws(Problem) -> ReportMonth {
        guard let month = ReportMonth(text) else {
            throw Problem(.badRequest, zh: "月份应写作 2026-03。", en: "A month is written 2026-03.")
        }
        return month
    }

    /// The month that the address asks for; this one where it says nothing.
    private func month(_ scene: Scene) throws(Problem) -> ReportMonth {
        try Self.month(scene.asked("month") ?? now().timestamp.date.iso.prefix(7).description)
    }

    // MARK: The sheet

    private func sheetPage(_ scene: Scene) async throws -> Page {
        let language = scene.language
        let month = try month(scene)
        let bulletin = try await services.reports.bulletin(month)
        let title = language("法律援助转办月报", "Legal aid referral bulletin")
        let bars = bulletin.trend.map { BarChart.Bar(label: $0.month.text, value: $0.applications) }
        return Page(
            title: title, section: .reports,
            body: """
                <form class="filter" method="get" action="\(Section.reports.path)/sheet">
                <label>\(language("月份", "Month"))<br><input name="month" type="month" value="\(month.text)"></label>
                <button>\(language("查看", "Show"))</button>\(downloads(month, language))
                <a href="\(Section.reports.path)?month=\(month.text)">\(language("全部统计", "All figures"))</a></form>
                <article class="sheet"><p class="unit">\(bulletin.unit)</p>
                <p class="period">\(language("\(month.year) 年 \(month.month) 月", month.text))</p>
                \(Self.figures(bulletin, language))
                \(BarChart(title: language("近十二个月的申请数", "Applications of twelve months"), labelName: language("月份", "Month"), valueName: language("申请数", "Applications"), bars: bars).html)
                \(Self.crossing(bulletin, language))
                <p class="made">\(language("制表时间：\(now().readable)", "Made \(now().readable)"))</p></article>
                """)
    }

    private func downloads(_ month: ReportMonth, _ language: Language) -> HTML {
        """
        <a class="button" href="\(Section.reports.path)/sheet.xlsx?month=\(month.text)">XLSX</a>
        <a class="button" href="\(Section.reports.path)/wide.csv?month=\(month.text)">CSV \(language("宽表", "wide"))</a>
        <a class="button" href="\(Section.reports.path)/\(month.text)">CSV \(language("明细", "all lines"))</a>
        """
    }

    private static func figures(_ bulletin: Bulletin, _ language: Language) -> HTML {
        func change(_ now: Int, from before: Int) -> HTML {
            guard let change = Bulletin.Line.change(now, from: before) else { return "–" }
            let percent = Int((change * 100).rounded())
            return "\(percent > 0 ? "+" : "")\(percent) %"
        }
        var table = DataTable(
            caption: language("主要数据", "Main figures"),
            columns: [
                .init(name: language("项目", "Figure")), .init(name: language("本月", "Month"), isNumber: true),
                .init(name: language("上月", "Month before"), isNumber: true),
                .init(name: language("上年同月", "A year before"), isNumber: true),
                .init(name: language("比上月", "Against last month"), isNumber: true),
                .init(name: language("比上年同月", "Against last year"), isNumber: true),
            ], empty: "")
        table.rows = bulletin.lines.map { line in
            [
                "\(language.text(line.label))", "\(line.now)", "\(line.before)", "\(line.lastYear)",
                change(line.now, from: line.before), change(line.now, from: line.lastYear),
            ]
        }
        return table.html
    }

    /// Institutions by kind of matter; the rarer kinds together, so that the sheet keeps its width.
    private static func crossing(_ bulletin: Bulletin, _ language: Language) -> HTML {
        let shown = bulletin.matters.prefix(8)
        let rest = bulletin.matters.dropFirst(8).map(\.code)
        var table = DataTable(
            caption: language("各机构申请数（按案件类别）", "Applications by institution and kind of matter"),
            columns: [.init(name: language("承办机构", "Institution"))]
                + shown.map { .init(name: $0.name, isNumber: true) }
                + (rest.isEmpty ? [] : [.init(name: language("其他", "Others"), isNumber: true)])
                + [.init(name: language("合计", "Total"), isNumber: true)],
            empty: language("没有登记机构。", "No institutions are registered."))
        table.rows = bulletin.institutions.map { code, name in
            let others = rest.reduce(0) { $0 + bulletin.count(code, $1) }
            return ["\(name)"] + shown.map { "\(bulletin.count(code, $0.code))" } + (rest.isEmpty ? [] : ["\(others)"])
                + ["\(bulletin.total(ofInstitution: code))"]
        }
        let others = rest.reduce(0) { $0 + bulletin.total(ofMatter: $1) }
        table.rows.append(
            ["<strong>\(language("合计", "Total"))</strong>"] + shown.map { "\(bulletin.total(ofMatter: $0.code))" }
                + (rest.isEmpty ? [] : ["\(others)"]) + ["<strong>\(bulletin.report.applications)</strong>"])
        return table.html
    }

    private func reportPage(_ scene: Scene) async throws -> Page {
        let language = scene.language
        let month = try month(scene)
        let report = try await services.reports.monthly(month)
        let parts = MonthlyReport.Dimension.allCases.map { dimension -> HTML in
            var table = DataTable(
                caption: "",
                columns: [
                    .init(name: language.text(dimension.label)), .init(name: language("数量", "Count"), isNumber: true),
                ], empty: language("没有数据。", "No data."))
            table.rows = report.lines(dimension).map { line in
                ["\(services.reports.label(dimension, line.key))", "\(line.count)"]
            }
            return "<section><h2>\(language.text(dimension.label))</h2>\(table.html)</section>"
        }
        return Page(
            title: Section.reports.title(language), section: .reports,
            body: """
                <form class="filter" method="get" action="\(Section.reports.path)">
                <label>\(language("月份", "Month"))<br><input name="month" type="month" value="\(month.text)"></label>
                <button>\(language("查看", "Show"))</button>
                <a class="button" href="\(Section.reports.path)/sheet?month=\(month.text)">\(language("A4 表", "A4 sheet"))</a>\(downloads(month, language))</form>
                <ul class="tiles">\(Self.tile(language("申请", "Applications"), "\(report.applications)", "", link: Section.messages.path))\(
                    indicators(report, language))</ul>
                \(leads(report, language))\(onTime(report, language))\(onTimeByInstitution(report, language))\(measures(report, language))\(coverage(report, language))<div class="actions">\(parts)</div>
                """)
    }

    private func indicators(_ report: MonthlyReport, _ language: Language) -> [HTML] {
        MonthlyReport.Indicator.allCases.map { indicator in
            let rate = report.indicators[indicator]
            let share = rate?.share.map { "\(Int(($0 * 100).rounded())) %" } ?? "–"
            let within = rate?.within ?? 0
            return """
                <li class="tile"><strong>\(share)</strong>\(language.text(indicator.label))
                <small>\(within) / \(within + (rate?.later ?? 0))</small></li>
                """
        }
    }

    private func leads(_ report: MonthlyReport, _ language: Language) -> HTML {
        var table = DataTable(
            caption: language(
                "本月收到的线索；转为申请的，计入当事人愿意申请当月的申请数，其余不计入",
                "Leads received this month; what became an application counts in the month in which the person applied, the others never"
            ),
            columns: [
                .init(name: language("线索", "Leads")), .init(name: language("数量", "Count"), isNumber: true),
            ], empty: "")
        table.rows = LeadState.allCases.map { ["\(language.text($0.label))", "\(report.leads[$0] ?? 0)"] }
        return "<h2>\(language("线索", "Leads"))</h2>\(table.html)"
    }

    private func measures(_ report: MonthlyReport, _ language: Language) -> HTML {
        var table = DataTable(
            caption: language("本月来件中的政策重点事项", "What the policy asks for, among the month's applications"),
            columns: [
                .init(name: language("事项", "Measure")), .init(name: language("数量", "Count"), isNumber: true),
            ], empty: "")
        table.rows = PolicyMeasure.allCases.map {
            ["\(language.text($0.label))", "\(report.measures[$0] ?? 0)"]
        }
        return "<h2>\(language("政策事项", "Policy"))</h2>\(table.html)"
    }

    private func onTime(_ report: MonthlyReport, _ language: Language) -> HTML {
        var table = DataTable(
            caption: language(
                "本月到期的时限；逾期未办结的算未按时，到期前因撤回等终结的不计入按时率",
                "Clocks that were due this month; open past their end counts as late, withdrawn or otherwise ended before it counts not at all"
            ),
            columns: [
                .init(name: language("时限", "Clock")), .init(name: language("依据", "Basis")),
                .init(name: language("按时", "In time"), isNumber: true),
                .init(name: language("逾期办结", "Late"), isNumber: true),
                .init(name: language("逾期未办结", "Open past due"), isNumber: true),
                .init(name: language("到期前终结", "Ended before"), isNumber: true),
                .init(name: language("按时率", "On time"), isNumber: true),
            ], empty: language("本月没有到期的时限。", "No clocks were due."))
        table.rows = report.onTime.map {
            [
                "\($0.title) <small class=\"mono\">\($0.clock)</small>", "\($0.basis)", "\($0.met)",
                "\($0.late)",
                "\($0.open)", "\($0.ended)",
                "\($0.share.map { "\(Int(($0 * 100).rounded())) %" } ?? "–")",
            ]
        }
        return "<h2>\(language("按时率", "On time"))</h2>\(table.html)"
    }

    private func onTimeByInstitution(_ report: MonthlyReport, _ language: Language) -> HTML {
        var table = DataTable(
            caption: language("同上，按期限届满或办结时的承办机构", "The same, by the institution that was responsible then"),
            columns: [
                .init(name: language("机构", "Institution")), .init(name: language("时限", "Clock")),
                .init(name: language("按时", "In time"), isNumber: true),
                .init(name: language("未按时", "Not in time"), isNumber: true),
                .init(name: language("按时率", "On time"), isNumber: true),
            ], empty: language("本月没有到期的时限。", "No clocks were due."))
        table.rows = report.onTimeByInstitution.map { institution, figures in
            [
                "\(services.reports.label(.district, institution))",
                "\(figures.title) <small class=\"mono\">\(figures.clock)</small>", "\(figures.met)",
                "\(figures.late + figures.open)", "\(figures.share.map { "\(Int(($0 * 100).rounded())) %" } ?? "–")",
            ]
        }
        return "<h2>\(language("按时率（按机构）", "On time, by institution"))</h2>\(table.html)"
    }

    /// Nothing where no procuratorate has listed its cases.
    private func coverage(_ report: MonthlyReport, _ language: Language) -> HTML {
        guard !report.coverage.isEmpty else { return .none }
        var table = DataTable(
            caption: language(
                "检察机关报送的本月审查起诉案件中，已通知辩护的", "Of the cases under review that procuratorates list, those with a notice"),
            columns: [
                .init(name: language("单位", "Partner")), .init(name: language("案件", "Cases"), isNumber: true),
                .init(name: language("已通知", "Notified"), isNumber: true),
                .init(name: language("覆盖率", "Coverage"), isNumber: true),
            ], empty: "")
        table.rows = report.coverage.map { part in
            [
                "\(services.reports.label(.partner, part.partner))", "\(part.cases)", "\(part.notified)",
                "\(part.share.map { "\(Int(($0 * 100).rounded())) %" } ?? "–")",
            ]
        }
        return "<h2>\(language("审查起诉通知覆盖", "Coverage at the review stage"))</h2>\(table.html)"
    }
}
