import Messaging
import Operations
import Transport
import Vocabulary

extension WebConsole {
    /// Is anything stuck, what, since when, whose is it, what do I do?
    var overviewRoutes: [Route] {
        [
            page("/console") { scene in try await overview(scene) }
        ]
    }

    private func overview(_ scene: Scene) async throws -> Page {
        let language = scene.language
        let items = try await services.attention.items()
        let queues = try await services.flow.queues()
        let leads = try await services.flow.leadQueues()
        return Page(
            title: Section.overview.title(language), section: .overview,
            body: """
                <h2>\(language("现在需要处理", "Wants doing now"))</h2>\(attentionTable(items, language))
                <h2>\(language("眼下的数字", "Figures"))</h2>
                \(tiles(try await store.statistics(), queues, leads, items, try await services.alerts.open().count, language))
                \(try await chart(language))
                <h2>\(language("机构队列", "Institutions' queues"))</h2>\(try await busyQueues(queues, leads, scene))
                """)
    }

    private func tiles(
        _ figures: StoreStatistics, _ queues: [QueueFigures], _ leads: [QueueFigures], _ items: [Attention],
        _ alerts: Int, _ language: Language
    ) -> HTML {
        func count(_ kind: Attention.Kind) -> Int { items.reduce(0) { $0 + ($1.kind == kind ? $1.count : 0) } }
        func tile(_ name: String, _ value: Int, _ kind: String, _ section: Section, _ query: String = "") -> HTML {
            Self.tile(name, "\(value)", value > 0 ? kind : "good", link: section.path + query)
        }
        let oldest = queues.compactMap(\.oldest).min()
        return """
            <ul class="tiles">
            \(tile(language("死信", "Dead letters"), figures.deadLetters.values.reduce(0, +), "bad", .deadLetters))
            \(tile(language("时限已超期", "Time limits overdue"), count(.clocksOverdue), "bad", .clocks, "?state=overdue"))
            \(tile(language("时限临近", "Time limits near"), count(.clocksDueSoon), "warn", .clocks, "?state=soon"))
            \(tile(language("告警", "Alerts"), alerts, "warn", .alerts))
            \(Self.tile(language("待机构签收", "Waiting for institutions"), "\(queues.reduce(0) { $0 + $1.depth })", "", link: Section.queues.path))
            \(Self.tile(language("待机构领取的线索", "Leads waiting to be fetched"), "\(leads.reduce(0) { $0 + $1.depth })", "", link: Section.queues.path))
            \(Self.tile(language("最久已等待", "Oldest has waited"), oldest?.age(at: now(), language) ?? "–", "", link: Section.queues.path))
            \(Self.tile(language("待确认的回传", "Statuses not confirmed"), "\(figures.statusBacklog)", "", link: Section.partners.path))
            \(Self.tile(language("暂存报文", "Parked messages"), "\(count(.parked))", "", link: Section.parked.path))
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

    private func attentionTable(_ items: [Attention], _ language: Language) -> HTML {
        guard !items.isEmpty else {
            return """
                <p class="note good">\(language("一切正常：没有死信、没有超期，队列和线路畅通。", "All goes its way: no dead letters, nothing overdue, every way is open."))</p>
                """
        }
        let now = now()
        var table = DataTable(
            caption: language("最紧要的在前", "The most pressing first"),
            columns: [
                .init(name: language("什么事", "What")), .init(name: language("数量", "Count"), isNumber: true),
                .init(name: language("从何时起", "Since")), .init(name: language("该谁处理", "Whose turn")),
                .init(name: language("怎么办", "What to do")),
            ], empty: "")
        table.rows = items.prefix(30).map { item in
            let (section, query) = place(of: item)
            let since: HTML =
                item.since.map { since in
                    let age = since <= now ? since.age(at: now, language) : since.distance(at: now, language)
                    return "<time datetime=\"\(since.rfc3339)\">\(age)</time> <small>\(since.readable)</small>"
                } ?? "–"
            return [
                what(item, language), "\(item.count)", since, "\(language.text(item.turn))",
                "\(language.text(item.advice)) \(button(section, query, language))",
            ]
        }
        return table.html
    }

    private func what(_ item: Attention, _ language: Language) -> HTML {
        func badge(_ kind: String, _ text: String, _ subject: String = "", _ code: String = "") -> HTML {
            "<span class=\"badge \(kind)\">\(text)</span> \(subject) <small class=\"mono\">\(code)</small>"
        }
        let subject = item.subject
        let endpoint = Endpoint(description: subject)
        return switch item.kind {
        case .calendarMissing: badge("warn", language("放假安排缺失", "no plan of days off"), subject)
        case .limitsMoved: badge("warn", language("时限变动", "limits moved"))
        case .hearingNear: badge("bad", language("临近开庭未指派", "hearing near, no lawyer"), "", subject)
        case .storeLost: badge("bad", language("存储丢失", "store lost"))
        case .storeDamaged: badge("bad", language("存储损坏", "store damaged"))
        case .storeFull: badge("bad", language("存储已满", "store full"))
        case .clocksOverdue: badge("bad", language("时限超期", "overdue"), title(ofClock: subject) ?? "", subject)
        case .clocksDueSoon: badge("warn", language("时限临近", "due soon"), title(ofClock: subject) ?? "", subject)
        case .deadLetters:
            badge(
                "bad", language("死信", "dead letters"),
                DeadLetterCause(name: subject).map { language.text(FailureAdvice($0).happened) } ?? "", subject)
        case .circuitOpen: badge("bad", language("线路断开", "circuit open"), endpoint.map(name(of:)) ?? "", subject)
        case .queueAge: badge("bad", language("队列积压", "queue stuck"), name(ofInstitution: subject), subject)
        case .partnerSilence: badge("warn", language("久未来报", "gone silent"), name(ofPartner: subject), subject)
        case .receiptLate: badge("bad", language("回执超时", "receipt late"), name(ofPartner: subject), subject)
        case .exchangeFolder:
            badge("bad", language("交换目录故障", "exchange folder"), name(ofPartner: subject), subject)
        case .expiry: badge("warn", language("即将到期", "about to expire"), subject)
        case .paused: badge("warn", language("已暂停", "paused"), endpoint.map(name(of:)) ?? "", subject)
        case .parked: badge("", language("暂存报文", "parked"), language("等待所属的转介", "wait for their referral"))
        }
    }

    /// Where something can be done about it.
    private func place(of item: Attention) -> (Section?, String) {
        let subject = item.subject.urlEscaped
        let list: Section =
            switch Endpoint(description: item.subject)?.channel {
            case .application?: .queues
            case .alert?: .alerts
            case .referral?, .status?, nil: .partners
            }
        return switch item.kind {
        case .clocksOverdue: (.clocks, "?state=overdue&clock=\(subject)")
        case .limitsMoved: (.clocks, "/moved")
        case .hearingNear: (.messages, "/\(subject)")
        case .clocksDueSoon: (.clocks, "?state=soon&clock=\(subject)")
        case .deadLetters: (.deadLetters, "?cause=\(subject)")
        case .circuitOpen, .paused: (list, "")
        case .queueAge: (.queues, "")
        case .partnerSilence, .receiptLate, .exchangeFolder: (.partners, "")
        case .expiry, .storeLost, .storeDamaged, .storeFull, .calendarMissing: (nil, "")
        case .parked: (.parked, "")
        }
    }
}
