import Foundation
import Messaging
import StrictJSON
import Testing
import Transport
import Vocabulary

@testable import Cases
@testable import Storage
@testable import gateway

/// A hearing comes near and the person has no lawyer: somebody is told, whatever the clocks say.
@Suite struct HearingAlertTests {
    private static func hearings(_ world: World, days: Int = 3) async throws -> [String] {
        try await world.store.hearingsWithoutLawyer(
            from: world.now, to: world.now.advanced(seconds: days * 86_400), limit: 10
        ).map(\.applicationNo)
    }

    @Test func `a near hearing is found until a lawyer is assigned`() async throws {
        let world = try await World(seed: 8)
        // The notice tells a hearing at 2023-11-28 09:30.
        world.go(to: try Walk.moment("2023-11-24T09:00"))
        var walk = Walk(world)
        try await walk.receive("notice")
        #expect(try await Self.hearings(world).isEmpty)
        try walk.go(to: "2023-11-25T09:30")
        #expect(try await Self.hearings(world) == [walk.number])
        try await walk.say("signIn")
        try await walk.say("checkNotice")
        #expect(try await Self.hearings(world) == [walk.number])
        try await walk.say("assign")
        #expect(try await Self.hearings(world).isEmpty)
        await world.remove()
    }

    @Test func `it is over once the hearing is past, and of what has ended nobody is told`() async throws {
        for end in ["past", "withdraw", "ownLawyerRetained"] {
            let world = try await World(seed: 9)
            world.go(to: try Walk.moment("2023-11-27T09:00"))
            var walk = Walk(world)
            try await walk.receive("notice")
            try await walk.say("signIn")
            #expect(try await Self.hearings(world) == [walk.number])
            if end == "past" { try walk.go(to: "2023-11-28T09:31") } else { try await walk.say(end) }
            #expect(try await Self.hearings(world).isEmpty, "\(end)")
            await world.remove()
        }
    }

    @Test func `who has a lawyer before the decision is not without one`() async throws {
        let world = try await World(seed: 10)
        world.go(to: try Walk.moment("2026-03-02T09:00"))
        var walk = Walk(world)
        try await walk.receive("heard")
        try await walk.say("signIn+startAdvance")
        #expect(try await Self.hearings(world) == [walk.number])
        try await walk.say("assign")
        #expect(try await Self.hearings(world).isEmpty)
        try await walk.say("replaceRequested")
        #expect(try await Self.hearings(world).isEmpty)
        await world.remove()
    }

    @Test func `it rings by the days that the settings give, and ends with the assignment`() async throws {
        let gateway = try GatewayProcess(courtWays: "")
        try gateway.set(#"<alerts everySeconds="5" settleSeconds="0" hearingDays="4"/>"#)
        try gateway.start()
        let soon = Instant(Date()).advanced(seconds: 2 * 86_400).timestamp.rfc3339
        let notice = String(decoding: courtNotice("H-1"), as: UTF8.self).replacing(
            "</AJLX>", with: "</AJLX><KTSJ>\(soon.prefix(10)) \(soon.dropFirst(11).prefix(5))</KTSJ>")
        let number = try #require(try await gateway.send(Array(notice.utf8))["applicationNo"]?.string)
        func rings() async throws -> Bool {
            let alerts = try await gateway.desk.ask("GET", "/v1/alerts")["alerts"]?.array ?? []
            return alerts.contains { $0["alert"] == "hearingNear" && $0["subject"]?.string == number }
        }
        _ = try await eventually("it rings") { try await rings() ? true : nil }
        for lease in try await gateway.institution.leases() { try await gateway.institution.acknowledge(lease) }
        for body in [
            JSONObject([("event", "checkNotice")]),
            JSONObject([("event", "assign")] + (FlowGateway.told["assign"] ?? [])),
        ] {
            _ = try await gateway.institution.ask(
                "POST", "/v1/applications/\(number)/status", body: JSONValue.object(body).serialized())
        }
        _ = try await eventually("it is over") { try await rings() ? nil : true }
        gateway.stop()
        gateway.remove()
    }
}
