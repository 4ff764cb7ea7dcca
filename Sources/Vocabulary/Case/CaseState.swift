/// Where an institution's case stands. The gateway mirrors what the institution says.
public enum CaseState: String, Sendable, CaseIterable {
    case pendingIntake, supplementRequested, provisionallyAccepted, accepted, crossRegionChecking, advanceAid
    case granted, refused, deemedWithdrawn, withdrawn, transferredOut
    case noticeChecked, noticeIncomplete, refusalExamined
    case assigned, entrusted, inProgress, replacing, terminated, closed, archived
    case objectionPending, objectionUpheld, objectionCorrected
    case helpRequested, dutyLawyerArranged, helpGiven

    /// Whether the person is still to be given a lawyer: none is assigned, and nothing has ended that.
    public var waitsForLawyer: Bool {
        switch self {
        case .pendingIntake, .supplementRequested, .provisionallyAccepted, .accepted, .crossRegionChecking, .advanceAid,
            .granted, .noticeChecked, .noticeIncomplete, .refusalExamined, .objectionCorrected, .helpRequested:
            true
        case .refused, .deemedWithdrawn, .withdrawn, .transferredOut, .assigned, .entrusted, .inProgress, .replacing,
            .terminated, .closed, .archived, .objectionPending, .objectionUpheld, .dutyLawyerArranged, .helpGiven:
            false
        }
    }

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
