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
            Route("GET", "/console/reports/{month}") { request, visit in
                guard let visitor = try await services.signIn.visitor(of: request), visitor.caller.may(.look) else {
                    return Self.redirect(to: "/console/sign-in?back=\(Section.reports.path.urlEscaped)")
                }
                guard let month = ReportMonth(visit.value("month")) else {
                    throw Problem(.badRequest, zh: "月份应写作 2026-03。", en: "A month is written 2026-03.")
                }
                let csv = services.reports.csv(try await services.reports.monthly(month))
                return HTTPResponse(
                    status: 200,
                    headers: [
                        ("Content-Type", "text/csv; charset=utf-8"), ("Cache-Control", "no-store"),
                        ("Content-Disposition", "attachment; filename=\"legal-aid-\(month.text).csv\""),
                    ], body: csv)
            },
        ]
    }

    private func reportPage(_ scene: Scene) async throws -> Page {
        let language = scene.language
        let asked = scene.request.query("month") ?? String(now().rfc3339.prefix(7))
        guard let month = ReportMonth(asked) else {
            throw Problem(.badRequest, zh: "月份应写作 2026-03。", en: "A month is written 2026-03.")
        }
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
                <a class="button" href="\(Section.reports.path)/\(month.text)">CSV</a></form>
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
                "\($0.title) <small class=\"mono\">\($0.clock)</small>", "\($0.basis)", "\($0.met)", "\($0.late)",
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
