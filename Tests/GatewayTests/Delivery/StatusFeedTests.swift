import Foundation
import Messaging
import StrictJSON
import Testing
import Transport

@testable import gateway

@Suite struct StatusFeedTests {
    @Test func `a status that was committed late never slips in behind a cursor`() async throws {
        let hall = try await DeliveryHall(partners: [])
        let application = try await hall.application()
        try await hall.status(application, to: "court", "one")
        let first = try await hall.store.feed(partner: "court", after: nil, limit: 10, now: hall.now)
        #expect(first.map(\.position) == [1])
        // Its id is smaller than the one that was read already.
        let late = Envelope(
            id: "00000000000000000000000001", channel: .status, correlationID: try await hall.application(),
            sender: "CZ-TN", senderMessageID: "s", recipient: "court", payload: [76], mediaType: "text/plain",
            createdAt: hall.now, dueAt: nil, priority: 0, keepUntil: nil)
        _ = try await hall.store.changeCase(
            CaseChange(
                applicationNo: late.correlationID, expectedVersion: 1, caseState: nil, status: nil, envelope: late,
                actor: "CZ-TN", event: "step", leaseID: nil, at: hall.now))
        let second = try await hall.store.feed(partner: "court", after: 1, limit: 10, now: hall.now)
        #expect(second.map(\.envelope.id) == [late.id])
        #expect(second.map(\.position) == [2])
        #expect(try await hall.backlog() == 1)
        // A cursor that nobody was given confirms nothing.
        #expect(try await hall.store.feed(partner: "court", after: 99, limit: 10, now: hall.now).isEmpty)
        #expect(try await hall.backlog() == 1)
        await hall.remove()
    }

    @Test func `pages follow each other, and old cursors give the same again`() async throws {
        let hall = try await DeliveryHall(partners: [])
        for number in 0..<25 { try await hall.status(try await hall.application(), to: "court", "\(number)") }
        try await hall.status(try await hall.application(), to: "police", "theirs")
        var texts: [String] = []
        var cursor: Int64?
        while true {
            let page = try await hall.store.feed(partner: "court", after: cursor, limit: 10, now: hall.now)
            guard let last = page.last else { break }
            texts += page.map { String(decoding: $0.envelope.payload, as: UTF8.self) }
            cursor = last.position
        }
        #expect(texts == (0..<25).map { "\($0)" })
        #expect(try await hall.backlog() == 1)
        let again = try await hall.store.feed(partner: "court", after: 0, limit: 500, now: hall.now)
        #expect(again.map { String(decoding: $0.envelope.payload, as: UTF8.self) } == texts)
        await hall.remove()
    }

    @Test func `what nobody fetched in time lies in the tray, and comes anew when it is sent again`() async throws {
        let hall = try await DeliveryHall(partners: [])
        try await hall.status(try await hall.application(), to: "court", "a", keep: 60)
        #expect(try await hall.store.feed(partner: "court", after: nil, limit: 9, now: hall.now).count == 1)
        hall.advance(seconds: 61)
        #expect(try await hall.store.feed(partner: "court", after: nil, limit: 9, now: hall.now).isEmpty)
        let dead = try #require(try await hall.deadLetters().first)
        #expect(dead.reason == .expired)
        _ = try await hall.store.requeue(dead.id, version: nil, queue: nil, hall.act(.retry, "they want it"))
        let again = try await hall.store.feed(partner: "court", after: 1, limit: 9, now: hall.now)
        #expect(again.map(\.position) == [2])
        await hall.remove()
    }

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
