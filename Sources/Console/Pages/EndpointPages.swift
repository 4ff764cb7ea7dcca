import Messaging
import Operations
import Transport
import Vocabulary

extension WebConsole {
    /// Queues and partners: how they stand, and how they are closed and opened.
    var endpointRoutes: [Route] {
        [
            page("/console/queues") { scene in
                let ways = try await services.endpoints.standings(.application)
                let mayAct = scene.may(.repair)
                return Page(
                    title: Section.queues.title(scene.language), section: .queues,
                    body: """
                        \(scene.notice(Self.endpointBanners))
                        \(queueTable(try await services.flow.queues(), ways, scene, mayAct: mayAct))
                        \(queueTable(try await services.flow.leadQueues(), ways, scene, mayAct: mayAct))
                        \(circuitNote(scene.language))
                        """)
            },
            page("/console/partners") { scene in try await partnerPage(scene) },
            page("/console/partners/reconciliation") { scene in try await reconciliationPage(scene) },
            page("/console/partners/{id}") { scene in try await onePartnerPage(scene) },
            act("/console/queues/{act}", may: [.repair]) { scene, form in
                try await turn(try services.endpoints.queue(form["recipient"]), scene, form, back: .queues)
            },
            act("/console/partners/test", may: [.repair]) { scene, form in
                .page(try await connectionPage(form["recipient"], scene))
            },
            act("/console/partners/{act}", may: [.repair]) { scene, form in
                try await turn(try services.endpoints.partner(form["recipient"]), scene, form, back: .partners)
            },
        ]
    }

    static let endpointBanners = [
        "pause": (zh: "已暂停；期间的报文照常保存，恢复后送出。", en: "Paused; what comes meanwhile is kept."),
        "resume": (zh: "已恢复。", en: "Resumed."),
        "retry": (zh: "已要求立即重试；结果见“最近一次失败”和“最近送达”。", en: "Tried at once; see the last failure and the last success."),
    ]

    private func turn(_ endpoint: Endpoint, _ scene: Scene, _ form: Form, back: Section) async throws -> Reply {
        let reason = try Self.reason(form)
        switch scene.value("act") {
        case "pause": try await services.endpoints.pause(endpoint, by: scene.caller, reason: reason)
        case "resume": try await services.endpoints.resume(endpoint, by: scene.caller, reason: reason)
        case "retry": try await services.endpoints.retryNow(endpoint, by: scene.caller, reason: reason)
        default: throw Problem(.notFound, zh: "没有这项操作。", en: "No such act.")
        }
        let place = form["page"] == "one" ? "/\(form["recipient"].urlEscaped)" : ""
        return .seeOther("\(back.path)\(place)?done=\(scene.value("act"))")
    }

    /// - Parameters:
    ///   - queues: all of applications, or all of leads.
    ///   - mayAct: shows the buttons too.
    func queueTable(
        _ queues: [QueueFigures], _ ways: [String: EndpointStanding], _ scene: Scene, mayAct: Bool
    ) -> HTML {
        let language = scene.language
        let now = now()
        let areLeads = queues.first.map { LeadQueue.isOne($0.queue) } ?? false
        var table = DataTable(
            caption: areLeads
                ? language("待领取的线索，不计入申请", "Leads waiting to be fetched; no applications")
                : language(
                    "未签收的申请；其他通知是已有申请的补充、撤回、转来等",
                    "Applications not signed in; notices tell of those that the institution has: papers, withdrawals, hand-overs"
                ),
            columns: [
                .init(name: language("机构", "Institution")),
                .init(name: areLeads ? language("待领取", "To fetch") : language("待签收", "Waiting"), isNumber: true),
                .init(name: language("其他通知", "Notices"), isNumber: true),
                .init(name: language("最早", "Oldest")), .init(name: language("最紧的时限", "Most urgent clock")),
                .init(name: language("异常报文", "Dead letters"), isNumber: true),
                .init(name: language("状态", "State")),
            ], empty: language("没有登记机构。", "No institutions are registered."))
        table.rows = queues.map { queue in
            let urgent: HTML =
                queue.mostUrgent.map { due in
                    """
                    <span\(due < now ? " class=\"badge bad\"" : HTML.none)><time datetime="\(due.rfc3339)" title="\(due.readable)">\(
                        due.distance(at: now, language))</time></span>
                    """
                } ?? "–"
            let way = ways[queue.queue]
            return [
                institutionTag(queue.queue), "\(queue.fresh)", "\(queue.notices)",
                queue.oldest?.aged(at: now, language) ?? "–", urgent,
                deadLetterCount(queue.deadLetters, "queue", queue.queue),
                """
                \(state(way, way?.connection == nil ? language("机构取件", "pull") : language("推送", "push"), language))\(
                    mayAct ? pauseForm(Endpoint(.application, queue.queue), way?.pause, .queues, scene) : HTML.none)
                """,
            ]
        }
        return table.html
    }

    private func deadLetterCount(_ count: Int, _ filter: String, _ value: String) -> HTML {
        count == 0 ? "0" : "<a href=\"\(Section.deadLetters.path)?\(filter)=\(value.urlEscaped)\">\(count)</a>"
    }

    /// Until when the partner can call, where its token ends.
    func tokenEnd(of partner: String, at now: Instant, _ language: Language) -> HTML {
        guard let end = tokenEnds[partner] else { return .none }
        let day = String(end.rfc3339.prefix(10))
        return end < now
            ? "<br><span class=\"badge bad\">\(language("令牌已过期", "token expired")) \(day)</span>"
            : "<br><small>\(language("令牌有效至", "token valid until")) \(day)</small>"
    }

