import Canonical
import Journal
import Messaging
import StrictJSON
import Translation
import Transport
import Triage

/// A walk's result, sealed for the store: what to commit, and what the sender will read once it is committed.
struct SealedReferral: Sendable {
    let commit: IntakeCommit
    let receipt: JSONValue
    let problem: Problem
}

extension FrontDoor {
    /// Gives every record its number, writes the receipt and packs what the store needs.
    func seal(
        _ walk: Pipeline.Walk, claim: ClaimCheck, partner: Partner, receivedAt: Instant,
        superseding: SupersededDeadLetter?
    ) -> SealedReferral {
        let referralID = identifiers.next(at: receivedAt)
        let stamp = Stamp(
            receivedAt: receivedAt.timestamp, partner: partner, digest: claim.digest,
            format: walk.translation.format?.rawValue, encoding: walk.translation.encoding?.rawValue)
        var records: [IntakeRecord] = []
        var results: [JSONValue] = []
        for step in walk.records {
            let applicationNo = step.outcome == .invalid ? nil : "LA-" + identifiers.next(at: receivedAt)
            records.append(
                IntakeRecord(
                    id: identifiers.next(at: receivedAt), step: step, applicationNo: applicationNo,
                    application: stamp.applied(to: step.application, applicationNo: applicationNo)))
            results.append(
                Receipt.body(
                    referralID: referralID, applicationNo: applicationNo, step: step, stamp: stamp,
                    documentFindings: walk.findings))
        }
        let outcome = walk.outcome
        let receipt = Receipt.whole(results, referralID: referralID, walk: walk, stamp: stamp)
        let problem = Receipt.problem(walk, referralID: referralID)
        var commit = IntakeCommit(
            referralID: referralID, partnerID: partner.id, messageID: walk.messageID, digest: claim.digest,
            rawBytes: claim.bytes, mediaType: claim.mediaType, encoding: stamp.encoding, receivedAt: receivedAt,
            mappingID: walk.translation.mapping?.id, mappingVersion: walk.translation.mapping?.version,
            mappingDigest: walk.translation.mapping?.digest, outcome: outcome.rawValue, isInvalid: outcome == .invalid,
            answer: (outcome == .invalid ? problem.json(language: nil) : receipt).serialized(), records: records,
            supersedes: superseding)
        commit.traceParent = TraceContext.current?.traceParent
        return SealedReferral(commit: commit, receipt: receipt, problem: problem)
    }
}

/// What the gateway itself writes into an application: facts of the envelope, not of the message.
struct Stamp: Sendable {
    let receivedAt: Timestamp
    let partner: Partner
    let digest: String
    let format: String?
    let encoding: String?

    func applied(to application: LegalAidApplication, applicationNo: String?) -> LegalAidApplication {
        var stamped = application
        var content = JSONObject([("schemaVersion", "1.0")])
        content["applicationNo"] = .text(applicationNo)
        for (name, value) in application.content.members where content[name] == nil { content[name] = value }
        var source = application.content["source"]?.object ?? JSONObject()
        // The credential says who sent it; the message's own words stand only where the registry is silent.
        source["senderType"] = .string(partner.senderType)
        if source["senderName"] == nil { source["senderName"] = .string(partner.name) }
        if source["senderCode"] == nil { source["senderCode"] = .text(partner.senderCodes.first) }
        source["channel"] = "push"
        source["receivedAt"] = .string(receivedAt.rfc3339)
        source["rawFormat"] = .text(format)
        source["rawEncoding"] = .text(encoding)
        source["rawDigestSm3"] = .string(digest)
        content["source"] = .object(source)
        stamped.content = content
        return stamped
    }
}

extension IntakeRecord {
    init(id: String, step: Pipeline.Step, applicationNo: String?, application: LegalAidApplication) {
        var queue: String?
        var deadLetter: DeadLetterReason?
        var detail: String?
        switch (step.outcome, step.assessment?.target) {
        case (.accepted, .queue(let institution, _)): queue = institution
        case (.accepted, .unroutable(let reason)):
            deadLetter = .unroutable
            detail = reason.detail
        case (.invalid, _): deadLetter = .invalid
        case (.accepted, nil), (.lead, _), (.shared, _), (.parked, _): break
        }
        self.init(
            id: id, outcome: step.outcome.rawValue, applicationNo: applicationNo, queue: queue,
            priority: step.assessment?.priority ?? 0,
            dueAt: step.assessment?.dueAt.map { Instant(milliseconds: $0.secondsSince1970 * 1000) },
            content: step.outcome == .invalid ? nil : JSONValue.object(application.content).serialized(),
            caseState: step.outcome == .accepted ? CaseState.pendingIntake.rawValue : nil,
            road: application.aidRoute?.rawValue,
            findings: JSONValue.array(step.findings.map(\.json)).serialized(), deadLetter: deadLetter, detail: detail)
    }
}

extension Instant {
    /// The same moment to the second, as the canonical model writes it.
    var timestamp: Timestamp { Timestamp(secondsSince1970: milliseconds / 1000) }
}
