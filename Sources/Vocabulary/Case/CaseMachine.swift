/// The institution's case, as a pure value: which step may follow which (domain description §3.0.2, §3.1). It begins
/// when an institution signs the referral in.
///
///     by application (法律援助法 41–48)
///     pendingIntake ─accept─▶ accepted ─grant─▶ granted ─assign─▶ assigned ─▶ entrusted ─▶ inProgress ─close─▶ closed ─▶ archived
///         │                     │  ▲ │ askCrossRegion                    │        │        ▲  │ replaceRequested
///         │ requestSupplement   │  │ └──▶ crossRegionChecking ──▶        └────────┴terminate▼  ▼
///         ▼                     │  └supplemented──┐                              terminated replacing
///     supplementRequested ──────┼─────────────────┤                                 │
///     provisionallyAccepted ────┼─────────────────┘ (grant: papers still owed)       │objectionFiled
///         │ dueExpired          └─refuse─▶ refused ─objectionFiled─▶ objectionPending ◀┘
///         ▼                                                   uphold │     │ orderCorrection
///     deemedWithdrawn                               objectionUpheld ◀┘     └▶ objectionCorrected ─grant, assign─▶ …
///     any state before the decision ─withdraw─▶ withdrawn, ─transfer─▶ transferredOut; startAdvance ─▶ advanceAid
///
///     by notification (LAL 25, 36): no acceptance, no grant, no refusal
///     pendingIntake ─checkNotice─▶ noticeChecked ─assign─▶ assigned ─▶ entrusted ─▶ inProgress ─close─▶ closed
///         │ noticeIncomplete (the three days run on)         │ personRefuses
///         └──────▶ noticeIncomplete ─assign─▶ assigned       └▶ refusalExamined ─renotified─▶ assigned
///                                                                     └─refusalJustified─▶ terminated
///
///     help by a duty lawyer (LAL 30, 39): neither of them
///     helpRequested ─arrangeDutyLawyer─▶ dutyLawyerArranged ─giveHelp─▶ helpGiven
public enum CaseMachine {
    /// Where a case stands when an institution has just signed it in.
    public static func start(route: AidRoute) -> CaseState {
        switch route {
        case .byApplication, .byNotification: .pendingIntake
        case .byConsultation: .helpRequested
        }
    }

    /// - Returns: `nil` where the state does not allow the step.
    public static func next(_ state: CaseState, _ event: CaseEvent, route: AidRoute) -> CaseState? {
        steps(from: state, route: route).first { $0.0 == event }?.1
    }

    public static func legalEvents(in state: CaseState, route: AidRoute) -> [CaseEvent] {
        steps(from: state, route: route).map(\.0)
    }

    private typealias Steps = [(CaseEvent, CaseState)]

    private static func steps(from state: CaseState, route: AidRoute) -> Steps {
        switch route {
        case .byApplication: application(state)
        case .byNotification: notice(state)
        case .byConsultation: dutyLawyer(state)
        }
    }

    private static func application(_ state: CaseState) -> Steps {
        let ends: Steps = [(.withdraw, .withdrawn), (.transfer, .transferredOut)]
        switch state {
        case .pendingIntake:
            return [
                (.accept, .accepted), (.requestSupplement, .supplementRequested),
                (.acceptProvisionally, .provisionallyAccepted), (.startAdvance, .advanceAid),
            ] + ends
        case .supplementRequested:
            return [(.supplemented, .accepted), (.dueExpired, .deemedWithdrawn)] + ends
        case .provisionallyAccepted:
            return [(.supplemented, .accepted), (.dueExpired, .deemedWithdrawn), (.grant, .granted)] + ends
        case .accepted:
            return [
                (.grant, .granted), (.refuse, .refused), (.askCrossRegion, .crossRegionChecking),
                (.startAdvance, .advanceAid),
            ] + ends
        case .crossRegionChecking: return [(.crossRegionAnswered, .accepted)] + ends
        case .advanceAid: return [(.grant, .granted), (.refuse, .refused)] + ends
        case .granted: return [(.assign, .assigned)]
        case .refused: return [(.objectionFiled, .objectionPending)]
        case .objectionCorrected: return [(.grant, .granted), (.assign, .assigned)]
        case .assigned, .entrusted, .inProgress, .replacing, .terminated, .closed, .objectionPending:
            return work(state)
        case .deemedWithdrawn, .withdrawn, .transferredOut, .archived, .objectionUpheld, .noticeChecked,
            .noticeIncomplete, .refusalExamined, .helpRequested, .dutyLawyerArranged, .helpGiven:
            return []
        }
    }

