import StrictJSON
import Testing
import Transport
import Vocabulary

@testable import Cases
@testable import Intake
@testable import gateway

/// Days that calls and messages tell, held against what they are about.
@Suite struct ReportedTimes {
    private static func walk(_ message: String) async throws -> Walk {
        let world = try await World(seed: 12)
        var walk = Walk(world)
        try walk.go(to: "2026-03-02T09:00")
        try await walk.receive(message)
        return walk
    }

    private func place(_ problem: Problem?) -> [String] {
        (problem?.errors ?? []).compactMap { $0.at("location.path")?.string }
    }

    @Test func `a last day is that of a supplement period alone, and not before it began`() async throws {
        let walk = try await Self.walk("application")
        try await walk.say("signIn")
        try walk.go(to: "2026-03-04T09:00")
        for (event, due) in [("accept", "2026-03-20"), ("requestSupplement", "2026-03-03"), ("grant", "2026-03-20")] {
            let problem = await #expect(throws: Problem.self) { try await walk.say(event, [("due", .string(due))]) }
            #expect(problem?.kind == .badRequest && place(problem) == ["/due"], "\(event) \(due)")
        }
        // Told late, it may be over by now.
        try await walk.say("requestSupplement", [("due", "2026-03-03"), ("occurredAt", "2026-03-02")])
        #expect(try await walk.clock("CLK-09")?.dueAt.date.iso == "2026-03-03")
        await walk.world.remove()
    }

    @Test(arguments: [
        // Before the receipt, between it and now, today, and still to come.
        ("2026-02-20", "2026-02-20T23:59:59+08:00", false), ("2026-03-04", "2026-03-04T23:59:59+08:00", false),
        ("2026-03-10", "2026-03-10T09:00:00+08:00", false), ("2026-03-11", "2026-03-10T09:00:00+08:00", true),
    ])
    func `a claim that a court has on file was filed when it says, as far as that can be`(
        day: String, counted: String, isTold: Bool
    ) async throws {
        let walk = try await Self.walk("application")
        try walk.go(to: "2026-03-10T09:00")
        let message = """
            <MSZCQSJG><YSBH>P-1</YSBH><YSDW>320413</YSDW><SLH>\(walk.number)</SLH><JG>3</JG><JGRQ>\(day)</JGRQ>
            <SLFY>测试法院</SLFY></MSZCQSJG>
            """
        let answer = try await walk.world.front.receive(
            HTTPRequest(method: "POST", path: "/v1/referrals", query: [], headers: [], body: Array(message.utf8)),
            from: Caller(role: .partner, id: "procuratorate-jintan"))
        #expect(try JSONValue(parsing: answer.body)["applicationNo"]?.string == walk.number)
        #expect(try await walk.clock("CLK-21")?.phase == .stopped(at: try Walk.moment(counted).timestamp))
        let record = try #require(try await walk.world.store.application(walk.number))
        let event = try record.application.value("progress.events")?[0]
        #expect(event?["countedAt"]?.string == (isTold ? counted : nil))
        await walk.world.remove()
    }

    @Test func `a receipt from outside the city lies between the letter and now, and ends the clocks then`()
        async throws
    {
        let walk = try await Self.walk("application")
        let world = walk.world
        let caller = Caller(role: .institution, id: walk.institution)
        try await walk.say("signIn")
        try walk.go(to: "2026-03-04T09:00")
        _ = try await world.back.transfer(
            post(["outside": "无锡市法律援助中心", "reason": "办案机关在无锡市"]), on: walk.number, from: caller)
        try walk.go(to: "2026-03-09T09:00")
        let wrong = [
            "2026-03-04T08:59:59+08:00", "2026-03-09T09:00:01+08:00", "2026-03-05T25:00:00+08:00", "2026-03-10",
        ]
        for at in wrong {
            let problem = await #expect(throws: Problem.self) {
                try await world.back.receiveOutside(post(["at": .string(at)]), on: walk.number, from: caller)
            }
            #expect(place(problem) == ["/at"], "\(at)")
        }
        // Any offset tells the moment.
        _ = try await world.back.receiveOutside(
            post(["at": "2026-03-06T02:00:00Z", "no": "锡援受1"]), on: walk.number, from: caller)
        let ended = try Walk.moment("2026-03-06T10:00").timestamp
        #expect(try await walk.clock("CLK-05")?.phase == .ended(at: ended))
        let history = try #require(try await world.store.trace(referral: walk.referralID)).history.map(\.entry)
        #expect(history.last { $0.event == .entry(.externalReceipt) }?.occurredAt?.timestamp == ended)
        await world.remove()
    }
}
