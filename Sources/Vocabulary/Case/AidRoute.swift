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
