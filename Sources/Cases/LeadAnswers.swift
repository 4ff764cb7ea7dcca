import Canonical
import Messaging
import Observability
import StrictJSON
import Transport
import Triage
import Vocabulary

/// What an institution says of a lead in a call.
struct LeadReport: Sendable {
    let answer: LeadAnswer
    /// When it happened; when the call came where nothing is said.
    let at: Instant
    let officer: String?
    let reason: String?
    /// Whose will was recorded, and how.
    let consent: Consent?
    /// The institution that should speak with the person.
    let to: String?

    struct Consent: Sendable {
        /// `self` or `agent`, as `consent.applyWill` has it.
        let by: String
        let form: String
        let evidence: String?
    }
}

extension BackDoor {
    /// `POST /v1/leads/{id}/answers`: what became of a lead. Where the person wants legal aid it is an application from
    /// then on: it keeps its number, and its clocks start at the consent.
    func answerLead(_ request: HTTPRequest, _ applicationNo: String, from caller: Caller) async throws -> HTTPResponse {
        let now = now()
        let codes = registry.institutions.keys.sorted()
        let report = try request.read { LeadReport(in: &$0, institutions: codes, now: now) }
        guard let record = try await store.application(applicationNo), record.standing.lead != nil,
            (record.queue ?? clerk.cityCentre) == caller.id
        else { throw Self.noLead(applicationNo) }
        try report.check(against: record, now: now)
        let application = try record.application
        let evidence = try await clerk.evidence(on: [application], in: store, at: now)(application)
        var change = try clerk.change(of: record, by: report, evidence: evidence, caller: caller, at: now)
        change.sharesUntil = CaseClerk.keepUntil(of: evidence)
        guard try await store.changeCase(change) == .changed,
            let after = try await store.application(applicationNo)
        else { throw Self.stale }
        log.info(
            "lead answered",
            [
                ("applicationNo", .string(applicationNo)), ("answer", .string(report.answer.rawValue)),
                ("institution", .string(caller.id)),
            ])
        return .json(
            .compact([
                ("applicationNo", .string(applicationNo)), ("version", JSONValue(after.version)),
                ("lead", .text(after.standing.lead?.rawValue)),
                ("state", .text(after.standing.caseState?.rawValue)), ("institution", .text(after.queue)),
                ("reportedToSender", .bool(change.statusMessage != nil)),
                ("clocks", try Self.running(change)),
                ("missing", report.answer == .consented ? try after.application.value("missing") : nil),
            ]))
    }

    private static func noLead(_ applicationNo: String) -> Problem {
        Problem(
            .notFound, zh: "没有编号为 \(applicationNo) 的线索，或它不属于本机构。",
            en: "There is no lead \(applicationNo), or it is not this institution's.")
    }
}

extension CaseClerk {
    /// The change that an institution's word about a lead makes.
    ///
    /// - Throws: `Problem` where the lead is over; `RenderError`.
    func change(
        of record: ApplicationRecord, by report: LeadReport, evidence: [JSONValue], caller: Caller, at now: Instant
    ) throws -> CaseChange {
        let next: LeadState =
            switch report.answer {
            case .contacted: .contacted
            case .consented: .applied
            case .declined: .declined
            case .passedOn: .registered
            }
        let institution = report.to ?? caller.id
        var circumstances = Circumstances(
            actor: caller.acting(as: report.officer), at: now, institution: institution)
        circumstances.target = institution
        circumstances.statusDetail = next.statusDetail
        var change = try change(by: .answerLead(report.answer), of: record, circumstances)
        var application = try record.application
        application.noteLead(report, next)
        change.responsible = institution
        switch report.answer {
        case .contacted, .declined: break
        case .passedOn:
            application.addTransfer(
                from: caller.id, to: institution, reason: report.reason ?? "", officer: report.officer, at: now)
            change.detail = "\(caller.id) → \(institution)"
        case .consented:
            application = apply(application, at: report.at, evidence, in: &change)
            // What follows upon it cannot lie before it, but may lie before this call.
            if report.at != now { change.occurredAt = report.at }
        }
        change.content = CanonicalContent(application.content)
        return change
    }

    /// A supplement to a lead that brings the person's own will makes an application of it, which somebody must sign in.
    ///
    /// - Parameter application: with what the supplement added.
    func leadApplies(
        _ record: ApplicationRecord, _ application: LegalAidApplication, _ message: LegalAidApplication,
        _ followUp: FollowUp
    ) throws(StoreError) -> CaseChange? {
        guard record.standing.lead?.isOpen == true, let will = message.applyWill, ["self", "agent"].contains(will)
        else {
            return nil
        }
        let now = followUp.receivedAt
        var circumstances = Circumstances(actor: followUp.partnerID, at: now)
        circumstances.target = record.queue ?? cityCentre
        // Only the machine can refuse: what its sender took back stays so.
        guard
            var change = try changeIfAllowed({ try self.change(by: .personApplies, of: record, circumstances) })
        else { return nil }
        var lead = application
        lead.set("lead.state", .string(LeadState.applied.rawValue))
        lead.set("lead.answeredAt", .string(now.timestamp.rfc3339))
        lead.set("consent.applyWill", .string(will))
        let applied = apply(lead, at: now, message.value("shares")?.array ?? [], in: &change)
        change.responsible = circumstances.target
        change.content = CanonicalContent(applied.content)
        return change
    }

    /// Its clocks start at the person's will.
    ///
    /// - Returns: what the rules of that day say of it now that it is an application.
    private func apply(
        _ lead: LegalAidApplication, at moment: Instant, _ evidence: [JSONValue], in change: inout CaseChange
    ) -> LegalAidApplication {
        var application = lead
        if application.intakeKind == .lead { application.set("intakeKind", .string(IntakeKind.application.rawValue)) }
        let target = application.value("target")
        // Hints are made anew; reasons of the gateway's own are no claim of the sender's.
        application.set("precheck", nil)
        application.set("urgency.level", application.value("urgency.claimed"))
        application.set("urgency.reasons", nil)
        application =
            current.triage.assess(
                application, receivedAt: moment.timestamp, evidence: evidence
            ).application
        // Who recorded the will is the institution; the rules were asked for everything else.
        application.set("target", target)
        change.appliedAt = moment
        change.clocks = current.triage.clocks(startedBy: .received, at: moment.timestamp, for: application)
            .map { RunningClock($0) }
        return application
    }
}

extension LegalAidApplication {
    fileprivate mutating func noteLead(_ report: LeadReport, _ state: LeadState) {
        set("lead.state", .string(state.rawValue))
        set("lead.officer", .text(report.officer))
        set("lead.reason", .text(report.reason))
        switch report.answer {
        case .contacted: set("lead.contactedAt", .string(report.at.timestamp.rfc3339))
        case .declined, .consented: set("lead.answeredAt", .string(report.at.timestamp.rfc3339))
        case .passedOn: break
        }
        guard let consent = report.consent else { return }
        set("consent.applyWill", .string(consent.by))
        set("lead.consentForm", .string(consent.form))
        set("lead.consentEvidence", .text(consent.evidence))
    }
}

extension LeadState {
    /// What the sender is told of a lead.
    package var statusDetail: JSONObject { JSONObject([("lead", ["state": .string(rawValue)])]) }

    init?(toldIn detail: JSONObject) {
        guard let state = detail["lead"]?["state"]?.string.flatMap(LeadState.init(rawValue:)) else { return nil }
        self = state
    }
}
