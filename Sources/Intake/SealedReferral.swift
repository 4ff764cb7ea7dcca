import Canonical
import Messaging
import Observability
import StrictJSON
import Translation
import Transport
import Triage
import Vocabulary

/// A walk's result, sealed for the store: what to commit, and what the sender will read once it is committed.
struct SealedReferral: Sendable {
    let commit: IntakeCommit
    let receipt: JSONValue
    /// What the sender of an invalid message is told instead.
    let problem: Problem?
}

extension FrontDoor {
    /// Gives every record its number, writes the receipt and packs what the store needs.
    func seal(
        _ walk: Pipeline.Walk, claim: ClaimCheck, sender: Partner, receivedAt: Instant,
        superseding: SupersededDeadLetter?, terms: CallTerms = CallTerms()
    ) throws -> SealedReferral {
        let referralID = identifiers.next(at: receivedAt)
        let stamp = Stamp(
            receivedAt: receivedAt.timestamp, partner: sender, digest: claim.digest,
            format: walk.translation.format?.rawValue, encoding: walk.translation.encoding?.rawValue)
        let packer = RecordPacker(
            clerk: clerk, limits: limits, referralID: referralID, sender: sender, stamp: stamp, receivedAt: receivedAt,
            names: terms.subject?.names ?? [])
        var records: [IntakeRecord] = []
        var results: [JSONValue] = []
        for (index, step) in walk.records.enumerated() {
            let record = try packer.record(of: step, index: index)
            records.append(record)
            results.append(
                Receipt.body(
                    referralID: referralID, record: record, step: step, stamp: stamp, documentFindings: walk.findings))
        }
        let outcome = walk.outcome
        let receipt = Receipt.whole(results, referralID: referralID, walk: walk, stamp: stamp)
        let problem = outcome == .invalid ? Receipt.problem(walk, referralID: referralID) : nil
        var commit = IntakeCommit(
            referralID: referralID, partnerID: sender.id, messageID: walk.messageID, digest: claim.digest,
            rawBytes: claim.bytes, mediaType: claim.mediaType, encoding: stamp.encoding,
            receivedAt: receivedAt, mappingID: walk.translation.mapping?.id,
            mappingVersion: walk.translation.mapping?.version, mappingDigest: walk.translation.mapping?.digest,
            outcome: outcome, isInvalid: outcome == .invalid,
            answer: (problem?.json(language: nil) ?? receipt).serialized(), records: records,
            supersedes: superseding)
        if outcome == .invalid {
            let findings = walk.findings + walk.records.flatMap(\.findings)
            commit.cause = RecordPacker.cause(of: findings)
            commit.findings = JSONValue.array(findings.map(\.json)).serialized()
        }
        commit.correction = AuditAct(
            at: receivedAt, actor: sender.id, role: "partner", action: .correctedBySender, subject: "",
            detail: referralID,
            sm3: { Digest.hex(Digest.sm3($0)) })
        commit.work = clerk
        commit.terms = terms
        commit.traceParent = TraceContext.current?.traceParent
        return SealedReferral(commit: commit, receipt: receipt, problem: problem)
    }
}

extension Instant {
    /// The same moment to the second, as the canonical model writes it.
    var timestamp: Timestamp { Timestamp(secondsSince1970: milliseconds / 1000) }
}
