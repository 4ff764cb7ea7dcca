import Messaging
import Operations
import Transport
import Vocabulary

/// One partner: what came and went, whether it answers, and what can be done about it.
extension WebConsole {
    func onePartnerPage(_ scene: Scene) async throws -> Page {
        let language = scene.language
        let id = scene.value("id")
        let endpoint = try services.endpoints.partner(id)
        guard let figures = try await services.flow.partner(id) else {
            throw Problem(.notFound, zh: "没有登记这个报送单位。", en: "There is no such partner.")
        }
        let way = try await services.endpoints.standings(.status)[id]
        let today = try await services.reconciliation.figures(of: id, days: 1).first
        let waiting = try await services.parked.figures().first { $0.partnerID == id }?.count ?? 0
        return Page(
            title: name(ofPartner: id), section: .partners,
            body: """
                \(scene.notice(Self.endpointBanners))<p><a href="\(Section.partners.path)">\(Section.partners.title(language))</a></p>
                \(Self.figureTiles(figures, today: today, waiting: waiting, language))
                <h2>\(language("回传线路", "The way back"))</h2>\(wayFacts(endpoint, way, figures, language))
                \(scene.may(.repair) ? wayActs(endpoint, way, scene) : HTML.none)
                <h2>\(language("接入", "Connection"))</h2>\(connectionFacts(id, language))
                \(try await driftPart(id, language))\(try await deadLetterPart(id, language))
                """)
    }

    private static func figureTiles(
        _ figures: PartnerFigures, today: ReconciliationService.Day?, waiting: Int, _ language: Language
    ) -> HTML {
        let named = figures.partnerID.urlEscaped
        func count(_ outcome: Outcome) -> Int { figures.outcomes[outcome] ?? 0 }
        let failed = count(.invalid)
        return """
            <ul class="tiles">
            \(tile(language("24 小时收到", "Received in 24 h"), "\(figures.messages)", "", link: "\(Section.messages.path)?partner=\(named)"))
            \(tile(language("24 小时无法转换", "Failed in 24 h"), "\(failed)", failed > 0 ? "bad" : "good", link: "\(Section.messages.path)?partner=\(named)&outcome=invalid"))
            \(tile(language("异常报文", "Dead letters"), "\(figures.deadLetters)", figures.deadLetters > 0 ? "bad" : "good", link: "\(Section.deadLetters.path)?partner=\(named)"))
            \(tile(language("今天的状态已确认", "Confirmed of today"), "\(today?.told ?? 0)", "", link: reconciliationAddress(figures.partnerID)))
            \(tile(language("今天的状态未确认", "Not confirmed of today"), "\(today?.unconfirmed ?? 0)", (today?.unconfirmed ?? 0) > 0 ? "warn" : "good", link: reconciliationAddress(figures.partnerID)))
            \(tile(language("全部待确认回传", "Not confirmed in all"), "\(figures.backlog)", figures.backlog > 0 ? "warn" : "good", link: reconciliationAddress(figures.partnerID)))
            \(tile(language("暂存报文", "Parked"), "\(waiting)", "", link: "\(Section.parked.path)?partner=\(named)"))
            </ul>
            """
    }

    static func facts(_ rows: [(String, HTML)]) -> HTML {
        "<dl class=\"facts\">\(rows.map { name, value -> HTML in "<dt>\(name)</dt><dd>\(value)</dd>" })</dl>"
    }

    private func wayFacts(
        _ endpoint: Endpoint, _ way: EndpointStanding?, _ figures: PartnerFigures, _ language: Language
    ) -> HTML {
        let now = now()
        let connection = way?.connection
        return Self.facts([
            (
                language("状态", "State"),
                state(way, connection == nil ? language("自取", "pull") : language("正常", "in order"), language)
            ),
            (language("最近来报", "Last seen"), figures.lastSeen?.aged(at: now, language) ?? "\(language("从未", "never"))"),
            (language("最近送达", "Last success"), connection?.lastSuccess?.aged(at: now, language) ?? "–"),
            (
                language("最近一次失败", "Last failure"),
                connection?.lastFailure.map {
                    "\($0.aged(at: now, language)) <small>\(connection?.lastProblem ?? "")</small>"
                } ?? "–"
            ),
            (language("下次试探", "Next probe"), "\(connection?.nextProbe?.readable ?? "–")"),
            (language("最早的待确认", "Oldest unconfirmed"), figures.oldestBacklog?.aged(at: now, language) ?? "–"),
        ])
    }

