import Messaging
import Operations
import Transport
import Vocabulary

/// What went to and fro with a partner, day by day (对账).
extension WebConsole {
    /// Days on one page.
    private static let shownDays = 31

    static func reconciliationAddress(_ partner: String) -> String {
        "\(Section.partners.path)/reconciliation?partner=\(partner.urlEscaped)"
    }

    func reconciliationPage(_ scene: Scene) async throws -> Page {
        let language = scene.language
        let partner = scene.asked("partner") ?? ""
        _ = try services.endpoints.partner(partner)
        var table = DataTable(
            caption: language(
                "收到 = 接收 + 待定 + 退回；状态按产生之日", "received = accepted + pending + refused; statuses by their day"),
            columns: [
                .init(name: language("日期", "Day")), .init(name: language("收到", "Received"), isNumber: true),
                .init(name: language("接收", "Accepted"), isNumber: true),
                .init(name: language("待定", "Pending"), isNumber: true),
                .init(name: language("退回", "Refused"), isNumber: true),
                .init(name: language("已告知", "Told"), isNumber: true),
                .init(name: language("未确认", "Unconfirmed"), isNumber: true),
            ], empty: "")
        table.rows = try await services.reconciliation.figures(of: partner, days: Self.shownDays).map { day in
            [
                "\(day.day.iso)", "\(day.received)", "\(day.accepted)", "\(day.pending)", "\(day.refused)",
                "\(day.told)", "\(day.unconfirmed)",
            ]
        }
        return Page(
            title: language("对账", "Reconciliation"), section: .partners,
            body: """
                <p><a href="\(Section.partners.path)">\(Section.partners.title(language))</a> \(partnerTag(partner))</p>\(table.html)
                <p class="faint">\(language("与报送单位自己的清单核对：gateway reconcile 单位 --day 日期 --list 文件，或由其自行 POST /v1/reconciliation。", "To hold a partner's own list against this: gateway reconcile ID --day DAY --list FILE, or the partner's own POST /v1/reconciliation."))</p>
                """)
    }
}
