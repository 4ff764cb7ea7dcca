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

    public var zh: String {
        switch self {
        case .application: "申请"
        case .notification: "通知"
        case .referralSuggestion: "转介建议"
        case .lead: "线索"
        case .statusShare: "信息共享"
        case .transfer: "转办"
        case .supplement: "补充材料"
        case .cancel: "撤销"
        case .dutyLawyerHelp: "值班律师帮助"
        case .caseEvent: "案件变动"
        case .consultation: "咨询"
        }
    }
}
