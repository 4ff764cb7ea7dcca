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
