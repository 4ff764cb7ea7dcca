import Messaging
import Operations
import Transport
import Vocabulary

extension WebConsole {
    /// What happened to message X, from whatever number somebody quotes.
    var messageRoutes: [Route] {
        [
            page("/console/messages") { scene in try await messageList(scene) },
            act("/console/find", may: [.look]) { scene, form in try await find(scene, form) },
            page("/console/find") { _ in throw Self.nothingSought },
            page("/console/messages/{id}") { scene in try await tracePage(scene) },
        ]
    }

    /// Looks for whatever is said on the telephone. It is sent in the body, since it may be a person's.
    private func find(_ scene: Scene, _ form: Form) async throws -> Reply {
        let language = scene.language
        let text = form["q"]
        guard text.contains(where: { !$0.isWhitespace }) else { return .seeOther(Section.messages.path) }
        guard text.count <= 200 else {
            throw Problem(.badRequest, zh: "要查找的内容过长。", en: "What is looked for is too long.")
        }
        let sought = services.find.reading(text)
        if case .number(let number) = sought {
            let found = try await services.find.find(sought, by: scene.caller)
            let one = found.count == 1 ? found.first : nil
            if let one { return .seeOther("\(Section.messages.path)/\(one.id)") }
            if FindService.fitsAddress(number) { return .seeOther("\(Section.messages.path)?q=\(number.urlEscaped)") }
            return .page(
                Page(
                    title: Section.messages.title(language), section: .messages, body: foundByNumber(text, found, scene)
                ))
        }
        // What may be a name may also be a word of a number.
        var found: [ReferralSummary] = []
        if case .name(let word) = sought { found = try await services.find.find(.number(word), by: scene.caller) }
        if found.isEmpty { found = try await services.find.find(sought, by: scene.caller) }
        let (title, note) = Self.words(for: sought, language)
        return .page(
            Page(
                title: title, section: .messages,
                body: "<p class=\"note\">\(note)</p>\(messageTable(found, isSearch: true, total: nil, language))"))
    }

    private static func words(for sought: FindService.Sought, _ language: Language) -> (title: String, note: String) {
        switch sought {
        case .identity:
            (
                language("按身份证号查找", "By identity number"),
                language(
                    "按加密摘要查找近 12 个月的申请；此次查找已记入审计，号码不留存。",
                    "Applications of twelve months, by keyed hash. That you looked is in the audit trail; the number is kept nowhere."
                )
            )
        case .telephone:
            (
                language("按电话查找", "By telephone"),
                language(
                    "查找本人和代理人的电话，按加密摘要；接收半分钟后可查，此次查找已记入审计。",
                    "Telephones of persons and their agents, by keyed hash, half a minute after receipt. That you looked is in the audit trail."
                )
            )
        case .name, .number:
            (
                language("按姓名查找", "By name"),
                language(
                    "查找本人和代理人的姓名，须完全一致，按加密摘要；此次查找已记入审计。",
                    "Whole names of persons and their agents, by keyed hash. That you looked is in the audit trail.")
            )
        }
    }

    private static func filter(_ scene: Scene) throws -> MessageFilter {
        func word<Word: RawRepresentable<String> & CaseIterable>(_ name: String) throws(Problem) -> Word? {
            guard let text = scene.asked(name) else { return nil }
            guard let word = Word(rawValue: text) else {
                throw Problem(
                    .badRequest, zh: "\(name) 不在可选范围内，请从列表选择。",
                    en: "\(name) is not one of the choices; choose from the list.")
            }
            return word
        }
        var filter = MessageFilter(partnerID: scene.asked("partner"))
        filter.outcome = try word("outcome")
        filter.caseState = try word("state")
        filter.mappingID = scene.asked("kind")
        filter.queue = scene.asked("queue")
        filter.from = try day("from", scene)
        filter.until = try day("to", scene)?.advanced(seconds: 86_400)
        return filter
    }

