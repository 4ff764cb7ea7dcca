import Foundation
import Messaging
import StrictJSON
import Testing
import Transport
import Vocabulary

@testable import Cases
@testable import Intake
@testable import Storage
@testable import gateway

/// What the monthly bulletin counts is counted as it happens, and can be counted anew.
@Suite struct TallyTests {
    private func tallies(_ world: World, _ month: String = "2026-03") async throws -> [CaseTally] {
        try await world.store.caseTallies(month: month)
    }

    @Test func `a case is counted once, where it stands`() async throws {
        let world = try await World(seed: 21)
        world.go(to: try Walk.moment("2026-03-02T09:00"))
        var walk = Walk(world)
        try await walk.receive("application")
        #expect(try await tallies(world).map(\.facts.state) == [nil])
        try await walk.say("signIn")
        try await walk.say("acceptProvisionally")
        try await walk.say("grant")
        let granted = try #require(try await tallies(world).first)
        #expect(granted.applications == 1 && granted.facts.state == .granted && granted.facts.institution == "CZ-TN")
        #expect(granted.facts.measures == [.provisionallyAccepted] && granted.facts.signedInTimely == true)
        #expect(granted.facts.matter == "civil" && granted.facts.partner == "CZ-TN")
        #expect(try await tallies(world).count == 1)
        #expect(try await tallies(world, "2026-04").isEmpty)
        #expect(try await world.database.talliesAgree())
        await world.remove()
    }

    @Test(arguments: [
        ("2026-09-30T18:00", "2026-10-08T17:00", true), ("2026-09-30T00:00", "2026-10-09T00:00", false),
        ("2026-10-09T18:00", "2026-10-10T20:00", true), ("2026-10-09T18:00", "2026-10-12T09:00", false),
    ])
    func `a sign-in is timely within one working day`(received: String, signed: String, isTimely: Bool) async throws {
        let world = try await World(seed: 22)
        world.go(to: try Walk.moment(received))
        var walk = Walk(world)
        try await walk.receive("application")
        try walk.go(to: signed)
        try await walk.say("signIn")
        try await walk.say("accept")
        #expect(try await tallies(world, String(received.prefix(7))).map(\.facts.signedInTimely) == [isTimely])
        await world.remove()
    }

    @Test func `limits are counted by how they came out and for whoever was responsible then`() async throws {
        let world = try await World(seed: 23)
        world.go(to: try Walk.moment("2026-03-02T09:00"))
        var walk = Walk(world)
        try await walk.receive("elsewhere")
        try walk.go(to: "2026-03-03T10:00")
        try await walk.say("signIn")
        try await walk.say("accept")
        try walk.go(to: "2026-03-20T10:00")
        try await walk.say("grant")
        let found = try await world.store.clockTallies(
            from: try Walk.moment("2026-03-01T00:00"), to: try Walk.moment("2026-04-01T00:00"), now: world.now)
        let decision = found.filter { $0.clock == "CLK-05" }
        // The former clock ended with the hand-over, for the first contact; the other came too late.
        #expect(decision.contains { $0.standing == .late && $0.institution == walk.institution })
        #expect(decision.contains { $0.standing == .ended && $0.institution == "CZ-TN" })
        #expect(decision.reduce(0) { $0 + $1.clocks } == 2)
        #expect(try await world.database.talliesAgree())
        await world.remove()
    }

    @Test(arguments: [
        "UPDATE case_tally SET applications = applications + 1", "DELETE FROM clock_tally",
        "UPDATE message_tally SET messages = messages + 3",
        #"UPDATE application SET facts = '{"partner":"nobody"}'"#, "UPDATE application SET facts = NULL",
        "UPDATE clock_tally SET institution = 'CZ-WJ' WHERE institution = 'CZ-TN'",
    ])
    func `figures that are wrong are found and counted anew`(damage: String) async throws {
        let world = try await World(seed: 24)
        world.go(to: try Walk.moment("2026-03-02T09:00"))
        var walk = Walk(world)
        try await walk.receive("application")
        try await walk.say("signIn")
        let before = try await tallies(world).map(\.facts)
        #expect(try await world.database.talliesAgree())
        try await world.database.write { connection throws(StoreError) in _ = try connection.run(damage, []) }
        #expect(try await !world.database.talliesAgree(), "\(damage)")
        try await world.database.recountTallies()
        #expect(try await world.database.talliesAgree(), "\(damage)")
        // Whether it was signed in in time is known from the facts alone.
        let after = try await tallies(world).map { tally in
            var facts = tally.facts
            if damage.contains("SET facts") { facts.signedInTimely = before.first?.signedInTimely }
            return facts
        }
        #expect(after == before)
        await world.remove()
    }

    @Test func `a lead is counted in the month in which the person applied`() async throws {
        let flow = try FlowGateway()
        let receipt = try await flow.send(
            "lead", "TL-1", from: "civil",
            [("recipient", ["name": "测试甲"]), ("source", ["senderCaseRef": "T-1"])])
        let number = try #require(receipt["applicationNo"]?.string, "\(receipt.text())")
        let queue = try #require(receipt["queue"]?.string ?? "CZ-SZ")
        let month = String(Instant(Date()).rfc3339.prefix(7))
        func applications() async throws -> Int? {
            try await flow.gateway.desk.ask("GET", "/v1/reports/monthly?month=\(month)")["applications"]?.int
        }
        #expect(try await applications() == 0)
        _ = try await flow.institution(queue).ask(
            "POST", "/v1/leads/\(number)/answers",
            body: Array(#"{"event":"consented","consent":{"by":"self","form":"oral"}}"#.utf8))
        #expect(try await applications() == 1)
        await flow.end()
    }

    @Test func `coverage is told of the cases that a procuratorate lists, and of its own alone`() async throws {
        let flow = try FlowGateway()
        _ = try await flow.partner("procuratorate").ask(
            "POST", "/v1/referrals",
            body: try flow.example("procuratorate/defence-notice/examples/all-fields.utf8bom.xml"),
            mediaType: "application/xml")
        let month = String(Instant(Date()).rfc3339.prefix(7))
        let path = "/v1/reports/review-cases/\(month)"
        func list(_ body: String, as partner: String = "procuratorate") async throws -> (status: Int, json: JSONValue) {
            try await flow.partner(partner).call("PUT", path, body: Array(body.utf8))
        }
        let first = try await list(#"{"caseNumbers":["32041220230098701"," 32041220230098702 ","32041220230098701"]}"#)
        #expect(first.status == 200 && first.json["cases"] == 2 && first.json["notified"] == 1)
        // A list takes the place of the one before, and other partners' cases are not found by the same number.
        let second = try await list(#"{"caseNumbers":["32041220230098703"]}"#)
        #expect(second.json["cases"] == 1 && second.json["notified"] == 0)
        #expect(try await list(#"{"caseNumbers":[]}"#, as: "court").status == 403)
        for wrong in [
            "{}", #"{"caseNumbers":"1"}"#, #"{"caseNumbers":[""]}"#, #"{"caseNumbers":[1]}"#, #"{"numbers":[]}"#,
        ] {
            #expect(try await list(wrong).status == 400, "\(wrong)")
        }
        let report = try await flow.gateway.desk.ask("GET", "/v1/reports/monthly?month=\(month)")
        #expect(report.at("coverage")?[0]?["cases"] == 1)
        await flow.end()
    }
}
