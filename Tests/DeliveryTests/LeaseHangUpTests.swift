import Messaging
import Observability
import StrictJSON
import Testing
import Transport
import Vocabulary

@testable import Delivery

/// Applications must not lie with a caller that is gone.
@Suite struct LeaseHangUpTests {
    private static func lease(from router: Router, hungUp: Bool = false) async throws -> (HTTPResponse, [JSONValue]) {
        var request = HTTPRequest(
            method: "POST", path: "/v1/queues/CZ-TN/leases", query: [], headers: [("Authorization", "Bearer CZ-TN")],
            body: Array(#"{"max":10,"leaseSeconds":3600}"#.utf8))
        request.hasHungUp = { hungUp }
        let answer = await router.respond(to: request)
        return (answer, try JSONValue(parsing: answer.body)["leases"]?.array ?? [])
    }

    @Test func `who has hung up is given nothing, and what reached nobody is there for the next at once`() async throws
    {
        let hall = try await DeliveryHall(partners: [])
        let router = hall.leaseRouter
        let number = try await hall.application()
        #expect(try await Self.lease(from: router, hungUp: true).1.isEmpty)
        let (lost, taken) = try await Self.lease(from: router)
        #expect(taken.count == 1 && taken[0]["attempt"] == 1 && taken[0]["version"] == 1)
        #expect(try await Self.lease(from: router).1.isEmpty)
        await lost.undelivered?(false)
        let (_, again) = try await Self.lease(from: router)
        #expect(again.map { $0["applicationNo"]?.string } == [number] && again[0]["attempt"] == 1)
        #expect(again[0]["idempotencyKey"] == taken[0]["idempotencyKey"])
        await hall.remove()
    }
}
