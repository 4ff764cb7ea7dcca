import Canonical
import Messaging
import StrictJSON
import Translation
import Transport
import Triage
import Vocabulary

/// What is known around an event in the life of an application.
struct Circumstances: Sendable {
    /// Who reports it.
    var actor: String
    var at: Instant
    /// When it happened, where that was told apart from `at`: clocks go by it.
    var occurredAt: Instant?
    /// The institution that the sender is told of; the responsible one where nothing is said.
    var institution: String?
    /// What the sender is told beside the status.
    var statusDetail = JSONObject()
    /// The institution that gets the application, or gets it back.
    var target: String?
    var reason: String?
    /// The application as the clock rules read it; the one on file where nothing is said.
    var application: LegalAidApplication?
    /// Clocks on file, where the event moves clocks.
    var clocks: [Clock] = []
    /// A last day that somebody set.
    var until: CalendarDate?
}

extension CaseClerk {
    /// The change that an event makes, with all that it tells and moves.
    ///
    /// - Throws: `Problem` where the application's standing does not allow the event; `RenderError`; `StoreError.corrupt`
    ///   where the application cannot be read.
    func change(
        by event: ApplicationEvent, of record: ApplicationRecord, _ circumstances: Circumstances
    ) throws -> CaseChange {
        let transition: ApplicationMachine.Transition
        do throws(ApplicationMachine.Refusal) {
            transition = try ApplicationMachine.transition(from: record.standing, on: event, route: record.route)
        } catch {
            throw Problem.refused(error)
        }
        var change = CaseChange(
            of: record, event, historyEvent: event.historyEvent, actor: circumstances.actor, at: circumstances.at)
        change.occurredAt = circumstances.occurredAt
        for effect in transition.effects {
            try prepare(effect, in: &change, of: record, becoming: transition.standing, circumstances)
        }
        return change
    }

    /// The same for an event that nobody waits to hear refused.
    ///
    /// - Returns: nothing where the standing does not allow it.
    /// - Throws: `StoreError.corrupt` where the application cannot be read.
    func changeIfAllowed(
        _ make: () throws -> CaseChange
    ) throws(StoreError) -> CaseChange? {
        do {
            return try make()
        } catch let error as StoreError {
            throw error
        } catch is Problem {
            // Only the machine refuses so.
            return nil
        } catch {
            throw StoreError.failed("a step that tells no sender could not be made: \(type(of: error))")
        }
    }

    /// Whether a sign-in comes within one working day of the receipt (实施方案 三(二)).
    func isTimely(_ now: Instant, of record: ApplicationRecord) -> Bool {
        let last = current.triage.calendar.end(
            of: 1, .workingDay, from: record.receivedAt.timestamp.date, rollsOver: false)
        return now.timestamp.date <= last
    }

    private func prepare(
        _ effect: ApplicationEffect, in change: inout CaseChange, of record: ApplicationRecord,
        becoming standing: ApplicationStanding, _ circumstances: Circumstances
    ) throws {
        let now = circumstances.at
        let responsible = record.queue ?? ""
        switch effect {
        case .endMessage, .endClocks: break
        case .sendMessage:
            var carried = record
            carried.standing = standing
            change.applicationMessage = try applicationMessage(
                of: carried, to: circumstances.target ?? responsible, at: now)
        case .moveClocks(let trigger):
            change.clocks += current.triage.advance(
                circumstances.clocks, by: trigger, at: (circumstances.occurredAt ?? now).timestamp,
                for: try circumstances.application ?? record.application, until: circumstances.until
            ).map { RunningClock($0) }
        case .tellSender(let code):
            let outgoing = try makeStatus(
                code, of: record, institution: circumstances.institution ?? record.queue,
                detail: circumstances.statusDetail, at: now)
            (change.status, change.statusMessage) = (outgoing.status, outgoing.envelope)
        case .tellResponsibleOfWithdrawal:
            let detail = JSONObject([("reason", .text(circumstances.reason) ?? .null)])
            change.institutionMessages += try institutionMessages(
                .withdrawal, record, try record.application, detail, now)
        case .tellTargetOfWithdrawal:
            change.institutionMessages += try withdrawalForTarget(of: record, because: circumstances.reason, at: now)
        case .tellResponsibleOfReturn:
            let detail = JSONObject([
                ("by", .text(record.handover.to) ?? .null), ("reason", .text(circumstances.reason) ?? .null),
            ])
            change.institutionMessages += try institutionMessages(
                .returned, record, try record.application, detail, now)
        case .tellCityCentre: change.institutionMessages += try escalation(of: record, at: now)
        }
    }

    /// What the institution learns that was asked to take what its sender has taken back.
    private func withdrawalForTarget(
        of record: ApplicationRecord, because reason: String?, at now: Instant
    ) throws(StoreError) -> [Envelope] {
        guard let asked = record.handover.to else { return [] }
        // An institution outside the city gets letters: the one that wrote to it must write again.
        let target = registry.institutions[asked] == nil ? record.queue ?? "" : asked
        let detail = JSONObject([("reason", .text(reason) ?? .null)])
        return [
            try institutionMessage(
                .withdrawal, of: record, content: try record.application.content, detail: detail, to: target, at: now)
        ]
    }

    /// What the city centre learns where it must decide.
    private func escalation(of record: ApplicationRecord, at now: Instant) throws(StoreError) -> [Envelope] {
        guard let cityCentre else { return [] }
        let detail = JSONObject([("responsible", .text(record.queue) ?? .null)])
        return [
            try institutionMessage(
                .escalation, of: record, content: try record.application.content, detail: detail, to: cityCentre,
                at: now)
        ]
    }
}

