import Messaging
import Operations
import Transport
import Vocabulary

extension WebConsole {
    /// Is anything stuck, what, since when, whose is it, what do I do?
    var overviewRoutes: [Route] {
        [
            page("/console") { scene in try await overview(scene) }.asFolder,
            act("/console/troubles/acknowledge", may: [.repair]) { scene, form in
                guard let known = Int(form["known"]), known >= 0, let hours = Int(form["hours"]) else {
                    throw Problem(.badRequest, zh: "请选择时长。", en: "Choose for how long.")
                }
                try await services.attention.acknowledge(
                    form["trouble"], known: known, hours: hours, by: scene.caller, reason: try Self.reason(form))
                return .seeOther("\(Section.overview.path)?done=acknowledged")
            },
            act("/console/troubles/withdraw", may: [.repair]) { scene, form in
                try await services.attention.withdrawAcknowledgement(of: form["trouble"], by: scene.caller)
                return .seeOther("\(Section.overview.path)?done=withdrawn")
            },
        ]
    }

    private static let overviewBanners = [
        "acknowledged": (
            zh: "已确认知悉；到时或有新增时自动恢复提示。", en: "Noted; it is shown again at its end, or when there is more of it."
        ),
        "withdrawn": (zh: "已撤销确认。", en: "No longer noted."),
    ]

    /// Seconds until the overview is looked at anew.
    private static let refresh = 20

    private func overview(_ scene: Scene) async throws -> Page {
        let language = scene.language
        let now = now()
        let troubles = try await services.attention.troubles()
        let queues = try await services.flow.queues()
        let leads = try await services.flow.leadQueues()
        let open = troubles.count { $0.acknowledgement == nil }
        let clock = String(now.readable.suffix(8))
        return Page(
            title: Section.overview.title(language), section: .overview, count: open,
            body: """
                \(scene.notice(Self.overviewBanners))<div id="now" data-live="\(Self.refresh)">
                \(tiles(try await store.statistics(), queues, leads, troubles, try await services.alerts.open().count, language))
                \(troubleTable(troubles, scene))
                <p class="faint refreshed">\(language("更新于", "As of")) <time datetime="\(now.rfc3339)">\(clock)</time><span class="refreshing">\(language("，每 \(Self.refresh) 秒自动刷新", ", looked at anew each \(Self.refresh) s"))</span>
                <a href="\(Section.overview.path)">\(language("立即刷新", "Refresh now"))</a></p></div>
                \(try await chart(language))
                <h2>\(language("机构队列", "Institutions' queues"))</h2>\(try await busyQueues(queues, leads, scene))
                """)
    }

    private func tiles(
        _ figures: StoreStatistics, _ queues: [QueueFigures], _ leads: [QueueFigures], _ troubles: [Trouble],
        _ alerts: Int, _ language: Language
    ) -> HTML {
        func count(_ kind: Attention.Kind) -> Int { troubles.reduce(0) { $0 + ($1.kind == kind ? $1.count : 0) } }
        func tile(_ name: String, _ value: Int, _ kind: String, _ section: Section, _ query: String = "") -> HTML {
            Self.tile(name, "\(value)", value > 0 ? kind : "good", link: section.path + query)
        }
        let oldest = queues.compactMap(\.oldest).min()
        return """
            <ul class="tiles strip">
            \(tile(language("异常报文", "Dead letters"), figures.deadLetters.values.reduce(0, +), "bad", .deadLetters))
            \(tile(language("时限已逾期", "Limits overdue"), count(.clocksOverdue), "bad", .clocks, "?state=overdue"))
            \(tile(language("时限临近", "Limits near"), count(.clocksDueSoon), "warn", .clocks, "?state=soon"))
            \(tile(language("告警", "Alerts"), alerts, "warn", .alerts))
            \(Self.tile(language("待签收的申请", "Applications waiting"), "\(queues.reduce(0) { $0 + $1.fresh })", "", link: Section.queues.path))
            \(Self.tile(language("给机构的其他通知", "Notices waiting"), "\((queues + leads).reduce(0) { $0 + $1.notices })", "", link: Section.queues.path))
            \(Self.tile(language("待领取的线索", "Leads to fetch"), "\(leads.reduce(0) { $0 + $1.fresh })", "", link: Section.queues.path))
            \(Self.tile(language("最久已等待", "Oldest waits"), oldest?.age(at: now(), language) ?? "–", "", link: Section.queues.path))
            \(Self.tile(language("待确认的回传", "Not confirmed"), "\(figures.statusBacklog)", "", link: Section.partners.path))
            \(Self.tile(language("暂存报文", "Parked"), "\(count(.parked))", "", link: Section.parked.path))
            </ul>
            """
    }

