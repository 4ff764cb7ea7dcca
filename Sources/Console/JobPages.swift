import Messaging
import Operations
import StrictJSON
import Transport

extension WebConsole {
    /// Many letters at once: preview, order, progress.
    var jobRoutes: [Route] {
        [
            act("/console/dead-letters/bulk", may: [.repair]) { scene, form in
                .page(try await bulkPreview(scene, form))
            },
            act("/console/jobs", may: [.repair]) { scene, form in
                guard let rate = Int(form["rate"]), BulkRetry.rates.contains(rate) else {
                    throw Problem(
                        .badRequest, zh: "每秒数量应为 1 到 1000 之间的整数。", en: "The rate is a whole number from 1 to 1000.")
                }
                let job = try await window.bulk.start(
                    try Self.filter(form), by: scene.caller, reason: try Self.reason(form), rate: rate,
                    queue: form["chosenQueue"].isEmpty ? nil : form["chosenQueue"])
                return .seeOther("/console/jobs/\(job.id)")
            },
            page("/console/jobs") { scene in try await jobList(scene) },
            page("/console/jobs/{id}") { scene in try await jobPage(scene) },
            act("/console/jobs/{id}/{act}", may: [.repair]) { scene, _ in
                let states: [String: DeskJob.State] = ["pause": .paused, "resume": .running, "stop": .stopped]
                guard let state = states[scene.value("act")] else {
                    throw Problem(.notFound, zh: "没有这项操作。", en: "No such act.")
                }
                _ = try await window.bulk.change(scene.value("id"), to: state, by: scene.caller)
                return .seeOther("/console/jobs/\(scene.value("id").urlEscaped)")
            },
        ]
    }

    /// Names of the fields by which a list is filtered and a bulk order bounded.
    private static let filterNames = ["reason", "partner", "queue", "channel", "cause", "since", "until", "messageId"]

    /// The filter that the list was shown with, under names that do not meet the order's own.
    private static func filter(_ form: Form) throws(Problem) -> DeadLetterFilter {
        try DeadLetterFilter(
            filled: HTTPRequest(
                method: "GET", path: "", query: filterNames.map { ($0, form["filter-" + $0]) }, headers: [], body: []))
    }

    func bulkForm(_ scene: Scene) -> HTML {
        let fields = Self.filterNames.compactMap { name -> HTML? in
            scene.request.query(name).flatMap { $0.isEmpty ? nil : Self.hidden("filter-" + name, $0) }
        }
        return """
            <h2>\(scene.language("批量重试", "Retry in bulk"))</h2>
            <form method="post" action="\(Section.deadLetters.path)/bulk">\(scene.csrf)\(fields)
            <button class="quiet">\(scene.language("预览符合上述条件的全部死信", "Preview all that match the filter"))</button>
            <a href="/console/jobs">\(scene.language("批量任务", "Bulk jobs"))</a></form>
            """
    }

    private static func hidden(_ name: String, _ value: String) -> HTML {
        "<input type=\"hidden\" name=\"\(name)\" value=\"\(value)\">"
    }

    private func bulkPreview(_ scene: Scene, _ form: Form) async throws -> Page {
        let language = scene.language
        let causes = try await window.deadLetters.causes(try Self.filter(form))
        let total = causes.reduce(0) { $0 + $1.count }
        var table = DataTable(
            caption: language("共 \(total) 封，按原因", "\(total) letters, by cause"),
            columns: [
                .init(name: language("数量", "Count"), isNumber: true), .init(name: language("发生了什么", "What happened")),
            ], empty: language("没有符合条件的死信。", "No dead letters match."))
        table.rows = causes.map { cause in
            [
                "\(cause.count)",
                "\(language.text(LetterCode(cause.cause).happened)) <small class=\"mono\">\(cause.cause.name)</small>",
            ]
        }
        let fields = Self.filterNames.compactMap { name -> HTML? in
            form["filter-" + name].isEmpty ? nil : Self.hidden("filter-" + name, form["filter-" + name])
        }
        let needsQueue = causes.contains { $0.cause.reason == .unroutable }
        let queue: HTML =
            needsQueue
            ? Self.select(
                "chosenQueue", language("无法分派的交给", "Unroutable ones go to"),
                institutions.map { ($0.code, $0.name) }, chosen: "", all: language("保持不动", "leave as they are")) : .none
        return Page(
            title: language("批量重试", "Retry in bulk"), section: .deadLetters,
            body: """
                \(table.html)<form method="post" action="/console/jobs">\(scene.csrf)\(fields)
                <label for="rate">\(language("每秒最多", "At most a second"))</label>
                <input id="rate" name="rate" type="number" min="1" max="1000" value="20" required>\(queue)
                <label for="reason">\(language("理由", "Reason"))</label>
                <textarea class="short" id="reason" name="reason" required></textarea>
                <p><button\(total == 0 ? " disabled" : HTML.none)>\(language("开始重试", "Start"))</button></p></form>
                """)
    }

