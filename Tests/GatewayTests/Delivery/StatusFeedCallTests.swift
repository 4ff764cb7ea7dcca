import Foundation
import Messaging
import StrictJSON
import Testing
import Transport

@testable import gateway

@Suite struct StatusFeedCallTests {
    @Test func `a partner without an address reads its feed, in its own format or the canonical one`() async throws {
        let gateway = try GatewayProcess(courtWays: "")
        try gateway.start()
        let waiting = Task {
            try await eventually("there is news") {
                let news = try await gateway.remote.ask("GET", "/v1/status-events?wait=30")
                return news["events"]?[0] == nil ? .none : news
            }
        }
        _ = try await gateway.remote.ask(
            "POST", "/v1/referrals", body: courtNotice("F-1"), mediaType: "application/xml")
        let lease = try #require(try await gateway.institution.leases().first)
        try await gateway.institution.acknowledge(lease)
        let news = try await waiting.value
        let event = try #require(news["events"]?[0])
        let body = try #require(event["body"]?.string.flatMap { Data(base64Encoded: $0) })
        #expect(String(decoding: body, as: UTF8.self).contains("<JGZT>01</JGZT>"))
        #expect(event["mediaType"]?.string?.contains("xml") == true)
        let cursor = try #require(news["next"]?.string)
        // Not confirmed yet: the same again, this time canonical.
        let client = HTTPClient()
        let canonical = try await client.send(
            OutgoingRequest(
                method: "GET", url: gateway.remote.url + "/v1/status-events",
                headers: [
                    ("Authorization", "Bearer \(GatewayProcess.partnerToken)"),
                    ("Accept", "application/vnd.legal-aid-gateway.status+json"),
                ], body: [], timeout: .seconds(60)))
        let same = try JSONValue(parsing: canonical.body)["events"]?[0]
        #expect(same?.at("status.code") == "01")
        #expect(same?["idempotencyKey"] == event["idempotencyKey"])
        #expect(try await gateway.remote.ask("GET", "/v1/status-events?after=\(cursor)")["events"]?.array == [])
        #expect(try await gateway.remote.ask("GET", "/v1/status-events")["events"]?.array == [])
        #expect(try await gateway.remote.call("GET", "/v1/status-events?after=x").status == 400)
        #expect(try await gateway.remote.call("GET", "/v1/status-events?wait=31").status == 400)
        await client.close()
        gateway.stop()
        gateway.remove()
    }

    @Test func `a stop does not wait for those who wait`() async throws {
        let gateway = try GatewayProcess(courtWays: "")
        try gateway.start()
        let waiting = Task { try await gateway.remote.call("GET", "/v1/status-events?wait=30") }
        // Answered, so the other call is surely in.
        _ = try await gateway.remote.call("GET", "/v1/status-events")
        #expect(gateway.stop() == 0)
        _ = try? await waiting.value
        gateway.remove()
    }
}