extension ApplicationEvent {
    /// What the history says of it.
    fileprivate var historyEvent: HistoryEvent {
        switch self {
        case .chooseQueue: .entry(.queueChosen)
        case .returnToSender: .entry(.returned)
        case .senderCancels: .entry(.cancelled)
        case .signIn: .entry(.signedIn)
        case .report(let step): .step(step)
        case .proposeHandover: .entry(.transferProposed)
        case .targetSignsIn: .entry(.transferSignedIn)
        case .targetReturns: .entry(.transferReturned)
        case .handoverTimeout: .entry(.transferEscalated)
        case .cityAssigns: .entry(.transferAssigned)
        case .handOutside: .entry(.externalHandover)
        case .outsideSignsIn: .entry(.externalReceipt)
        case .personApplies: .entry(.leadConsented)
        case .answerLead(.contacted): .entry(.leadContacted)
        case .answerLead(.consented): .entry(.leadConsented)
        case .answerLead(.declined): .entry(.leadDeclined)
        case .answerLead(.passedOn): .entry(.leadPassedOn)
        }
    }

    /// The word for it in an answer; nothing for what no institution asks for.
    fileprivate var word: String? {
        switch self {
        case .chooseQueue, .returnToSender, .senderCancels, .handoverTimeout, .personApplies: nil
        case .signIn: "signIn"
        case .report(let step): step.rawValue
        case .proposeHandover: "notCompetent"
        case .targetSignsIn: "targetSignsIn"
        case .targetReturns: "targetReturns"
        case .cityAssigns: "cityAssigns"
        case .handOutside: "leavesCity"
        case .outsideSignsIn: "outsideSignsIn"
        case .answerLead(let answer): answer.rawValue
        }
    }
}

extension Problem {
    /// Why an event may not happen now, and what may.
    static func refused(_ refusal: ApplicationMachine.Refusal) -> Problem {
        let standing = refusal.standing
        if standing.isLead { return leadRefusal(standing) }
        switch refusal.event {
        case .answerLead, .personApplies: return leadRefusal(standing)
        case .report(let step): return refused(step, standing, legal: refusal.legal)
        case .signIn, .chooseQueue, .returnToSender, .senderCancels:
            return Problem(
                .wrongState, zh: "该转介处于“\(standing.referral.zh)”，不能执行此步骤。",
                en: "The referral is in \(standing.referral.rawValue); that is not possible now.")
        case .proposeHandover, .targetSignsIn, .targetReturns, .handoverTimeout, .cityAssigns, .handOutside,
            .outsideSignsIn:
            if let state = standing.caseState, standing.handover != .proposed, !refusal.legal.contains(.transfer) {
                return illegalStep(.transfer, in: state, legal: refusal.legal)
            }
            var problem = Problem(
                .illegalTransition,
                zh: "转办处于“\(standing.handover.zh)”，不能执行 \(refusal.event.word ?? "")；允许的步骤见 legal。",
                en:
                    "The hand-over is in \(standing.handover.rawValue); \(refusal.event.word ?? "") is not allowed there."
            )
            problem.members = [
                ("state", .string(standing.handover.rawValue)), ("legal", .array(legalHandovers(standing))),
            ]
            return problem
        }
    }

    /// What is no application yet, or is one by now, is answered by other calls.
    static func leadRefusal(_ standing: ApplicationStanding) -> Problem {
        guard standing.isLead else {
            return Problem(
                .wrongState, zh: "这不是线索，或已转为申请；请按申请办理。",
                en: "This is no lead, or has become an application; treat it as one.")
        }
        let isOpen = standing.lead?.isOpen == true && standing.referral == .leadOnly
        var problem = Problem(
            .illegalTransition,
            zh: isOpen
                ? "这是线索，当事人尚未申请；请调用 POST /v1/leads/{id}/answers，可用值见 legal。"
                : "该线索已了结或已由报送单位撤回，不能再执行此步骤。",
            en: isOpen
                ? "This is a lead: the person has not applied. Use POST /v1/leads/{id}/answers; legal lists what it takes."
                : "The lead is over, or its sender took it back; nothing more can be done with it.")
        problem.members = [
            ("state", .text(standing.lead?.rawValue) ?? .null),
            ("legal", .array(isOpen ? LeadAnswer.allCases.map { .string($0.rawValue) } : [])),
        ]
        return problem
    }

    private static func refused(
        _ step: CaseEvent, _ standing: ApplicationStanding, legal: [CaseEvent]
    ) -> Problem {
        guard let state = standing.caseState, standing.referral == .signedIn else {
            return Problem(
                .wrongState, zh: "该申请处于“\(standing.referral.zh)”，尚未由本机构签收；请先领取并确认签收。",
                en:
                    "The application is in \(standing.referral.rawValue) and not signed in; lease and acknowledge it first."
            )
        }
        return illegalStep(step, in: state, legal: legal.filter { $0 != .transfer })
    }

    private static func illegalStep(_ event: CaseEvent, in state: CaseState, legal: [CaseEvent]) -> Problem {
        var problem = Problem(
            .illegalTransition, zh: "案件处于“\(state.zh)”，不能执行 \(event.rawValue)；允许的步骤见 legal。",
            en: "The case is in \(state.rawValue); \(event.rawValue) is not allowed there. legal lists what is.")
        problem.members = [
            ("state", .string(state.rawValue)), ("legal", .array(legal.map { .string($0.rawValue) })),
        ]
        return problem
    }

    private static func legalHandovers(_ standing: ApplicationStanding) -> [JSONValue] {
        let events: [ApplicationEvent] = [.proposeHandover, .targetSignsIn, .targetReturns, .cityAssigns, .handOutside]
        return events.filter { event in
            let next = try? ApplicationMachine.transition(from: standing, on: event, route: .byApplication)
            return next != nil
        }.compactMap(\.word).map(JSONValue.string)
    }
}
