import Vocabulary

/// What has become of a follow-up, as its sender is told.
public enum FollowUpProgress: String, Sendable, CaseIterable {
    /// It waits for the referral that it is about, for an institution's decision, or for a person.
    case pending
    /// It is part of the application, or has done what it asks for.
    case done
    /// It was laid aside, or the case ended otherwise.
    case refused

    /// - Parameters:
    ///   - deadLetter: where the message stands that it became when it had waited in vain.
    ///   - standings: of the applications that it joined, as they are now.
    public init(
        _ kind: FollowUp.Kind, _ state: FollowUpRecord.State, deadLetter: DeliveryState.Name? = nil,
        standings: [ApplicationStanding]
    ) {
        switch state {
        case .parked: self = .pending
        case .quarantined: self = deadLetter == .discarded ? .refused : .pending
        case .attached:
            switch kind {
            case .supplement, .caseEvent, .transfer, .statusShare: self = .done
            // What is signed in is the institution's to end.
            case .cancel:
                let ends = standings.map(Self.init(ofWithdrawalIn:))
                self = ends.contains(.pending) ? .pending : ends.contains(.refused) ? .refused : .done
            }
        }
    }

    private init(ofWithdrawalIn standing: ApplicationStanding) {
        switch standing.referral {
        case .cancelled, .returnedToSender: self = .done
        case .leadOnly, .routingManual, .queued, .signedIn, .handedOver:
            switch standing.caseState {
            case .withdrawn, .deemedWithdrawn, .terminated: self = .done
            case .transferredOut, .closed, .archived, .objectionUpheld, .helpGiven, .refused: self = .refused
            case .pendingIntake, .supplementRequested, .provisionallyAccepted, .accepted, .crossRegionChecking,
                .advanceAid, .granted, .noticeChecked, .noticeIncomplete, .refusalExamined, .assigned, .entrusted,
                .inProgress, .replacing, .objectionPending, .objectionCorrected, .helpRequested, .dutyLawyerArranged,
                nil:
                self = .pending
            }
        }
    }
}
