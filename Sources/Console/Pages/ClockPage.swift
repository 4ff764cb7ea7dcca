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
            page("/console/clocks/matrix") { scene in try await matrixPage(scene) },
            download("/console/clocks/matrix.csv") { scene in try await matrixTable(scene) },
        ]
    }

    /// Which clocks a list shows.
    enum ClockChoice: String, CaseIterable {
        case all, overdue, soon, today, threeDays, day, week

        func title(_ language: Language) -> String {
            switch self {
            case .all: language("全部运行中", "All that run")
            case .overdue: language("已逾期", "Overdue")
            case .soon: language("临近期限", "Near their end")
            case .today: language("今天到期", "Due today")
            case .threeDays: language("此后三天内到期", "Due within three days more")
            case .day: language("24 小时内到期", "Due within 24 hours")
            case .week: language("7 天内到期", "Due within 7 days")
            }
        }

        func narrow(_ filter: inout ClockFilter, at now: Instant) {
            switch self {
            case .all: break
            case .overdue: filter.dueBefore = now.advanced(milliseconds: -1)
            case .soon: (filter.dueAfter, filter.nearBy) = (now, now)
            case .today: (filter.dueAfter, filter.dueBefore) = (now, ClockMatrix.endOfDay(now))
            case .threeDays:
                let today = ClockMatrix.endOfDay(now)
                (filter.dueAfter, filter.dueBefore) = (
                    today.advanced(milliseconds: 1), today.advanced(seconds: 3 * 86_400)
                )
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
        let page = try await services.clocks.list(
            filter, boundTo: try Self.side(scene), after: try ClockService.cursor(in: scene.request), limit: 50)
        let next = scene.next(.clocks, after: page.next)
        return Page(
            title: Section.clocks.title(language), section: .clocks,
            body: """
                \(clockFilter(scene, choice))\(clockTable(page.clocks, language))\(next)
                <p><a href="\(Section.clocks.path)/matrix">\(language("按机构汇总（逾期、今天、三天内）", "By institution: overdue, today, three days"))</a></p>
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
            \(Self.select("turn", language("该谁办理", "Who must act"), ClockBound.allCases.map { ($0.rawValue, language.text($0.label)) }, chosen: scene.request.query("turn") ?? "", all: language("全部", "All")))
            <button>\(language("筛选", "Filter"))</button></form>
            """
    }

    /// Whose turn the address asks for.
    private static func side(_ scene: Scene) throws(Problem) -> ClockBound? {
        guard let text = scene.asked("turn") else { return nil }
        guard let side = ClockBound(rawValue: text) else {
            throw Problem(.badRequest, zh: "没有这一方，请从列表选择。", en: "There is no such side; choose from the list.")
        }
        return side
    }

    // MARK: By institution

    private func matrixPage(_ scene: Scene) async throws -> Page {
        let language = scene.language
        let side = try Self.side(scene)
        let matrix = try await services.clocks.matrix(boundTo: side)
        let turn = side.map { "&turn=\($0.rawValue)" } ?? ""
        var table = DataTable(
            caption: language("逾期最多的在前；数字可点开", "The most overdue first; each figure leads to its limits"),
            columns: [.init(name: language("承办机构", "Institution"))]
                + ClockMatrix.Column.allCases.map { .init(name: language.text($0.label), isNumber: true) },
            empty: language("没有逾期，三天内也没有到期的时限。", "Nothing is overdue, and nothing comes due within three days."))
        func cell(_ count: Int, _ column: ClockMatrix.Column, _ institution: String?) -> HTML {
            guard count > 0 else { return "0" }
            let place = institution.map { "&institution=\($0.urlEscaped)" } ?? ""
            let text: HTML = column == .overdue ? "<span class=\"badge bad\">\(count)</span>" : "\(count)"
            guard institution != "" else { return text }
            return "<a href=\"\(Section.clocks.path)?state=\(column.rawValue)\(place)\(turn)\">\(text)</a>"
        }
        table.rows = matrix.institutions.map { code in
            [code.isEmpty ? "\(language("尚未分派", "None yet"))" : institutionTag(code)]
                + ClockMatrix.Column.allCases.map { cell(matrix.counts[code]?[$0] ?? 0, $0, code) }
        }
        if !table.rows.isEmpty {
            table.rows.append(
                ["<strong>\(language("合计", "Total"))</strong>"]
                    + ClockMatrix.Column.allCases.map { cell(matrix.total($0), $0, nil) })
        }
        let sides = ClockBound.allCases.filter { matrix.sides.contains($0) || $0 == side }
        let cut: HTML =
            matrix.isCutOff
            ? "<p class=\"note warn\">\(language("时限过多，只汇总了最紧的 20000 个。", "There are too many limits: the 20000 most urgent are counted."))</p>"
            : .none
        return Page(
            title: language("时限汇总", "Limits by institution"), section: .clocks,
            body: """
                <form class="filter" method="get" action="\(Section.clocks.path)/matrix">
                \(Self.select("turn", language("该谁办理", "Who must act"), sides.map { ($0.rawValue, language.text($0.label)) }, chosen: side?.rawValue ?? "", all: language("全部", "All")))
                <button>\(language("筛选", "Filter"))</button>
                <a class="button" href="\(Section.clocks.path)/matrix.csv?turn=\(side?.rawValue ?? "")">CSV</a>
                <a href="\(Section.clocks.path)">\(language("逐个查看", "One by one"))</a></form>\(cut)\(table.html)
                """)
    }

    private func matrixTable(_ scene: Scene) async throws -> Download {
        let side = try Self.side(scene)
        let matrix = try await services.clocks.matrix(boundTo: side)
        let language = scene.language
        let head =
            [language("机构代码", "Code"), language("承办机构", "Institution")]
            + ClockMatrix.Column.allCases.map { language.text($0.label) }
        let rows = matrix.institutions.map { code in
            [code, code.isEmpty ? language("尚未分派", "None yet") : name(ofInstitution: code)]
                + ClockMatrix.Column.allCases.map { "\(matrix.counts[code]?[$0] ?? 0)" }
        }
        return Download(name: "limits-\(now().rfc3339.prefix(10)).csv", type: .csv, body: CSV.bytes([head] + rows))
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
                clock.record.institution.map { "\(name(ofInstitution: $0))" } ?? "–",
                "\(language.text(clock.clock.bound.label))", "\(clock.clock.basis)",
            ]
        }
        return table.html
    }
}