    private func jobList(_ scene: Scene) async throws -> Page {
        let language = scene.language
        var table = DataTable(
            caption: language("最新的在前", "Newest first"),
            columns: [
                .init(name: language("任务", "Job")), .init(name: language("状态", "State")),
                .init(name: language("进度", "Progress")), .init(name: language("操作者", "By")),
                .init(name: language("理由", "Reason")),
            ], empty: language("还没有批量任务。", "No bulk jobs yet."))
        table.rows = try await window.bulk.jobs(limit: 50).map { job in
            [
                "<a href=\"/console/jobs/\(job.id)\">\(job.createdAt.readable)</a>",
                "\(language.text(job.state.title))",
                "\(job.done) / \(job.total)", "\(job.actor)", "\(job.reason)",
            ]
        }
        return Page(title: language("批量任务", "Bulk jobs"), section: .deadLetters, body: table.html)
    }

    private func jobPage(_ scene: Scene) async throws -> Page {
        let language = scene.language
        let job = try await window.bulk.job(scene.value("id"))
        let isOpen = job.state == .running || job.state == .paused
        let refresh: HTML = job.state == .running ? "<span data-refresh=\"2\"></span>" : .none
        func button(_ act: String, _ text: String, _ state: DeskJob.State) -> HTML {
            guard scene.may(.repair), job.state.allows(state) else { return .none }
            return
                "<form method=\"post\" action=\"/console/jobs/\(job.id)/\(act)\">\(scene.csrf)<button class=\"quiet\">\(text)</button></form>"
        }
        return Page(
            title: language("批量任务", "Bulk job"), section: .deadLetters,
            body: """
                \(refresh)<p role="status"><span class="badge \(isOpen ? "warn" : "good")">\(language.text(job.state.title))</span>
                \(language("已处理 \(job.done) / \(job.total)", "\(job.done) of \(job.total) done"))</p>
                <progress max="\(max(1, job.total))" value="\(job.done)" aria-label="\(language("进度", "Progress"))"></progress>
                <dl class="facts"><dt>\(language("重新提交", "Sent on"))</dt><dd>\(job.resent)</dd>
                <dt>\(language("再次失败", "Failed again"))</dt><dd>\(job.failedAgain)</dd>
                <dt>\(language("保持不动", "Left as they are"))</dt><dd>\(job.skipped)</dd>
                <dt>\(language("操作者", "By"))</dt><dd>\(job.actor)</dd><dt>\(language("理由", "Reason"))</dt><dd>\(job.reason)</dd></dl>
                \(button("pause", language("暂停", "Pause"), .paused))\(button("resume", language("继续", "Resume"), .running))\(
                    button("stop", language("停止", "Stop"), .stopped))
                """)
    }
}

extension DeskJob.State {
    var title: LocalizedText {
        switch self {
        case .running: LocalizedText(zh: "进行中", en: "running")
        case .paused: LocalizedText(zh: "已暂停", en: "paused")
        case .stopped: LocalizedText(zh: "已停止", en: "stopped")
        case .finished: LocalizedText(zh: "已完成", en: "finished")
        }
    }
}
