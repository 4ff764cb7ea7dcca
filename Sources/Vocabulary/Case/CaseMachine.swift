/// The institution's case, as a pure value: which step may follow which (domain description §3.0.2, §3.1). It begins
/// when an institution signs the referral in.
///
///     by application (法律援助法 41–48)
///     pendingIntake ─accept─▶ accepted ─grant─▶ granted ─assign─▶ assigned ─▶ entrusted ─▶ inProgress ─close─▶ closed ─▶ archived
///         │                     │  ▲ │ askCrossRegion             │            │            │  ▲
///         │ requestSupplement   │  │ └──▶ crossRegionChecking ──▶ └────────────┴──────┬─────┘  │ replaced, replaceDenied
///         ▼                     │  └supplemented──┐                                 ├─ replaceRequested ─▶ replacing
///     supplementRequested ──────┼─────────────────┤                                 └─ terminate, ownLawyerRetained ─▶ terminated
///     provisionallyAccepted ────┼─────────────────┘ (grant: papers still owed)                                           │
///         │ dueExpired          └─refuse─▶ refused ─objectionFiled─▶ objectionPending ◀──────────────────objectionFiled──┘
///         ▼                                                   uphold │     │ orderCorrection
///     deemedWithdrawn                               objectionUpheld ◀┘     └▶ objectionCorrected ─grant, assign─▶ …
///     any state before the decision ─withdraw─▶ withdrawn, ─transfer─▶ transferredOut, ─startAdvance─▶ advanceAid
///     advanceAid (a lawyer may be assigned, work and be replaced, 法律援助法 44) ─refuse, dueExpired, terminate─▶ …
///         └─grant─▶ granted, or as far as the lawyer's work has come: assigned, entrusted, inProgress, replacing
///     replacing ─replaceDenied─▶ as far as the work had come, ─replaced─▶ assigned, or inProgress where it had begun
///     granted ─withdraw─▶ withdrawn, ─terminate, ownLawyerRetained─▶ terminated
///
///     by notification (LAL 25, 36): no acceptance, no grant, no refusal
///     pendingIntake ─checkNotice─▶ noticeChecked ─assign─▶ assigned ─▶ entrusted ─▶ inProgress ─close─▶ closed
///         │ noticeIncomplete (the three days run on)         │ personRefuses
///         └──────▶ noticeIncomplete ─assign─▶ assigned       └▶ refusalExamined ─renotified─▶ assigned
///                                                                     └─refusalJustified─▶ terminated
///     any state before the assignment ─withdraw─▶ withdrawn, ─ownLawyerRetained─▶ terminated
///
///     help by a duty lawyer (LAL 30, 39) and consultation: neither of them
///     helpRequested ─arrangeDutyLawyer─▶ dutyLawyerArranged ─giveHelp─▶ helpGiven
///     any of the three ─apply─▶ pendingIntake, by application
///
/// Some events leave the case where it is and are told for the clocks: `marks` lists them.
public enum CaseMachine {
    /// Where a case stands when an institution has just signed it in.
    public static func start(route: AidRoute) -> CaseState {
        switch route {
        case .byApplication, .byNotification: .pendingIntake
        case .byConsultation: .helpRequested
        }
    }

    /// - Parameter work: how far the lawyer's work has come where the state does not tell it.
    /// - Returns: `nil` where the state does not allow the step.
    public static func next(
        _ state: CaseState, _ event: CaseEvent, route: AidRoute, work: LawyerWork? = nil
    ) -> CaseState? {
        steps(from: state, work, route: route).first { $0.0 == event }?.1
    }

    public static func legalEvents(in state: CaseState, route: AidRoute, work: LawyerWork? = nil) -> [CaseEvent] {
        steps(from: state, work, route: route).map(\.0)
    }

