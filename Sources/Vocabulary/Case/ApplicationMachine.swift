/// The life of an application as a pure value: which event may follow which, and what must be done then (domain
/// description §3.0, §3.5). The institution's own case is the part that `CaseMachine` holds.
///
///     leadOnly      ──answerLead──▶ leadOnly (contacted, declined, passed on), signedIn (consented), ──personApplies──▶ queued
///                   ──senderCancels──▶ cancelled
///     routingManual ──chooseQueue──▶ queued, ──returnToSender──▶ returnedToSender, ──senderCancels──▶ cancelled
///     queued        ──signIn──▶ signedIn, ──proposeHandover, handOutside──▶ handedOver, ──senderCancels──▶ cancelled
///     signedIn      ──report──▶ signedIn, ──proposeHandover, handOutside──▶ handedOver
///     handedOver    ──targetSignsIn, outsideSignsIn──▶ signedIn, ──targetReturns, handoverTimeout──▶ queued
///                   ──senderCancels──▶ cancelled, where nobody has signed it in yet
///
/// Beside it, who is responsible. At every moment that is exactly one institution, and it changes only where the target
/// signs in or the city centre assigns:
///
///     collected ─proposeHandover, handOutside─▶ proposed ─targetSignsIn─▶ handedOver, ─outsideSignsIn─▶ external
///        ▲                                        │  │ handoverTimeout, or returned too often
///        └──────────────targetReturns─────────────┘  ▼
///                                                 escalated ─cityAssigns─▶ handedOver
public enum ApplicationMachine {
    /// As many returns as end with the first contact; the city centre decides then.
    public static let maxReturns = 2

    /// An event that the standing does not allow.
    public struct Refusal: Error, Sendable, Hashable {
        public let standing: ApplicationStanding
        public let event: ApplicationEvent
        /// The steps of the case that are legal now.
        public let legal: [CaseEvent]
    }

    public struct Transition: Sendable, Hashable {
        public var standing: ApplicationStanding
        public var effects: [ApplicationEffect]
        /// Which case machine runs from now on, where that changes.
        public var route: AidRoute?
    }

    /// - Parameter route: which case machine runs.
    public static func transition(
        from standing: ApplicationStanding, on event: ApplicationEvent, route: AidRoute
    ) throws(Refusal) -> Transition {
        let next: Transition? =
            switch event {
            case .chooseQueue: standing.chooseQueue
            case .returnToSender: standing.returnToSender
            case .senderCancels: standing.senderCancels
            case .signIn: standing.signIn(route)
            case .report(let step): standing.report(step, route)
            case .proposeHandover: standing.proposeHandover(route)
            case .targetSignsIn: standing.targetSignsIn(route)
            case .targetReturns: standing.targetReturns
            case .handoverTimeout: standing.handoverTimeout
            case .cityAssigns: standing.cityAssigns
            case .handOutside: standing.handOutside(route)
            case .outsideSignsIn: standing.outsideSignsIn
            case .personApplies: standing.personApplies
            case .answerLead(let answer): standing.answerLead(answer, route)
            }
        guard let next else {
            throw Refusal(standing: standing, event: event, legal: standing.legalSteps(route: route))
        }
        return next
    }
}

extension ApplicationStanding {
    fileprivate typealias Transition = ApplicationMachine.Transition

    private func becoming(
        _ effects: [ApplicationEffect] = [], _ change: (inout ApplicationStanding) -> Void
    ) -> Transition {
        var next = self
        change(&next)
        return Transition(standing: next, effects: effects)
    }

    fileprivate var chooseQueue: Transition? {
        guard referral == .routingManual else { return nil }
        return becoming { $0.referral = .queued }
    }

    fileprivate var returnToSender: Transition? {
        guard referral == .routingManual else { return nil }
        return becoming([.endClocks]) { $0.referral = .returnedToSender }
    }

    /// Before the sign-in the referral is cancelled, even while another institution is asked to take it.
    fileprivate var senderCancels: Transition? {
        guard caseState == nil, ![.signedIn, .returnedToSender, .cancelled].contains(referral), lead != .declined else {
            return nil
        }
        let isProposed = handover == .proposed
        let told: [ApplicationEffect] =
            isProposed ? [.tellTargetOfWithdrawal] : lead == .contacted ? [.tellResponsibleOfWithdrawal] : []
        return becoming([.endMessage, .endClocks] + told) {
            $0.referral = .cancelled
            if isProposed { $0.handover = .collected }
        }
    }

