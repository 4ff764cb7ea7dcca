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
