import Messaging
import Operations
import StrictJSON
import Transport
import Vocabulary

extension WebConsole {
    /// Many dead letters at once: preview, order, progress.
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
                guard let act = BulkJob.Act(rawValue: form.has("act") ? form["act"] : BulkJob.Act.retry.rawValue) else {
                    throw Problem(.badRequest, zh: "请选择要做的操作。", en: "Choose what is to be done.")
                }
                let list = try Self.list(form)
                let filter = list.filter(try await services.deadLetters.groups(list.bounds))
                let job = try await services.bulk.start(
                    filter, by: scene.caller, reason: try Self.reason(form), rate: rate,
                    queue: form["chosenQueue"].isEmpty ? nil : form["chosenQueue"], act: act)
                return .seeOther("/console/jobs/\(job.id)")
            },
            page("/console/jobs") { scene in try await jobList(scene) },
            page("/console/jobs/{id}") { scene in try await jobPage(scene) },
            act("/console/jobs/{id}/{act}", may: [.repair]) { scene, form in
                let states: [String: BulkJob.State] = ["pause": .paused, "resume": .running, "stop": .stopped]
                guard let state = states[scene.value("act")] else {
                    throw Problem(.notFound, zh: "没有这项操作。", en: "No such act.")
                }
                _ = try await services.bulk.change(
                    scene.value("id"), to: state, by: scene.caller, reason: try Self.reason(form))
                return .seeOther("/console/jobs/\(scene.value("id").urlEscaped)")
            },
        ]
    }

    func bulkForm(_ list: WorkList, _ total: Int, _ scene: Scene) -> HTML {
        let language = scene.language
        return """
            <h2>\(language("批量处理", "In bulk"))</h2>
            <form method="post" action="\(Section.deadLetters.path)/bulk">\(scene.csrf)\(list.hidden)
            <button class="quiet"\(total == 0 ? " disabled" : HTML.none)>\(language("批量处理符合上述条件的 \(total) 件", "In bulk: the \(total) that match the filter"))</button>
            <a href="/console/jobs">\(language("批量任务", "Bulk jobs"))</a></form>
            """
    }

    static func hidden(_ name: String, _ value: String) -> HTML {
        "<input type=\"hidden\" name=\"\(name)\" value=\"\(value)\">"
    }

    private func bulkPreview(_ scene: Scene, _ form: Form) async throws -> Page {
        let language = scene.language
        let list = try Self.list(form)
        let filter = list.filter(try await services.deadLetters.groups(list.bounds))
        let causes = try await services.deadLetters.causes(filter)
        let total = causes.reduce(0) { $0 + $1.count }
        var table = DataTable(
            caption: language("共 \(total) 封，按原因", "\(total) letters, by cause"),
            columns: [
                .init(name: language("数量", "Count"), isNumber: true), .init(name: language("发生了什么", "What happened")),
            ], empty: language("没有符合条件的异常报文。", "No dead letters match."))
        table.rows = causes.map { cause in
            [
                "\(cause.count)",
                "\(language.text(FailureAdvice(cause.cause).happened))<br>\(Self.link(to: cause.cause))",
            ]
        }
        let needsQueue = causes.contains { $0.cause.reason == .unroutable }
        let queue: HTML =
            needsQueue
            ? Self.select(
                "chosenQueue", language("无法分派的交给", "Unroutable ones go to"),
                institutions.map { ($0.code, $0.name) }, chosen: "", all: language("保持不动", "leave as they are")) : .none
        return Page(
            title: language("批量处理", "In bulk"), section: .deadLetters,
            body: """
                \(table.html)<form method="post" action="/console/jobs">\(scene.csrf)\(list.hidden)
                \(Self.select("act", language("做什么", "What is done"), BulkJob.Act.allCases.map { ($0.rawValue, language.text($0.label)) }, chosen: "", all: nil))
                <label for="rate">\(language("每秒最多（封）", "Letters a second, at most"))</label>
                <input id="rate" name="rate" type="number" min="1" max="1000" value="20" required>\(queue)
                <label for="reason">\(language("理由", "Reason"))</label>
                <textarea class="short" id="reason" name="reason" required></textarea>
                <p><button\(total == 0 ? " disabled" : HTML.none)>\(language("开始（\(total) 件）", "Start (\(total))"))</button>
                <a href="\(list.path())">\(language("返回列表", "Back to the list"))</a></p></form>
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
        table.rows = try await services.bulk.jobs(limit: 50).map { job in
            [
                "<a href=\"/console/jobs/\(job.id)\">\(job.createdAt.readable)</a>",
                "\(language.text(job.state.title))",
                "\(job.done) / \(job.total)", "\(job.actor)", "\(job.reason.asFreeText)",
            ]
        }
        return Page(title: language("批量任务", "Bulk jobs"), section: .deadLetters, body: table.html)
    }

    private func jobPage(_ scene: Scene) async throws -> Page {
        let language = scene.language
        let job = try await services.bulk.job(scene.value("id"))
        func button(_ act: String, _ text: String, _ state: BulkJob.State) -> HTML {
            guard scene.may(.repair), job.state.allows(state) else { return .none }
            return Self.unfolding(text, action: "/console/jobs/\(job.id)/\(act)", scene, Self.reasonLine(language))
        }
        let live: HTML = job.state == .running ? " data-live=\"1\"" : .none
        return Page(
            title: language("批量任务", "Bulk job"), section: .deadLetters,
            body: """
                <div id="job" data-state="\(job.state.rawValue)"\(live)><p role="status"><span class="badge \(job.state == .finished ? "good" : "warn")">\(language.text(job.state.title))</span>
                \(language("已处理 \(job.done) / \(job.total)", "\(job.done) of \(job.total) done"))</p>
                <progress max="\(max(1, job.total))" value="\(job.done)" aria-label="\(language("进度", "Progress"))"></progress>
                <ul class="tiles">\(Self.tile(job.resent, job.act == .retry ? language("重新提交", "Sent on") : language("已丢弃", "Discarded"), "good"))\(
                    Self.tile(job.failedAgain, language("再次失败", "Failed again"), "bad"))\(
                    Self.tile(job.skipped, language("保持不动", "Left as they are"), "warn"))\(
                    Self.tile(job.endedOtherwise, language("已另行了结", "Ended otherwise"), ""))</ul></div>
                \(job.state == .running ? Self.reload(job, language) : .none)
                <div class="row">\(button("pause", language("暂停", "Pause"), .paused))\(
                    button("resume", language("继续", "Resume"), .running))\(
                    button("stop", language("停止", "Stop"), .stopped))</div>
                \(facts(job, language))
                """)
    }

    /// For browsers that run no scripts.
    private static func reload(_ job: BulkJob, _ language: Language) -> HTML {
        "<noscript><p><a href=\"/console/jobs/\(job.id)\">\(language("刷新进度", "Show the progress again"))</a></p></noscript>"
    }

    private static func tile(_ count: Int, _ name: String, _ colour: String) -> HTML {
        "<li class=\"tile \(count == 0 ? "" : colour)\"><strong>\(count)</strong>\(name)</li>"
    }

    /// The order as it was given, and where to find what it left behind.
    private func facts(_ job: BulkJob, _ language: Language) -> HTML {
        let filter = job.filter
        let conditions: [(String, String?)] = [
            (language("做什么", "What is done"), language.text(job.act.label)),
            (language("原因", "Reason of death"), (filter.reason?.title).map(language.text)),
            (language("原因代号", "Cause"), filter.cause?.name),
            (language("原因种数", "Causes"), filter.causes.map { "\($0.count)" }),
            (language("报送单位", "Partner"), filter.partnerID.map(name(ofPartner:))),
            (language("机构", "Institution"), filter.queue.map(name(ofInstitution:))),
            (language("通道", "Channel"), (filter.channel?.title).map(language.text)),
            (language("来源报文编号", "Sender's message id"), filter.senderMessageID),
            (language("早于", "Dead before"), filter.until?.readable),
            (language("不早于", "Dead since"), filter.since?.readable),
            (language("每秒最多", "At most a second"), String(job.rate)),
            (language("无法分派的交给", "Unroutable ones go to"), job.queue.map(name(ofInstitution:))),
            (language("理由", "Reason"), job.reason.asFreeText), (language("操作者", "By"), job.actor),
            (language("开始", "Began"), job.createdAt.readable),
            (language("最近变动", "Last change"), job.updatedAt.readable),
        ]
        let rows = conditions.compactMap { name, value -> HTML? in
            value.map { "<dt>\(name)</dt><dd>\($0)</dd>" }
        }
        let rest: HTML =
            filter.cause.map { cause in
                "<p>\(language("仍未处理的同类：", "Of this cause, still in the tray: "))\(Self.link(to: cause))</p>"
            } ?? .none
        return """
            <h2>\(language("任务内容", "The order"))</h2><dl class="facts">\(rows)</dl>
            \(rest)
            """
    }

    /// A cause, leading to the dead letters that have it.
    static func link(to cause: DeadLetterCause) -> HTML {
        "<a class=\"mono\" href=\"\(Section.deadLetters.path)?cause=\(cause.name.urlEscaped)\">\(cause.name)</a>"
    }
}

extension BulkJob.Act {
    var label: LocalizedText {
        switch self {
        case .retry: Remedy.retry.label
        case .discard: Remedy.discard.label
        }
    }
}

extension BulkJob.State {
    var title: LocalizedText {
        switch self {
        case .running: LocalizedText(zh: "进行中", en: "running")
        case .paused: LocalizedText(zh: "已暂停", en: "paused")
        case .stopped: LocalizedText(zh: "已停止", en: "stopped")
        case .finished: LocalizedText(zh: "已完成", en: "finished")
        }
    }
}

extension Channel {
    var title: LocalizedText {
        switch self {
        case .referral: LocalizedText(zh: "来件", en: "referrals")
        case .application: LocalizedText(zh: "送机构", en: "to institutions")
        case .status: LocalizedText(zh: "状态回传", en: "statuses")
        case .alert: LocalizedText(zh: "告警", en: "alerts")
        }
    }
}
