import Messaging
import Operations
import Transport
import Vocabulary

extension WebConsole {
    /// How partners' documents change from week to week: places and counts, never values.
    var driftRoutes: [Route] {
        [
            page("/console/drift") { scene in
                let language = scene.language
                let found = try await services.drift.report(partner: scene.asked("partner"), week: scene.asked("week"))
                let parts = found.reports.map { driftSection($0, language) }
                let nothing: HTML =
                    "<p class=\"empty\">\(language("\(found.week) 没有来文。", "No documents came in \(found.week)."))</p>"
                let partner = scene.asked("partner").map { "&partner=\($0.urlEscaped)" } ?? ""
                func week(_ name: String, _ text: String) -> HTML {
                    "<a class=\"button\" href=\"\(Section.drift.path)?week=\(name)\(partner)\">\(text)</a> "
                }
                return Page(
                    title: Section.drift.title(language), section: .drift,
                    body: """
                        <form class="filter" method="get" action="\(Section.drift.path)">
                        \(Self.select("partner", language("报送单位", "Partner"), partners.map { ($0.id, $0.name) }, chosen: scene.asked("partner") ?? "", all: language("全部", "All")))
                        <label>\(language("周（如 2026-W08）", "Week (such as 2026-W08)"))<br><input name="week" type="week" value="\(found.week)"></label>
                        <button>\(language("查看", "Show"))</button>\(week(found.before, language("上一周", "Week before")))\(
                            week(found.after, language("下一周", "Week after")))</form>
                        <p class="faint">\(language("与前四周对比。只统计字段和代码出现的次数，不保留任何内容。", "Held against the four weeks before. Fields and codes are counted; no value is kept."))</p>
                        \(parts)\(parts.isEmpty ? nothing : HTML.none)
                        """)
            }
        ]
    }

    private func driftSection(_ report: DriftReport, _ language: Language) -> HTML {
        let isQuiet = report.newFields.isEmpty && report.vanishedFields.isEmpty && report.unknownCodes.isEmpty
        let head: HTML = """
            <h2>\(name(ofPartner: report.partnerID)) <small class="mono">\(report.mappingID)</small></h2>
            <p>\(language("本周 \(report.documents) 份报文", "\(report.documents) documents this week"))\(
                isQuiet ? language("，格式没有变动。", "; nothing has changed.") : language("。", "."))</p>
            """
        if isQuiet { return head }
        var codes = DataTable(
            caption: language("代码表中没有的值（请核对代码表或通知报送单位）", "Values that a code list does not know"),
            columns: [
                .init(name: language("代码表", "Code list")),
                .init(name: language("不同的值", "Different values"), isNumber: true),
                .init(name: language("其中首次出现", "For the first time"), isNumber: true),
                .init(name: language("出现次数", "Times"), isNumber: true),
            ], empty: "")
        codes.rows = report.unknownCodes.map { list in
            ["<span class=\"mono\">\(list.name)</span>", "\(list.values)", "\(list.newValues)", "\(list.times)"]
        }
        return """
            \(head)\(fieldTable(report.newFields, language("新出现的字段（映射可能需要补充）", "New fields: the mapping may want them"), language))
            \(fieldTable(report.vanishedFields, language("不再出现的字段（数字为前四周的份数）", "Vanished fields, with the documents that held them before"), language))
            \(codes.rows.isEmpty ? HTML.none : codes.html)
            """
    }

    private func fieldTable(_ fields: [DriftReport.Field], _ caption: String, _ language: Language) -> HTML {
        guard !fields.isEmpty else { return .none }
        var table = DataTable(
            caption: caption,
            columns: [
                .init(name: language("字段位置", "Field")), .init(name: language("报文份数", "Documents"), isNumber: true),
            ], empty: "")
        table.rows = fields.map { ["<span class=\"mono\">\(Sight.path($0.path))</span>", "\($0.documents)"] }
        return table.html
    }
}