    private func chart(_ language: Language) async throws -> HTML {
        let bars = try await services.flow.hourly().map { hour in
            BarChart.Bar(label: String(hour.from.readable.dropFirst(11).prefix(5)), value: hour.count)
        }
        return BarChart(
            title: language("最近 24 小时每小时接收的报文", "Messages received an hour, the last 24 hours"),
            labelName: language("时", "Hour"), valueName: language("报文数", "Messages"), bars: bars
        ).html
    }

    static func tile(_ name: String, _ value: String, _ kind: String, link: String) -> HTML {
        "<li class=\"tile \(kind)\"><a href=\"\(link)\"><strong>\(value)</strong>\(name)</a></li>"
    }

    /// The queues with something in them; the others are counted.
    private func busyQueues(
        _ queues: [QueueFigures], _ leads: [QueueFigures], _ scene: Scene
    ) async throws -> HTML {
        let language = scene.language
        let ways = try await services.endpoints.standings(.application)
        func isBusy(_ queue: QueueFigures) -> Bool {
            queue.depth > 0 || queue.deadLetters > 0 || ways[queue.queue]?.pause != nil
        }
        func table(_ queues: [QueueFigures]) -> HTML {
            queues.isEmpty ? .none : queueTable(queues, ways, scene, mayAct: false)
        }
        let busy = queues.filter(isBusy)
        let idle = queues.count - busy.count
        let others =
            busy.isEmpty
            ? language("全部 \(idle) 个机构", "All \(idle) institutions")
            : language("其余 \(idle) 个机构", "The other \(idle) institutions")
        let rest: HTML =
            idle == 0
            ? .none
            : "<p class=\"faint\">\(others)\(language("没有待签收的申请。", " have nothing waiting.")) <a href=\"\(Section.queues.path)\">\(Section.queues.title(language))</a></p>"
        return "\(table(busy))\(rest)\(table(leads.filter(isBusy)))"
    }

    // MARK: Attention

    private func troubleTable(_ troubles: [Trouble], _ scene: Scene) -> HTML {
        let language = scene.language
        guard !troubles.isEmpty else {
            return """
                <p class="note good">\(language("一切正常：没有异常报文、没有逾期，队列和线路畅通。", "All goes its way: no dead letters, nothing overdue, every way is open."))</p>
                """
        }
        let heads = [
            language("什么事", "What"), language("数量", "Count"), language("涉及", "Which"), language("从何时起", "Since"),
            language("该谁处理", "Whose turn"), language("怎么办", "What to do"),
        ]
        let rows = troubles.map { row($0, heads, scene) }
        return """
            <table class="troubles"><caption class="unseen">\(language("现在需要处理，每类一行，最紧要的在前", "Wants doing now: a row for each kind, the most pressing first"))</caption>
            <thead><tr>\(heads.map { head -> HTML in "<th scope=\"col\">\(head)</th>" })</tr></thead><tbody>\(rows)</tbody></table>
            """
    }

