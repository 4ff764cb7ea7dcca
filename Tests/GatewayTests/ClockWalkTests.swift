import Foundation
import Messaging
import StrictJSON
import Testing
import Transport
import Triage
import Vocabulary

@testable import Cases
@testable import Intake
@testable import Storage
@testable import gateway

@Suite struct ClockWalks {
    private static func world(at time: String = "2026-03-02T09:00") async throws -> World {
        let world = try await World(seed: 11)
        world.go(to: try Walk.moment(time))
        return world
    }

    @Test func `every clock rule has its walk`() async throws {
        let world = try await Self.world()
        let rules = Set(world.front.intake.clerk.current.triage.book.filter { $0.part == .clock }.map(\.id))
        let walked = Set(ClockWalk.all.map(\.clock) + ClockWalk.judged.map(\.clock))
        #expect(rules.subtracting(walked).subtracting(["CLK-08"]).isEmpty)
        #expect(walked.isSubset(of: rules))
        await world.remove()
    }

    @Test(arguments: ClockWalk.all) func `a clock goes from its start to its stop by public calls`(
        row: ClockWalk
    ) async throws {
        let world = try await Self.world()
        var walk = Walk(world)
        for (index, event) in row.events.enumerated() {
            try walk.go(to: event.time)
            let isLast = index == row.events.count - 1
            if isLast {
                let running = try #require(try await walk.clock(row.clock), "\(row.clock) before \(event.name)")
                #expect(running.isRunning && running.isMet == nil, "\(running)")
            }
            if index == 0 { try await walk.receive(row.message) } else { try await walk.say(event.name) }
            if isLast {
                let stopped = try await walk.clock(row.clock)
                #expect(stopped?.phase == .stopped(at: world.now.timestamp), "\(String(describing: stopped))")
                let counted = try await world.store.clocks(of: walk.number).first { $0.clock.id == row.clock }?.clock
                #expect(counted?.isRunning == false && counted?.endedAt?.timestamp == world.now.timestamp)
            }
        }
        await world.remove()
    }

    @Test(arguments: ClockWalk.judged.map(\.clock)) func `a limit that is over when the message comes is judged`(
        clock: String
    ) async throws {
        let row = try #require(ClockWalk.judged.first { $0.clock == clock })
        let world = try await Self.world(at: row.received)
        var walk = Walk(world)
        try await walk.receive(row.message)
        #expect(try await walk.clock(clock)?.isMet != nil)
        await world.remove()
    }

    @Test func `clocks go by the event, and how late its report is stands apart`() async throws {
        let world = try await Self.world()
        var walk = Walk(world)
        try await walk.receive("application")
        try walk.go(to: "2026-03-02T10:00")
        try await walk.say("signIn")
        try walk.go(to: "2026-03-13T15:00")
        try await walk.say("accept", [("occurredAt", "2026-03-02T11:00:00+08:00")])
        let granted = try await walk.say("grant", [("occurredAt", "2026-03-05"), ("officer", "zhang")])
        #expect(granted["occurredAt"]?.string?.hasPrefix("2026-03-05T23:59:59") == true && granted["daysLate"] == 8)
        // It was kept, although the word of it came four days after the limit.
        let decision = try #require(try await walk.clock("CLK-05"))
        #expect(decision.phase.over?.date.iso == "2026-03-05" && decision.dueAt.date.iso == "2026-03-09")
        // Assigning runs from the decision: it is overdue already.
        let assigning = try #require(try await walk.clock("CLK-06"))
        #expect(assigning.dueAt.date.iso == "2026-03-09" && assigning.isOverdue(at: world.now.timestamp))
        let entry = try #require(try await world.store.trace(referral: walk.referralID)).history.map(\.entry)
            .first { $0.event == .step(.grant) }
        #expect(entry?.at == world.now && entry?.occurredAt?.timestamp.date.iso == "2026-03-05")
        // The document's own date is gone by where nothing else is said.
        let assigned = try await walk.say("assign", [("assignment", ["unit": "测试律所", "date": "2026-03-09"])])
        #expect(assigned["occurredBy"] == "assignment.date")
        #expect(try await walk.clock("CLK-06")?.phase.over?.date.iso == "2026-03-09")
        let signed = try await walk.say("agreementSigned")
        #expect(signed["occurredAt"] == nil && signed["daysLate"] == nil && signed["warnings"] == nil)
        await world.remove()
    }

