import Canonical
import Messaging
import Observability
import StrictJSON
import Translation
import Transport
import Triage
import Vocabulary

/// One step of the case machine with what it tells.
struct CaseStep {
    let event: CaseEvent
    let next: CaseState
    let code: StatusCode?

    init(_ event: CaseEvent, on record: ApplicationRecord) throws(Problem) {
        guard let state = record.state, record.referral == .signedIn else {
            throw Problem(
                .wrongState, zh: "该申请处于“\(record.referral.zh)”，尚未由本机构签收；请先领取并确认签收。",
                en: "The application is in \(record.referralState) and not signed in; lease and acknowledge it first.")
        }
        // A transfer changes who is responsible, and that only when the other institution signs in.
        guard event != .transfer else {
            throw Problem(
                .badRequest, zh: "转办请调用 POST /v1/applications/{id}/transfer。",
                en: "Use POST /v1/applications/{id}/transfer to hand a case over.")
        }
        do {
            next = try CaseMachine.next(state, event, route: record.aidRoute)
        } catch {
            throw Problem.illegalStep(event, in: state, legal: error.legal.filter { $0 != .transfer })
        }
        self.event = event
        code = event.status
    }
}
