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

    @Test(arguments: ClockWalk.judged.indices) func `a limit that is over when the message comes is judged`(
        index: Int
    ) async throws {
        let row = ClockWalk.judged[index]
        let world = try await Self.world(at: row.received)
        var walk = Walk(world)
        try await walk.receive(row.message)
        let clock = try #require(try await walk.clock(row.clock), "\(row.clock)")
        #expect(clock.isMet != nil, "\(row.clock)")
        if let judged = row.isMet { #expect(clock.isMet == judged, "\(row.clock) \(row.message)") }
        await world.remove()
    }

    @Test(arguments: ClockWalk.all) func `an end that would fall into a holiday lies on the day that the law has it`(
        row: ClockWalk
    ) async throws {
        let events = try row.shiftedToHoliday()
        let world = try await Self.world(at: events[0].time)
        var walk = Walk(world)
        for (index, event) in events.enumerated() {
            try walk.go(to: event.time)
            if index == 0 { try await walk.receive(row.holidayMessage) } else { try await walk.say(event.name) }
        }
        let clock = try #require(try await walk.clock(row.clock))
        #expect(clock.isRunning && clock.dueAt.date.iso == row.holiday.lastDay, "\(clock)")
        await world.remove()
    }

    @Test(arguments: ClockWalk.pauses.indices) func `a pause takes no day away, and nothing else pauses a clock`(
        index: Int
    ) async throws {
        let row = ClockWalk.pauses[index]
        let events = ClockWalk.events(row.events)
        let world = try await Self.world(at: events[0].time)
        var walk = Walk(world)
        for (index, event) in events.enumerated() {
            try walk.go(to: event.time)
            if index == 0 { try await walk.receive(row.message) } else { try await walk.say(event.name) }
            if index == 0 { #expect(try await walk.clock(row.clock)?.dueAt.date.iso == row.before) }
            if index == events.count - 2 {
                #expect(try await walk.clock(row.clock)?.isRunning == (row.before == row.after), "\(event)")
            }
        }
        let clock = try #require(try await walk.clock(row.clock))
        #expect(clock.isRunning && clock.dueAt.date.iso == row.after, "\(clock)")
        await world.remove()
    }

    @Test func `what came to the competent institution's own desk is received there, not when it is typed in`()
        async throws
    {
        let world = try await Self.world()
        var walk = Walk(world)
        try await walk.receive("atOwnDesk")
        // Friday the 27th of February; seven days from it.
        let decision = try #require(try await walk.clock("CLK-05"))
        #expect(decision.startedAt == (try Walk.moment("2026-02-27T15:00")).timestamp)
        #expect(decision.dueAt.date.iso == "2026-03-06")
        #expect(
            walk.receipt["clocks"]?.array?.first { $0["id"] == "CLK-05" }?["dueAt"] == "2026-03-06T23:59:59+08:00")
        #expect(try await walk.clock("CLK-24") == nil)
        await world.remove()
    }

    @Test func `what came to another desk is received by the competent institution when that signs for it`()
        async throws
    {
        let world = try await Self.world()
        var walk = Walk(world)
        try await walk.receive("atAnothersDesk")
        // One working day from the first contact: a Friday, and the day after it that is worked is Saturday the 28th.
        let service = try #require(try await walk.clock("CLK-24"))
        #expect(service.startedAt == (try Walk.moment("2026-02-27T15:00")).timestamp)
        #expect(service.dueAt.date.iso == "2026-02-28" && service.isOverdue(at: world.now.timestamp))
        try walk.go(to: "2026-03-03T10:00")
        try await walk.say("signIn")
        let decision = try #require(try await walk.clock("CLK-05"))
        #expect(decision.startedAt == world.now.timestamp && decision.dueAt.date.iso == "2026-03-10")
        #expect(try await walk.clock("CLK-24")?.phase == .stopped(at: world.now.timestamp))
        await world.remove()
    }

    @Test func `what a station handed on in time has a time of its own where its institution hands it on`() async throws
    {
        let world = try await Self.world()
        var walk = Walk(world)
        try await walk.receive("station")
        // The centre received it with the message (the statutory clock), the station before (the service's).
        #expect(try await walk.clock("CLK-05")?.startedAt == world.now.timestamp)
        let first = Caller(role: .institution, id: walk.institution)
        _ = try await world.back.transfer(post(["to": "CZ-SZ", "reason": "级别管辖"]), on: walk.number, from: first)
        #expect(try await walk.clock("CLK-24")?.isMet == nil)
        #expect(try await walk.clock("CLK-24#1")?.isMet == true)
        await world.remove()
    }

    @Test func `a lawyer works, is replaced and goes on before the decision, and the grant finds the work where it is`()
        async throws
    {
        for (events, granted) in [
            ("", "granted"), ("assign", "assigned"), ("assign+agreementSigned", "entrusted"),
            ("assign+workStarted", "inProgress"), ("assign+workStarted+replaceRequested", "replacing"),
            ("assign+agreementSigned+replaceRequested+replaced", "assigned"),
            ("assign+agreementSigned+replaceRequested+replaceDenied", "entrusted"),
            ("assign+workStarted+replaceRequested+replaced", "inProgress"),
        ] {
            let world = try await Self.world()
            var walk = Walk(world)
            try await walk.receive("application")
            try await walk.say("signIn+startAdvance")
            if !events.isEmpty { try await walk.say(events) }
            let answer = try await walk.say("grant")
            #expect(answer["state"]?.string == granted, "\(events)")
            // Who has a lawyer already is owed no assignment.
            #expect((try await walk.clock("CLK-06") == nil) == !events.isEmpty, "\(events)")
            if granted == "replacing" {
                #expect(try await walk.clock("CLK-13")?.isRunning == true)
                #expect(try await walk.say("replaced")["state"] == "inProgress")
            }
            await world.remove()
        }
    }

    @Test(arguments: [
        ("assign", "replaced", "assigned"), ("assign", "replaceDenied", "assigned"),
        ("assign+agreementSigned", "replaced", "assigned"), ("assign+agreementSigned", "replaceDenied", "entrusted"),
        ("assign+workStarted", "replaced", "inProgress"), ("assign+workStarted", "replaceDenied", "inProgress"),
    ]) func `after a replacement the case stands where its lawyer does, and another lawyer's time begins anew`(
        before: String, answer: String, after: String
    ) async throws {
        let world = try await Self.world()
        var walk = Walk(world)
        try await walk.receive("application")
        try await walk.say("signIn+accept+grant+\(before)")
        let signing = try await walk.clock("CLK-10")
        try walk.go(to: "2026-03-04T09:00")
        #expect(try await walk.say("replaceRequested")["state"] == "replacing")
        try walk.go(to: "2026-03-05T09:00")
        #expect(try await walk.say(answer)["state"]?.string == after)
        let now = try await walk.clock("CLK-10")
        if answer == "replaced" {
            #expect(
                now?.startedAt == world.now.timestamp && now?.isRunning == true && now?.dueAt.date.iso == "2026-03-10")
            #expect(try await walk.clock("CLK-10#1") != nil)
        } else {
            #expect(now == signing)
        }
        await world.remove()
    }

    @Test(arguments: ["decision", "assignment", "closure", "termination"])
    func `a document's date that is still to come is refused with its place`(name: String) async throws {
        let world = try await Self.world()
        var walk = Walk(world)
        try await walk.receive("application")
        try await walk.say("signIn+accept")
        let events = [
            "decision": "grant", "assignment": "assign", "closure": "close", "termination": "terminate",
        ]
        if name != "decision" { try await walk.say("grant") }
        if name == "closure" { try await walk.say("assign") }
        let body = (FlowGateway.told[events[name] ?? ""] ?? []).first { $0.0 == name }?.1.object ?? JSONObject()
        var dated = body
        dated["date"] = "2026-03-03"
        let event = events[name] ?? ""
        let problem = await #expect(throws: Problem.self) {
            try await walk.say(event, [(name, .object(dated))])
        }
        #expect(problem?.kind == .badRequest && problem?.errors[0].at("location.path")?.string == "/\(name)/date")
        dated["date"] = "2026-03-02"
        #expect(try await walk.say(event, [(name, .object(dated))])["occurredBy"]?.string == "\(name).date")
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
            #expect(try await world.back.signIn(applicationNo: walk.number, leaseID: lease.id, caller: caller) != nil)
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
