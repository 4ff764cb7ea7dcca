extension ApplicationStanding {
    /// Whether nothing is owed to the person any more, so that the time of keeping begins: the case is over, or it was refused
    /// or ended and no objection is under way. Steps may still be told; the time begins anew with each.
    public var isAtRest: Bool {
        guard handover != .proposed, handover != .escalated || isOver else { return false }
        switch caseState {
        case .refused, .terminated: return referral == .signedIn
        case .pendingIntake, .supplementRequested, .provisionallyAccepted, .accepted, .crossRegionChecking, .advanceAid,
            .granted, .deemedWithdrawn, .withdrawn, .transferredOut, .noticeChecked, .noticeIncomplete,
            .refusalExamined, .assigned, .entrusted, .inProgress, .replacing, .closed, .archived, .objectionPending,
            .objectionUpheld, .objectionCorrected, .helpRequested, .dutyLawyerArranged, .helpGiven, nil:
            return isOver
        }
    }
}
