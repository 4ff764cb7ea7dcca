import Messaging
import Operations
import Transport

extension WebConsole {
    var auditRoutes: [Route] {
        [
            page("/console/audit", may: .audit) { scene in
                let language = scene.language
                let before = try scene.request.query("before", in: 0...Int.max, default: Int.max)
                let entries = try await services.audit.entries(
                    AuditFilter(actor: scene.asked("actor"), subject: scene.asked("subject")),
                    before: before, limit: 100)
                var table = DataTable(
                    caption: language("最新的在前；每行的摘要包含上一行的摘要", "Newest first; each row's hash covers the row before"),
                    columns: [
                        .init(name: language("序号", "No."), isNumber: true), .init(name: language("时间", "Time")),
                        .init(name: language("操作者", "Actor")), .init(name: language("操作", "Act")),
                        .init(name: language("对象", "Subject")), .init(name: language("说明", "Detail")),
                    ], empty: language("没有记录。", "No entries."))
                table.rows = entries.map { entry in
                    [
                        "\(entry.seq)", "\(entry.at.readable)",
                        "\(entry.actor) <small>\(HistoryWords.detail(entry.role, language))</small>",
                        "\(HistoryWords.name(entry.action, language))", "<span class=\"mono\">\(entry.subject)</span>",
                        "\(HistoryWords.detail(entry.detail, language))",
                    ]
                }
                let older: HTML =
                    entries.count == 100
                    ? "<p><a class=\"button\" href=\"\(Section.audit.path)?before=\(entries.last?.seq ?? 0)\">\(language("更早的", "Older"))</a></p>"
                    : .none
                let form: HTML = """
                    <form class="filter" method="get" action="\(Section.audit.path)">
                    <label>\(language("操作者", "Actor"))<br><input name="actor" value="\(scene.request.query("actor") ?? "")"></label>
                    <label>\(language("对象", "Subject"))<br><input name="subject" value="\(scene.request.query("subject") ?? "")"></label>
                    <button>\(language("筛选", "Filter"))</button></form>
                    """
                return Page(
                    title: Section.audit.title(language), section: .audit, body: "\(form)\(table.html)\(older)")
            }
        ]
    }
}
