import StrictJSON
import Testing

@testable import gateway

@Suite struct EndpointServiceTests {
    @Test func `an operator closes a queue with a reason, everybody sees it, and opens it again`() async throws {
        let gateway = try GatewayProcess()
        try gateway.start()
        _ = try await gateway.remote.ask(
            "POST", "/v1/referrals", body: courtNotice("P-1"), mediaType: "application/xml")
        let reason = Array(#"{"reason":"they move house"}"#.utf8)
        #expect(try await gateway.desk.call("POST", "/v1/queues/CZ-TN/pause").status == 400)
        #expect(try await gateway.institution.call("POST", "/v1/queues/CZ-TN/pause", body: reason).status == 403)
        #expect(try await gateway.desk.call("POST", "/v1/queues/NOWHERE/pause", body: reason).status == 404)
        #expect(try await gateway.desk.call("POST", "/v1/partners/nobody/pause", body: reason).status == 404)
        _ = try await gateway.desk.ask("POST", "/v1/queues/CZ-TN/pause", body: reason)
        #expect(try await gateway.desk.call("POST", "/v1/queues/CZ-TN/pause", body: reason).status == 409)
        #expect(try await gateway.institution.leases().isEmpty)
        let endpoints = try await gateway.desk.ask("GET", "/v1/outlets")["outlets"]?.array ?? []
        let queue = endpoints.first { $0["recipient"] == "CZ-TN" }
        #expect(queue?.at("paused.reason") == "they move house")
        #expect(queue?.at("paused.by") == "wang")
        #expect(endpoints.first { $0["recipient"] == "court" }?["circuit"] == "closed")
        _ = try await gateway.desk.ask("POST", "/v1/queues/CZ-TN/resume", body: reason)
        #expect(try await gateway.institution.leases().count == 1)
        _ = try await gateway.desk.ask("POST", "/v1/partners/court/pause", body: reason)
        _ = try await gateway.desk.ask("POST", "/v1/partners/court/resume", body: reason)
        gateway.stop()
        gateway.remove()
    }
}
