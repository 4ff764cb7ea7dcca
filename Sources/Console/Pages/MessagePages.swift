import Messaging
import Operations
import Transport
import Vocabulary

extension WebConsole {
    /// What happened to message X, from whatever number somebody quotes.
    var messageRoutes: [Route] {
        [
            page("/console/messages") { scene in try await messageList(scene) },
            page("/console/messages/{id}") { scene in try await tracePage(scene) },
        ]
    }

    private func messageList(_ scene: Scene) async throws -> Page {
        let language = scene.language
        let quoted = scene.request.query("q") ?? ""
        let partner = scene.asked("partner")
        let messages =
            quoted.isEmpty
            ? try await services.flow.messages(partner: partner, before: scene.request.query("before"), limit: 50)
            : try await services.flow.find(quoted)
        var older: HTML = .none
        if quoted.isEmpty, messages.count == 50, let last = messages.last {
            let query = (partner.map { "partner=\($0.urlEscaped)&" } ?? "") + "before=\(last.id.urlEscaped)"
            older =
                "<p><a class=\"button\" rel=\"next\" href=\"\(Section.messages.path)?\(query)\">\(language("更早的", "Older"))</a></p>"
        }
        return Page(
            title: Section.messages.title(language), section: .messages,
            body: """
                <form class="filter" method="get" action="\(Section.messages.path)">
                <label>\(language("任一编号：转介号、受理号、来源报文编号、文号、案号、租约号、摘要", "Any number: referral, application, sender's message id, letter, case, lease, digest"))<br>
                <input name="q" value="\(quoted)"></label>
                \(Self.select("partner", language("来源单位", "Partner"), partners.map { ($0.id, $0.name) }, chosen: partner ?? "", all: language("全部", "All")))
                <button>\(language("查询", "Find"))</button></form>
                \(messageTable(messages, isSearch: !quoted.isEmpty, language))\(older)
                """)
    }

    private func messageTable(_ messages: [ReferralSummary], isSearch: Bool, _ language: Language) -> HTML {
        var table = DataTable(
            caption: language("最新的在前", "Newest first"),
            columns: [
                .init(name: language("来源报文编号", "Sender's message id")), .init(name: language("来源单位", "Partner")),
                .init(name: language("接收时间", "Received")), .init(name: language("结果", "Outcome")),
                .init(name: language("受理号与机构", "Application and institution")),
            ],
            empty: isSearch
                ? language(
                    "没有找到。文号和案号在接收半分钟后才能查到。",
                    "Nothing goes by this number. Letter and case numbers are found half a minute after receipt.")
                : language("还没有报文。", "No messages yet."))
        table.rows = messages.map { message in
            let applications = message.applications.map { application -> HTML in
                "<span class=\"mono\">\(application.no)</span> \(application.queue.map(institutionTag) ?? "–")<br>"
            }
            return [
                "<a href=\"\(Section.messages.path)/\(message.id)\">\(message.messageID ?? message.id)</a>",
                partnerTag(message.partnerID), "\(message.receivedAt.readable)",
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
            (language("来源单位", "Partner"), partnerTag(referral.partnerID)),
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
                "\(step.at.readable)\(occurred ?? "")",
                "<span class=\"badge \(kind)\">\(HistoryWords.name(step, language))</span>", "\(step.actor)",
                "<small class=\"mono\">\(step.subject)</small>", "\(HistoryWords.detail(step.detail ?? "", language))",
            ]
        }
        return table
    }
}
