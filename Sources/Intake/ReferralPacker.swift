import Cases
import Messaging
import Observability
import StrictJSON
import Translation
import Transport
import Vocabulary

/// A message's result as it goes to the store, with what its sender will read.
public struct PackedReferral: Sendable {
    enum Answer: Sendable {
        case receipt(PendingReceipt)
        case invalid(InvalidReferral)
    }

    public let commit: IntakeCommit
    let answer: Answer
}

/// Gives a message and its records their numbers, writes the answer and packs what the store needs.
public struct ReferralPacker: Sendable {
    private let clerk: CaseClerk
    private let limits: CaseLimits

    public init(clerk: CaseClerk, limits: CaseLimits = CaseLimits()) {
        self.clerk = clerk
        self.limits = limits
    }

    /// - Parameter named: how the call names the application that each record is about; nothing where it names none.
    /// - Throws: `RenderError` where the sender's status cannot be written in its format.
    public func pack(
        _ walk: Pipeline.Walk, of submission: Submission, from sender: Partner, about named: [CaseName] = []
    ) throws -> PackedReferral {
        let referralID = clerk.identifiers.next(at: submission.receivedAt)
        let stamp = Stamp(
            receivedAt: submission.receivedAt.timestamp, partner: sender,
            digest: Digest.hex(Digest.sm3(submission.bytes)), format: walk.translation.format?.rawValue,
            encoding: walk.translation.encoding?.rawValue)
        let packer = RecordPacker(
            clerk: clerk, limits: limits, referralID: referralID, sender: sender, stamp: stamp,
            receivedAt: submission.receivedAt, named: named)
        let records = try walk.records.enumerated().map { try packer.record(of: $1, index: $0) }
        let receipt = Receipt(
            referralID: referralID, messageID: walk.messageID, receivedAt: stamp.receivedAt, digest: stamp.digest,
            records: zip(records, walk.records).map { RecordReceipt(of: $0, $1, documentFindings: walk.findings) })
        let findings = walk.findings + walk.records.flatMap(\.findings)
        let answer: PackedReferral.Answer =
            walk.outcome == .invalid
            ? .invalid(InvalidReferral(referralID: referralID, findings: findings)) : .receipt(PendingReceipt(receipt))
        return PackedReferral(
            commit: commit(referralID, records, answer, walk, submission, stamp), answer: answer)
    }

    private func commit(
        _ referralID: String, _ records: [IntakeRecord], _ answer: PackedReferral.Answer, _ walk: Pipeline.Walk,
        _ submission: Submission, _ stamp: Stamp
    ) -> IntakeCommit {
        let written =
            switch answer {
            case .invalid(let invalid): invalid.problem.json(language: nil).serialized()
            // What depends on the store's knowledge is written there.
            case .receipt(let pending):
                records.contains { $0.followUp != nil } ? [] : pending.receipt.json.serialized()
            }
        var commit = IntakeCommit(
            referralID: referralID, partnerID: stamp.partner.id, messageID: walk.messageID, digest: stamp.digest,
            rawBytes: submission.bytes, mediaType: DocumentMedia.kept(submission.mediaType),
            encoding: stamp.encoding, receivedAt: submission.receivedAt, mappingID: walk.translation.mapping?.id,
            mappingVersion: walk.translation.mapping?.version, mappingDigest: walk.translation.mapping?.digest,
            outcome: walk.outcome, isInvalid: walk.outcome == .invalid, answer: written, records: records,
            supersedes: submission.supersedes)
        switch answer {
        case .receipt(let pending): commit.receipt = pending
        case .invalid(let invalid):
            commit.cause = RecordPacker.cause(of: invalid.findings)
            commit.findings = JSONValue.array(invalid.findings.map(\.json)).serialized()
        }
        commit.correction = AuditAct(
            at: submission.receivedAt, actor: stamp.partner.id, role: "partner", action: .correctedBySender,
            subject: "", detail: referralID, sm3: { Digest.hex(Digest.sm3($0)) })
        commit.work = clerk
        commit.terms = submission.terms
        commit.uploads = walk.records.flatMap(\.application.uploadsReferredTo)
        if bringsShare(walk, stamp.partner) {
            commit.shareUntil = submission.receivedAt.advanced(milliseconds: limits.evidence)
        }
        commit.traceParent = TraceContext.current?.traceParent
        return commit
    }

    /// Whether a document holds a status share: what a record says of itself, or, of a document that gave none, its
    /// mapping; where not even that is known, what its sender may send.
    private func bringsShare(_ walk: Pipeline.Walk, _ sender: Partner) -> Bool {
        if walk.records.contains(where: { $0.application.intakeKind == .statusShare }) { return true }
        guard !walk.records.contains(where: { $0.application.intakeKind != nil }) else { return false }
        let mappings = walk.translation.mapping.map { [$0.id] } ?? sender.mappings
        let kinds = mappings.flatMap { clerk.current.translator.kinds(of: $0) }
        return !kinds.isEmpty && kinds.allSatisfy { $0 == .statusShare }
    }
}
