import Canonical
import Messaging
import StrictJSON
import Translation
import Transport
import Triage
import Vocabulary

/// Hand-overs between institutions: who was asked first stays responsible until another signs in (首问负责).
extension CaseClerk {
    /// What somebody asks for.
    struct HandoverRequest: Sendable {
        /// The institution asked for; nothing where it belongs outside the city.
        var to: String?
        /// The name of an institution outside the city.
        var outside: String?
        var reason: String
        var officer: String?
        var actor: String
        var at: Instant
        /// When the city centre decides instead (CLK-24).
        var dueAt: Instant?
    }

    /// Asks another institution to take the application. The one that is responsible stays so.
    func propose(_ request: HandoverRequest, of record: ApplicationRecord, to target: String) throws(Problem)
        -> CaseChange
    {
        try checkTransferable(record)
        let next = try step(record, .notCompetent)
        var application = record.application
        application.addTransfer(
            from: record.queue ?? "", to: target, reason: request.reason, officer: request.officer, at: request.at)
        var change = CaseChange(of: record, actor: request.actor, event: "transferProposed", at: request.at)
        change.detail = "\(record.queue ?? "") → \(target)"
        change.referralState = try referralStep(record, .notCompetent)
        change.handover = Handover(
            state: next.rawValue, to: target, dueAt: request.dueAt, returns: record.handover.returns)
        change.applicationMessage = .replaced(applicationMessage(of: record, to: target, at: request.at))
        change.content = JSONValue.object(application.content).serialized()
        return change
    }

    /// The one who was asked sends it back; after too many returns the city centre decides.
    func giveBack(_ request: HandoverRequest, of record: ApplicationRecord) throws(Problem) -> CaseChange {
        let next = try step(record, .targetReturns)
        let responsible = record.queue ?? ""
        var handover = Handover(state: next.rawValue, returns: record.handover.returns + 1)
        handover.dueAt = nil
        var change = CaseChange(of: record, actor: request.actor, event: "transferReturned", at: request.at)
        change.detail = "\(record.handover.to ?? "") → \(responsible)"
        change.handover = handover
        change.applicationMessage = .replaced(applicationMessage(of: record, to: responsible, at: request.at))
        change.referralState = try referralStep(record, .targetReturns)
        let detail = JSONObject([("by", .text(record.handover.to) ?? .null), ("reason", .string(request.reason))])
        change.institutionMessages = institutionMessages(.returned, record, record.application, detail, request.at)
        if next == .escalated { change.institutionMessages += escalation(record, request.at) }
        return change
    }

    /// Nobody answered in time: the city centre decides. What was sent to the target is taken back.
    func escalate(_ record: ApplicationRecord, at now: Instant) throws(Problem) -> CaseChange {
        let next = try step(record, .timeout)
        var change = CaseChange(of: record, actor: "gateway", event: "transferEscalated", at: now)
        change.detail = "CLK-24"
        change.handover = Handover(state: next.rawValue, returns: record.handover.returns)
        change.applicationMessage = .replaced(applicationMessage(of: record, to: record.queue ?? "", at: now))
        change.referralState = try referralStep(record, .targetReturns)
        change.institutionMessages = escalation(record, now)
        return change
    }

    /// The city centre says whose it is; that binds.
    func assign(_ request: HandoverRequest, of record: ApplicationRecord, to target: String) throws -> CaseChange {
        let next = try step(record, .cityAssigns)
        var application = record.application
        application.addTransfer(
            from: record.queue ?? "", to: target, reason: request.reason, officer: request.officer, at: request.at)
        let outgoing = try makeStatus(
            .transferred, of: record, institution: target,
            detail: Self.transferDetail(registry, target, request.reason),
            at: request.at)
        var change = CaseChange(
            applicationNo: record.applicationNo, expectedVersion: record.version, caseState: nil,
            status: outgoing.status,
            envelope: outgoing.envelope, actor: request.actor, event: "transferAssigned", leaseID: nil, at: request.at)
        change.detail = "\(record.queue ?? "") → \(target)"
        change.handover = Handover(state: next.rawValue, returns: record.handover.returns)
        change.responsible = target
        change.referralState = ReferralState.queued.rawValue
        change.applicationMessage = .replaced(applicationMessage(of: record, to: target, at: request.at))
        change.content = JSONValue.object(application.content).serialized()
        return change
    }

