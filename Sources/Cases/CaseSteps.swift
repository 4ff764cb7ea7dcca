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
    /// - Throws: `Problem` where the application's standing does not allow the event; `RenderError`.
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
        for effect in transition.effects { try prepare(effect, in: &change, of: record, circumstances) }
        return change
    }

    private func prepare(
        _ effect: ApplicationEffect, in change: inout CaseChange, of record: ApplicationRecord,
        _ circumstances: Circumstances
    ) throws(RenderError) {
        let now = circumstances.at
        let responsible = record.queue ?? ""
        switch effect {
        case .endMessage, .endClocks: break
        case .sendMessage:
            change.applicationMessage = applicationMessage(
                of: record, to: circumstances.target ?? responsible, at: now)
        case .moveClocks(let trigger):
            change.clocks += current.triage.advance(
                circumstances.clocks, by: trigger, at: (circumstances.occurredAt ?? now).timestamp,
                for: circumstances.application ?? record.application, until: circumstances.until
            ).map { RunningClock($0) }
        case .tellSender(let code):
            let outgoing = try makeStatus(
                code, of: record, institution: circumstances.institution ?? record.queue,
                detail: circumstances.statusDetail, at: now)
            (change.status, change.statusMessage) = (outgoing.status, outgoing.envelope)
        case .tellTargetOfWithdrawal:
            guard let target = record.handover.to else { return }
            let detail = JSONObject([("reason", .text(circumstances.reason) ?? .null)])
            change.institutionMessages.append(
                institutionMessage(
                    .withdrawal, of: record, content: record.application.content, detail: detail, to: target, at: now))
        case .tellResponsibleOfReturn:
            let detail = JSONObject([
                ("by", .text(record.handover.to) ?? .null), ("reason", .text(circumstances.reason) ?? .null),
            ])
            change.institutionMessages += institutionMessages(.returned, record, record.application, detail, now)
        case .tellCityCentre:
            guard let cityCentre else { return }
            change.institutionMessages.append(
                institutionMessage(
                    .escalation, of: record, content: record.application.content,
                    detail: JSONObject([("responsible", .text(record.queue) ?? .null)]), to: cityCentre, at: now))
        }
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
        }
    }

    /// The word for it in an answer; nothing for what no institution asks for.
    fileprivate var word: String? {
        switch self {
        case .chooseQueue, .returnToSender, .senderCancels, .handoverTimeout: nil
        case .signIn: "signIn"
        case .report(let step): step.rawValue
        case .proposeHandover: "notCompetent"
        case .targetSignsIn: "targetSignsIn"
        case .targetReturns: "targetReturns"
        case .cityAssigns: "cityAssigns"
        case .handOutside: "leavesCity"
        }
    }
}

extension Problem {
    /// Why an event may not happen now, and what may.
    static func refused(_ refusal: ApplicationMachine.Refusal) -> Problem {
        let standing = refusal.standing
        switch refusal.event {
        case .report(let step): return refused(step, standing, legal: refusal.legal)
        case .signIn, .chooseQueue, .returnToSender, .senderCancels:
            return Problem(
                .wrongState, zh: "该转介处于“\(standing.referral.zh)”，不能执行此步骤。",
                en: "The referral is in \(standing.referral.rawValue); that is not possible now.")
        case .proposeHandover, .targetSignsIn, .targetReturns, .handoverTimeout, .cityAssigns, .handOutside:
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
        guard step != .transfer else {
            return Problem(
                .badRequest, zh: "转办请调用 POST /v1/applications/{id}/transfer。",
                en: "Use POST /v1/applications/{id}/transfer to hand a case over.")
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
