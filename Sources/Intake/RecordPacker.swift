import Canonical
import Cases
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
    /// How the call itself names the application that each record is about; nothing where it names none.
    let named: [CaseName]

    /// - Parameter index: the record's place in its document, from 0.
    func record(of step: Pipeline.Step, index: Int) throws -> IntakeRecord {
        var record = IntakeRecord(
            id: clerk.identifiers.next(at: receivedAt), index: index, outcome: step.outcome)
        record.sharesUntil = CaseClerk.keepUntil(of: step.evidence)
        switch step.outcome {
        case .accepted: accept(step, into: &record)
        case .lead: try register(step, into: &record)
        case .shared: share(step, into: &record)
        case .parked: follow(step, into: &record, shares: step.evidence)
        case .invalid:
            record.deadLetter = Self.cause(of: step.findings)
            record.findings = JSONValue.array(step.findings.map(\.json)).serialized()
        }
        return record
    }

    /// Why a document, or a record of one, is a dead letter: its first error.
    static func cause(of findings: [Finding]) -> DeadLetterCause {
        let first = findings.first { $0.severity == .error } ?? findings.first
        return .invalid(code: first?.code, rule: first?.rule, path: first?.path)
    }

    /// An application for the institution that the rules name. What came to an institution that is not competent stays
    /// its responsibility until the competent one signs in (首问负责).
    private func accept(_ step: Pipeline.Step, into record: inout IntakeRecord) {
        var application = number(step, in: &record)
        switch step.assessment?.target {
        case .queue(let institution, _): record.queue = institution
        case .unroutable(let why):
            record.deadLetter = .unroutable(rule: why.reason == .severalInstitutions ? why.rule : nil)
            record.detail = why.detail
        case nil: break
        }
        if application.intakeKind == .transfer { application.addArrival(at: record.queue, stamp.receivedAt) }
        record.renotification = renotification(by: application, record)
        var handoverState = HandoverState.collected
        if clerk.registry.institutions[sender.id] != nil {
            if let target = record.queue, target != sender.id {
                handoverState = .proposed
                record.handover = Handover(to: target, dueAt: clerk.handoverLimit(from: receivedAt))
                application.addTransfer(
                    from: sender.id, to: target, reason: "不属本机构管辖",
                    officer: application.personal("firstContact.officer")?.plain,
                    at: receivedAt)
            }
            (record.queue, record.deadLetter, record.detail) = (sender.id, nil, nil)
        }
        let isProposed = handoverState == .proposed
        record.standing = ApplicationStanding(
            referral: record.queue == nil ? .routingManual : isProposed ? .handedOver : .queued, handover: handoverState
        )
        record.content = CanonicalContent(application.content)
        record.priority = step.assessment?.priority ?? 0
        record.dueAt = step.assessment?.dueAt.map { Instant($0) }
        record.keepUntil = clerk.registry.keepUntil(record.handover.to ?? record.queue, from: receivedAt)
        record.clocks = (step.assessment?.clocks ?? []).map { RunningClock($0) }
        if isProposed {
            record.clocks += clerk.current.triage.clocks(
                startedBy: .firstContact, at: receivedAt.timestamp, for: application
            ).map { RunningClock($0) }
        }
    }

    /// What a notice is where its person and proceeding have been notified before: in a proceeding that bears a number, or
    /// in a case that the organ knows by its own.
    private func renotification(by application: LegalAidApplication, _ record: IntakeRecord) -> FollowUp? {
        let matters = clerk.keys.matters(of: application, partnerID: sender.id)
        guard record.route == .byNotification, !matters.isEmpty, !record.personKeys.isEmpty else { return nil }
        var content = application.content
        content["event"] = .compact([
            ("code", .string(CaseClerk.noticeRepeated)), ("no", application.value("source.letterNo")),
            ("at", .string(receivedAt.timestamp.rfc3339)),
        ])
        content["applicationNo"] = nil
        var notice = FollowUp(
            id: record.id, kind: .caseEvent, partnerID: sender.id, content: StoredObject(content),
            names: matters.map(CaseName.key), receivedAt: receivedAt,
            keepUntil: receivedAt.advanced(milliseconds: limits.parking))
        notice.isNotice = true
        return notice
    }

    /// A lead has no will of the person behind it yet: it is registered with the institution that may speak with the person,
    /// no clock runs, and who may know is told so. Where no institution follows from the rules, the city centre is asked
    /// first (首问负责).
    private func register(_ step: Pipeline.Step, into record: inout IntakeRecord) throws {
        var application = number(step, in: &record)
        application.set("lead.state", .string(LeadState.registered.rawValue))
        switch step.assessment?.target {
        case .queue(let institution, _): record.queue = institution
        case .unroutable, nil: record.queue = clerk.cityCentre
        }
        record.priority = step.assessment?.priority ?? 0
        let content = CanonicalContent(application.content)
        let standing = ApplicationStanding(referral: .leadOnly, lead: .registered)
        record.content = content
        record.standing = standing
        let outgoing = try clerk.makeStatus(
            .leadRegistered,
            of: ApplicationRecord(
                applicationNo: record.applicationNo ?? "", referralID: referralID, partnerID: sender.id,
                messageID: step.messageID, queue: record.queue, content: content.bytes, route: record.route, version: 1,
                standing: standing, receivedAt: receivedAt),
            institution: record.queue, detail: LeadState.registered.statusDetail, at: receivedAt)
        (record.status, record.statusMessage) = (outgoing.status, outgoing.envelope)
    }

    /// Gives the record its number, and the keys by which it is found again.
    private func number(_ step: Pipeline.Step, in record: inout IntakeRecord) -> LegalAidApplication {
        let number = "LA-" + clerk.identifiers.next(at: receivedAt)
        let application = stamp.applied(to: step.application, applicationNo: number)
        record.applicationNo = number
        record.route = Self.route(of: application)
        record.personKeys = clerk.keys.persons(in: application, at: "recipient")
        record.keys = record.personKeys + clerk.keys.matters(of: application, partnerID: sender.id)
        return application
    }

    /// A status share is evidence on a person: kept for look-ups, laid beside that person's open applications.
    private func share(_ step: Pipeline.Step, into record: inout IntakeRecord) {
        let shown = CaseClerk.evidence(in: stamp.applied(to: step.application, applicationNo: nil))
        let keepUntil = receivedAt.advanced(milliseconds: limits.evidence)
        follow(
            step, into: &record,
            shares: CaseClerk.newest(step.evidence + CaseClerk.marked(shown, until: keepUntil)))
        record.sharesUntil = min(record.sharesUntil ?? keepUntil, keepUntil)
        guard let person = clerk.keys.persons(in: step.application, at: "recipient").first else { return }
        record.evidence = Evidence(
            id: record.id, person: person, content: JSONValue.array(shown).serialized(), partnerID: sender.id,
            receivedAt: receivedAt, keepUntil: keepUntil)
    }

    /// - Parameter shares: what shares show about its person by now.
    private func follow(_ step: Pipeline.Step, into record: inout IntakeRecord, shares: [JSONValue]) {
        guard let kind = step.application.intakeKind.flatMap({ FollowUp.Kind(rawValue: $0.rawValue) }) else { return }
        var application = stamp.applied(to: step.application, applicationNo: nil)
        if !shares.isEmpty { application.set("shares", .array(shares)) }
        record.followUp = FollowUp(
            id: record.id, kind: kind, partnerID: sender.id,
            content: StoredObject(application.content),
            names: kind == .statusShare
                ? clerk.keys.person(in: application).map(CaseName.key)
                : clerk.keys.names(
                    in: application, addressed: named.indices.contains(record.index) ? named[record.index] : nil,
                    partnerID: sender.id),
            receivedAt: receivedAt,
            keepUntil: receivedAt.advanced(milliseconds: limits.parking))
    }

    /// Help by a duty lawyer has a route of its own, whatever the sender calls it.
    private static func route(of application: LegalAidApplication) -> AidRoute {
        application.intakeKind == .dutyLawyerHelp ? .byConsultation : application.aidRoute ?? .byApplication
    }
}
