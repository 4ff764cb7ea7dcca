import Canonical
import Messaging
import Observability
import StrictJSON
import Translation
import Transport
import Triage
import Vocabulary

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
            route: Self.route(of: application), findings: [], deadLetter: unroutable == nil ? nil : .unroutable,
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
            content: content, caseState: nil, route: Self.route(of: application), findings: [], deadLetter: nil,
            detail: nil)
        record.referralState = ReferralState.leadOnly.rawValue
        record.personKeys = clerk.keys.persons(in: application, at: "recipient")
        record.keys = record.personKeys + clerk.keys.matters(of: application, partnerID: sender.id)
        let outgoing = try clerk.makeStatus(
            .leadRegistered,
            of: ApplicationRecord(
                applicationNo: number, referralID: referralID, partnerID: sender.id, messageID: step.messageID,
                queue: nil, content: content, caseState: nil, route: record.route, version: 1),
            institution: nil, detail: JSONObject(), at: receivedAt)
        record.status = outgoing.status
        record.envelope = outgoing.envelope
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
            content: nil, caseState: nil, route: nil,
            findings: deadLetter == nil ? [] : JSONValue.array(step.findings.map(\.json)).serialized(),
            deadLetter: deadLetter, detail: nil)
    }

    /// Help by a duty lawyer has a aid route of its own, whatever the sender calls it.
    private static func route(of application: LegalAidApplication) -> String? {
        application.intakeKind == .dutyLawyerHelp
            ? AidRoute.byConsultation.rawValue : application.aidRoute?.rawValue
    }
}
