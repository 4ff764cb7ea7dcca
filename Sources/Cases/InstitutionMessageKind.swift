import Canonical
import Messaging
import Observability
import StrictJSON
import Translation
import Triage

/// Why an institution hears of an application again.
public enum InstitutionMessageKind: String, Sendable, CaseIterable {
    case supplement, withdrawal, caseEvent, transfer, evidence, related, returned, escalation

    /// Of a lead it is said that it is one.
    func text(isLead: Bool) -> String { isLead ? "线索：" + zh : zh }

    private var zh: String {
        switch self {
        case .supplement: "来源单位补充了材料"
        case .withdrawal: "来源单位撤回转介"
        case .caseEvent: "案件有新进展"
        case .transfer: "转办信息"
        case .evidence: "数据共享取得了新的证明"
        case .related: "同一当事人或同一事项另有申请"
        case .returned: "转办被退回，仍由本机构负责"
        case .escalation: "转办未能落实，请市中心协调指定"
        }
    }
}
