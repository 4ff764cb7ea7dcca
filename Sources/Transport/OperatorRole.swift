/// What an operator may do.
public enum OperatorRight: String, Sendable, CaseIterable {
    /// See lists, letters and figures, personal data masked.
    case look
    /// Retry, edit and resend, choose a queue, discard, run bulk jobs, pause.
    case repair
    /// See personal data, giving a reason.
    case unmask
    /// Read and export the audit trail.
    case audit
    /// Keep the operators' accounts.
    case administer
}

/// The four kinds of operator. Nobody both repairs and unmasks at will, and who keeps accounts does not unmask.
public enum OperatorRole: String, Sendable, CaseIterable {
    case viewer, `operator`, auditor, administrator

    public var rights: Set<OperatorRight> {
        switch self {
        case .viewer: [.look]
        case .operator: [.look, .repair]
        case .auditor: [.look, .unmask, .audit]
        case .administrator: [.look, .repair, .audit, .administer]
        }
    }
}
