import Messaging
import Observability
import StrictJSON
import Synchronization
import Testing
import Transport

@testable import Delivery

private let tianning = Endpoint(.application, "CZ-TN")
private let wujin = Endpoint(.application, "CZ-WJ")
private let court = Endpoint(.status, "CZ-TN")

@Suite struct WakeupsTests {
    @Test func `only who waits at an endpoint is woken for it`() {
        let wakeups = Wakeups()
        let here = wakeups.listen(at: [tianning])
        let there = wakeups.listen(at: [wujin])
        let other = wakeups.listen(at: [court])
        let both = wakeups.listen(at: [tianning, wujin])
        wakeups.wake([tianning])
        #expect(here.isWoken && both.isWoken)
        #expect(!there.isWoken && !other.isWoken)
        #expect(!wakeups.listen(at: [tianning]).isWoken)
        wakeups.close()
        #expect(there.isWoken && other.isWoken)
    }

    @Test func `what comes between listening and waiting is not missed`() async {
        let wakeups = Wakeups()
        let listener = wakeups.listen(at: [tianning])
        wakeups.wake([tianning])
        await listener.wait(atMost: .seconds(600))
    }

    @Test func `everybody who sleeps at an endpoint is woken, and a close wakes all`() async {
        let wakeups = Wakeups()
        let listeners = (0..<20).map { wakeups.listen(at: $0 < 10 ? [tianning] : [wujin, court]) }
        await withTaskGroup { group in
            for listener in listeners { group.addTask { await listener.wait(atMost: .seconds(600)) } }
            wakeups.wake([tianning])
            for _ in 0..<10 { await group.next() }
            #expect(listeners.filter(\.isWoken).count == 10)
            wakeups.close()
        }
    }

    @Test func `a waiter whose task is cancelled goes`() async {
        let wakeups = Wakeups()
        let waiting = Task { await wakeups.listen(at: [tianning]).wait(atMost: .seconds(600)) }
        waiting.cancel()
        await waiting.value
    }
}

/// What institutions that wait for work cost the store.
@Suite struct WaitingLeaseTests {
    /// Acknowledges without telling anybody.
    private struct Acknowledgement: SignIn {
        let hall: DeliveryHall

        func reason(of content: JSONValue, to institution: String) -> String { "new" }

        func signIn(applicationNo: String, leaseID: String, caller: Caller) async throws -> Int? {
            try await hall.store.settle(leaseID: leaseID, .acknowledge, actor: caller.id, now: hall.now) ? 1 : nil
        }
    }

    @Test func `an application wakes the institution that it is queued for, and costs the other nothing`() async throws
    {
        let hall = try await DeliveryHall(partners: [])
        let wakeups = Wakeups()
        let told = Mutex<[Set<Endpoint>]>([])
        hall.store.onQueued { endpoints in
            told.withLock { $0.append(endpoints) }
            wakeups.wake(endpoints)
        }
        let service = LeaseService(
            store: hall.store, limits: LeaseService.Limits(), wakeups: wakeups, now: { hall.now },
            cases: Acknowledgement(hall: hall), log: Log(sink: .none, now: { "" }))
        let router = Router(
            routes: service.routes,
            doorkeeper: Doorkeeper(
                callers: Dictionary(
                    uniqueKeysWithValues: ["CZ-TN", "CZ-WJ"].map {
                        (Digest.hex(Digest.sha256(Array($0.utf8))), Caller(role: .institution, id: $0))
                    })), explain: { error, _ in Problem(.internalError, zh: "", en: "\(error)") })
        @Sendable func lease(_ queue: String) async throws -> [JSONValue] {
            let answer = await router.respond(
                to: HTTPRequest(
                    method: "POST", path: "/v1/queues/\(queue)/leases", query: [],
                    headers: [("Authorization", "Bearer \(queue)")], body: Array(#"{"waitSeconds":30}"#.utf8)))
            return try JSONValue(parsing: answer.body)["leases"]?.array ?? []
        }
        let elsewhere = wakeups.listen(at: [wujin])
        async let first = lease("CZ-TN")
        _ = try await hall.application(queue: "CZ-TN")
        #expect(try await first.count == 1)
        #expect(!elsewhere.isWoken)
        async let second = lease("CZ-WJ")
        _ = try await hall.application(queue: "CZ-WJ")
        #expect(try await second.count == 1)
        #expect(told.withLock { $0 } == [[tianning], [wujin]])
        await hall.remove()
    }
}
