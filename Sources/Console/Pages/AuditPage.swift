import Messaging
import Operations
import StrictJSON
import Transport
import Vocabulary

extension WebConsole {
    var auditRoutes: [Route] { [page("/console/audit", may: .audit) { scene in try await auditPage(scene) }] }

    private static let auditRows = 100

    private func auditPage(_ scene: Scene) async throws -> Page {
        let language = scene.language
        let before = try scene.request.query("before", in: 0...Int.max, default: Int.max)
        let entries = try await services.audit.entries(
            try Self.auditFilter(scene), before: before, limit: Self.auditRows)
        var table = DataTable(
            caption: language("最新的在前；每行的摘要包含上一行的摘要", "Newest first; each row's hash covers the row before"),
            columns: [
                .init(name: language("序号", "No."), isNumber: true), .init(name: language("时间", "Time")),
                .init(name: language("操作者", "Actor")), .init(name: language("操作", "Act")),
                .init(name: language("对象", "Subject")), .init(name: language("说明", "Detail")),
            ], empty: language("没有符合条件的记录。", "No entries match."))
        table.rows = entries.map { entry in
            [
                "\(entry.seq)", entry.at.stamp,
                "\(entry.actor) <small>\(HistoryWords.detail(entry.role, language))</small>",
                "\(HistoryWords.name(entry.action, language))", "<span class=\"mono\">\(entry.subject)</span>",
                Self.detail(of: entry, language),
            ]
        }
        var older: HTML = .none
        if entries.count == Self.auditRows, let last = entries.last {
            let kept = scene.request.query.filter { $0.0 != "before" && !$0.1.isEmpty } + [("before", "\(last.seq)")]
            let query = kept.map { "\($0.0.urlEscaped)=\($0.1.urlEscaped)" }.joined(separator: "&")
            older =
                "<p><a class=\"button\" rel=\"next\" href=\"\(Section.audit.path)?\(query)\">\(language("更早的", "Older"))</a></p>"
        }
        return Page(
            title: Section.audit.title(language), section: .audit, body: "\(Self.auditForm(scene))\(table.html)\(older)"
        )
    }

    /// What an entry says: words as they are; what the gateway itself wrote of files and changes, member by member.
    static func detail(of entry: AuditEntry, _ language: Language) -> HTML {
        guard let members = members(of: entry.detail) else { return "\(HistoryWords.detail(entry.detail, language))" }
        let lines = members.flatMap { name, value in
            (value.array ?? [value]).map {
                "<div><small class=\"mono\">\(name): \($0.string ?? $0.text())</small></div>" as HTML
            }
        }
        return "<details><summary>\(language("\(lines.count) 项", "\(lines.count) entries"))</summary>\(lines)</details>"
    }

    private static func members(of detail: String) -> [(name: String, value: JSONValue)]? {
        guard detail.hasPrefix("{") else { return nil }
        do {
            return try JSONValue(parsing: Array(detail.utf8)).object?.members
        } catch {
            // Words that only begin like that.
            return nil
        }
    }

    private static func auditFilter(_ scene: Scene) throws(Problem) -> AuditFilter {
        var filter = AuditFilter(actor: scene.asked("actor"), subject: scene.asked("subject"))
        if let text = scene.asked("action") {
            guard let action = AuditAction(rawValue: text) else {
                throw Problem(.badRequest, zh: "没有这种操作，请从列表选择。", en: "There is no such act; choose from the list.")
            }
            filter.action = action
        }
        filter.from = try day("from", scene)
        filter.until = try day("to", scene)?.advanced(seconds: 86_400)
        return filter
    }

    /// A day of an address, in China's time.
    static func day(_ name: String, _ scene: Scene) throws(Problem) -> Instant? {
        guard let text = scene.asked(name) else { return nil }
        guard text.utf8.count == 10, let start = Instant(rfc3339: text + "T00:00:00+08:00") else {
            throw Problem(.badRequest, zh: "日期应写作 2026-01-31。", en: "Write the day like 2026-01-31.")
        }
        return start
    }

    private static func auditForm(_ scene: Scene) -> HTML {
        let language = scene.language
        let actions = AuditAction.allCases.map { ($0.rawValue, HistoryWords.name($0.rawValue, language)) }
        return """
            <form class="filter" method="get" action="\(Section.audit.path)">
            <label>\(language("操作者", "Actor"))<br><input name="actor" value="\(scene.request.query("actor") ?? "")"></label>
            \(select("action", language("操作", "Act"), actions, chosen: scene.request.query("action") ?? "", all: language("全部", "All")))
            <label>\(language("对象", "Subject"))<br><input name="subject" value="\(scene.request.query("subject") ?? "")"></label>
            <label>\(language("日期自", "From"))<br><input type="date" name="from" value="\(scene.request.query("from") ?? "")"></label>
            <label>\(language("至", "to"))<br><input type="date" name="to" value="\(scene.request.query("to") ?? "")"></label>
            <button>\(language("筛选", "Filter"))</button>
            \(scene.request.query.contains { !$0.1.isEmpty } ? "<a href=\"\(Section.audit.path)\">\(language("清除条件", "Clear"))</a>" : HTML.none)</form>
            """
    }
}