    private func partnerPage(_ scene: Scene) async throws -> Page {
        let language = scene.language
        let now = now()
        let ways = try await services.endpoints.standings(.status)
        var table = DataTable(
            caption: language("报文和出错率为最近 24 小时", "Messages and errors of 24 hours"),
            columns: [
                .init(name: language("报送单位", "Partner")), .init(name: language("最近来报", "Last seen")),
                .init(name: language("报文", "Messages"), isNumber: true),
                .init(name: language("出错率", "Error rate"), isNumber: true),
                .init(name: language("待确认回传", "Not confirmed"), isNumber: true),
                .init(name: language("最近送达", "Last success")),
                .init(name: language("异常报文", "Dead letters"), isNumber: true),
                .init(name: language("回传线路", "Circuit")),
            ], empty: language("没有登记报送单位。", "No partners are registered."))
        table.rows = try await services.flow.partners().map { partner in
            let way = ways[partner.partnerID]
            let rate = partner.errorRate.map { "\(Int(($0 * 100).rounded())) %" } ?? "–"
            let id = partner.partnerID.urlEscaped
            return [
                "<a href=\"\(Section.partners.path)/\(id)\">\(name(ofPartner: partner.partnerID))</a> <small>\(partner.partnerID)</small>\(tokenEnd(of: partner.partnerID, at: now, language))",
                partner.lastSeen?.aged(at: now, language) ?? "\(language("从未", "never"))",
                partner.messages == 0
                    ? "0" : "<a href=\"\(Section.messages.path)?partner=\(id)\">\(partner.messages)</a>", "\(rate)",
                "\(partner.backlog)", way?.connection?.lastSuccess?.aged(at: now, language) ?? "–",
                deadLetterCount(partner.deadLetters, "partner", partner.partnerID),
                """
                \(state(way, way?.connection == nil ? language("自取", "pull") : language("正常", "in order"), language))\(
                    scene.may(.repair) ? pauseForm(Endpoint(.status, partner.partnerID), way?.pause, .partners, scene) : HTML.none)\(
                    scene.may(.repair) && way?.connection != nil ? connectionForm(partner.partnerID, scene) : HTML.none)
                <a href="\(Section.drift.path)?partner=\(id)">\(Section.drift.title(language))</a>
                <a href="\(Self.reconciliationAddress(partner.partnerID))">\(language("对账", "Reconciliation"))</a>
                <a href="/v1/partners/\(id)/kit">\(language("接入包", "Partner kit"))</a>
                """,
            ]
        }
        return Page(
            title: Section.partners.title(language), section: .partners,
            body: "\(scene.notice(Self.endpointBanners))\(table.html)\(circuitNote(language))")
    }

    func circuitNote(_ language: Language) -> HTML {
        """
        <p class="faint">\(language("线路的断开与试探只由本节点自启动起判断，重启后从正常开始；最近送达取自存储中较新的报文，重启后仍可见。", "Whether a circuit is open is this node's own finding since its start: after a restart it begins closed. The last success is told by the newer messages in the store and outlives it."))</p>
        """
    }

    /// Paused, broken, being asked after, or as usual.
    func state(_ way: EndpointStanding?, _ usual: String, _ language: Language) -> HTML {
        var parts: [HTML] = []
        if let pause = way?.pause {
            parts.append(
                """
                <span class="badge warn">\(language("已暂停", "paused"))</span> <small>\(pause.since.readable) \(pause.actor)：\(pause.reason.asFreeText)</small>
                """)
        }
        if let connection = way?.connection {
            switch connection.circuit.name {
            case .closed: break
            case .open:
                let probe =
                    connection.nextProbe.map { language("，\($0.readable) 再试", ", next try \($0.readable)") } ?? ""
                parts.append(
                    "<span class=\"badge bad\">\(language("断开", "open"))</span> <small>\(connection.lastProblem ?? "")\(probe)</small>"
                )
            case .halfOpen:
                parts.append("<span class=\"badge warn\">\(language("试探中", "half-open"))</span>")
            }
        }
        return parts.isEmpty ? "<span class=\"badge good\">\(usual)</span>" : "\(parts)"
    }

    /// - Parameter page: where the act leads back to, where that is not the list.
    func pauseForm(
        _ endpoint: Endpoint, _ pause: Pause?, _ section: Section, _ scene: Scene, page: String = ""
    ) -> HTML {
        let language = scene.language
        let (act, title) =
            pause == nil ? ("pause", language("暂停", "Pause")) : ("resume", language("恢复", "Resume"))
        return Self.unfolding(
            title, action: "\(section.path)/\(act)", scene,
            """
            <input type="hidden" name="recipient" value="\(endpoint.recipient)"><input type="hidden" name="page" value="\(page)">
            \(Self.reasonLine(language))
            """)
    }

    /// Why, in a line of a deed's form.
    static func reasonLine(_ language: Language) -> HTML {
        "<label>\(language("理由", "Reason"))<br><input name=\"reason\" required maxlength=\"\(RequestBody.reasonLength)\"></label>"
    }

    /// A deed's form behind its name, so that a list of them stays a list.
    static func unfolding(
        _ title: String, action: String, _ scene: Scene, isDangerous: Bool = false, _ fields: HTML
    ) -> HTML {
        """
        <details class="deed"><summary>\(title)</summary><form method="post" action="\(action)">\(scene.csrf)\(fields)
        <button\(isDangerous ? " class=\"danger\"" : HTML.none)>\(title)</button></form></details>
        """
    }
}
