import Messaging
import StrictJSON
import Transport
import Vocabulary

/// Stands in for every institution while a partner rehearses: what the partner asks for happens, and is told as an institution's
/// own steps are. In a gateway that is no rehearsal it refuses.
public struct RehearsalInstitution: Sendable {
    /// Besides the steps of a case.
    public static let signIn = "signIn"
    /// Leases looked at for the one that brings an application.
    private static let leased = 500

    private let backDoor: BackDoor
    private let store: any MessageStore
    private let isRehearsal: Bool

    public init(_ backDoor: BackDoor, store: any MessageStore, isRehearsal: Bool) {
        self.backDoor = backDoor
        self.store = store
        self.isRehearsal = isRehearsal
    }

    public var routes: [Route] {
        [
            Route("POST", "/v1/rehearsal/applications/{id}/steps", for: .partner) { request, visit in
                guard isRehearsal else {
                    throw Problem(
                        .forbidden, zh: "只有演练凭证（credentials.xml 中 test=\"true\"）可以调用。",
                        en: "Only a rehearsal credential (test=\"true\" in credentials.xml) may call this.")
                }
                return try await step(request, on: visit.value("id"), for: visit.caller())
            }
        ]
    }

    private func step(_ request: HTTPRequest, on number: String, for partner: Caller) async throws -> HTTPResponse {
        let isSignIn = try request.jsonObject()["event"]?.string == Self.signIn
        if isSignIn {
            _ = try request.read { $0.word("event", among: [Self.signIn]) }
        } else {
            try backDoor.checkReport(request)
        }
        guard let record = try await store.application(number), record.partnerID == partner.id else {
            throw Problem(.notFound, zh: "演练中没有这个受理号。", en: "The rehearsal has no such application.")
        }
        guard let code = record.queue else {
            throw Problem(
                .wrongState, zh: "规则没有确定承办机构，演练无法继续；请按回执的提示更正报文。",
                en: "The rules name no institution; mend the message as its receipt says.")
        }
        let institution = Caller(role: .institution, id: code)
        return isSignIn
            ? try await signIn(record, institution) : try await backDoor.report(request, on: number, from: institution)
    }

    private func signIn(_ record: ApplicationRecord, _ institution: Caller) async throws -> HTTPResponse {
        let now = backDoor.now()
        let leases = try await store.lease(
            queue: institution.id, max: Self.leased, now: now, ends: now.advanced(seconds: 60))
        var isDone = false
        for lease in leases {
            if lease.envelope.correlationID == record.applicationNo {
                let version = try await backDoor.signIn(
                    applicationNo: record.applicationNo, leaseID: lease.id, caller: institution)
                isDone = version != nil || isDone
            } else {
                _ = try await store.settle(leaseID: lease.id, .returnUnseen, actor: institution.id, now: now)
            }
        }
        guard isDone, let after = try await store.application(record.applicationNo) else {
            throw Problem(.wrongState, zh: "该申请不在待签收的队列中。", en: "The application is not waiting to be signed in.")
        }
        let running = try await backDoor.clocks(of: after).filter(\.isRunning).map(\.json)
        return .json(
            .compact([
                ("applicationNo", .string(after.applicationNo)), ("state", .text(after.standing.caseState?.rawValue)),
                ("status", .string(StatusCode.signedIn.rawValue)), ("reportedToSender", true),
                ("version", JSONValue(after.version)), ("clocks", .array(running)),
            ]))
    }
}
