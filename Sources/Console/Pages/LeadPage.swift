import Messaging
import Operations
import Transport
import Triage
import Vocabulary

extension WebConsole {
    /// The list of leads (线索台账).
    var leadRoutes: [Route] { [page("/console/leads") { scene in try await leadPage(scene) }] }

    private func leadPage(_ scene: Scene) async throws -> Page {
        let language = scene.language
        let filter = try services.leads.filter(scene.asked("institution"), in: scene.request)
        let page = try await services.leads.list(filter, after: scene.asked("after"), limit: 50)
        let states = LeadState.allCases.map { ($0.rawValue, language.text($0.label)) }
        return Page(
            title: Section.leads.title(language), section: .leads,
            body: """
                <form class="filter" method="get" action="\(Section.leads.path)">
                \(Self.select("state", language("办理情况", "State"), states, chosen: filter.state?.rawValue ?? "", all: language("待办", "Open")))
                \(Self.select("institution", language("机构", "Institution"), institutions.map { ($0.code, $0.name) }, chosen: filter.institution ?? "", all: language("全部", "All")))
                <button>\(language("筛选", "Filter"))</button></form>
                \(Self.unreadable(page.unreadable, language))\(leadTable(page.leads, language))\(scene.next(.leads, after: page.next))
                <p class="faint">\(language("线索不是申请：没有办理时限，不计入申请数；当事人愿意申请的，由机构登记后转为申请。", "A lead is no application: no limit runs and nobody counts it as one. Where the person wants legal aid, the institution records that and it becomes one."))</p>
                """)
    }

    /// Leads that lie there and cannot be shown.
    private static func unreadable(_ numbers: [String], _ language: Language) -> HTML {
        guard !numbers.isEmpty else { return .none }
        let list = numbers.joined(separator: language("、", ", "))
        return
            "<p class=\"badge bad\">\(language("以下线索在库中的记录已损坏，无法显示：\(list)。请运行 gateway check。", "The rows of these leads are damaged and cannot be shown: \(list). Run gateway check."))</p>"
    }

    private func leadTable(_ leads: [LeadView], _ language: Language) -> HTML {
        let now = now()
        var table = DataTable(
            caption: language("最早的在前", "The oldest first"),
            columns: [
                .init(name: language("编号", "Number")), .init(name: language("登记", "Registered")),
                .init(name: language("报送单位", "Partner")), .init(name: language("机构", "Institution")),
                .init(name: language("办理情况", "State")), .init(name: language("紧急程度", "Urgency")),
            ], empty: language("没有符合条件的线索。", "No leads match."))
        table.rows = leads.map { lead in
            let number = lead.record.applicationNo
            let isUrgent = lead.urgency.map { $0 != Urgency.Level.normal.name } ?? false
            return [
                "<a class=\"mono number\" href=\"\(Section.messages.path)/\(number)\">\(number)</a>",
                lead.record.receivedAt.aged(at: now, language), partnerTag(lead.record.partnerID),
                "\(lead.institution.map(name(ofInstitution:)) ?? "–")",
                "\(lead.state.map { language.text($0.label) } ?? "–")",
                "<span class=\"badge\(isUrgent ? " warn" : "")\">\(Self.urgency(lead.urgency, language))</span>",
            ]
        }
        return table.html
    }
}
