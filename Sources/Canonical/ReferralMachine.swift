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
        }
    }
}

/// What happens to a referral on its way.
public enum ReferralEvent: String, Sendable, CaseIterable {
    case sameIdSameDigest, sameIdOtherDigest, parseOk, parseFail, securityFail
    case kindIsShare, noWillNoNotice, essentialsMissing, routeUnique, routeAmbiguous
    case dispatcherChooses, deliver, signIn, notCompetent, senderCancels, fixedByHand, reject
}

/// The referral as a pure value: which step may follow which.
///
///     received ─parseOk─▶ normalized ─routeUnique─▶ routed ─deliver─▶ queued ─signIn─▶ signedIn
///         │ parseFail          │ routeAmbiguous        ▲                │ ▲
///         ▼                    ▼                       │   notCompetent │ │ deliver
///     quarantined        routingManual ─dispatcherChooses               ▼ │
///                                                                     handedOver
public enum ReferralMachine {
    /// A step that the state does not allow, with those it does.
    public struct IllegalTransition: Error, Sendable, Hashable {
        public let state: ReferralState
        public let event: ReferralEvent
        public let legal: [ReferralEvent]
    }

    public static func next(
        _ state: ReferralState, _ event: ReferralEvent
    ) throws(IllegalTransition) -> ReferralState {
        guard let next = steps(from: state).first(where: { $0.0 == event })?.1 else {
            throw IllegalTransition(state: state, event: event, legal: legalEvents(in: state))
        }
        return next
    }

    public static func legalEvents(in state: ReferralState) -> [ReferralEvent] { steps(from: state).map(\.0) }

    private static func steps(from state: ReferralState) -> [(ReferralEvent, ReferralState)] {
        switch state {
        case .received:
            [
                (.sameIdSameDigest, .duplicate), (.sameIdOtherDigest, .quarantined), (.parseOk, .normalized),
                (.parseFail, .quarantined), (.securityFail, .quarantined),
            ]
        case .normalized:
            [
                (.kindIsShare, .shared), (.noWillNoNotice, .leadOnly), (.routeUnique, .routed),
                (.routeAmbiguous, .routingManual), (.essentialsMissing, .routingManual),
            ]
        case .routingManual: [(.dispatcherChooses, .routed)]
        case .routed: [(.deliver, .queued), (.senderCancels, .cancelled)]
        case .queued: [(.signIn, .signedIn), (.notCompetent, .handedOver), (.senderCancels, .cancelled)]
        case .handedOver: [(.deliver, .queued)]
        case .quarantined: [(.fixedByHand, .normalized), (.reject, .returnedToSender)]
        case .duplicate, .leadOnly, .shared, .signedIn, .returnedToSender, .cancelled: []
        }
    }
}
