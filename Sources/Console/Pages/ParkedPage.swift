import Messaging
import Operations
import Transport
import Vocabulary

extension WebConsole {
    /// What came before its referral and waits for it.
    var parkedRoutes: [Route] {
        [
            page("/console/parked") { scene in
                let language = scene.language
                let waiting = try await services.parked.list()
                let more: HTML =
                    waiting.count == ParkedMessageService.most
                    ? "<p class=\"note\">\(language("只列出最先到期的 \(waiting.count) 份。", "Only the \(waiting.count) that end first are listed."))</p>"
                    : .none
                return Page(
                    title: Section.parked.title(language), section: .parked,
                    body: """
                        <p class="note">\(language("这些报文先于所属的转介到达。转介到达后自动并入；到截止时间仍未到达，则转为异常报文由人工处理。", "These messages came before the referral they belong to. It releases them when it comes; at their limit they become dead letters."))</p>
                        \(parkedTable(waiting, language))\(more)
                        """)
            }
        ]
    }

    private func parkedTable(_ waiting: [FollowUpRecord], _ language: Language) -> HTML {
        let now = now()
        var table = DataTable(
            caption: language("最先到期的在前", "Those that end first come first"),
            columns: [
                .init(name: language("报文", "Message")), .init(name: language("来源单位", "Partner")),
                .init(name: language("等待哪份转介", "Waits for")), .init(name: language("已等待", "Waiting")),
                .init(name: language("截止", "Until")),
            ], empty: language("没有暂存的报文。", "Nothing is parked."))
        table.rows = waiting.map { record in
            [
                "<a href=\"\(Section.messages.path)/\(record.referralID)\">\(language.text(record.kind.title))</a> <small class=\"mono\">\(record.referralID)</small>",
                "\(name(ofPartner: record.partnerID))", awaited(record.names, language),
                record.receivedAt.aged(at: now, language),
                """
                <span class="badge \(record.keepUntil.advanced(seconds: -86_400) <= now ? "warn" : "")">\(
                    record.keepUntil.distance(at: now, language))</span> \(record.keepUntil.readable)
                """,
            ]
        }
        return table.html
    }

    /// Persons and case numbers stand in no index, so what is known by them cannot be shown.
    private func awaited(_ names: [CaseName], _ language: Language) -> HTML {
        var parts: [HTML] = []
        var isHidden = false
        for name in names {
            switch name {
            case .applicationNo(let number):
                parts.append("\(language("申请号", "application")) <span class=\"mono\">\(number)</span><br>")
            case .referral(let id):
                parts.append("\(language("转介号", "referral")) <span class=\"mono\">\(id)</span><br>")
            case .message(_, let id):
                parts.append("\(language("来源报文编号", "sender's message id")) <span class=\"mono\">\(id)</span><br>")
            case .key: isHidden = true
            }
        }
        if isHidden {
            parts.append(
                "\(language("案号、来源案件编号或当事人（已加密，不显示）", "case number, sender's reference or person (hashed, not shown)"))"
            )
        }
        return "\(parts)"
    }
}

extension FollowUp.Kind {
    var title: LocalizedText {
        switch self {
        case .supplement: LocalizedText(zh: "补充材料", en: "supplement")
        case .cancel: LocalizedText(zh: "撤销", en: "cancellation")
        case .caseEvent: LocalizedText(zh: "案件进展", en: "case event")
        case .transfer: LocalizedText(zh: "转办", en: "transfer")
        case .statusShare: LocalizedText(zh: "信息共享", en: "status share")
        }
    }
}