    private func row(_ trouble: Trouble, _ heads: [String], _ scene: Scene) -> HTML {
        let language = scene.language
        let now = now()
        let since: HTML =
            trouble.since.map { since in
                let age = since <= now ? since.age(at: now, language) : since.distance(at: now, language)
                return "<time datetime=\"\(since.rfc3339)\" title=\"\(since.readable)\">\(age)</time>"
            } ?? "–"
        let noted: HTML =
            trouble.acknowledgement.map { noted in
                "<small>\(language("\(noted.actor) 已知悉，至 \(noted.endsAt.readable.prefix(16))：\(noted.reason.asFreeText)", "noted by \(noted.actor) until \(noted.endsAt.readable.prefix(16)): \(noted.reason.asFreeText)"))</small> "
            } ?? .none
        let turns = trouble.turns.map(language.text).joined(separator: language("、", ", "))
        let (section, query) = place(of: trouble)
        let cells: [HTML] = [
            "\(trouble.count)", "\(noted)\(parts(of: trouble, language))", since, "\(turns)",
            "\(button(section, query, language)) \(remedy(trouble, scene))",
        ]
        let shown = zip(heads.dropFirst(), cells).map { head, cell -> HTML in
            "<td data-label=\"\(head)\"><div>\(cell)</div></td>"
        }
        let (state, title) = name(of: trouble, language)
        let (kind, shape) =
            trouble.acknowledgement != nil
            ? ("", "○") : state == "bad" ? ("bad", "▲") : state == "warn" ? ("warn", "◆") : ("", "●")
        return """
            <tr\(trouble.acknowledgement == nil ? HTML.none : " class=\"noted\"")><th scope="row"><span class="badge \(kind)"><span aria-hidden="true">\(shape)</span> \(title)</span></th>\(shown)</tr>
            """
    }

    /// What to do about it, and the form of whoever takes note of it, unfolded.
    private func remedy(_ trouble: Trouble, _ scene: Scene) -> HTML {
        let language = scene.language
        let key: HTML = "<input type=\"hidden\" name=\"trouble\" value=\"\(trouble.key)\">"
        let form: HTML
        if !scene.may(.repair) {
            form = .none
        } else if trouble.acknowledgement != nil {
            form = """
                <form method="post" action="/console/troubles/withdraw">\(scene.csrf)\(key)
                <button class="quiet">\(language("撤销确认", "Show it again"))</button></form>
                """
        } else {
            let spans = [4, 12, 24, 72, 168].map { hours in
                (
                    "\(hours)",
                    hours < 48
                        ? language("\(hours) 小时", "\(hours) hours") : language("\(hours / 24) 天", "\(hours / 24) days")
                )
            }
            form = """
                <form method="post" action="/console/troubles/acknowledge">\(scene.csrf)\(key)
                <input type="hidden" name="known" value="\(trouble.count)">
                \(Self.select("hours", language("在此期间不再提示", "Not to be counted for"), spans, chosen: "12", all: nil))
                <label>\(language("理由", "Reason"))<br><input name="reason" required maxlength="200"></label>
                <button class="quiet">\(language("确认知悉", "Take note"))</button></form>
                """
        }
        return """
            <details class="deed"><summary>\(language("怎么办", "What to do"))<span class="unseen">\(language("：", ": "))\(name(of: trouble, language).title)</span></summary>
            <p>\(language.text(trouble.advice))</p>\(form)</details>
            """
    }

