/// The institution's case, as a pure value: which step may follow which.
///
///     by application
///     pendingIntake ─accept─▶ accepted ─grant─▶ granted ─assign─▶ assigned ─▶ entrusted ─▶ inProgress ─close─▶ closed
///         │ requestSupplement / acceptProvisionally     └─refuse─▶ refused ─objectionFiled─▶ objectionPending
///
///     by notification: no acceptance, no grant, no refusal
///     pendingIntake ─checkNotice─▶ noticeChecked ─assign─▶ assigned ─▶ …
public enum CaseMachine {
    /// A step that the state does not allow, with those it does.
    public struct IllegalTransition: Error, Sendable, Hashable {
        public let state: CaseState
        public let event: CaseEvent
        public let legal: [CaseEvent]
    }

    public static func next(
        _ state: CaseState, _ event: CaseEvent, road: AidRoute
    ) throws(IllegalTransition) -> CaseState {
        guard let next = steps(from: state, road: road).first(where: { $0.0 == event })?.1 else {
            throw IllegalTransition(state: state, event: event, legal: legalEvents(in: state, road: road))
        }
        return next
    }

    public static func legalEvents(in state: CaseState, road: AidRoute) -> [CaseEvent] {
        steps(from: state, road: road).map(\.0)
    }

    private static func steps(from state: CaseState, road: AidRoute) -> [(CaseEvent, CaseState)] {
        let isNotice = road == .byNotification
        let ends: [(CaseEvent, CaseState)] = [(.withdraw, .withdrawn), (.transfer, .transferredOut)]
        let work: [(CaseEvent, CaseState)] =
            [(.terminate, .terminated), (.ownLawyerRetained, .terminated)]
            + (isNotice ? [(.personRefuses, .refusalExamined)] : [])
        switch state {
        case .pendingIntake:
            if isNotice {
                return [
                    (.checkNotice, .noticeChecked), (.noticeIncomplete, .noticeIncomplete), (.assign, .assigned),
                    (.transfer, .transferredOut),
                ]
            }
            return [
                (.accept, .accepted), (.requestSupplement, .supplementRequested),
                (.acceptProvisionally, .provisionallyAccepted), (.startAdvance, .advanceAid),
            ] + ends
        case .noticeChecked:
            return [(.assign, .assigned), (.noticeIncomplete, .noticeIncomplete), (.transfer, .transferredOut)]
        // The three days run on while the organ supplies what is missing, so assigning is possible at once.
        case .noticeIncomplete: return [(.checkNotice, .noticeChecked), (.assign, .assigned)]
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
        case .assigned:
            return [(.agreementSigned, .entrusted), (.workStarted, .inProgress), (.close, .closed)] + work
        case .entrusted: return [(.workStarted, .inProgress), (.close, .closed)] + work
        case .inProgress: return [(.replaceRequested, .replacing), (.close, .closed)] + work
        case .replacing: return [(.replaced, .inProgress), (.replaceDenied, .inProgress)]
        case .refusalExamined: return [(.refusalJustified, .terminated), (.renotified, .assigned)]
        case .closed: return [(.archive, .archived)]
        case .refused, .terminated: return [(.objectionFiled, .objectionPending)]
        case .objectionPending: return [(.uphold, .objectionUpheld), (.orderCorrection, .objectionCorrected)]
        case .objectionCorrected: return [(.grant, .granted), (.assign, .assigned)]
        case .deemedWithdrawn, .withdrawn, .transferredOut, .archived, .objectionUpheld: return []
        }
    }
}
