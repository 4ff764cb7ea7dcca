/// Where an application stands: with the gateway, with the institution, between institutions.
public struct ApplicationStanding: Sendable, Hashable {
    public var referral: ReferralState
    /// Nothing before an institution has signed it in.
    public var caseState: CaseState?
    public var handover: HandoverState
    /// How often an institution that was asked has sent it back.
    public var returns: Int

    public init(
        referral: ReferralState, caseState: CaseState? = nil, handover: HandoverState = .collected, returns: Int = 0
    ) {
        self.referral = referral
        self.caseState = caseState
        self.handover = handover
        self.returns = returns
    }

    /// Nothing that comes can change anything for the person any more.
    public var isOver: Bool {
        switch referral {
        case .cancelled, .returnedToSender: true
        case .leadOnly, .routingManual, .queued, .signedIn, .handedOver: caseState?.isOver ?? false
        }
    }
}
