import Messaging
import Operations
import Transport
import Vocabulary

extension WebConsole {
    /// The limits that moved when a plan of days off or a rule came into force.
    func movedPage(_ scene: Scene) async throws -> Page {
        let language = scene.language
        let institution = scene.asked("institution")
        let page = try await services.clocks.moved(of: institution, after: scene.asked("after"), limit: 50)
        var table = DataTable(
            caption: language("最近变动的在前", "The latest first"),
            columns: [
                .init(name: language("时限", "Time limit")), .init(name: language("原到期", "Was due")),
                .init(name: language("现到期", "Is due")), .init(name: language("申请", "Application")),
                .init(name: language("机构", "Institution")), .init(name: language("何时变动", "Moved at")),
            ], empty: language("没有变动的时限。", "No limits have moved."))
        table.rows = page.limits.map { moved in
            let kind = String(moved.clock.prefix { $0 != "#" })
            return [
                "\(title(ofClock: kind) ?? "") <small class=\"mono\">\(moved.clock)</small>",
                end(moved.from, isProvisional: moved.wasProvisional, language),
                end(moved.to, isProvisional: moved.isProvisional, language),
                "<a class=\"mono number\" href=\"\(Section.messages.path)/\(moved.applicationNo)\">\(moved.applicationNo)</a>",
                "\(moved.institution.map(name(ofInstitution:)) ?? "–")", moved.at.stamp,
            ]
        }
        return Page(
            title: language("变动的时限", "Moved limits"), section: .clocks,
            body: """
                <form class="filter" method="get" action="\(Section.clocks.path)/moved">
                \(Self.select("institution", language("机构", "Institution"), institutions.map { ($0.code, $0.name) }, chosen: institution ?? "", all: language("全部", "All")))
                <button>\(language("筛选", "Filter"))</button></form>
                \(table.html)\(scene.next(.clocks, "/moved", after: page.next))
                <p class="faint">\(language("放假安排或规则生效后，运行中的时限重新计算；承办机构已逐件收到通知。", "When a plan of days off or a rule comes into force, running limits are reckoned anew; each institution is told of its applications."))</p>
                """)
    }

    private func end(_ time: Instant, isProvisional: Bool, _ language: Language) -> HTML {
        let note = isProvisional ? language("暂定", "provisional") : language("确定", "firm")
        return "<time datetime=\"\(time.rfc3339)\">\(time.readable)</time> <small>\(note)</small>"
    }
}
