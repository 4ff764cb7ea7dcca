/// What an operator may do.
public enum OperatorRight: String, Sendable, CaseIterable {
    /// See lists, letters and figures, personal data masked.
    case look
    /// Retry, edit and resend, choose a queue, discard, run bulk jobs, pause.
    case repair
    /// See a message as it came, giving a reason once in a sitting.
    case unmask
    /// Read and export the audit trail.
    case audit
    /// Keep the operators' accounts.
    case administer
}
