import Messaging
import Operations
import StrictJSON
import Transport

extension WebConsole {
    /// Queues, partners and the monthly bulletin.
    var flowRoutes: [Route] {
        [
            page("/console/queues") { scene in
                Page(
                    title: Section.queues.title(scene.language), section: .queues,
                    body: queueTable(try await window.flow.queues(), at: now(), scene.language))
            },
            page("/console/partners") { scene in try await partnerPage(scene) },
            page("/console/reports") { scene in try await reportPage(scene) },
            Route("GET", "/console/reports/{month}") { request, visit in
                guard let visitor = try await window.signIn.visitor(of: request), visitor.caller.may(.look) else {
                    return Self.redirect(to: "/console/sign-in?back=\(Section.reports.path.urlEscaped)")
                }
                guard let month = ReportMonth(visit.value("month")) else {
                    throw Problem(.badRequest, zh: "月份应写作 2026-03。", en: "A month is written 2026-03.")
                }
                let csv = window.reports.csv(try await window.reports.monthly(month))
                return HTTPResponse(
                    status: 200,
                    headers: [
                        ("Content-Type", "text/csv; charset=utf-8"), ("Cache-Control", "no-store"),
                        ("Content-Disposition", "attachment; filename=\"legal-aid-\(month.text).csv\""),
                    ], body: csv)
            },
        ]
    }

    func queueTable(_ queues: [QueueFigures], at now: Instant, _ language: Language) -> HTML {
        var table = DataTable(
            caption: language("未签收的申请", "Applications not signed in"),
            columns: [
                .init(name: language("机构", "Institution")), .init(name: language("待签收", "Waiting"), isNumber: true),
                .init(name: language("最早", "Oldest")), .init(name: language("最紧的时限", "Most urgent clock")),
                .init(name: language("死信", "Dead letters"), isNumber: true),
            ], empty: language("没有登记机构。", "No institutions are registered."))
        let names = Dictionary(institutions.map { ($0.code, $0.name) }) { first, _ in first }
        table.rows = queues.map { queue in
            let urgent: HTML =
                queue.mostUrgent.map { due in
                    "<span\(due < now ? " class=\"badge bad\"" : HTML.none)>\(due.readable)</span>"
                } ?? "–"
            let dead: HTML =
                queue.deadLetters == 0
                ? "0"
                : "<a href=\"\(Section.deadLetters.path)?queue=\(queue.queue.urlEscaped)\">\(queue.deadLetters)</a>"
            return [
                "\(names[queue.queue] ?? queue.queue) <small>\(queue.queue)</small>", "\(queue.depth)",
                "\(queue.oldest?.age(at: now, language) ?? "–")", urgent, dead,
            ]
        }
        return table.html
    }

    private func partnerPage(_ scene: Scene) async throws -> Page {
        let language = scene.language
        let now = now()
        let names = Dictionary(partners.map { ($0.id, $0.name) }) { first, _ in first }
        let circuits = Dictionary(outlets().map { ($0.partnerID, $0) }) { first, _ in first }
        var table = DataTable(
            caption: language("最近 24 小时", "The last 24 hours"),
            columns: [
                .init(name: language("来源单位", "Partner")), .init(name: language("最近来报", "Last seen")),
                .init(name: language("报文", "Messages"), isNumber: true),
                .init(name: language("出错率", "Error rate"), isNumber: true),
                .init(name: language("待确认回推", "Not confirmed"), isNumber: true),
                .init(name: language("线路", "Circuit")), .init(name: language("死信", "Dead letters"), isNumber: true),
            ], empty: language("没有登记来源单位。", "No partners are registered."))
        table.rows = try await window.flow.partners().map { partner in
            let rate = partner.errorRate.map { "\(Int(($0 * 100).rounded())) %" } ?? "–"
            let dead: HTML =
                partner.deadLetters == 0
                ? "0"
                : "<a href=\"\(Section.deadLetters.path)?partner=\(partner.partnerID.urlEscaped)\">\(partner.deadLetters)</a>"
            return [
                "\(names[partner.partnerID] ?? partner.partnerID) <small>\(partner.partnerID)</small>",
                "\(partner.lastSeen?.age(at: now, language) ?? language("从未", "never"))", "\(partner.messages)",
                "\(rate)",
                "\(partner.backlog)", circuit(circuits[partner.partnerID], language), dead,
            ]
        }
        return Page(title: Section.partners.title(language), section: .partners, body: table.html)
    }

    private func circuit(_ outlet: OutletView?, _ language: Language) -> HTML {
        guard let outlet else { return "–" }
        let state: HTML =
            outlet.isOpen
            ? "<span class=\"badge bad\">\(language("断开", "open"))</span>"
            : "<span class=\"badge good\">\(language("正常", "closed"))</span>"
        return "\(state)<br><small>\(outlet.lastProblem ?? "")</small>"
    }

    // MARK: Bulletin

    private func reportPage(_ scene: Scene) async throws -> Page {
        let language = scene.language
        let asked = scene.request.query("month") ?? String(now().rfc3339.prefix(7))
        guard let month = ReportMonth(asked) else {
            throw Problem(.badRequest, zh: "月份应写作 2026-03。", en: "A month is written 2026-03.")
        }
        let report = try await window.reports.monthly(month)
        let parts = MonthlyReport.Dimension.allCases.map { dimension -> HTML in
            var table = DataTable(
                caption: "",
                columns: [
                    .init(name: language.text(dimension.label)), .init(name: language("数量", "Count"), isNumber: true),
                ], empty: language("没有数据。", "No data."))
            table.rows = report.lines(dimension).map { line in
                ["\(window.reports.label(dimension, line.key))", "\(line.count)"]
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
                \(onTime(report, language))<div class="actions">\(parts)</div>
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

    private func onTime(_ report: MonthlyReport, _ language: Language) -> HTML {
        var table = DataTable(
            caption: language("本月到期的法定时限", "Statutory clocks that were due"),
            columns: [
                .init(name: language("时限", "Clock")), .init(name: language("按时", "In time"), isNumber: true),
                .init(name: language("超期", "Late"), isNumber: true),
            ], empty: language("本月没有到期的时限。", "No clocks were due."))
        table.rows = report.onTime.map { ["\($0.clock)", "\($0.met)", "\($0.missed)"] }
        return "<h2>\(language("按时率", "On time"))</h2>\(table.html)"
    }
}

/// How the way out to a partner is doing.
public struct OutletView: Sendable {
    public let partnerID: String
    public let isOpen: Bool
    public let lastProblem: String?

    public init(partnerID: String, isOpen: Bool, lastProblem: String?) {
        self.partnerID = partnerID
        self.isOpen = isOpen
        self.lastProblem = lastProblem
    }
}