    private func messageList(_ scene: Scene) async throws -> Page {
        let language = scene.language
        let quoted = scene.request.query("q") ?? ""
        guard quoted.isEmpty else {
            // A number that is a person's has no place in an address; whoever wrote it there is shown the box.
            guard case .number = services.find.reading(quoted) else {
                throw Problem(
                    .badRequest, zh: "证件号、电话和姓名请填入页面上方的查找框，不要写在网址中。",
                    en: "Put identity numbers, telephones and names into the box above, never into the address.")
            }
            let found = try await services.flow.find(quoted)
            return Page(
                title: Section.messages.title(language), section: .messages, body: foundByNumber(quoted, found, scene))
        }
        let (messages, total, isBounded) = try await services.flow.messages(
            try Self.filter(scene), before: scene.request.query("before"), limit: 50)
        var older: HTML = .none
        if messages.count == 50, let last = messages.last {
            let kept = scene.request.query.filter { $0.0 != "before" && !$0.1.isEmpty } + [("before", last.id)]
            let query = kept.map { "\($0.0.urlEscaped)=\($0.1.urlEscaped)" }.joined(separator: "&")
            older =
                "<p><a class=\"button\" rel=\"next\" href=\"\(Section.messages.path)?\(query)\">\(language("更早的", "Older"))</a></p>"
        }
        let bound: HTML =
            isBounded
            ? "<p class=\"faint\">\(language("未选日期，只查最近 \(MessageQueryService.searchedDays) 天。", "No days are named: the last \(MessageQueryService.searchedDays) are looked through."))</p>"
            : .none
        return Page(
            title: Section.messages.title(language), section: .messages,
            body:
                "\(filterForm(scene))\(bound)\(messageTable(messages, isSearch: false, total: total, language))\(older)"
        )
    }

    private func foundByNumber(_ quoted: String, _ found: [ReferralSummary], _ scene: Scene) -> HTML {
        """
        \(filterForm(scene))<p class="note">\(scene.language("查找：", "Looked for: "))<strong class="mono">\(quoted)</strong></p>
        \(messageTable(found, isSearch: true, total: nil, scene.language))
        """
    }

    private func filterForm(_ scene: Scene) -> HTML {
        let language = scene.language
        func choice(_ name: String, _ label: String, _ options: [(String, String)]) -> HTML {
            Self.select(name, label, options, chosen: scene.request.query(name) ?? "", all: language("全部", "All"))
        }
        let outcomes = Outcome.allCases.map { ($0.rawValue, HistoryWords.detail($0.rawValue, language)) }
        let kinds = library.mappings.filter(\.isInbound).map { ($0.id, $0.title) }
        let queues = institutions.flatMap {
            [($0.code, $0.name), (LeadQueue.name(of: $0.code), name(ofInstitution: LeadQueue.name(of: $0.code)))]
        }
        let states = CaseState.allCases.map { ($0.rawValue, HistoryWords.name(ofCase: $0, language)) }
        let days = ["from", "to"].map { name -> HTML in
            """
            <label>\(name == "from" ? language("接收日期自", "Received from") : language("至", "to"))<br><input type="date" name="\(name)" value="\(scene.request.query(name) ?? "")"></label>
            """
        }
        return """
            <form class="filter" method="get" action="\(Section.messages.path)">
            \(choice("partner", language("报送单位", "Partner"), partners.map { ($0.id, $0.name) }))
            \(choice("outcome", language("结果", "Outcome"), outcomes))
            \(choice("kind", language("报文种类", "Kind"), kinds))
            \(choice("queue", language("承办机构", "Institution"), queues))
            \(choice("state", language("办理情况", "Case"), states))\(days)
            <button>\(language("筛选", "Filter"))</button>
            \(scene.request.query.contains { !$0.1.isEmpty } ? "<a href=\"\(Section.messages.path)\">\(language("清除条件", "Clear"))</a>" : HTML.none)</form>
            """
    }

    private static let nothingSought = Problem(
        .badRequest, zh: "请在页面上方的查找框中重新查找：查找的内容不写在网址里。",
        en: "Look for it again in the box above: what is looked for stands in no address.")

    private func messageTable(
        _ messages: [ReferralSummary], isSearch: Bool, total: Int?, _ language: Language
    ) -> HTML {
        let counted = total.map {
            $0 < MessageQueryService.mostCounted ? "\($0)" : language("\($0) 以上", "\($0) or more")
        }
        var table = DataTable(
            caption: counted.map { language("共 \($0) 份，最新的在前", "\($0) in all, newest first") }
                ?? language("最新的在前", "Newest first"),
            columns: [
                .init(name: language("来源报文编号", "Sender's message id")), .init(name: language("报送单位", "Partner")),
                .init(name: language("接收时间", "Received")), .init(name: language("结果", "Outcome")),
                .init(name: language("受理号与机构", "Application and institution")),
            ],
            empty: isSearch
                ? language(
                    "没有找到。文号和案号在接收半分钟后才能查到。",
                    "Nothing goes by this number. Letter and case numbers are found half a minute after receipt.")
                : language("没有符合条件的报文。", "No messages match."))
        table.rows = messages.map { message in
            let applications = message.applications.map { application -> HTML in
                "<span class=\"mono\">\(application.no)</span> \(application.queue.map(institutionTag) ?? "–")<br>"
            }
            return [
                "<a href=\"\(Section.messages.path)/\(message.id)\">\(message.messageID ?? message.id)</a>",
                partnerTag(message.partnerID), message.receivedAt.stamp,
                outcomeBadge(message.outcome, language),
                "\(applications)",
            ]
        }
        return table.html
    }

