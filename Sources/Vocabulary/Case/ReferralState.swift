/// Where an application stands on its technical way through the gateway. The institution's case is `CaseState`.
public enum ReferralState: String, Sendable, CaseIterable {
    /// No will of the person and no statutory notice: no clock runs.
    case leadOnly
    /// No rule, or several, gave an institution: a dispatcher chooses.
    case routingManual
    /// In the institution's queue.
    case queued
    /// A person at the institution took it; its case begins.
    case signedIn
    /// On the way to another institution; the first contact stays responsible until that one signs in.
    case handedOver
    /// A dispatcher returned it for a technical reason, never a legal refusal.
    case returnedToSender
    /// The sender took it back before it was signed in.
    case cancelled

    /// Whether an application may still come to a lawyer by it.
    public var isUnderWay: Bool {
        switch self {
        case .routingManual, .queued, .signedIn, .handedOver: true
        case .leadOnly, .returnedToSender, .cancelled: false
        }
    }

    public var zh: String {
        switch self {
        case .leadOnly: "线索"
        case .routingManual: "待人工分派"
        case .queued: "待机构签收"
        case .signedIn: "已签收"
        case .handedOver: "已转办"
        case .returnedToSender: "退回"
        case .cancelled: "撤销"
        }
    }
}
