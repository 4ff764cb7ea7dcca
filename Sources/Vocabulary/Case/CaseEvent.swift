/// What an institution says happened.
public enum CaseEvent: String, Sendable, CaseIterable {
    case accept, requestSupplement, acceptProvisionally, supplemented, dueExpired, askCrossRegion
    case crossRegionAnswered, startAdvance, grant, refuse, withdraw, transfer
    case checkNotice, noticeIncomplete, personRefuses, refusalJustified, renotified, ownLawyerRetained
    case assign, agreementSigned, workStarted, replaceRequested, replaced, replaceDenied, terminate, close, archive
    case objectionFiled, uphold, orderCorrection
    case arrangeDutyLawyer, giveHelp
    /// Who asked for advice or a duty lawyer applies for legal aid: a case by application begins.
    case apply
    /// Told for the clocks alone: the case stays where it is.
    case decisionServed, terminationServed, papersComplete, claimFiled, papersFiledWithCourt
    case closingPapersReceived, closingPapersReviewed

    /// What the sender is told of it, if anything.
    public var status: StatusCode? {
        switch self {
        case .accept, .supplemented: .accepted
        case .requestSupplement, .noticeIncomplete: .supplementRequested
        case .acceptProvisionally: .provisionallyAccepted
        case .dueExpired: .deemedWithdrawn
        case .startAdvance: .advanceAid
        case .grant, .orderCorrection: .granted
        case .refuse: .refused
        case .withdraw: .withdrawn
        case .transfer: .transferred
        case .assign, .renotified: .assigned
        case .workStarted: .inProgress
        case .replaced: .replaced
        case .terminate, .ownLawyerRetained, .refusalJustified: .terminated
        case .close: .closed
        case .uphold: .objectionResult
        case .arrangeDutyLawyer: .dutyLawyerArranged
        case .giveHelp: .helpGiven
        case .askCrossRegion, .crossRegionAnswered, .checkNotice, .personRefuses, .agreementSigned, .replaceRequested,
            .replaceDenied, .archive, .objectionFiled, .apply, .decisionServed, .terminationServed, .papersComplete,
            .claimFiled, .papersFiledWithCourt, .closingPapersReceived, .closingPapersReviewed:
            nil
        }
    }
}
