import Messaging
import Operations
import StrictJSON
import Transport
import Vocabulary

extension WebConsole {
    var deadLetterRoutes: [Route] {
        [
            page("/console/dead-letters") { scene in try await deadLetterList(scene) },
            page("/console/dead-letters/{id}") { scene in try await deadLetterPage(scene) },
            act("/console/dead-letters/selected", may: [.repair]) { scene, form in try await selected(scene, form) },
            act("/console/dead-letters/{id}/retry", may: [.repair]) { scene, form in
                let edited: EditedDocument? = form.has("text") ? .text(form["text"]) : nil
                return try await retry(scene, form, edited: edited, reason: try Self.reason(form))
            },
            act("/console/dead-letters/{id}/discard", may: [.repair]) { scene, form in
                let id = scene.value("id")
                let list = try Self.list(form)
                let place = try await services.deadLetters.show(id).deadLetter.summary
                let isTold = try await services.deadLetters.discard(
                    id, version: DeadLetterVersion(text: form["version"]), by: scene.caller,
                    reason: try Self.reason(form))
                services.drafts.drop(id)
                return .seeOther(
                    try await next(
                        after: place, on: list, done: isTold ? "discardedTold" : "discarded",
                        about: place.correlationID))
            },
        ]
    }

    /// Sends a letter on again, and leads to the next of its list.
    func retry(_ scene: Scene, _ form: Form, edited: EditedDocument?, reason: String) async throws -> Reply {
        let id = scene.value("id")
        let list = try Self.list(form)
        let place = try await services.deadLetters.show(id).deadLetter.summary
        let result = try await services.deadLetters.retry(
            id, version: DeadLetterVersion(text: form["version"]), by: scene.caller, reason: reason, edited: edited,
            queue: form["queue"].isEmpty ? nil : form["queue"])
        services.drafts.drop(id)
        // What failed again lies in the dead-letter queue under its new number.
        if let result, let again = result["messageId"]?.string, result["type"] != nil {
            return .seeOther(list.path("/\(again.urlEscaped)", [("done", "again")]))
        }
        let about = result?["applicationNo"]?.string ?? place.correlationID
        return .seeOther(try await next(after: place, on: list, done: "resent", about: about))
    }

    /// The list that a form comes from.
    static func list(_ form: Form) throws(Problem) -> WorkList { try WorkList { form["filter-" + $0] } }

    // MARK: One after the other

    /// The next dead letter of the same list, from its beginning again after its end; nothing where it is empty.
    func neighbour(of place: DeadLetterSummary, on list: WorkList) async throws -> DeadLetterSummary? {
        let groups = try await services.deadLetters.groups(list.bounds)
        let filter = list.filter(groups)
        for cursor in [place.cursor, nil] {
            let page = try await services.deadLetters.list(
                filter, newestFirst: list.newestFirst, after: cursor, limit: 2)
            if let found = page.deadLetters.first(where: { $0.id != place.id }) { return found }
        }
        return nil
    }

    private func next(
        after place: DeadLetterSummary, on list: WorkList, done: String, about: String
    ) async throws -> String {
        let receipt = [("done", done), ("about", about)]
        guard let next = try await neighbour(of: place, on: list) else { return list.path("", receipt) }
        return list.path("/\(next.id.urlEscaped)", receipt)
    }

    /// What the last act came to, with the way to what became of it.
    func receipt(_ scene: Scene) async throws -> HTML {
        let language = scene.language
        if scene.request.query("done") == "selected" {
            func count(_ name: String) -> Int { scene.request.query(name).flatMap { Int($0) } ?? 0 }
            let (done, again, left) = (count("n"), count("again"), count("left"))
            let rest =
                (again > 0 ? language("，\(again) 件再次失败", ", \(again) failed again") : "")
                + (left > 0 ? language("，\(left) 件保持不动", ", \(left) left as they are") : "")
            return
                "<p class=\"note \(again + left > 0 ? "warn" : "good")\" role=\"status\">\(language("已处理 \(done) 件", "\(done) dealt with"))\(rest)\(language("。", "."))</p>"
        }
        guard let done = scene.request.query("done"), let words = Self.banners[done] else { return .none }
        guard let about = scene.asked("about"), let found = try await services.flow.find(about, limit: 1).first else {
            return scene.notice(Self.banners)
        }
        let application = found.applications.first { $0.no == about } ?? found.applications.first
        let outcome: HTML =
            application.flatMap { application in
                done != "resent"
                    ? nil
                    : "\(language("：受理号 ", ": application "))<span class=\"mono\">\(application.no)</span>\(application.queue.map { language(" 进入\(name(ofInstitution: $0))队列", " in the queue of \(name(ofInstitution: $0))") } ?? "")"
            } ?? .none
        return """
            <p class="note good" role="status"><strong>\(found.messageID ?? found.id)</strong> \(language(words.zh, words.en).trimmed)\(outcome)\(language("。", "."))
            <a href="\(Section.messages.path)/\((application?.no ?? found.id).urlEscaped)">\(language("查看经过", "See its history"))</a></p>
            """
    }