    /// It belongs outside the city: a dead letter goes there (FZ-07), which the gateway records. The institution that hands it
    /// over stays the one to ask.
    func handOutside(_ request: HandoverRequest, of record: ApplicationRecord, to name: String) throws -> CaseChange {
        try checkTransferable(record)
        let next = try step(record, .leavesCity)
        var application = record.application
        application.addTransfer(
            from: record.queue ?? "", to: name, reason: request.reason, officer: request.officer, at: request.at)
        let detail = JSONObject([("transfer", ["toName": .string(name), "reason": .string(request.reason)])])
        let outgoing = try makeStatus(
            .transferred, of: record, institution: record.queue, detail: detail, at: request.at)
        var change = CaseChange(
            applicationNo: record.applicationNo, expectedVersion: record.version,
            caseState: CaseState.transferredOut.rawValue, status: outgoing.status, envelope: outgoing.envelope,
            actor: request.actor, event: "externalHandover", leaseID: nil, at: request.at)
        change.handover = Handover(state: next.rawValue, returns: record.handover.returns)
        change.applicationMessage = .ends
        change.endsClocks = true
        change.content = JSONValue.object(application.content).serialized()
        return change
    }

    /// The change of a sign-in by the institution that was asked: from now on it is the one that is responsible.
    func takeOver(_ record: ApplicationRecord, by target: String, leaseID: String, at now: Instant) throws
        -> CaseChange
    {
        let next = try step(record, .targetSignsIn)
        var application = record.application
        application.signLastTransfer(at: now)
        let reason = application.value("transferChain")?.array?.last?["reason"]?.string ?? ""
        let outgoing = try makeStatus(
            .transferred, of: record, institution: target, detail: Self.transferDetail(registry, target, reason),
            at: now)
        var change = CaseChange(
            applicationNo: record.applicationNo, expectedVersion: record.version,
            caseState: CaseMachine.start(route: record.aidRoute).rawValue, status: outgoing.status,
            envelope: outgoing.envelope,
            actor: target, event: "transferSignedIn", leaseID: leaseID, at: now)
        // The first institution's case ends as transferred; what begins is the case of the one that took it over.
        change.detail =
            "\(record.queue ?? "") → \(target)" + (record.caseState.map { ", \($0) → transferredOut" } ?? "")
        change.handover = Handover(state: next.rawValue, returns: record.handover.returns)
        change.responsible = target
        change.referralState = try referralStep(record, .signIn)
        change.content = JSONValue.object(application.content).serialized()
        return change
    }

    /// A transfer that another system announces: the same as asking for it here, where it may.
    func transfer(
        _ record: ApplicationRecord, _ message: LegalAidApplication, _ followUp: FollowUp
    ) -> CaseChange {
        let now = followUp.receivedAt
        let detail = message.value("transfer")?.object ?? JSONObject()
        let reason = detail["reason"]?.string ?? ""
        let request = HandoverRequest(
            reason: reason, officer: message.text("firstContact.officer"), actor: followUp.partnerID, at: now,
            dueAt: handoverLimit(of: record.application, from: now))
        let isStation =
            registry.partners[followUp.partnerID].flatMap { SenderType(rawValue: $0.senderType) }
            .map { [.workstation, .contactPoint, .legalAidInstitution].contains($0) } ?? true
        if isStation, let target = institution(named: detail["to"]?.string), target != record.queue,
            let change = try? propose(request, of: record, to: target)
        {
            return change
        }
        var change = CaseChange(of: record, actor: followUp.partnerID, event: "transferNoted", at: now)
        change.institutionMessages = institutionMessages(.transfer, record, record.application, detail, now)
        return change
    }

    /// An institution by its code, or by a code of another system's that ends with its division.
    func institution(named code: String?) -> String? {
        guard let code else { return nil }
        if registry.institutions[code] != nil { return code }
        let fitting = registry.institutions.values.filter { $0.division.map { code.hasSuffix($0) } ?? false }
        return fitting.count == 1 ? fitting.first?.code : nil
    }

