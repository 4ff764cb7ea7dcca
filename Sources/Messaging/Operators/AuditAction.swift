/// What must be answered for: what an operator does, and what is done to the gateway itself.
public enum AuditAction: String, Sendable, CaseIterable {
    case retry, editAndResend, chooseQueue, discard
    /// A sender sent a message again, corrected, under the same id: its dead letter ended.
    case correctedBySender
    /// A document or a value was shown without masking.
    case unmask
    /// A message that waited for its referral was laid beside an application, or its waiting ended, by a person.
    case attachParked, endWaiting
    /// Somebody's messages were looked for by the identity number: the hash, never the number.
    case findPerson
    case bulkRetry, pauseJob, resumeJob, stopJob
    case bulkDiscard
    case pauseChannel, resumeChannel
    /// What waited for an endpoint was tried at once, over an open circuit too.
    case retryNow
    /// A trouble was taken note of until a moment, or that was taken back.
    case acknowledgeTrouble, withdrawAcknowledgement
    /// A return address was sent a message that means nothing.
    case testConnection
    case signIn, signInFailed, signOut
    case addAccount, changeRole, changePassword, disableAccount, enableAccount
    case exportAudit
    /// The end of the trail came under the gateway's key for the first time: once in the life of a store.
    case beginSealing
    /// A copy of the whole store was begun.
    case backUp
    /// The store is one that an archive held: what happened after that archive is not in it.
    case restore
    /// To another database.
    case moveStore
    case start, stop
    /// The settings, credentials or keys of this start are others than those of the one before.
    case changeConfiguration
    /// Personal data are sealed by a new data key, or the data keys wrapped by another master key.
    case rotateDataKey, rotateMasterKey
    /// The identity key was lost, and persons from before are not found again.
    case giveUpIdentityKey
    case reload
    /// Mappings or rules with a mistake: those in force stayed.
    case reloadRefused
    /// Tokens that are unknown, have ended, or are not for the call; counted, so that a flood is a few rows.
    case credentialRefused
    /// What was past its period was erased.
    case eraseByRetention
    /// One person's data: told to the person, corrected, erased.
    case exportSubject, correctSubject, eraseSubject
}
