import Messaging
import Operations
import Transport
import Triage
import Vocabulary

extension WebConsole {
    var clockRoutes: [Route] {
        [
            page("/console/clocks") { scene in try await clockPage(scene) },
            page("/console/clocks/moved") { scene in try await movedPage(scene) },
        ]
    }

    /// Which clocks a list shows.
    enum ClockChoice: String, CaseIterable {
        case all, overdue, soon, day, week

        func title(_ language: Language) -> String {
            switch self {
            case .all: language("全部运行中", "All that run")
            case .overdue: language("已逾期", "Overdue")
            case .soon: language("临近期限", "Near their end")
            case .day: language("24 小时内到期", "Due within 24 hours")
            case .week: language("7 天内到期", "Due within 7 days")
            }
        }

        func narrow(_ filter: inout ClockFilter, at now: Instant) {
            switch self {
            case .all: break
            case .overdue: filter.dueBefore = now.advanced(milliseconds: -1)
            case .soon: (filter.dueAfter, filter.nearBy) = (now, now)
            case .day: (filter.dueAfter, filter.dueBefore) = (now, now.advanced(seconds: 86_400))
            case .week: (filter.dueAfter, filter.dueBefore) = (now, now.advanced(seconds: 7 * 86_400))
            }
        }
    }

    private func clockPage(_ scene: Scene) async throws -> Page {
        let language = scene.language
        let choice = scene.asked("state").flatMap(ClockChoice.init(rawValue:)) ?? .all
        var filter = ClockFilter(institution: scene.asked("institution"))
        filter.number = scene.asked("clock")
        choice.narrow(&filter, at: now())
        let page = try await services.clocks.list(filter, after: try ClockService.cursor(in: scene.request), limit: 50)
        let next = scene.next(.clocks, after: page.next)
        return Page(
            title: Section.clocks.title(language), section: .clocks,
            body: """
                \(clockFilter(scene, choice))\(clockTable(page.clocks, language))\(next)
                <p class="faint">\(language("时限由规则计算，是否办理由承办机构决定；申请号可点开查看经过。", "The rules reckon the limits; the institution acts. An application's number leads to its history."))
                <a href="\(Section.clocks.path)/moved">\(language("因放假安排或规则变动的时限", "Limits moved by a plan of days off or a rule"))</a></p>
                """)
    }

    private func clockFilter(_ scene: Scene, _ choice: ClockChoice) -> HTML {
        let language = scene.language
        let kinds = Set(library.ruleBook.filter { $0.part == .clock }.map(\.id)).sorted()
        let options = kinds.map { kind in (kind, title(ofClock: kind).map { "\(kind) \($0)" } ?? kind) }
        return """
            <form class="filter" method="get" action="\(Section.clocks.path)">
            \(Self.select("state", language("范围", "Which"), ClockChoice.allCases.map { ($0.rawValue, $0.title(language)) }, chosen: choice.rawValue, all: nil))
            \(Self.select("clock", language("时限", "Time limit"), options, chosen: scene.request.query("clock") ?? "", all: language("全部", "All")))
            \(Self.select("institution", language("机构", "Institution"), institutions.map { ($0.code, $0.name) }, chosen: scene.request.query("institution") ?? "", all: language("全部", "All")))
            <button>\(language("筛选", "Filter"))</button></form>
            """
    }

    private func clockTable(_ clocks: [ClockView], _ language: Language) -> HTML {
        let now = now()
        var table = DataTable(
            caption: language("最紧的在前", "The most urgent first"),
            columns: [
                .init(name: language("时限", "Time limit")), .init(name: language("到期", "Due")),
                .init(name: language("申请", "Application")), .init(name: language("机构", "Institution")),
                .init(name: language("该谁办理", "Who must act")), .init(name: language("依据", "Basis")),
            ], empty: language("没有符合条件的时限。", "No time limits match."))
        table.rows = clocks.map { clock in
            let due = clock.record.clock.dueAt
            let kind = clock.isOverdue ? "bad" : clock.isDueSoon ? "warn" : ""
            let note = [
                clock.clock.isProvisional
                    ? language("当年放假安排未公布，暂定", "provisional: that year's holidays are not known") : nil,
                clock.clock.isDerived ? language("推算", "reckoned") : nil,
            ].compactMap(\.self).joined(separator: language("；", "; "))
            return [
                "\(title(ofClock: clock.kind) ?? "") <small class=\"mono\">\(clock.record.clock.id)</small>",
                """
                <span class="badge \(kind)">\(due.distance(at: now, language))</span> <time datetime="\(due.rfc3339)">\(due.readable)</time>
                <small>\(note)</small>
                """,
                "<a class=\"mono number\" href=\"\(Section.messages.path)/\(clock.record.applicationNo)\">\(clock.record.applicationNo)</a>",
                "\(clock.record.institution.map(name(ofInstitution:)) ?? "–")",
                "\(language.text(clock.clock.bound.label))", "\(clock.clock.basis)",
            ]
        }
        return table.html
    }
}