    /// The first few of what a trouble is about; the others are counted and lead to all of them.
    private func parts(of trouble: Trouble, _ language: Language) -> HTML {
        let shown = trouble.parts.prefix(3).map { part -> HTML in
            let (title, address) = name(of: part.subject, in: trouble)
            let count: HTML = part.count > 1 || trouble.code != nil ? " <b>\(part.count)</b>" : .none
            let text: HTML = address.map { "<a href=\"\($0)\">\(title)</a>" } ?? "\(title)"
            return "<span class=\"part\">\(text)\(count)</span> "
        }
        let rest = trouble.parts.count - shown.count
        return
            "\(shown)\(rest > 0 ? "<span class=\"part\">\(language("等另 \(rest) 项", "and \(rest) more"))</span>" : HTML.none)"
    }

    /// What one of a trouble's subjects is called, and where it is seen.
    private func name(of subject: String, in trouble: Trouble) -> (title: String, address: String?) {
        let named = subject.urlEscaped
        switch trouble.kind {
        case .deadLetters:
            let code = trouble.code?.rawValue ?? ""
            return (name(ofPartner: subject), "\(Section.deadLetters.path)?code=\(code)&partner=\(named)")
        case .clocksOverdue:
            return (title(ofClock: subject) ?? subject, "\(Section.clocks.path)?state=overdue&clock=\(named)")
        case .clocksDueSoon:
            return (title(ofClock: subject) ?? subject, "\(Section.clocks.path)?state=soon&clock=\(named)")
        case .hearingNear: return (subject, "\(Section.messages.path)/\(named)")
        case .circuitOpen, .paused:
            return (Endpoint(description: subject).map(name(of:)) ?? subject, list(of: subject)?.path)
        case .queueAge: return (name(ofInstitution: subject), Section.queues.path)
        case .partnerSilence, .receiptLate, .exchangeFolder:
            return (name(ofPartner: subject), Section.partners.path)
        case .parked: return (name(ofPartner: subject), "\(Section.parked.path)?partner=\(named)")
        case .reloadRefused, .limitsMoved, .storeLost, .storeDamaged, .storeFull, .storeUnwritable, .auditBroken,
            .calendarMissing, .expiry:
            return (subject == "all" ? "" : subject, nil)
        }
    }

    private func name(of trouble: Trouble, _ language: Language) -> (state: String, title: String) {
        switch trouble.kind {
        case .calendarMissing: ("warn", language("放假安排缺失", "no plan of days off"))
        case .limitsMoved: ("warn", language("时限变动", "limits moved"))
        case .hearingNear: ("bad", language("临近开庭未指派", "hearing near, no lawyer"))
        case .storeLost: ("bad", language("存储丢失", "store lost"))
        case .storeDamaged: ("bad", language("存储损坏", "store damaged"))
        case .storeFull: ("bad", language("存储已满", "store full"))
        case .storeUnwritable: ("bad", language("存储无法读写", "store refused by its device"))
        case .auditBroken: ("bad", language("审计记录异常", "audit trail broken"))
        case .clocksOverdue: ("bad", language("时限逾期", "overdue"))
        case .clocksDueSoon: ("warn", language("时限临近", "due soon"))
        case .deadLetters: ("bad", trouble.code.map { language.text($0.brief) } ?? language("异常报文", "dead letters"))
        case .circuitOpen: ("bad", language("线路断开", "circuit open"))
        case .queueAge: ("bad", language("队列积压", "queue stuck"))
        case .partnerSilence: ("warn", language("久未来报", "gone silent"))
        case .receiptLate: ("bad", language("回执超时", "receipt late"))
        case .exchangeFolder: ("bad", language("交换目录故障", "exchange folder"))
        case .reloadRefused: ("bad", language("重新加载被拒绝", "reload refused"))
        case .expiry: ("warn", language("即将到期", "about to expire"))
        case .paused: ("warn", language("已暂停", "paused"))
        case .parked: ("", language("暂存报文", "parked"))
        }
    }

    /// The list that an endpoint stands on.
    private func list(of subject: String) -> Section? {
        switch Endpoint(description: subject)?.channel {
        case .application?: .queues
        case .alert?: .alerts
        case .referral?, .status?: .partners
        case nil: nil
        }
    }

    /// Where something can be done about it.
    private func place(of trouble: Trouble) -> (Section?, String) {
        switch trouble.kind {
        case .clocksOverdue: (.clocks, "?state=overdue")
        case .limitsMoved: (.clocks, "/moved")
        case .clocksDueSoon: (.clocks, "?state=soon")
        case .deadLetters: (.deadLetters, trouble.code.map { "?code=\($0.rawValue)" } ?? "")
        case .circuitOpen, .paused: (trouble.parts.first.flatMap { list(of: $0.subject) }, "")
        case .queueAge: (.queues, "")
        case .auditBroken: (.audit, "")
        case .partnerSilence, .receiptLate, .exchangeFolder: (.partners, "")
        case .hearingNear:
            (trouble.parts.first == nil ? nil : .messages, "/" + (trouble.parts.first?.subject.urlEscaped ?? ""))
        case .reloadRefused, .expiry, .storeLost, .storeDamaged, .storeFull, .storeUnwritable, .calendarMissing:
            (nil, "")
        case .parked: (.parked, "")
        }
    }
}