    /// How far the lawyer's work has come after a legal step, where the state then does not tell it.
    public static func work(
        after event: CaseEvent, from state: CaseState, _ work: LawyerWork?, to next: CaseState
    ) -> LawyerWork? {
        switch (state, next) {
        case (.advanceAid, .advanceAid): LawyerWork.steps(from: work).first { $0.0 == event }?.1 ?? work
        case (.advanceAid, .replacing): work?.stage
        case (.replacing, .replacing): work
        case (.assigned, .replacing): .assigned
        case (.entrusted, .replacing): .entrusted
        case (.inProgress, .replacing): .inProgress
        case (_, _): nil
        }
    }

    private typealias Steps = [(CaseEvent, CaseState)]

    private static func steps(from state: CaseState, _ lawyer: LawyerWork?, route: AidRoute) -> Steps {
        let steps =
            switch route {
            case .byApplication: application(state, lawyer)
            case .byNotification: notice(state, lawyer)
            case .byConsultation: dutyLawyer(state)
            }
        return steps.isEmpty ? [] : steps + marks(state, route: route).map { ($0, state) }
    }

    private static func application(_ state: CaseState, _ lawyer: LawyerWork?) -> Steps {
        let ends: Steps = [(.withdraw, .withdrawn), (.transfer, .transferredOut)]
        let endsOfAid: Steps = [(.terminate, .terminated), (.ownLawyerRetained, .terminated)]
        switch state {
        case .pendingIntake:
            return [
                (.accept, .accepted), (.requestSupplement, .supplementRequested),
                (.acceptProvisionally, .provisionallyAccepted), (.startAdvance, .advanceAid),
            ] + ends
        case .supplementRequested:
            return [(.supplemented, .accepted), (.dueExpired, .deemedWithdrawn), (.startAdvance, .advanceAid)] + ends
        case .provisionallyAccepted:
            return [
                (.supplemented, .accepted), (.dueExpired, .deemedWithdrawn), (.grant, .granted),
                (.startAdvance, .advanceAid),
            ] + ends
        case .accepted:
            return [
                (.grant, .granted), (.refuse, .refused), (.askCrossRegion, .crossRegionChecking),
                (.startAdvance, .advanceAid),
            ] + ends
        case .crossRegionChecking: return [(.crossRegionAnswered, .accepted)] + ends
        // A lawyer may be assigned, begin and be replaced before the decision; who then brings no papers has withdrawn.
        case .advanceAid:
            let decided: Steps = [
                (.grant, lawyer?.decided ?? .granted), (.refuse, .refused), (.dueExpired, .deemedWithdrawn),
            ]
            return decided + LawyerWork.steps(from: lawyer).map { ($0.0, .advanceAid) } + endsOfAid + ends
        case .granted: return [(.assign, .assigned), (.withdraw, .withdrawn)] + endsOfAid
        case .refused: return [(.objectionFiled, .objectionPending)]
        case .objectionCorrected: return [(.grant, .granted), (.assign, .assigned), (.withdraw, .withdrawn)]
        case .assigned, .entrusted, .inProgress, .replacing, .terminated, .closed, .objectionPending:
            return work(state, lawyer)
        case .deemedWithdrawn, .withdrawn, .transferredOut, .archived, .objectionUpheld, .noticeChecked,
            .noticeIncomplete, .refusalExamined, .helpRequested, .dutyLawyerArranged, .helpGiven:
            return []
        }
    }

    private static func notice(_ state: CaseState, _ lawyer: LawyerWork?) -> Steps {
        let ends: Steps = [(.withdraw, .withdrawn), (.ownLawyerRetained, .terminated)]
        switch state {
        case .pendingIntake:
            return [
                (.checkNotice, .noticeChecked), (.noticeIncomplete, .noticeIncomplete), (.assign, .assigned),
                (.transfer, .transferredOut),
            ] + ends
        case .noticeChecked:
            return [(.assign, .assigned), (.noticeIncomplete, .noticeIncomplete), (.transfer, .transferredOut)] + ends
        // The three days run on while the organ supplies what is missing, so assigning is possible at once.
        case .noticeIncomplete: return [(.checkNotice, .noticeChecked), (.assign, .assigned)] + ends
        case .assigned, .entrusted, .inProgress: return work(state, lawyer) + [(.personRefuses, .refusalExamined)]
        case .refusalExamined:
            return [(.refusalJustified, .terminated), (.renotified, .assigned), (.ownLawyerRetained, .terminated)]
        case .objectionCorrected: return [(.assign, .assigned)]
        case .replacing, .terminated, .closed, .objectionPending: return work(state, lawyer)
        case .supplementRequested, .provisionallyAccepted, .accepted, .crossRegionChecking, .advanceAid, .granted,
            .refused, .deemedWithdrawn, .withdrawn, .transferredOut, .archived, .objectionUpheld, .helpRequested,
            .dutyLawyerArranged, .helpGiven:
            return []
        }
    }

