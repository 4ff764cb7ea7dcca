import Foundation
import Messaging
import StrictJSON
import Testing
import Translation
import Transport
import Triage
import Vocabulary

@testable import Cases
@testable import Intake
@testable import Storage
@testable import gateway

/// Limits that move because a plan of days off or a rule comes into force.
@Suite struct LimitMoveTests {
    private static let plan = """
        <calendar xmlns="urn:legal-aid-gateway:calendar:1" year="2027">
          <off>2027-01-01 2027-02-05 2027-02-08 2027-02-09 2027-02-10 2027-02-11 2027-04-05 2027-05-03 2027-06-09 2027-09-15
          2027-10-01 2027-10-04 2027-10-05 2027-10-06 2027-10-07</off>
          <makeupWorkdays>2027-02-14</makeupWorkdays>
        </calendar>
        """

    /// Puts the plan in force as a reload does.
    private func publish(_ world: World) async throws -> String {
        let calendar = world.folder.appending(path: "calendar")
        try FileManager.default.copyItem(at: repository.appending(path: "config/calendar"), to: calendar)
        try Self.plan.write(to: calendar.appending(path: "2027.xml"), atomically: true, encoding: .utf8)
        let config = repository.appending(path: "config").path
        let triage = try Triage(
            rules: config + "/rules", calendar: calendar.path,
            institutions: InstitutionFile(path: config + "/institutions.xml"), digest: Digests.openSSL.sm3)
        let current = world.front.intake.clerk.current
        current.replace(with: MappingsAndRules(translator: current.translator, triage: triage))
        let digest = try #require(triage.digest)
        try await world.store.beginReckoning(by: digest, at: world.now)
        return digest
    }