    // MARK: Selection

    private func selected(_ scene: Scene, _ form: Form) async throws -> Reply {
        let list = try Self.list(form)
        guard let act = DeadLetterService.SelectionAct(rawValue: form["act"]) else {
            throw Problem(.badRequest, zh: "请选择要做的操作。", en: "Choose what is to be done.")
        }
        let picks = try form.all("pick-").map { id, version throws(Problem) in
            guard let version = DeadLetterVersion(text: version) else { throw .badPick }
            return (id: id, version: version)
        }
        // Whoever saw no count before the click sees it now.
        guard form["counted"] == "\(picks.count)", !picks.isEmpty else {
            return .page(confirmation(act, picks, list, scene, form))
        }
        let result = try await services.deadLetters.act(
            act, on: picks, by: scene.caller, reason: try Self.reason(form),
            queue: form["queue"].isEmpty ? nil : form["queue"])
        return .seeOther(
            list.path(
                "",
                [
                    ("done", "selected"), ("n", "\(result.done)"), ("again", "\(result.failedAgain)"),
                    ("left", "\(result.left)"),
                ]))
    }

    private func confirmation(
        _ act: DeadLetterService.SelectionAct, _ picks: [(id: String, version: DeadLetterVersion)], _ list: WorkList,
        _ scene: Scene, _ form: Form
    ) -> Page {
        let language = scene.language
        let title = language.text(act.label)
        guard !picks.isEmpty else {
            return Page(
                title: title, section: .deadLetters,
                body: """
                    <p class="note warn">\(language("一件也没有选中。", "None is selected."))</p>
                    <p><a href="\(list.path())">\(language("返回列表", "Back to the list"))</a></p>
                    """)
        }
        let fields = picks.map { Self.hidden("pick-" + $0.id, $0.version.text) }
        return Page(
            title: title, section: .deadLetters,
            body: """
                <p class="note">\(language("将对选中的 \(picks.count) 件执行“\(title)”。", "\(title): \(picks.count) selected."))</p>
                <form method="post" action="\(Section.deadLetters.path)/selected">\(scene.csrf)\(list.hidden)\(fields)
                \(Self.hidden("counted", "\(picks.count)"))\(Self.hidden("act", act.rawValue))
                \(act == .assign ? queueChoice(language, chosen: form["queue"]) : HTML.none)
                <label for="reason">\(language("理由", "Reason"))</label>
                <textarea class="short" id="reason" name="reason" required maxlength="\(RequestBody.reasonLength)">\n\(form["reason"])</textarea>
                <p><button\(act == .discard ? " class=\"danger\"" : HTML.none)>\(title)（\(picks.count)）</button>
                <a href="\(list.path())">\(language("返回列表", "Back to the list"))</a></p></form>
                """)
    }

    private func queueChoice(_ language: Language, chosen: String = "") -> HTML {
        Self.select(
            "queue", language("承办机构", "Institution"), institutions.map { ($0.code, "\($0.name) \($0.code)") },
            chosen: chosen, all: language("请选择", "choose"))
    }

    static func reason(_ form: Form) throws(Problem) -> String {
        guard RequestBody.saysSomething(form["reason"]) else {
            throw Problem(.badRequest, zh: "请写明理由。", en: "Give a reason.")
        }
        guard form["reason"].unicodeScalars.count <= RequestBody.reasonLength else {
            throw Problem(
                .badRequest, zh: "理由不超过 \(RequestBody.reasonLength) 字。",
                en: "A reason has at most \(RequestBody.reasonLength) characters.")
        }
        return form["reason"]
    }

    private static let banners = [
        "resent": (zh: "已重新提交。", en: "Sent on again."), "discarded": (zh: "已丢弃。", en: "Discarded."),
        "discardedTold": (zh: "已丢弃，并已告知报送单位。", en: "Discarded; the sender is being told."),
    ]

    // MARK: List

    private static let pageSize = DeadLetterService.mostSelected

