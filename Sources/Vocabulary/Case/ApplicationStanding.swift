/// Where an application stands: with the gateway, with the institution, between institutions.
public struct ApplicationStanding: Sendable, Hashable {
    public var referral: ReferralState
    /// Nothing before an institution has signed it in.
    public var caseState: CaseState?
    public var handover: HandoverState
    /// How often an institution that was asked has sent it back.
    public var returns: Int
    /// What has become of it as a lead; nothing where it never was one.
    public var lead: LeadState?
    /// How far the lawyer's work has come where the state of the case does not tell it.
    public var work: LawyerWork?

    public init(
        referral: ReferralState, caseState: CaseState? = nil, handover: HandoverState = .collected, returns: Int = 0,
        lead: LeadState? = nil, work: LawyerWork? = nil
    ) {
        self.referral = referral
        self.caseState = caseState
        self.handover = handover
        self.returns = returns
        self.lead = lead
        self.work = work
    }

    /// Where the case stands after a step of it.
    ///
    /// - Returns: nothing where that is not legal, or nobody has signed it in.
    public func state(after step: CaseEvent, route: AidRoute) -> CaseState? {
        caseState.flatMap { CaseMachine.next($0, step, route: route, work: work) }
    }

    /// The steps of the case that are legal now.
    public func legalSteps(route: AidRoute) -> [CaseEvent] {
        caseState.map { CaseMachine.legalEvents(in: $0, route: route, work: work) } ?? []
    }

    /// A lead is no application, however it ended, until the person wants one.
    public var isLead: Bool { lead.map { $0 != .applied } ?? false }

    /// Nothing that comes can change anything for the person any more.
    public var isOver: Bool {
        switch referral {
        case .cancelled, .returnedToSender: true
        case .leadOnly: !(lead?.isOpen ?? true)
        case .routingManual, .queued, .signedIn, .handedOver: caseState?.isOver ?? false
        }
    }
}