    @Test func `a plan moves limits once, pauses included, and its institution hears which`() async throws {
        let world = try await World(seed: 5)
        world.go(to: try Walk.moment("2027-02-02T09:00"))
        var walk = Walk(world)
        try await walk.receive("application")
        try await walk.say("signIn")
        try walk.go(to: "2027-02-03T09:00")
        try await walk.say("requestSupplement", [("missing", [["kind": "indictment", "title": "起诉书"]])])
        try walk.go(to: "2027-02-04T09:00")
        try await walk.say("supplemented")
        let before = try #require(try await walk.clock("CLK-05"))
        #expect(before.dueAt.date.iso == "2027-02-10" && before.isProvisional)

        let rules = try await publish(world)
        #expect(try await world.back.reckonLimits(limit: 100) == 1)
        let after = try #require(try await walk.clock("CLK-05"))
        #expect(after.dueAt.date.iso == "2027-02-12" && !after.isProvisional && after.isRunning)
        // Nothing is left to move, also while clocks that began by the former plan are still looked for.
        #expect(try await world.back.reckonLimits(limit: 100) == 1)
        world.pass(seconds: 61)
        #expect(try await world.back.reckonLimits(limit: 100) == 1)
        #expect(try await world.back.reckonLimits(limit: 100) == 0)
        try await world.store.beginReckoning(by: rules, at: world.now)
        #expect(try await world.back.reckonLimits(limit: 100) == 0)

        let moved = try await world.store.movedLimits(of: "CZ-TN", before: nil, limit: 10)
        let decision = try #require(moved.first { $0.clock == "CLK-05" })
        #expect(decision.from.timestamp == before.dueAt && decision.to.timestamp == after.dueAt)
        #expect(decision.wasProvisional && !decision.isProvisional && decision.applicationNo == walk.number)
        #expect(Set(moved.map(\.clock)).count == moved.count)
        #expect(try await world.store.movedLimits(of: "CZ-WJ", before: nil, limit: 10).isEmpty)
        #expect(try await world.lastEvent(of: walk.number) == .entry(.limitsMoved))

        let leases = try await world.store.lease(
            queue: "CZ-TN", max: 10, now: world.now, ends: world.now.advanced(seconds: 60))
        #expect(leases.count == 1)
        let lease = try #require(leases.first)
        let notice = try #require(try JSONValue(parsing: lease.envelope.payload)["notice"])
        #expect(notice["kind"] == "limits" && notice["patch"] == [] && notice["limits"]?.array?.count == moved.count)
        let told = try #require(notice["limits"]?.array?.first { $0["clock"] == "CLK-05" })
        #expect(
            told["from"]?.string?.hasPrefix("2027-02-10") == true && told["to"]?.string?.hasPrefix("2027-02-12") == true
        )
        #expect(told["wasProvisional"] == true && told["provisional"] == false)
        await world.remove()
    }

    @Test func `many applications are reckoned page by page, and a damaged one stops none`() async throws {
        let world = try await World(seed: 6)
        world.go(to: try Walk.moment("2027-02-02T09:00"))
        var numbers: [String] = []
        for index in 0..<7 {
            let answer = try await world.front.receive(
                HTTPRequest(
                    method: "POST", path: "/v1/referrals", query: [], headers: [], body: courtNotice("M-\(index)")),
                from: Caller(role: .partner, id: "court-tianning"))
            numbers.append(try #require(try JSONValue(parsing: answer.body)["applicationNo"]?.string))
        }
        let damaged = numbers[2]
        try await world.database.write { connection throws(StoreError) in
            _ = try connection.run(
                "UPDATE application SET content = ? WHERE no = ?", [.blob(Array("no JSON".utf8)), .text(damaged)])
        }
        _ = try await publish(world)
        var looked: [Int] = []
        repeat { looked.append(try await world.back.reckonLimits(limit: 3)) } while looked.last == 3
        #expect(looked == [3, 3, 1])
        let moved = Set(try await world.store.movedLimits(of: nil, before: nil, limit: 500).map(\.applicationNo))
        #expect(moved == Set(numbers).subtracting([damaged]))
        #expect(try await world.store.countMovedLimits(since: world.now).count >= 6)
        await world.remove()
    }

    @Test func `what moves is listed for operators, in the window, by command and by call, and rings`() async throws {
        let gateway = try GatewayProcess(courtWays: "")
        try gateway.set("<cases sweepSeconds=\"1\"/><alerts everySeconds=\"5\"/>")
        let rules = try TriageOverTheGateway.rules(of: gateway)
        try gateway.start()
        let number = try #require(try await gateway.send(courtNotice("V-1"))["applicationNo"]?.string)
        try TriageOverTheGateway.edit(
            rules.appending(path: "clocks.xml"), #"title="收到通知后指派并告知办案机关""#,
            #"version="2" title="收到通知后指派并告知办案机关""#)
        try TriageOverTheGateway.edit(
            rules.appending(path: "clocks.xml"), #"/root/aidRoute = 'byNotification'" amount="3""#,
            #"/root/aidRoute = 'byNotification'" amount="30""#)
        gateway.reload()
        try await gateway.untilLogged("limits moved")
        let list = try await gateway.desk.ask("GET", "/v1/clocks/moved?institution=CZ-TN")
        #expect(list["moved"]?.array?.map { $0["clock"] } == ["CLK-04"] && list["next"] == nil)
        #expect(list["moved"]?[0]?["applicationNo"]?.string == number)
        #expect(try await gateway.desk.ask("GET", "/v1/clocks/moved?institution=CZ-WJ")["moved"] == [])
        #expect(try await gateway.desk.call("GET", "/v1/clocks/moved?after=x").status == 400)
        let lease = try await gateway.institution.ask(
            "POST", "/v1/queues/CZ-TN/leases", body: Array(#"{"max":10}"#.utf8))
        #expect(lease["leases"]?.array?.compactMap { $0["reason"]?.string }.sorted() == ["limits", "new"])
        try await eventually("it rings") {
            let alerts = try await gateway.desk.ask("GET", "/v1/alerts")["alerts"]?.array ?? []
            return alerts.contains { $0["alert"] == "limitsMoved" } ? true : nil
        }
        gateway.stop()
        gateway.remove()
    }
}