    private func deadLetterList(_ scene: Scene) async throws -> Page {
        let language = scene.language
        let list = try WorkList { scene.request.query($0) }
        let groups = try await services.deadLetters.groups(list.bounds)
        let (deadLetters, before, after) = try await page(of: list.filter(groups), list, scene)
        let total = list.total(of: groups)
        let ways: [HTML] = [
            before.map {
                "<a class=\"button\" rel=\"prev\" href=\"\(list.path("", [("before", $0)]))\">\(language("上一页", "Previous page"))</a>"
            },
            after.map {
                "<a class=\"button\" rel=\"next\" href=\"\(list.path("", [("after", $0)]))\">\(language("下一页", "Next page"))</a>"
            },
        ].compactMap(\.self)
        let turned: HTML = ways.isEmpty ? .none : "<p class=\"row\">\(ways)</p>"
        let table = deadLetterTable(deadLetters, list, isPicked: scene.may(.repair), total: total, language)
        let work: HTML =
            scene.may(.repair) && !deadLetters.isEmpty
            ? """
            <form method="post" action="\(Section.deadLetters.path)/selected" data-picks>\(scene.csrf)\(list.hidden)
            \(Self.hidden("counted", ""))\(table)\(turned)\(selectionBar(deadLetters, language))</form>
            """ : "\(table)\(turned)"
        return Page(
            title: Section.deadLetters.title(language), section: .deadLetters,
            body: """
                \(try await receipt(scene))\(filterForm(list, groups, language))\(work)
                \(scene.may(.repair) ? bulkForm(list, total, scene) : HTML.none)
                """)
    }

    /// A page in the list's order, and the cursors of the pages around it.
    private func page(
        of filter: DeadLetterFilter, _ list: WorkList, _ scene: Scene
    ) async throws -> (deadLetters: [DeadLetterSummary], before: String?, after: String?) {
        if let text = scene.asked("before") {
            guard let cursor = DeadLetterCursor(text: text) else {
                throw Problem(.badRequest, zh: "页码无法识别，请从列表首页翻起。", en: "That is no page; begin with the first.")
            }
            let page = try await services.deadLetters.list(
                filter, newestFirst: !list.newestFirst, after: cursor, limit: Self.pageSize)
            let shown = Array(page.deadLetters.reversed())
            return (shown, page.next == nil ? nil : shown.first?.cursor.text, (shown.last?.cursor ?? cursor).text)
        }
        let cursor = try scene.request.cursor()
        let page = try await services.deadLetters.list(
            filter, newestFirst: list.newestFirst, after: cursor, limit: Self.pageSize)
        return (page.deadLetters, cursor.map { (page.deadLetters.first?.cursor ?? $0).text }, page.next?.text)
    }

    private func filterForm(_ list: WorkList, _ groups: [DeadLetterGroup], _ language: Language) -> HTML {
        func choice(_ side: WorkList.Side, _ label: String, _ title: (String) -> String) -> HTML {
            var options = list.choices(side, of: groups).map { ($0.value, "\(title($0.value))（\($0.count)）") }
            let chosen = list.value(side.rawValue)
            // What is chosen stays to be seen where none is left.
            if !chosen.isEmpty, !options.contains(where: { $0.0 == chosen }) {
                options.append((chosen, "\(title(chosen))（0）"))
            }
            return Self.select(side.rawValue, label, options, chosen: chosen, all: language("全部", "All"))
        }
        let orders = [("oldest", language("最早的在前", "Oldest first")), ("newest", language("最新的在前", "Newest first"))]
        let kept = ["reason", "since", "until"].map { name -> HTML in
            list.value(name).isEmpty ? .none : Self.hidden(name, list.value(name))
        }
        return """
            <form class="filter" method="get" action="\(Section.deadLetters.path)">\(kept)
            \(choice(.turn, language("该谁处理", "Whose turn")) { Turn(rawValue: $0).map { language.text($0.label) } ?? $0 })
            \(choice(.code, language("发生了什么", "What happened")) { FailureAdvice(rawValue: $0).map { language.text($0.happened) } ?? $0 })
            \(choice(.cause, language("原因", "Cause")) { $0 })
            \(choice(.partner, language("报送单位", "Partner")) { name(ofPartner: $0) })
            \(choice(.queue, language("机构", "Institution")) { name(ofInstitution: $0) })
            \(choice(.channel, language("通道", "Channel")) { Channel(rawValue: $0).map { language.text($0.title) } ?? $0 })
            <label>\(language("日期", "Day"))<br><input type="date" name="day" value="\(list.value("day"))"></label>
            <label>\(language("来源报文编号", "Sender's message id"))<br><input name="messageId" value="\(list.value("messageId"))"></label>
            \(Self.select("order", language("顺序", "Order"), orders, chosen: list.value("order"), all: nil))
            <button>\(language("筛选", "Filter"))</button>
            \(list.asked.isEmpty ? HTML.none : "<a href=\"\(Section.deadLetters.path)\">\(language("清除条件", "Clear"))</a>")</form>
            """
    }

