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
            act("/console/dead-letters/{id}/edit", may: [.repair, .unmask]) { scene, form in
                .page(try await editor(scene, form, text: nil))
            },
            act("/console/dead-letters/{id}/preview", may: [.repair]) { scene, form in
                .page(try await editor(scene, form, text: form["text"]))
            },
            act("/console/dead-letters/{id}/retry", may: [.repair]) { scene, form in
                let id = scene.value("id")
                let edited: EditedDocument? = form.has("text") ? .text(form["text"]) : nil
                let result = try await services.deadLetters.retry(
                    id, version: DeadLetterVersion(text: form["version"]), by: scene.caller,
                    reason: try Self.reason(form),
                    edited: edited, queue: form["queue"].isEmpty ? nil : form["queue"])
                // What failed again lies in the dead-letter queue under its new number.
                if let result, let again = result["messageId"]?.string, result["type"] != nil {
                    return .seeOther("\(Section.deadLetters.path)/\(again.urlEscaped)?done=again")
                }
                return .seeOther("\(Section.deadLetters.path)?done=resent")
            },
            act("/console/dead-letters/{id}/discard", may: [.repair]) { scene, form in
                let isTold = try await services.deadLetters.discard(
                    scene.value("id"), version: DeadLetterVersion(text: form["version"]), by: scene.caller,
                    reason: try Self.reason(form))
                return .seeOther("\(Section.deadLetters.path)?done=\(isTold ? "discardedTold" : "discarded")")
            },
        ]
    }

    static func reason(_ form: Form) throws(Problem) -> String {
        guard form["reason"].contains(where: { !$0.isWhitespace }) else {
            throw Problem(.badRequest, zh: "请写明理由。", en: "Give a reason.")
        }
        guard form["reason"].count <= RequestBody.reasonLength else {
            throw Problem(
                .badRequest, zh: "理由不超过 \(RequestBody.reasonLength) 字。",
                en: "A reason has at most \(RequestBody.reasonLength) characters.")
        }
        return form["reason"]
    }

    private static let banners = [
        "resent": (zh: "已重新提交。", en: "Sent on again."), "discarded": (zh: "已丢弃。", en: "Discarded."),
        "discardedTold": (zh: "已丢弃，并已告知来源单位。", en: "Discarded; the sender is being told."),
        "again": (zh: "重发后仍有问题，报文仍在死信中，见下。", en: "It failed again and is still in the tray; see below."),
    ]

    // MARK: List

    private func deadLetterList(_ scene: Scene) async throws -> Page {
        let language = scene.language
        let filter = try DeadLetterFilter(filled: scene.request)
        let page = try await services.deadLetters.list(
            filter, newestFirst: scene.request.query("order") == "newest", after: try scene.request.cursor(), limit: 50)
        let next = scene.next(.deadLetters, after: page.next?.text)
        return Page(
            title: Section.deadLetters.title(language), section: .deadLetters,
            body: """
                \(scene.notice(Self.banners))\(filterForm(scene))\(deadLetterTable(page.deadLetters, language))\(next)
                \(scene.may(.repair) ? bulkForm(scene) : HTML.none)
                """)
    }

    private func filterForm(_ scene: Scene) -> HTML {
        let language = scene.language
        func given(_ name: String) -> String { scene.request.query(name) ?? "" }
        let reasons = DeadLetterReason.allCases.map { ($0.rawValue, language.text($0.title)) }
        let orders = [("oldest", language("最早的在前", "Oldest first")), ("newest", language("最新的在前", "Newest first"))]
        return """
            <form class="filter" method="get" action="\(Section.deadLetters.path)">
            \(Self.select("reason", language("原因", "Reason"), reasons, chosen: given("reason"), all: language("全部", "All")))
            \(Self.select("partner", language("来源单位", "Partner"), partners.map { ($0.id, $0.name) }, chosen: given("partner"), all: language("全部", "All")))
            \(Self.select("queue", language("机构", "Institution"), institutions.map { ($0.code, $0.name) }, chosen: given("queue"), all: language("全部", "All")))
            <label>\(language("来源报文编号", "Sender's message id"))<br><input name="messageId" value="\(given("messageId"))"></label>
            <label>\(language("原因代号", "Cause"))<br><input name="cause" value="\(given("cause"))"></label>
            \(Self.select("order", language("顺序", "Order"), orders, chosen: given("order"), all: nil))
            <button>\(language("筛选", "Filter"))</button></form>
            """
    }

    static func select(
        _ name: String, _ label: String, _ options: [(String, String)], chosen: String, all: String?
    ) -> HTML {
        let first: HTML = all.map { "<option value=\"\">\($0)</option>" } ?? .none
        let rest = options.map { value, text -> HTML in
            "<option value=\"\(value)\"\(value == chosen ? " selected" : HTML.none)>\(text)</option>"
        }
        return "<label>\(label)<br><select name=\"\(name)\">\(first)\(rest)</select></label>"
    }

    private func deadLetterTable(_ deadLetters: [DeadLetterSummary], _ language: Language) -> HTML {
        let now = now()
        var table = DataTable(
            caption: language("不能自行继续、等待人工处理的报文", "Messages that cannot go on without a person"),
            columns: [
                .init(name: language("来源报文编号", "Sender's message id")), .init(name: language("来源单位", "Partner")),
                .init(name: language("发生了什么", "What happened")), .init(name: language("该谁处理", "Whose turn")),
                .init(name: language("已等待", "Waiting")),
            ], empty: language("没有符合条件的死信。", "No dead letters match."))
        table.rows = deadLetters.map { deadLetter in
            let code = FailureAdvice(deadLetter.cause)
            return [
                "<a href=\"\(Section.deadLetters.path)/\(deadLetter.id)\">\(deadLetter.senderMessageID ?? deadLetter.id)</a>",
                partnerTag(deadLetter.partnerID),
                "\(language.text(code.happened))<br><small>\(Self.link(to: deadLetter.cause))</small>",
                "\(language.text(code.turn.label))",
                "<time datetime=\"\(deadLetter.since.rfc3339)\">\(deadLetter.since.age(at: now, language))</time>",
            ]
        }
        return table.html
    }
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
