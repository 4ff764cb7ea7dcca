import Messaging
import Operations
import Transport
import Vocabulary

extension WebConsole {
    /// What came before its referral and waits for it.
    var parkedRoutes: [Route] {
        [
            page("/console/parked") { scene in try await parkedPage(scene) },
            act("/console/parked/{id}/{act}", may: [.repair]) { scene, form in
                guard let act = ParkedMessageService.Act(rawValue: scene.value("act")) else {
                    throw Problem(.notFound, zh: "没有这项操作。", en: "No such act.")
                }
                let number = form["applicationNo"].filter { !$0.isWhitespace }
                try await services.parked.act(
                    act, on: scene.value("id"), applicationNo: number, by: scene.caller, reason: try Self.reason(form))
                let partner = form["partner"].isEmpty ? "" : "&partner=\(form["partner"].urlEscaped)"
                return .seeOther("\(Section.parked.path)?done=\(act.rawValue)\(partner)")
            },
        ]
    }

    private static let parkedBanners = [
        "attach": (zh: "已并入该申请。", en: "Attached to the application."),
        "endWaiting": (zh: "已结束等待，转入异常报文。", en: "It waits no more and lies among the dead letters."),
        "discard": (zh: "已丢弃，报送单位会收到退回通知。", en: "Discarded; its sender is told."),
    ]

    private func parkedPage(_ scene: Scene) async throws -> Page {
        let language = scene.language
        let partner = scene.asked("partner")
        let cursor = try scene.asked("after").map { text throws(Problem) in
            guard let cursor = FollowUpCursor(text: text) else {
                throw Problem(.badRequest, zh: "页码无法识别，请从列表首页翻起。", en: "That is no page; begin with the first.")
            }
            return cursor
        }
        let figures = try await services.parked.figures()
        let waiting = try await services.parked.list(of: partner, after: cursor)
        let total = figures.reduce(0) { $0 + (partner == nil || partner == $1.partnerID ? $1.count : 0) }
        let last = waiting.count == ParkedMessageService.most ? waiting.last : nil
        let options = figures.map { ($0.partnerID, "\(name(ofPartner: $0.partnerID))（\($0.count)）") }
        let filter: HTML =
            figures.isEmpty
            ? .none
            : """
            <form class="filter" method="get" action="\(Section.parked.path)">
            \(Self.select("partner", language("报送单位", "Partner"), options, chosen: partner ?? "", all: language("全部", "All")))
            <button>\(language("筛选", "Filter"))</button></form>
            """
        return Page(
            title: Section.parked.title(language), section: .parked,
            body: """
                \(scene.notice(Self.parkedBanners))
                <p class="note">\(language("这些报文先于所属的转介到达。转介到达后自动并入；到截止时间仍未到达，则转为异常报文由人工处理。", "These messages came before the referral they belong to. It releases them when it comes; at their limit they become dead letters."))</p>
                \(filter)\(parkedTable(waiting, total: total, scene))\(scene.next(.parked, after: last.map { FollowUpCursor(after: $0).text }))
                """)
    }

    private func parkedTable(_ waiting: [FollowUpRecord], total: Int, _ scene: Scene) -> HTML {
        let language = scene.language
        let now = now()
        let shown =
            total == waiting.count
            ? language("共 \(total) 份，最先到期的在前", "\(total) in all; those that end first come first")
            : language(
                "共 \(total) 份，本页 \(waiting.count) 份，最先到期的在前",
                "\(total) in all, \(waiting.count) on this page; those that end first come first")
        var columns: [DataTable.Column] = [
            .init(name: language("报文", "Message")), .init(name: language("报送单位", "Partner")),
            .init(name: language("等待哪份转介", "Waits for")), .init(name: language("已等待", "Waiting")),
            .init(name: language("截止", "Until")),
        ]
        if scene.may(.repair) { columns.append(.init(name: language("处理", "Acts"))) }
        var table = DataTable(
            caption: shown, columns: columns, empty: language("没有暂存的报文。", "Nothing is parked."))
        table.rows = waiting.map { record in
            let cells: [HTML] = [
                "<a href=\"\(Section.messages.path)/\(record.referralID)\">\(language.text(record.kind.title))</a> <small class=\"mono\">\(record.referralID)</small>",
                "\(name(ofPartner: record.partnerID))", awaited(record.names, language),
                record.receivedAt.aged(at: now, language),
                """
                <span class="badge \(record.keepUntil.advanced(seconds: -86_400) <= now ? "warn" : "")">\(
                    record.keepUntil.distance(at: now, language))</span> \(record.keepUntil.readable)
                """,
            ]
            return scene.may(.repair) ? cells + [acts(on: record, scene)] : cells
        }
        return table.html
    }

    private func acts(on record: FollowUpRecord, _ scene: Scene) -> HTML {
        let language = scene.language
        let forms = ParkedMessageService.Act.allCases.map { act -> HTML in
            let number: HTML =
                act == .attach
                ? "<label>\(language("受理号", "Application"))<br><input name=\"applicationNo\" required maxlength=\"64\" autocomplete=\"off\"></label>"
                : .none
            return Self.unfolding(
                language.text(act.label), action: "\(Section.parked.path)/\(record.id)/\(act.rawValue)", scene,
                isDangerous: act == .discard,
                """
                <input type="hidden" name="partner" value="\(scene.asked("partner") ?? "")">\(number)
                <label>\(language("理由", "Reason"))<br><input name="reason" required maxlength="\(RequestBody.reasonLength)"></label>
                """)
        }
        return "\(forms)"
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

extension ParkedMessageService.Act {
    var label: LocalizedText {
        switch self {
        case .attach: LocalizedText(zh: "并入申请", en: "Attach")
        case .endWaiting: LocalizedText(zh: "结束等待", en: "End the waiting")
        case .discard: LocalizedText(zh: "丢弃", en: "Discard")
        }
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