    /// CLK-24: from when on a proposal that nobody answered goes to the city centre.
    func handoverLimit(of application: LegalAidApplication, from now: Instant) -> Instant? {
        pipeline.triage.clocks(startedBy: .firstContact, at: now.timestamp, for: application)
            .first { $0.id == "CLK-24" }.map { Instant($0.dueAt) }
    }

    /// The institution of the whole city: the one whose division is a prefecture-level city's (GB/T 2260 `xxxx00`).
    var cityCentre: String? {
        registry.institutions.values.filter { $0.division?.hasSuffix("00") ?? false }.map(\.code).min()
    }

    private func escalation(_ record: ApplicationRecord, _ now: Instant) -> [Envelope] {
        guard let cityCentre else { return [] }
        return [
            institutionMessage(
                .escalation, of: record, content: record.application.content,
                detail: JSONObject([("responsible", .text(record.queue) ?? .null)]), to: cityCentre, at: now)
        ]
    }

    private static func transferDetail(_ registry: Registry, _ target: String, _ reason: String) -> JSONObject {
        let institution = registry.institutions[target]
        return JSONObject([
            (
                "transfer",
                .compact([
                    ("to", .string(target)), ("toName", .text(institution?.name)), ("phone", .text(institution?.phone)),
                    ("reason", .string(reason)),
                ])
            )
        ])
    }

    /// Until the decision; a case that has begun must be in a state that its machine lets go.
    private func checkTransferable(_ record: ApplicationRecord) throws(Problem) {
        guard let state = record.state else { return }
        let legal = CaseMachine.legalEvents(in: state, route: record.aidRoute)
        guard legal.contains(.transfer) else { throw Problem.illegalStep(.transfer, in: state, legal: legal) }
    }

    private func step(_ record: ApplicationRecord, _ event: HandoverEvent) throws(Problem) -> HandoverState {
        do {
            return try HandoverMachine.next(record.handoverState, event, returns: record.handover.returns)
        } catch {
            var problem = Problem(
                .illegalTransition, zh: "转办处于“\(error.state.zh)”，不能执行 \(event.rawValue)；允许的步骤见 legal。",
                en: "The hand-over is in \(error.state.rawValue); \(event.rawValue) is not allowed there.")
            problem.members = [
                ("state", .string(error.state.rawValue)), ("legal", .array(error.legal.map { .string($0.rawValue) })),
            ]
            throw problem
        }
    }

    private func referralStep(_ record: ApplicationRecord, _ event: ReferralEvent) throws(Problem) -> String {
        do {
            return try ReferralMachine.next(record.referral, event).rawValue
        } catch {
            throw Problem(
                .illegalTransition, zh: "转介处于“\(error.state.zh)”，不能执行此步骤。",
                en: "The referral is in \(error.state.rawValue); \(event.rawValue) is not allowed there.")
        }
    }
}

extension LegalAidApplication {
    /// Adds a link to the transfer chain.
    mutating func addTransfer(from: String, to: String, reason: String, officer: String?, at now: Instant) {
        let chain = value("transferChain")?.array ?? []
        let link = JSONValue.compact([
            ("seq", JSONValue(chain.count + 1)), ("from", .string(from)), ("to", .string(to)),
            ("at", .string(now.timestamp.rfc3339)), ("reason", .string(reason)), ("officer", .text(officer)),
        ])
        set("transferChain", .array(chain + [link]))
    }

    mutating func signLastTransfer(at now: Instant) {
        guard var chain = value("transferChain")?.array, !chain.isEmpty else { return }
        chain[chain.count - 1]["signedInAt"] = .string(now.timestamp.rfc3339)
        set("transferChain", .array(chain))
    }
}

extension Problem {
    static func illegalStep(_ event: CaseEvent, in state: CaseState, legal: [CaseEvent]) -> Problem {
        var problem = Problem(
            .illegalTransition, zh: "案件处于“\(state.zh)”，不能执行 \(event.rawValue)；允许的步骤见 legal。",
            en: "The case is in \(state.rawValue); \(event.rawValue) is not allowed there. legal lists what is.")
        problem.members = [
            ("state", .string(state.rawValue)), ("legal", .array(legal.map { .string($0.rawValue) })),
        ]
        return problem
    }
}
