/// Where a referral stands on its technical way through the gateway. The institution's case is `CaseState`.
public enum ReferralState: String, Sendable, CaseIterable {
    /// The bytes are stored.
    case received
    /// A person must look: not parseable, unsafe, unknown sender or contradictory.
    case quarantined
    case duplicate
    case normalized
    /// No will of the person and no statutory notice: no clock runs.
    case leadOnly
    /// A status share, kept for look-ups; no application.
    case shared
    case routed
    case routingManual
    /// In the institution's queue.
    case queued
    /// A person at the institution took it; its case begins.
    case signedIn
    /// Returned for a technical reason, never a legal refusal.
    case returnedToSender
    /// On the way to another institution; the first contact stays responsible until that one signs in.
    case handedOver
    case cancelled
    /// About a referral that is not here yet: it waits for that one.
    case parked
    /// About a referral that is here: it became part of that one.
    case attached

    public var zh: String {
        switch self {
        case .received: "已接收"
        case .quarantined: "待人工处理"
        case .duplicate: "重复报文"
        case .normalized: "已转换"
        case .leadOnly: "线索"
        case .shared: "信息共享"
        case .routed: "已分派"
        case .routingManual: "待人工分派"
        case .queued: "待机构签收"
        case .signedIn: "已签收"
        case .returnedToSender: "退回"
        case .handedOver: "已转办"
        case .cancelled: "撤销"
        case .parked: "待匹配转介"
        case .attached: "已并入原转介"
        }
    }
}