    /// The person's will makes it an application of the institution that recorded it: it is signed in by that.
    fileprivate func answerLead(_ answer: LeadAnswer, _ route: AidRoute) -> Transition? {
        guard referral == .leadOnly, lead?.isOpen ?? false else { return nil }
        switch answer {
        case .contacted: return becoming([.tellSender(.leadRegistered)]) { $0.lead = .contacted }
        case .declined: return becoming([.endMessage, .tellSender(.leadRegistered)]) { $0.lead = .declined }
        case .passedOn:
            return becoming([.sendMessage, .tellSender(.leadRegistered)]) { $0.lead = .registered }
        case .consented:
            return becoming([.endMessage, .tellSender(.signedIn)]) {
                $0.referral = .signedIn
                $0.lead = .applied
                $0.caseState = CaseMachine.start(route: route)
            }
        }
    }

    /// From then on it is an application that somebody must sign in.
    fileprivate var personApplies: Transition? {
        guard referral == .leadOnly, lead?.isOpen ?? false else { return nil }
        return becoming([.sendMessage]) {
            $0.referral = .queued
            $0.lead = .applied
        }
    }

    /// After a hand-over that came back the case goes on where it was, and the sender knows already.
    fileprivate func signIn(_ route: AidRoute) -> Transition? {
        guard referral == .queued else { return nil }
        return becoming(caseState == nil ? [.tellSender(.signedIn)] : []) {
            $0.referral = .signedIn
            $0.caseState = $0.caseState ?? CaseMachine.start(route: route)
        }
    }

    /// A transfer changes who is responsible, which is no step of the case alone.
    fileprivate func report(_ step: CaseEvent, _ route: AidRoute) -> Transition? {
        guard referral == .signedIn, step != .transfer, let caseState,
            let next = state(after: step, route: route)
        else { return nil }
        let ends: [ApplicationEffect] = next.isOver && next != .closed ? [.endClocks] : []
        let told = step.status.map { [ApplicationEffect.tellSender($0)] } ?? []
        var transition = becoming([.moveClocks(.step(step))] + told + ends) {
            $0.caseState = next
            $0.work = CaseMachine.work(after: step, from: caseState, work, to: next)
        }
        if step == .apply { transition.route = .byApplication }
        return transition
    }

    /// Until the decision; a case that has begun must be in a state that its machine lets go.
    private func isTransferable(_ route: AidRoute) -> Bool {
        caseState == nil || legalSteps(route: route).contains(.transfer)
    }

    fileprivate func proposeHandover(_ route: AidRoute) -> Transition? {
        guard [.queued, .signedIn].contains(referral), [.collected, .handedOver].contains(handover),
            isTransferable(route)
        else { return nil }
        return becoming([.sendMessage, .moveClocks(.firstContact)]) {
            $0.referral = .handedOver
            $0.handover = .proposed
        }
    }

    /// The first institution's case ends as transferred; what begins is the case of the one that took it over.
    fileprivate func targetSignsIn(_ route: AidRoute) -> Transition? {
        guard referral == .handedOver, handover == .proposed else { return nil }
        return becoming([.tellSender(.transferred), .moveClocks(.targetSignedIn)]) {
            $0.referral = .signedIn
            $0.handover = .handedOver
            $0.caseState = CaseMachine.start(route: route)
            $0.work = nil
        }
    }

    fileprivate var targetReturns: Transition? {
        guard referral == .handedOver, handover == .proposed else { return nil }
        let isTooOften = returns + 1 >= ApplicationMachine.maxReturns
        return becoming([.sendMessage, .tellResponsibleOfReturn] + (isTooOften ? [.tellCityCentre] : [])) {
            $0.referral = .queued
            $0.handover = isTooOften ? .escalated : .collected
            $0.returns += 1
        }
    }

    fileprivate var handoverTimeout: Transition? {
        guard referral == .handedOver, handover == .proposed else { return nil }
        return becoming([.sendMessage, .tellCityCentre]) {
            $0.referral = .queued
            $0.handover = .escalated
        }
    }

    /// That binds, wherever the case stands by then.
    fileprivate var cityAssigns: Transition? {
        guard handover == .escalated, !isOver else { return nil }
        return becoming([.sendMessage, .tellSender(.transferred), .moveClocks(.targetSignedIn)]) {
            $0.referral = .queued
            $0.handover = .handedOver
        }
    }

    fileprivate func handOutside(_ route: AidRoute) -> Transition? {
        guard [.queued, .signedIn].contains(referral), [.collected, .handedOver].contains(handover),
            isTransferable(route)
        else { return nil }
        // The limits run on: nobody else owes anything yet.
        return becoming([.endMessage]) {
            $0.referral = .handedOver
            $0.handover = .proposed
        }
    }

    fileprivate var outsideSignsIn: Transition? {
        guard referral == .handedOver, handover == .proposed else { return nil }
        return becoming([.endClocks, .tellSender(.transferred)]) {
            $0.referral = .signedIn
            $0.handover = .external
            $0.caseState = .transferredOut
            $0.work = nil
        }
    }
}
