/// The three roads to legal aid (法律援助法 arts. 22–36).
public enum AidRoute: String, Sendable, CaseIterable {
    case byApplication, byNotification, byConsultation
}

/// What kind of message it is; never confused.
public enum IntakeKind: String, Sendable, CaseIterable {
    case application, notification, referralSuggestion, lead, statusShare, transfer, supplement, cancel
    case dutyLawyerHelp
    /// Something happened in a case that was referred earlier.
    case caseEvent
    case consultation
}

/// What kind of agency sent it: decides what may be told back.
public enum SenderType: String, Sendable, CaseIterable {
    case court, procuratorate, publicSecurity, detentionCentre, prison, rehabCentre, civilAffairs, reliefPlatform
    case humanResources, labourArbitration, veteransAffairs, tradeUnion, youthLeague, womensFederation
    case disabledFederation, workstation, contactPoint, legalAidInstitution, mediation, hotline12348
    case politicalLegalCommittee, other
}

/// What a sender is told.
public enum StatusCode: String, Sendable, CaseIterable {
    case ackReceived = "00"
    case signedIn = "01"
    case accepted = "02"
    case supplementRequested = "03"
    case provisionallyAccepted = "04"
    case granted = "05"
    case refused = "06"
    case leadRegistered = "07"
    case withdrawn = "08"
    case deemedWithdrawn = "09"
    case advanceAid = "10"
    case transferred = "11"
    case assigned = "12"
    case inProgress = "13"
    case replaced = "14"
    case terminated = "15"
    case closed = "16"
    case objectionResult = "17"
    case dutyLawyerArranged = "18"
    case helpGiven = "19"
    case ackRejected = "99"

    public var zh: String {
        switch self {
        case .ackReceived: "接收回执"
        case .signedIn: "已签收"
        case .accepted: "已受理"
        case .supplementRequested: "需补充材料"
        case .provisionallyAccepted: "容缺受理"
        case .granted: "给予法律援助"
        case .refused: "不予法律援助"
        case .leadRegistered: "线索已登记"
        case .withdrawn: "申请人撤回"
        case .deemedWithdrawn: "视为撤回"
        case .advanceAid: "先行提供"
        case .transferred: "已转办"
        case .assigned: "已指派"
        case .inProgress: "承办中"
        case .replaced: "更换承办人"
        case .terminated: "终止"
        case .closed: "结案"
        case .objectionResult: "异议结果"
        case .dutyLawyerArranged: "已安排值班律师"
        case .helpGiven: "已提供法律帮助"
        case .ackRejected: "格式退回"
        }
    }
}

/// Where an institution's case stands. The gateway mirrors what the institution says.
public enum CaseState: String, Sendable, CaseIterable {
    case pendingIntake, supplementRequested, provisionallyAccepted, accepted, crossRegionChecking, advanceAid
    case granted, refused, deemedWithdrawn, withdrawn, transferredOut
    case noticeChecked, noticeIncomplete, refusalExamined
    case assigned, entrusted, inProgress, replacing, terminated, closed, archived
    case objectionPending, objectionUpheld, objectionCorrected
    case helpRequested, dutyLawyerArranged, helpGiven

    public var zh: String {
        switch self {
        case .pendingIntake: "待受理"
        case .supplementRequested: "待补正"
        case .provisionallyAccepted: "容缺受理"
        case .accepted: "已受理"
        case .crossRegionChecking: "异地协作核查中"
        case .advanceAid: "先行提供"
        case .granted: "已决定给予"
        case .refused: "已决定不予"
        case .deemedWithdrawn: "视为撤回"
        case .withdrawn: "申请人撤回"
        case .transferredOut: "已转其他机构"
        case .noticeChecked: "通知已审核"
        case .noticeIncomplete: "通知材料不全"
        case .refusalExamined: "拒绝辩护审查中"
        case .assigned: "已指派"
        case .entrusted: "已签委托协议"
        case .inProgress: "承办中"
        case .replacing: "更换承办人中"
        case .terminated: "已终止"
        case .closed: "已结案"
        case .archived: "已归档"
        case .objectionPending: "异议审查中"
        case .objectionUpheld: "异议维持"
        case .objectionCorrected: "责令改正"
        case .helpRequested: "申请值班律师帮助"
        case .dutyLawyerArranged: "已安排值班律师"
        case .helpGiven: "已提供法律帮助"
        }
    }
}

/// What an institution says happened.
public enum CaseEvent: String, Sendable, CaseIterable {
    case accept, requestSupplement, acceptProvisionally, supplemented, dueExpired, askCrossRegion
    case crossRegionAnswered, startAdvance, grant, refuse, withdraw, transfer
    case checkNotice, noticeIncomplete, personRefuses, refusalJustified, renotified, ownLawyerRetained
    case assign, agreementSigned, workStarted, replaceRequested, replaced, replaceDenied, terminate, close, archive
    case objectionFiled, uphold, orderCorrection
    case arrangeDutyLawyer, giveHelp

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
            .replaceDenied, .archive, .objectionFiled:
            nil
        }
    }
}
