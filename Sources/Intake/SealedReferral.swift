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
        for step in walk.records {
            let record = try packer.record(of: step)
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
            outcome: outcome.rawValue, isInvalid: outcome == .invalid,
            answer: (problem?.json(language: nil) ?? receipt).serialized(), records: records,
            supersedes: superseding)
        commit.work = clerk
        commit.terms = terms
        commit.traceParent = TraceContext.current?.traceParent
        return SealedReferral(commit: commit, receipt: receipt, problem: problem)
    }
}

/// Packs the records of one message for the store.
struct RecordPacker {
    let clerk: CaseClerk
    let limits: CaseLimits
    let referralID: String
    let sender: Partner
    let stamp: Stamp
    let receivedAt: Instant
    /// How the call itself names the application that the message is about.
    let names: [CaseName]

    func record(of step: Pipeline.Step) throws -> IntakeRecord {
        let id = clerk.identifiers.next(at: receivedAt)
        switch step.outcome {
        case .accepted: return accepted(step, id: id)
        case .lead: return try lead(step, id: id)
        case .shared: return shared(step, id: id)
        case .parked: return followUp(step, id: id)
        case .invalid: return bare(step, id: id, deadLetter: .invalid)
        }
    }

    /// An application for the institution that the rules name. What came to an institution that is not competent stays
    /// its responsibility until the competent one signs in (首问负责).
    private func accepted(_ step: Pipeline.Step, id: String) -> IntakeRecord {
        let number = "LA-" + clerk.identifiers.next(at: receivedAt)
        var application = stamp.applied(to: step.application, applicationNo: number)
        var queue: String?
        var unroutable: String?
        switch step.assessment?.target {
        case .queue(let institution, _): queue = institution
        case .unroutable(let reason): unroutable = reason.detail
        case nil: break
        }
        var handover: Handover?
        if clerk.registry.institutions[sender.id] != nil {
            if let target = queue, target != sender.id {
                handover = Handover(
                    state: HandoverState.proposed.rawValue, to: target,
                    dueAt: clerk.handoverLimit(of: application, from: receivedAt))
                application.addTransfer(
                    from: sender.id, to: target, reason: "不属本机构管辖", officer: application.text("firstContact.officer"),
                    at: receivedAt)
            }
            (queue, unroutable) = (sender.id, nil)
        }
        let state: ReferralState = queue == nil ? .routingManual : handover == nil ? .queued : .handedOver
        var record = IntakeRecord(
            id: id, outcome: step.outcome.rawValue, applicationNo: number, queue: queue,
            priority: step.assessment?.priority ?? 0,
            dueAt: step.assessment?.dueAt.map { Instant($0) },
            content: JSONValue.object(application.content).serialized(), caseState: nil,
            road: Self.road(of: application), findings: [], deadLetter: unroutable == nil ? nil : .unroutable,
            detail: unroutable)
        record.referralState = state.rawValue
        record.handover = handover
        record.personKeys = clerk.keys.persons(in: application, at: "recipient")
        record.keys = record.personKeys + clerk.keys.matters(of: application, partnerID: sender.id)
        record.clocks = (step.assessment?.clocks ?? []).map { RunningClock($0) }
        if handover != nil {
            record.clocks += clerk.pipeline.triage.clocks(
                startedBy: .firstContact, at: receivedAt.timestamp, for: application
            ).map { RunningClock($0) }
        }
        return record
    }

    /// A lead has no will of the person behind it yet: it is registered, no clock runs, and who may know is told so.
    private func lead(_ step: Pipeline.Step, id: String) throws -> IntakeRecord {
        let number = "LA-" + clerk.identifiers.next(at: receivedAt)
        let application = stamp.applied(to: step.application, applicationNo: number)
        let content = JSONValue.object(application.content).serialized()
        var record = IntakeRecord(
            id: id, outcome: step.outcome.rawValue, applicationNo: number, queue: nil, priority: 0, dueAt: nil,
            content: content, caseState: nil, road: Self.road(of: application), findings: [], deadLetter: nil,
            detail: nil)
        record.referralState = ReferralState.leadOnly.rawValue
        record.personKeys = clerk.keys.persons(in: application, at: "recipient")
        record.keys = record.personKeys + clerk.keys.matters(of: application, partnerID: sender.id)
        let told = try clerk.tell(
            .leadRegistered,
            of: ApplicationRecord(
                applicationNo: number, referralID: referralID, partnerID: sender.id, messageID: step.messageID,
                queue: nil, content: content, caseState: nil, road: record.road, version: 1),
            institution: nil, detail: JSONObject(), at: receivedAt)
        record.status = told.status
        record.envelope = told.envelope
        return record
    }

    /// A status share is evidence on a person: kept for look-ups, laid beside that person's open applications.
    private func shared(_ step: Pipeline.Step, id: String) -> IntakeRecord {
        var record = followUp(step, id: id)
        guard let person = clerk.keys.persons(in: step.application, at: "recipient").first else { return record }
        let shown = CaseClerk.evidence(in: stamp.applied(to: step.application, applicationNo: nil))
        record.evidence = Evidence(
            id: id, person: person, content: JSONValue.array(shown).serialized(), partnerID: sender.id,
            receivedAt: receivedAt, keepUntil: receivedAt.advanced(milliseconds: limits.evidence))
        return record
    }

    private func followUp(_ step: Pipeline.Step, id: String) -> IntakeRecord {
        var record = bare(step, id: id, deadLetter: nil)
        guard let kind = step.application.intakeKind.flatMap({ FollowUp.Kind(rawValue: $0.rawValue) }) else {
            return record
        }
        let application = stamp.applied(to: step.application, applicationNo: nil)
        let person = clerk.keys.person(in: application).map(CaseName.key)
        record.followUp = FollowUp(
            id: id, kind: kind, partnerID: sender.id, content: JSONValue.object(application.content).serialized(),
            names: kind == .statusShare
                ? person : names + clerk.keys.names(in: application, kind: kind, partnerID: sender.id),
            person: person, receivedAt: receivedAt,
            keepUntil: receivedAt.advanced(milliseconds: limits.parking))
        return record
    }

    private func bare(_ step: Pipeline.Step, id: String, deadLetter: DeadLetterReason?) -> IntakeRecord {
        IntakeRecord(
            id: id, outcome: step.outcome.rawValue, applicationNo: nil, queue: nil, priority: 0, dueAt: nil,
            content: nil, caseState: nil, road: nil,
            findings: deadLetter == nil ? [] : JSONValue.array(step.findings.map(\.json)).serialized(),
            deadLetter: deadLetter, detail: nil)
    }

    /// Help by a duty lawyer has a road of its own, whatever the sender calls it.
    private static func road(of application: LegalAidApplication) -> String? {
        application.intakeKind == .dutyLawyerHelp
            ? AidRoute.byConsultation.rawValue : application.aidRoute?.rawValue
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
        var content = JSONObject()
        content.reserveCapacity(application.content.members.count + 3)
        content["schemaVersion"] = .string(CanonicalModel.schemaVersion)
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
        return LegalAidApplication(content: content)
    }
}

extension Instant {
    /// The same moment to the second, as the canonical model writes it.
    var timestamp: Timestamp { Timestamp(secondsSince1970: milliseconds / 1000) }
}
