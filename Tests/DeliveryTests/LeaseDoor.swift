import Messaging
import Observability
import StrictJSON
import Transport
import Vocabulary

@testable import Delivery

extension DeliveryHall {
    /// The calls by which CZ-TN leases what is queued for it.
    var leaseRouter: Router {
        let service = LeaseService(
            store: store, limits: LeaseService.Limits(), wakeups: Wakeups(), now: { self.now }, cases: NoSignIn(),
            log: Log(sink: .none, now: { "" }))
        return Router(
            routes: service.routes,
            doorkeeper: Doorkeeper(
                callers: [Digest.hex(Digest.sha256(Array("CZ-TN".utf8))): Caller(role: .institution, id: "CZ-TN")]),
            explain: { error, _ in Problem(.internalError, zh: "", en: "\(error)") })
    }
}

/// No cases behind the leases.
private struct NoSignIn: SignIn {
    func reason(of content: JSONValue, to institution: String) -> String { "new" }
    func signIn(applicationNo: String, leaseID: String, caller: Caller) async throws -> Int? { nil }
}
