import Cases
import Intake
import Messaging
import Operations
import StrictJSON

/// What the operator services ask of the two doors.
struct IntakeCaseServices: CaseServices {
    let intake: IntakeService
    let backDoor: BackDoor

    func replay(
        _ bytes: [UInt8], of deadLetter: DeadLetterDetail, superseding old: SupersededDeadLetter
    ) async throws -> JSONValue {
        try await DeadLetterReplay(intake).replay(bytes: bytes, of: deadLetter, superseding: old)
    }

    func dryRun(_ bytes: [UInt8], of deadLetter: DeadLetterDetail) throws -> JSONValue {
        try DeadLetterReplay(intake).dryRun(bytes: bytes, of: deadLetter)
    }

    func rejection(of deadLetter: DeadLetterDetail, reason: String) throws -> Envelope? {
        try backDoor.rejection(of: deadLetter, reason: reason)
    }

    func route(ofApplication applicationNo: String) async throws -> RouteAnswer {
        switch try await intake.reassess(applicationNo: applicationNo)?.now.target {
        case .queue(let queue, _)?: .queue(queue)
        case .unroutable(let reason)?: .none(why: reason.detail)
        case nil: .none(why: applicationNo)
        }
    }

    func reassess(applicationNo: String) async throws -> Reassessment? {
        try await intake.reassess(applicationNo: applicationNo, explain: true).map {
            Reassessment(
                applicationNo: applicationNo, receivedAt: $0.record.receivedAt, application: try $0.record.application,
                now: $0.now, rules: $0.rules)
        }
    }

    func retryMatch(
        _ id: String, version: DeadLetterVersion, act: AuditAct
    ) async throws(StoreError) -> DeadLetterActResult {
        try await intake.retryMatch(id, version: version, act: act)
    }

    func attachParked(
        _ id: String, to applicationNo: String, act: AuditAct
    ) async throws(StoreError) -> FollowUpAttachment {
        try await intake.attachParked(id, to: applicationNo, act: act)
    }

    func key(ofPerson idNumber: String) -> String { intake.key(ofPerson: idNumber) }
}
