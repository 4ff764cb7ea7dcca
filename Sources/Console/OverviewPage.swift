import Messaging
import Operations
import Transport

extension WebConsole {
    /// Is anything stuck, what, since when, whose is it, what do I do?
    var overviewRoutes: [Route] {
        [
            page("/console") { scene in try await overview(scene) }
        ]
    }

    private func overview(_ scene: Scene) async throws -> Page {
        let language = scene.language
        let figures = try await statistics()
        let causes = try await window.deadLetters.causes(DeadLetterFilter())
        let now = now()
        return Page(
            title: Section.overview.title(language), section: .overview,
            body: """
                \(tiles(figures, at: now, language))\(try await chart(language))
                <h2>\(language("需要人工处理", "Waiting for a person"))</h2>\(causeTable(causes, at: now, language))
                <h2>\(language("机构队列", "Institutions' queues"))</h2>\(queueTable(try await window.flow.queues(), at: now, language))
                """)
    }

    private func tiles(_ figures: StoreStatistics, at now: Instant, _ language: Language) -> HTML {
        let dead = figures.deadLetters.values.reduce(0, +)
        let waiting = figures.queues.reduce(0) { $0 + $1.depth }
        let oldest = figures.queues.compactMap(\.oldest).min()
        return """
            <ul class="tiles">
            \(Self.tile(language("死信", "Dead letters"), "\(dead)", dead > 0 ? "bad" : "good", link: Section.deadLetters.path))
            \(Self.tile(language("待机构签收", "Waiting for institutions"), "\(waiting)", "", link: Section.queues.path))
            \(Self.tile(language("最久已等待", "Oldest has waited"), oldest?.age(at: now, language) ?? "–", "", link: Section.queues.path))
            \(Self.tile(language("待确认的回推", "Statuses not confirmed"), "\(figures.statusBacklog)", "", link: Section.partners.path))
            </ul>
            """
    }

    private func chart(_ language: Language) async throws -> HTML {
        let bars = try await window.flow.hourly().map { hour in
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

    private func causeTable(_ causes: [CauseCount], at now: Instant, _ language: Language) -> HTML {
        var table = DataTable(
            caption: language("按原因分组，最多的在前", "By cause, the most frequent first"),
            columns: [
                .init(name: language("数量", "Count"), isNumber: true), .init(name: language("发生了什么", "What happened")),
                .init(name: language("该谁处理", "Whose turn")), .init(name: language("怎么办", "What to do")),
                .init(name: language("最早", "Oldest")),
            ], empty: language("没有死信。", "No dead letters."))
        table.rows = causes.prefix(10).map { cause in
            let code = LetterCode(cause.cause)
            return [
                "<a href=\"\(Section.deadLetters.path)?cause=\(cause.cause.name.urlEscaped)\">\(cause.count)</a>",
                "\(language.text(code.happened))<br><small class=\"mono\">\(cause.cause.name)</small>",
                "\(language.text(code.turn.title))", "\(language.text(code.advice))",
                "<time datetime=\"\(cause.oldest.rfc3339)\">\(cause.oldest.age(at: now, language))</time>",
            ]
        }
        return table.html
    }
}

extension Turn {
    var title: LocalizedText {
        switch self {
        case .sender: LocalizedText(zh: "来源单位", en: "sender")
        case .gateway: LocalizedText(zh: "网关", en: "gateway")
        case .receiver: LocalizedText(zh: "接收方", en: "receiver")
        }
    }
}
