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

/// What happens to a referral on its way.
public enum ReferralEvent: String, Sendable, CaseIterable {
    case sameIdSameDigest, sameIdOtherDigest, parseOk, parseFail, securityFail
    case kindIsShare, noWillNoNotice, essentialsMissing, routeUnique, routeAmbiguous
    case dispatcherChooses, deliver, signIn, notCompetent, targetReturns, senderCancels, fixedByHand, reject
    /// For what follows a referral: supplement, withdrawal, case event, transfer.
    case referralFound, referralMissing, waitExpired
}

/// The referral as a pure value: which step may follow which (domain description §3.0.1).
///
///     received ─parseOk─▶ normalized ─routeUnique─▶ routed ─deliver─▶ queued ─signIn─▶ signedIn
///         │ parseFail       │  │  │ routeAmbiguous  ▲                  │ ▲               │
///         ▼                 │  │  ▼                 │     notCompetent │ │ targetReturns │ notCompetent
///     quarantined           │  │ routingManual ─dispatcherChooses      ▼ │               ▼
///         │ reject          │  │                                    handedOver ◀─────────┘
///         ▼                 │  ├kindIsShare─▶ shared                   └─signIn (of the target)─▶ signedIn
///     returnedToSender      │  └noWillNoNotice─▶ leadOnly
///                           ├referralFound────▶ attached ◀─referralFound─┐
///                           └referralMissing──▶ parked ──────────────────┴─waitExpired─▶ quarantined
///
///     until it is signed in ─senderCancels─▶ cancelled
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
                (.referralFound, .attached), (.referralMissing, .parked),
            ]
        case .leadOnly: [(.senderCancels, .cancelled)]
        case .routingManual: [(.dispatcherChooses, .routed), (.senderCancels, .cancelled)]
        case .routed: [(.deliver, .queued), (.senderCancels, .cancelled)]
        case .queued: [(.signIn, .signedIn), (.notCompetent, .handedOver), (.senderCancels, .cancelled)]
        case .signedIn: [(.notCompetent, .handedOver)]
        case .handedOver: [(.signIn, .signedIn), (.targetReturns, .queued), (.deliver, .queued)]
        case .parked: [(.referralFound, .attached), (.waitExpired, .quarantined)]
        case .quarantined: [(.fixedByHand, .normalized), (.reject, .returnedToSender)]
        case .duplicate, .shared, .returnedToSender, .cancelled, .attached: []
        }
    }
}
