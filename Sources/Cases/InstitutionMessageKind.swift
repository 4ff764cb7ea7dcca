import Canonical
import Messaging
import Observability
import StrictJSON
import Translation
import Triage

/// Why an institution is told of an application: the `reason` of a lease. `config/institutions.md` says what comes with
/// each.
public enum InstitutionMessageKind: String, Sendable, CaseIterable {
    /// The application itself, to be signed in.
    case new
    /// The same, handed over or assigned by another institution.
    case handover
    case supplement, withdrawal, caseEvent, transfer, evidence, related, returned, escalation, correction
    /// A calendar or a rule came into force, and limits moved by it.
    case limits

    /// Of a lead it is said that it is one.
    func text(isLead: Bool) -> String { isLead ? "线索：" + zh : zh }

    private var zh: String {
        switch self {
        case .new: "新的申请，请签收"
        case .handover: "其他机构转来的申请，请签收或退回"
        case .supplement: "报送单位补充了材料"
        case .withdrawal: "报送单位撤回转介"
        case .caseEvent: "案件有新进展"
        case .transfer: "转办信息"
        case .evidence: "数据共享取得了新的证明"
        case .related: "同一当事人或同一事项另有申请"
        case .returned: "转办被退回，仍由本机构负责"
        case .escalation: "转办未能落实，请市中心协调指定"
        case .correction: "应当事人请求更正了申请内容"
        case .limits: "放假安排或规则生效，时限已重新计算"
        }
    }

    /// Whether whoever is told may not know the application yet, and therefore gets all of it.
    var bringsWhole: Bool {
        switch self {
        case .new, .handover, .escalation: true
        case .supplement, .withdrawal, .caseEvent, .transfer, .evidence, .related, .returned, .correction, .limits:
            false
        }
    }

    /// The reason of a message on an institution's queue.
    ///
    /// - Parameter content: what the message carries: an application, or a notice about one.
    public static func reason(of content: JSONValue, to institution: String) -> InstitutionMessageKind {
        if let told = content.at("notice.kind")?.string.flatMap(Self.init(rawValue:)) { return told }
        return content["transferChain"]?.array?.last?["to"]?.string == institution ? .handover : .new
    }
}