    private func outcomeBadge(_ outcome: Outcome, _ language: Language) -> HTML {
        "<span class=\"badge \(HistoryWords.badge(of: outcome))\">\(language.text(outcome.label))</span>"
    }

    private func tracePage(_ scene: Scene) async throws -> Page {
        let language = scene.language
        let timeline = try await services.flow.trace(scene.value("id"))
        let referral = timeline.trace.referral
        let table = Self.table(of: timeline, language)
        let deadLetters = timeline.trace.messages.filter { $0.state == .dead }.map {
            message -> HTML in
            "<p class=\"note bad\"><a href=\"\(Section.deadLetters.path)/\(message.id)\">\(language("打开异常报文", "Open the dead letter"))</a> <span class=\"mono\">\(message.cause?.name ?? "")</span></p>"
        }
        let relatives = timeline.trace.relatives.map { id -> HTML in
            "<a class=\"mono\" href=\"\(Section.messages.path)/\(id)\">\(id)</a> "
        }
        let applications = referral.applications.map { application -> HTML in
            "<span class=\"mono\">\(application.no)</span> \(application.queue.map(institutionTag) ?? "–") \(application.caseState.map { HistoryWords.name(ofCase: $0, language) } ?? "")<br>"
        }
        let facts: [(String, HTML)] = [
            (language("转介号", "Referral"), "<span class=\"mono\">\(referral.id)</span>"),
            (language("报送单位", "Partner"), partnerTag(referral.partnerID)),
            (language("结果", "Outcome"), outcomeBadge(referral.outcome, language)),
            (language("受理号与机构", "Applications"), "\(applications)"),
            (language("映射", "Mapping"), "\(referral.mappingID ?? "–") v\(referral.mappingVersion ?? 0)"),
            (
                language("原文", "Document"),
                referral.erasedAt.map { "\(language("已按保存期限删除", "erased after its period")) \($0.readable)" }
                    ?? "\(referral.bytes) \(language("字节", "bytes")), \(referral.encoding ?? "–")"
            ),
            (language("摘要 SM3", "Digest SM3"), "<span class=\"mono\">\(referral.digest)</span>"),
            (language("重发前后", "Resent from or as"), relatives.isEmpty ? "–" : "\(relatives)"),
        ]
        return Page(
            title: language("报文 ", "Message ") + (referral.messageID ?? referral.id), section: .messages,
            body: """
                \(deadLetters)<dl class="facts">\(facts.map { name, value -> HTML in "<dt>\(name)</dt><dd>\(value)</dd>" })</dl>
                \(referral.erasedAt == nil ? documentForm("\(Section.messages.path)/\(referral.id)/document", .none, subject: referral.id, scene) : HTML.none)
                <h2>\(language("经过", "What happened"))</h2>\(table.html)
                \(try await ruleSection(referral.applications.map(\.no), scene))
                """)
    }

    private static func table(of timeline: Timeline, _ language: Language) -> DataTable {
        var table = DataTable(
            caption: language("从接收到现在", "From receipt until now"),
            columns: [
                .init(name: language("时间", "Time")), .init(name: language("事件", "Event")),
                .init(name: language("操作者", "Actor")), .init(name: language("对象", "Subject")),
                .init(name: language("说明", "Detail")),
            ], empty: language("没有记录。", "No entries."))
        table.rows = timeline.steps.map { step in
            let kind = step.kind == .dead ? "bad" : step.kind == .finished ? "good" : ""
            let occurred = step.occurredAt.map {
                "<small>\(language("发生于", "happened")) \($0.readable)</small>" as HTML
            }
            return [
                "\(step.at.stamp)\(occurred ?? "")",
                "<span class=\"badge \(kind)\">\(HistoryWords.name(step, language))</span>", "\(step.actor)",
                "<small class=\"mono\">\(step.subject)</small>", "\(HistoryWords.detail(step.detail ?? "", language))",
            ]
        }
        return table
    }
}