    private static func notice(_ state: CaseState) -> Steps {
        switch state {
        case .pendingIntake:
            return [
                (.checkNotice, .noticeChecked), (.noticeIncomplete, .noticeIncomplete), (.assign, .assigned),
                (.transfer, .transferredOut),
            ]
        case .noticeChecked:
            return [(.assign, .assigned), (.noticeIncomplete, .noticeIncomplete), (.transfer, .transferredOut)]
        // The three days run on while the organ supplies what is missing, so assigning is possible at once.
        case .noticeIncomplete: return [(.checkNotice, .noticeChecked), (.assign, .assigned)]
        case .assigned, .entrusted, .inProgress:
            return work(state) + [(.personRefuses, .refusalExamined), (.ownLawyerRetained, .terminated)]
        case .refusalExamined: return [(.refusalJustified, .terminated), (.renotified, .assigned)]
        case .objectionCorrected: return [(.assign, .assigned)]
        case .replacing, .terminated, .closed, .objectionPending: return work(state)
        case .supplementRequested, .provisionallyAccepted, .accepted, .crossRegionChecking, .advanceAid, .granted,
            .refused, .deemedWithdrawn, .withdrawn, .transferredOut, .archived, .objectionUpheld, .helpRequested,
            .dutyLawyerArranged, .helpGiven:
            return []
        }
    }

    /// From the assignment on both routes are one. Telling the signing of the agreement and the beginning of the work is
    /// optional (status 13), so a case may be closed without them.
    private static func work(_ state: CaseState) -> Steps {
        let ends: Steps = [(.close, .closed), (.terminate, .terminated)]
        switch state {
        case .assigned:
            return [(.agreementSigned, .entrusted), (.workStarted, .inProgress), (.papersFiledWithCourt, .assigned)]
                + ends
        case .entrusted: return [(.workStarted, .inProgress), (.papersFiledWithCourt, .entrusted)] + ends
        case .inProgress: return [(.replaceRequested, .replacing), (.papersFiledWithCourt, .inProgress)] + ends
        case .replacing: return [(.replaced, .inProgress), (.replaceDenied, .inProgress)]
        case .closed:
            return [(.closingPapersReceived, .closed), (.closingPapersReviewed, .closed), (.archive, .archived)]
        case .terminated: return [(.terminationServed, .terminated), (.objectionFiled, .objectionPending)]
        case .objectionPending: return [(.uphold, .objectionUpheld), (.orderCorrection, .objectionCorrected)]
        case .pendingIntake, .supplementRequested, .provisionallyAccepted, .accepted, .crossRegionChecking,
            .advanceAid, .granted, .refused, .deemedWithdrawn, .withdrawn, .transferredOut, .noticeChecked,
            .noticeIncomplete, .refusalExamined, .archived, .objectionUpheld, .objectionCorrected, .helpRequested,
            .dutyLawyerArranged, .helpGiven:
            return []
        }
    }

    private static func dutyLawyer(_ state: CaseState) -> Steps {
        switch state {
        case .helpRequested: [(.arrangeDutyLawyer, .dutyLawyerArranged), (.transfer, .transferredOut)]
        case .dutyLawyerArranged: [(.giveHelp, .helpGiven)]
        case .pendingIntake, .supplementRequested, .provisionallyAccepted, .accepted, .crossRegionChecking,
            .advanceAid, .granted, .refused, .deemedWithdrawn, .withdrawn, .transferredOut, .noticeChecked,
            .noticeIncomplete, .refusalExamined, .assigned, .entrusted, .inProgress, .replacing, .terminated, .closed,
            .archived, .objectionPending, .objectionUpheld, .objectionCorrected, .helpGiven:
            []
        }
    }
}

extension CaseState {
    /// Nothing can happen to the case any more, or only its filing away.
    public var isOver: Bool {
        switch self {
        case .deemedWithdrawn, .withdrawn, .transferredOut, .closed, .archived, .objectionUpheld, .helpGiven: true
        case .pendingIntake, .supplementRequested, .provisionallyAccepted, .accepted, .crossRegionChecking,
            .advanceAid, .granted, .refused, .noticeChecked, .noticeIncomplete, .refusalExamined, .assigned,
            .entrusted, .inProgress, .replacing, .terminated, .objectionPending, .objectionCorrected, .helpRequested,
            .dutyLawyerArranged:
            false
        }
    }
}
