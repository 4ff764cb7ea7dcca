import StrictJSON

/// What an operator does that must be answered for.
public enum AuditAction: String, Sendable, CaseIterable {
    case retry, editAndResend, chooseQueue, discard
    /// A sender sent a message again, corrected, under the same id: its dead letter ended.
    case correctedBySender
    /// A document or a value was shown without masking.
    case unmask
    case bulkRetry, pauseJob, resumeJob, stopJob
    case pauseChannel, resumeChannel
    case signIn, signInFailed, signOut
    case addAccount, changeRole, changePassword, disableAccount, enableAccount
    case exportAudit
}