    @Test(arguments: [
        "2026-03-14", "2026-03-13T15:03:00+08:00", "2026-03-01", "2026-03-02T08:59:00+08:00", "2026-02-30", "gestern",
        "2026-03-05T25:00:00+08:00", "2026-03-03",
    ])
    func `a time that cannot be is refused`(text: String) async throws {
        let world = try await Self.world()
        var walk = Walk(world)
        try await walk.receive("application")
        try await walk.say("signIn")
        try walk.go(to: "2026-03-13T15:00")
        try await walk.say("accept", [("occurredAt", "2026-03-04")])
        for wrong in [.string(text), 5, .null] as [JSONValue] {
            let problem = await #expect(throws: Problem.self) {
                try await walk.say("grant", [("occurredAt", wrong)])
            }
            #expect(problem?.kind == .badRequest)
            #expect(problem?.errors.map { $0.at("location.path") } == ["/occurredAt"])
        }
        #expect(try await walk.clock("CLK-05")?.isRunning == true)
        await world.remove()
    }

    @Test func `a time far back and a document's impossible date are told in the answer`() async throws {
        let world = try await Self.world()
        var walk = Walk(world)
        try await walk.receive("application")
        try await walk.say("signIn")
        try walk.go(to: "2026-05-20T15:00")
        let far = try await walk.say("accept", [("occurredAt", "2026-03-04")])
        #expect(far["daysLate"] == 77 && far["warnings"]?.array?.count == 1)
        let before = try await walk.say("grant", [("decision", ["date": "2026-03-01"])])
        #expect(before["occurredAt"] == nil && before["warnings"]?[0]?.string?.contains("decision.date") == true)
        #expect(try await walk.clock("CLK-06")?.startedAt == world.now.timestamp)
        await world.remove()
    }

    @Test func `papers that the gateway receives end the pause when they are complete`() async throws {
        let world = try await Self.world()
        var walk = Walk(world)
        try await walk.receive("application")
        try await walk.say("signIn")
        try walk.go(to: "2026-03-04T09:00")
        try await walk.say(
            "requestSupplement", [("missing", [["kind": "indictment", "title": "起诉书"], ["title": "证人证言"]])])
        let paused = try #require(try await walk.clock("CLK-05"))
        #expect(paused.phase == .paused(since: world.now.timestamp, left: 5))
        try walk.go(to: "2026-03-10T09:00")
        try await walk.supplement([["kind": "indictment", "title": "起诉书"]])
        #expect(try await walk.clock("CLK-05")?.phase == paused.phase)
        try walk.go(to: "2026-03-11T09:00")
        try await walk.supplement([["kind": "other", "title": "证人证言"]])
        #expect(try await walk.clock("CLK-05")?.dueAt.date.iso == "2026-03-16")
        #expect(try await walk.clock("CLK-09")?.phase == .stopped(at: world.now.timestamp))
        // The institution's word of it two days later changes nothing.
        try walk.go(to: "2026-03-13T09:00")
        try await walk.say("supplemented")
        #expect(try await walk.clock("CLK-05")?.dueAt.date.iso == "2026-03-16")
        await world.remove()
    }

    @Test func `a consultation becomes an application with its own clock and calls`() async throws {
        let world = try await Self.world()
        var walk = Walk(world)
        try await walk.receive("dutyLawyer")
        try await walk.say("signIn")
        #expect(try await walk.clock("CLK-05") == nil)
        try walk.go(to: "2026-03-04T09:00")
        let applied = try await walk.say("apply")
        #expect(applied["state"] == "pendingIntake")
        #expect(try await walk.clock("CLK-05")?.startedAt == world.now.timestamp)
        let record = try #require(try await world.store.application(walk.number))
        let application = try record.application
        #expect(record.route == .byApplication && application.aidRoute == .byApplication)
        #expect(try await walk.say("accept")["state"] == "accepted")
        await world.remove()
    }

    @Test func `a clock that is over with its case says so wherever it is read`() async throws {
        let world = try await Self.world()
        var walk = Walk(world)
        try await walk.receive("application")
        try await walk.say("signIn")
        try await walk.say("requestSupplement")
        try walk.go(to: "2026-03-20T09:00")
        try await walk.say("withdraw")
        for record in try await world.store.clocks(of: walk.number) {
            let clock = try record.clock.clock(of: walk.number)
            guard clock.isMet == nil else { continue }
            #expect(clock.phase == .ended(at: world.now.timestamp), "\(record.clock.id)")
        }
        await world.remove()
    }

    @Test func `a second notice for the same person and proceeding notifies the same application again`() async throws {
        let world = try await Self.world()
        var walk = Walk(world)
        try await walk.receive("notice")
        let first = walk.number
        try await walk.say("signIn")
        try walk.go(to: "2026-03-03T09:00")
        try await walk.say("assign")
        let limit = try await walk.clock("CLK-04")
        try walk.go(to: "2026-03-05T09:00")
        try await walk.receive("noticeAgain 1")
        #expect(walk.number == first)
        // The first notice's limit was kept, whatever the organ repeats.
        #expect(try await walk.clock("CLK-04") == limit)
        #expect(walk.receipt["clocks"] == [])
        try walk.go(to: "2026-03-09T09:00")
        try await walk.say("personRefuses")
        try walk.go(to: "2026-03-10T09:00")
        try await walk.receive("noticeAgain 2")
        #expect(walk.number == first)
        #expect(try await walk.clock("CLK-04")?.startedAt == world.now.timestamp)
        #expect(try await walk.clock("CLK-04#1") != nil)
        let told = walk.receipt["clocks"]?.array?.map { [$0["id"], $0["dueAt"]] }
        #expect(told == [["CLK-04", .string("2026-03-13T23:59:59+08:00")]])
        try await walk.say("renotified")
        #expect(try await walk.clock("CLK-04")?.phase == .stopped(at: world.now.timestamp))
        let record = try #require(try await world.store.application(first))
        let events = try record.application.value("progress.events")?.array ?? []
        #expect(events.compactMap { $0["code"]?.string } == ["noticeRepeated", "noticeRepeated"])
        // What was ended begins anew with another notice.
        try await walk.say("ownLawyerRetained")
        try await walk.receive("noticeAgain 3")
        #expect(walk.number != first)
        await world.remove()
    }

    /// Takes everything that lies in an institution's queue about the walk's application.
    private func takeAll(_ walk: Walk, by institution: String) async throws {
        let world = walk.world
        let leases = try await world.store.lease(
            queue: institution, max: 10, now: world.now, ends: world.now.advanced(seconds: 60))
        for lease in leases where lease.envelope.correlationID == walk.number {
            let caller = Caller(role: .institution, id: institution)
            #expect(try await world.back.signIn(applicationNo: walk.number, leaseID: lease.id, caller: caller))
        }
    }

    @Test func `a hand-over that came back, and one that did not, leave no clock of the first contact running`()
        async throws
    {
        let world = try await Self.world()
        var walk = Walk(world)
        try await walk.receive("elsewhere")
        let target = Caller(role: .institution, id: walk.institution)
        _ = try await world.back.giveBack(post(["reason": "不属本机构管辖"]), on: walk.number, from: target)
        #expect(try await walk.clock("CLK-24")?.isRunning == true)
        walk.institution = "CZ-TN"
        try await takeAll(walk, by: "CZ-TN")
        try walk.go(to: "2026-03-02T11:00")
        try await walk.say("accept")
        #expect(try await walk.clock("CLK-24")?.phase == .ended(at: world.now.timestamp))

        var other = Walk(world)
        try await other.receive("forwarded")
        let first = Caller(role: .institution, id: other.institution)
        try await takeAll(other, by: first.id)
        try await other.say("requestSupplement")
        #expect(try await other.clock("CLK-09")?.isRunning == true)
        _ = try await world.back.transfer(post(["to": "CZ-SZ", "reason": "级别管辖"]), on: other.number, from: first)
        try walk.go(to: "2026-03-03T09:00")
        try await takeAll(other, by: "CZ-SZ")
        #expect(try await other.clock("CLK-09")?.phase == .ended(at: world.now.timestamp))
        await world.remove()
    }
}
