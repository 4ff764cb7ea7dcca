/// How far a lawyer's work has come where the state of the case alone does not tell it: beside a decision that is still owed
/// (advance aid, 法律援助法 44), and while another lawyer is asked for.
public enum LawyerWork: String, Sendable, CaseIterable {
    case assigned, entrusted, inProgress
    /// The same, and another lawyer is asked for. Only beside a decision that is still owed.
    case assignedReplacing, entrustedReplacing, inProgressReplacing

    /// Where a case by application stands that has come so far and is decided.
    var decided: CaseState {
        switch self {
        case .assigned: .assigned
        case .entrusted: .entrusted
        case .inProgress: .inProgress
        case .assignedReplacing, .entrustedReplacing, .inProgressReplacing: .replacing
        }
    }

    /// Without another lawyer being asked for.
    var stage: LawyerWork {
        switch self {
        case .assigned, .assignedReplacing: .assigned
        case .entrusted, .entrustedReplacing: .entrusted
        case .inProgress, .inProgressReplacing: .inProgress
        }
    }

    /// What another lawyer begins with: work that had begun goes on, all else begins with the assignment.
    var replaced: LawyerWork {
        switch stage {
        case .inProgress: .inProgress
        case .assigned, .entrusted, .assignedReplacing, .entrustedReplacing, .inProgressReplacing: .assigned
        }
    }

    /// The steps that a lawyer's work allows beside a decision that is still owed, each with how far it has come then.
    ///
    /// - Parameter work: nothing before a lawyer is assigned.
    static func steps(from work: LawyerWork?) -> [(CaseEvent, LawyerWork)] {
        switch work {
        case nil: [(.assign, .assigned)]
        case .assigned:
            [(.agreementSigned, .entrusted), (.workStarted, .inProgress), (.replaceRequested, .assignedReplacing)]
        case .entrusted: [(.workStarted, .inProgress), (.replaceRequested, .entrustedReplacing)]
        case .inProgress: [(.agreementSigned, .inProgress), (.replaceRequested, .inProgressReplacing)]
        case .assignedReplacing, .entrustedReplacing, .inProgressReplacing:
            work.map { [(.replaced, $0.replaced), (.replaceDenied, $0.stage)] } ?? []
        }
    }
}