    /// From the assignment on both routes are one. Telling the signing of the agreement and the beginning of the work is
    /// optional (status 13), so a case may be closed, and another lawyer asked for, without them.
    private static func work(_ state: CaseState, _ lawyer: LawyerWork?) -> Steps {
        let ends: Steps = [(.close, .closed), (.terminate, .terminated), (.ownLawyerRetained, .terminated)]
        switch state {
        case .assigned:
            return [(.agreementSigned, .entrusted), (.workStarted, .inProgress), (.replaceRequested, .replacing)] + ends
        case .entrusted: return [(.workStarted, .inProgress), (.replaceRequested, .replacing)] + ends
        // A lawyer who takes another's place signs an agreement of his own.
        case .inProgress: return [(.replaceRequested, .replacing), (.agreementSigned, .inProgress)] + ends
        // What another lawyer has not begun yet begins with the assignment; a lawyer who stays goes on.
        case .replacing:
            return [
                (.replaced, lawyer?.replaced.decided ?? .inProgress),
                (.replaceDenied, lawyer?.stage.decided ?? .inProgress), (.terminate, .terminated),
                (.ownLawyerRetained, .terminated),
            ]
        case .closed: return [(.archive, .archived)]
        case .terminated: return [(.objectionFiled, .objectionPending)]
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
        case .helpRequested:
            [
                (.arrangeDutyLawyer, .dutyLawyerArranged), (.apply, .pendingIntake), (.withdraw, .withdrawn),
                (.transfer, .transferredOut),
            ]
        case .dutyLawyerArranged: [(.giveHelp, .helpGiven), (.apply, .pendingIntake), (.withdraw, .withdrawn)]
        case .helpGiven: [(.apply, .pendingIntake)]
        case .pendingIntake, .supplementRequested, .provisionallyAccepted, .accepted, .crossRegionChecking,
            .advanceAid, .granted, .refused, .deemedWithdrawn, .withdrawn, .transferredOut, .noticeChecked,
            .noticeIncomplete, .refusalExamined, .assigned, .entrusted, .inProgress, .replacing, .terminated, .closed,
            .archived, .objectionPending, .objectionUpheld, .objectionCorrected:
            []
        }
    }

    /// What is told for the clocks alone, where there is something to tell of it.
    private static func marks(_ state: CaseState, route: AidRoute) -> [CaseEvent] {
        switch state {
        case .pendingIntake, .accepted, .supplementRequested, .provisionallyAccepted, .crossRegionChecking,
            .noticeChecked, .noticeIncomplete:
            [.claimFiled]
        // Papers may still be owed after a grant that did not wait for them.
        case .granted: [.claimFiled, .papersComplete]
        case .advanceAid: [.claimFiled, .papersComplete, .papersFiledWithCourt]
        case .assigned, .entrusted, .inProgress, .replacing:
            [.claimFiled, .papersFiledWithCourt] + (route == .byApplication ? [.papersComplete] : [])
        case .refused: [.decisionServed]
        case .terminated, .objectionPending: [.terminationServed]
        case .closed: [.closingPapersReceived, .closingPapersReviewed]
        case .refusalExamined, .deemedWithdrawn, .withdrawn, .transferredOut, .archived, .objectionUpheld,
            .objectionCorrected, .helpRequested, .dutyLawyerArranged, .helpGiven:
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