    private func wayActs(_ endpoint: Endpoint, _ way: EndpointStanding?, _ scene: Scene) -> HTML {
        let language = scene.language
        let retry: HTML =
            way?.connection == nil
            ? .none
            : Self.unfolding(
                language("立即重试", "Retry now"), action: "\(Section.partners.path)/retry", scene,
                """
                <input type="hidden" name="recipient" value="\(endpoint.recipient)"><input type="hidden" name="page" value="one">
                <label>\(language("理由", "Reason"))<br><input name="reason" required maxlength="200"></label>
                """)
        let test = way?.connection == nil ? HTML.none : connectionForm(endpoint.recipient, scene)
        return
            "<div class=\"row\">\(retry)\(pauseForm(endpoint, way?.pause, .partners, scene, page: "one"))\(test)</div>"
    }

    private func connectionFacts(_ id: String, _ language: Language) -> HTML {
        guard let partner = registry.partners[id] else { return .none }
        let named = id.urlEscaped
        let address: HTML =
            partner.returnAddress.map { "<span class=\"mono\">\($0.url)</span>" }
            ?? (partner.exchange == nil
                ? "\(language("无，由其自取", "none; it fetches for itself"))" : "\(language("交换目录", "exchange folder"))")
        let mappings: HTML =
            partner.mappings.isEmpty
            ? "\(language("全部", "all"))"
            : "\(partner.mappings.map { id -> HTML in "<a class=\"mono\" href=\"\(Self.fieldAddress(id))\">\(id)</a> " })"
        return """
            \(Self.facts([
                (language("单位类别", "Kind"), "\(language(partner.kind.name.zh, partner.kind.name.en))"),
                (language("联系方式", "Contact"), partner.contact.map { "\($0)" as HTML } ?? "\(language("未登记（partners.xml 的 contact）", "not given (contact of partners.xml)"))"),
                (language("单位代码", "Sender codes"), "<span class=\"mono\">\(partner.senderCodes.joined(separator: " "))</span>"),
                (language("可报送的报文", "May send"), mappings),
                (language("回传地址", "Return address"), address),
                (language("凭证", "Credentials"), tokenEnd(of: id, at: now(), language).source.isEmpty ? "\(language("没有到期日", "no end is set"))" : tokenEnd(of: id, at: now(), language)),
                (language("签名", "Signatures"), "\(partner.mustSign ? language("必须", "required") : language("可选", "optional"))"),
            ]))
            <p class="row"><a href="\(Self.reconciliationAddress(id))">\(language("对账", "Reconciliation"))</a>
            <a href="/v1/partners/\(named)/kit">\(language("接入包", "Partner kit"))</a></p>
            """
    }

    private func driftPart(_ id: String, _ language: Language) async throws -> HTML {
        let found = try await services.drift.report(partner: id, week: nil)
        let changed = found.reports.filter {
            !($0.newFields.isEmpty && $0.vanishedFields.isEmpty && $0.unknownCodes.isEmpty)
        }
        let said =
            changed.isEmpty
            ? language("本周格式没有变动。", "Nothing has changed this week.")
            : language("本周 \(changed.count) 种报文的格式有变动。", "\(changed.count) kinds of message have changed this week.")
        return """
            <h2>\(Section.drift.title(language))</h2><p>\(said) <a href="\(Section.drift.path)?partner=\(id.urlEscaped)">\(language("查看", "Show"))</a></p>
            """
    }

    /// What is wrong with its messages, by cause.
    private func deadLetterPart(_ id: String, _ language: Language) async throws -> HTML {
        let groups = try await services.deadLetters.groups(DeadLetterFilter()).filter { $0.partnerID == id }
        guard !groups.isEmpty else { return .none }
        let causes = Dictionary(groups.map { ($0.cause.name, $0.count) }, uniquingKeysWith: +).sorted {
            ($1.value, $0.key) < ($0.value, $1.key)
        }
        var table = DataTable(
            caption: language("最多的在前", "The most frequent first"),
            columns: [
                .init(name: language("原因", "Cause")), .init(name: language("数量", "Count"), isNumber: true),
            ], empty: "")
        table.rows = causes.prefix(20).map { name, count in
            [
                "<a class=\"mono\" href=\"\(Section.deadLetters.path)?partner=\(id.urlEscaped)&cause=\(name.urlEscaped)\">\(name)</a>",
                "\(count)",
            ]
        }
        return "<h2>\(language("异常报文的原因", "Causes of its dead letters"))</h2>\(table.html)"
    }
}