    private func selectionBar(_ deadLetters: [DeadLetterSummary], _ language: Language) -> HTML {
        let hasUnrouted = deadLetters.contains { $0.reason == .unroutable }
        let buttons = DeadLetterService.SelectionAct.allCases.filter { $0 != .assign || hasUnrouted }.map {
            act -> HTML in
            "<button class=\"\(act == .discard ? "danger" : "quiet")\" name=\"act\" value=\"\(act.rawValue)\">\(language.text(act.label))<span data-count></span></button>"
        }
        return """
            <fieldset class="bar"><legend>\(language("处理选中的", "With those selected"))</legend>
            \(hasUnrouted ? queueChoice(language) : HTML.none)
            <label>\(language("理由", "Reason"))<br><input name="reason" maxlength="\(RequestBody.reasonLength)"></label>
            <span class="row">\(buttons)</span></fieldset>
            """
    }

    static func select(
        _ name: String, _ label: String, _ options: [(String, String)], chosen: String, all: String?,
        isRequired: Bool = false
    ) -> HTML {
        let first: HTML = all.map { "<option value=\"\">\($0)</option>" } ?? .none
        let rest = options.map { value, text -> HTML in
            "<option value=\"\(value)\"\(value == chosen ? " selected" : HTML.none)>\(text)</option>"
        }
        return
            "<label>\(label)<br><select name=\"\(name)\"\(isRequired ? " required" : HTML.none)>\(first)\(rest)</select></label>"
    }

    private func deadLetterTable(
        _ deadLetters: [DeadLetterSummary], _ list: WorkList, isPicked: Bool, total: Int, _ language: Language
    ) -> HTML {
        let now = now()
        let shown =
            total == deadLetters.count
            ? language("共 \(total) 件", "\(total) in all")
            : language("共 \(total) 件，本页 \(deadLetters.count) 件", "\(total) in all, \(deadLetters.count) on this page")
        var table = DataTable(
            caption: shown,
            columns: [
                .init(name: language("来源报文编号", "Sender's message id")), .init(name: language("报送单位", "Partner")),
                .init(name: language("发生了什么", "What happened")), .init(name: language("该谁处理", "Whose turn")),
                .init(name: language("已等待", "Waiting")),
            ], empty: language("没有符合条件的异常报文。", "No dead letters match."))
        table.rows = deadLetters.map { deadLetter in
            let code = FailureAdvice(deadLetter)
            let number = deadLetter.senderMessageID ?? deadLetter.id
            let pick: HTML =
                isPicked
                ? "<label class=\"pick\"><input type=\"checkbox\" name=\"pick-\(deadLetter.id)\" value=\"\(deadLetter.version.text)\"><span class=\"unseen\">\(language("选择", "Select")) \(number)</span></label> "
                : .none
            return [
                "\(pick)<a href=\"\(list.path("/" + deadLetter.id))\">\(number)</a>",
                partnerTag(deadLetter.partnerID),
                "\(language.text(code.happened))<br><small>\(Self.link(to: deadLetter.cause))</small>",
                "\(language.text(code.turn.label))",
                "<time datetime=\"\(deadLetter.since.rfc3339)\">\(deadLetter.since.age(at: now, language))</time>",
            ]
        }
        return table.html
    }
}

extension DeadLetterService.SelectionAct {
    var label: LocalizedText {
        switch self {
        case .retry: Remedy.retry.label
        case .assign: Remedy.chooseQueue.label
        case .discard: Remedy.discard.label
        }
    }
}

extension Problem {
    fileprivate static let badPick = Problem(
        .badRequest, zh: "所选的报文无法识别，请从列表重新选择。", en: "What was selected is not understood; select it in the list again.")
}

extension DeadLetterReason {
    var title: LocalizedText {
        switch self {
        case .invalid: LocalizedText(zh: "无法转换", en: "invalid")
        case .unroutable: LocalizedText(zh: "无法分派", en: "unroutable")
        case .exhausted: LocalizedText(zh: "机构多次未签收", en: "exhausted")
        case .undeliverable: LocalizedText(zh: "无法送达", en: "undeliverable")
        case .expired: LocalizedText(zh: "已过期", en: "expired")
        }
    }
}

extension DeadLetterFilter {
    /// From a form in which fields may be left empty.
    init(filled request: HTTPRequest) throws(Problem) {
        let filled = HTTPRequest(
            method: request.method, path: request.path, query: request.query.filter { !$0.1.isEmpty },
            headers: request.headers, body: [])
        try self.init(filled)
    }
}

extension String {
    /// Without the full stop at its end, for what goes on.
    fileprivate var trimmed: String { last == "。" || last == "." ? String(dropLast()) : self }
}
