import Messaging
import StrictJSON
import Transport

/// Intake of a dead letter's bytes, as they came or mended. The dead letter ends in the transaction that stores the new
/// result.
public struct DeadLetterReplay: Sendable {
    private let intake: IntakeService

    public init(_ intake: IntakeService) { self.intake = intake }

    /// - Returns: the receipt, or the problem of a message that is still invalid.
    /// - Throws: `Problem` where this made nothing new: `.wrongState` when the sender has corrected the message itself or
    ///   somebody else was first, `.messageIdConflict` when the message's id belongs to another one.
    public func replay(
        bytes: [UInt8], of deadLetter: DeadLetterDetail, superseding: SupersededDeadLetter
    ) async throws -> JSONValue {
        var submission = submission(bytes, of: deadLetter)
        submission.supersedes = superseding
        switch try await intake.submit(submission) {
        case .new(let receipt, _): return receipt.json
        case .invalid(let invalid): return invalid.problem.json(language: nil)
        case .same(let first): throw Problem.correctedBySender(referralID: first.referralID)
        case .conflict(let referralID): throw Problem.messageIDConflict(referralID: referralID)
        case .superseded: throw Problem.deadLetterEnded
        }
    }

    /// What a replay of these bytes would give; stores nothing.
    public func dryRun(bytes: [UInt8], of deadLetter: DeadLetterDetail) throws -> JSONValue {
        try intake.dryRun(submission(bytes, of: deadLetter)).json
    }

    /// By the dead letter's sender, on the terms of its call.
    private func submission(_ bytes: [UInt8], of deadLetter: DeadLetterDetail) -> Submission {
        let id = deadLetter.summary.partnerID
        let isInstitution = intake.registry.partners[id] == nil && intake.registry.institutions[id] != nil
        var submission = Submission(
            bytes, mediaType: deadLetter.mediaType, from: Caller(role: isInstitution ? .institution : .partner, id: id),
            on: deadLetter.terms, receivedAt: intake.now())
        submission.isResent = true
        return submission
    }
}
