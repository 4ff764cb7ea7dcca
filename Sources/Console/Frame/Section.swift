import Transport
import Vocabulary

/// The console's sections, in the order of its navigation.
enum Section: String, Sendable, CaseIterable {
    case overview, deadLetters, clocks, leads, queues, partners, parked, alerts, messages, reports, mappings, drift,
        rules
    case audit, accounts

    var path: String {
        switch self {
        case .overview: "/console/"
        case .deadLetters: "/console/dead-letters"
        case .clocks: "/console/clocks"
        case .leads: "/console/leads"
        case .queues: "/console/queues"
        case .partners: "/console/partners"
        case .parked: "/console/parked"
        case .alerts: "/console/alerts"
        case .messages: "/console/messages"
        case .reports: "/console/reports"
        case .mappings: "/console/mappings"
        case .drift: "/console/drift"
        case .rules: "/console/rules"
        case .audit: "/console/audit"
        case .accounts: "/console/accounts"
        }
    }

    func title(_ language: Language) -> String {
        switch self {
        case .overview: language("总览", "Overview")
        case .deadLetters: language("异常报文", "Dead letters")
        case .clocks: language("时限", "Time limits")
        case .leads: language("线索台账", "Leads")
        case .queues: language("队列", "Queues")
        case .partners: language("报送单位", "Partners")
        case .parked: language("暂存报文", "Parked")
        case .alerts: language("告警", "Alerts")
        case .messages: language("报文查询", "Messages")
        case .reports: language("月报", "Reports")
        case .mappings: language("映射", "Mappings")
        case .drift: language("格式变动", "Drift")
        case .rules: language("规则", "Rules")
        case .audit: language("审计", "Audit")
        case .accounts: language("用户", "Accounts")
        }
    }

    /// Who has not the right is not shown the way.
    var right: OperatorRight {
        switch self {
        case .overview, .deadLetters, .clocks, .leads, .queues, .partners, .parked, .alerts, .messages, .reports,
            .mappings, .drift, .rules:
            .look
        case .audit: .audit
        case .accounts: .administer
        }
    }
}
