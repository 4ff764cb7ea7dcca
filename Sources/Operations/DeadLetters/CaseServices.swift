import Messaging
import StrictJSON
import Vocabulary

/// What the operator services ask of the rooms that take messages in and keep cases; their doors are not this room's.
public protocol CaseServices: Sendable {
    /// Takes a message's bytes through intake again; the old dead letter ends in the transaction that stores the result.
    ///
    /// - Returns: the receipt, or the problem where the message is still invalid.
    func replay(
        _ bytes: [UInt8], of deadLetter: DeadLetterDetail, superseding old: SupersededDeadLetter
    ) async throws -> JSONValue

    /// The same without storing anything, as `POST /v1/translate` answers it.
    func dryRun(_ bytes: [UInt8], of deadLetter: DeadLetterDetail) throws -> JSONValue

    /// What tells the sender, in its own format, that its message was discarded; nothing where it must not or cannot be
    /// told.
    func rejection(of deadLetter: DeadLetterDetail, reason: String) throws -> Envelope?

    /// Asks the routing rules as they are now: the queue, or in words why they name none.
    func route(ofApplication applicationNo: String) async throws -> RouteAnswer

    /// Puts an application on file before the rules once more; nothing where there is none.
    func reassess(applicationNo: String) async throws -> Reassessment?

    /// Lets a message that waited in vain look again for the referral that it is about, and wait anew where there is none.
    func retryMatch(
        _ id: String, version: DeadLetterVersion, act: AuditAct
    ) async throws(StoreError) -> DeadLetterActResult

    /// Lays a message that waits for its referral beside the application that a person names.
    func attachParked(
        _ id: String, to applicationNo: String, act: AuditAct
    ) async throws(StoreError) -> FollowUpAttachment

    /// The keyed hash by which applications of the holder of a resident's identity card are found.
    func key(ofPerson idNumber: String) -> String
}
