import Canonical
import Foundation
import Messaging
import StrictJSON
import Testing
import Triage
import Vocabulary

@testable import Operations
@testable import Storage
@testable import gateway

private let rules = Result {
    try Triage(
        rules: repository.appending(path: "config/rules").path,
        calendar: repository.appending(path: "config/calendar").path,
        institutions: repository.appending(path: "config/institutions.xml").path)
}

private func at(_ text: String) throws -> Instant {
    Instant(milliseconds: try #require(Timestamp(canonical: text)).secondsSince1970 * 1000)
}

/// One clock as a store keeps it.
private func clock(
    _ id: String, due: String, stopped: String? = nil, ended: String? = nil, paused: Bool = false, met: Bool? = nil,
    kind: Clock.Kind = .statutory
) throws -> RunningClock {
    func seconds(_ text: String) throws -> JSONValue { JSONValue(Int(try at(text).milliseconds / 1000)) }
    let content = JSONValue.compact([
        ("id", .string(id)), ("kind", .string(kind.rawValue)), ("bound", "institution"), ("unit", "calendarDay"),
        ("amount", 3), ("rollsOver", true), ("soonHours", 24), ("basis", "法律援助法 43"), ("ruleVersion", 1),
        ("startedAt", try seconds("2026-03-01")), ("dueAt", try seconds(due)), ("targetAt", try seconds(due)),
        ("provisional", false), ("derived", false), ("met", met.map(JSONValue.bool)),
        ("stoppedAt", try stopped.map(seconds)), ("endedAt", try ended.map(seconds)),
        ("pausedAt", paused ? try seconds("2026-03-02") : nil),
        ("left", paused ? 2 : nil),
    ])
    return RunningClock(
        id: id, content: content.serialized(), dueAt: try at(due), soonAt: nil,
        isRunning: stopped == nil && ended == nil && !paused && met == nil && kind != .information,
        endedAt: try (stopped ?? ended).map(at) ?? (met == nil ? nil : at("2026-03-01")))
}

private func record(_ no: String, clocks: [RunningClock]) -> IntakeCommit {
    let now = Instant(milliseconds: 1_772_000_000_000)
    let identifiers = IdentifierSource(random: { UInt64.random(in: .min ... .max) })
    var record = IntakeRecord(
        id: identifiers.next(at: now), outcome: "accepted", applicationNo: "LA-\(no)", queue: "CZ-TN", priority: 0,
        dueAt: nil, content: Array("{}".utf8), caseState: nil, route: "byApplication", findings: Array("[]".utf8),
        deadLetter: nil, detail: nil)
    record.referralState = "queued"
    record.clocks = clocks
    return IntakeCommit(
        referralID: identifiers.next(at: now), partnerID: "court", messageID: no, digest: no, rawBytes: [1],
        mediaType: "application/json", encoding: nil, receivedAt: now, mappingID: nil, mappingVersion: nil,
        mappingDigest: nil, outcome: "accepted", isInvalid: false, answer: [1], records: [record], supersedes: nil)
}

@Suite struct ReportTests {
    @Test func `the month's clocks are counted by how they came out`() async throws {
        let bench = try await Bench()
        let store = try await SQLMessageStore(database: bench.database)
        let applications: [(String, [RunningClock])] = [
            ("1", [try clock("CLK-05", due: "2026-03-10", stopped: "2026-03-10T23:59:59+08:00")]),
            ("2", [try clock("CLK-05", due: "2026-03-10", stopped: "2026-03-11T00:00:00+08:00")]),
            ("3", [try clock("CLK-05", due: "2026-03-12"), try clock("CLK-05#2", due: "2026-03-13")]),
            ("4", [try clock("CLK-05", due: "2026-03-31")]),
            ("5", [try clock("CLK-05", due: "2026-03-12", paused: true)]),
            ("6", [try clock("CLK-05", due: "2026-02-28", stopped: "2026-02-27T08:00:00+08:00")]),
            ("7", [try clock("CLK-05", due: "2026-04-01", stopped: "2026-03-27T08:00:00+08:00")]),
            ("8", [try clock("CLK-03", due: "2026-03-05", met: true, kind: .information)]),
            ("9", [try clock("CLK-03", due: "2026-03-05", met: false, kind: .information)]),
            ("A", [try clock("CLK-11", due: "2026-03-05", stopped: "2026-03-06", kind: .information)]),
            ("B", [try clock("CLK-06", due: "2026-03-20")]), ("C", [try clock("CLK-06", due: "2026-03-10")]),
            ("D", [try clock("CLK-05", due: "2026-03-10", ended: "2026-03-09")]),
            ("E", [try clock("CLK-05", due: "2026-03-10", ended: "2026-03-11")]),
            ("F", [try clock("CLK-12", due: "2026-03-10", ended: "2026-03-09")]),
        ]
        for (no, clocks) in applications { _ = try await store.accept(record(no, clocks: clocks)) }
        // Over with their cases: one before its time was up, one after.
        for no in ["LA-B", "LA-C"] {
            let application = try #require(try await store.application(no))
            var change = CaseChange(of: application, actor: "CZ-TN", event: "withdraw", at: try at("2026-03-15"))
            change.endsClocks = true
            #expect(try await store.changeCase(change) == .changed)
        }
        let book = try rules.get().book
        let now = try at("2026-03-20")
        let desk = OnTimeService(store: store, now: { now }, rules: { book })
        let found = try await desk.figures(
            from: try at("2026-02-28T23:59:59+08:00"), to: try at("2026-03-31T23:59:59+08:00"))
        // The first of the two ends is in, the last is out.
        #expect(found.map(\.clock) == ["CLK-03", "CLK-05", "CLK-06", "CLK-12"])
        #expect(
            found.map { [$0.met, $0.late, $0.open, $0.ended] }
                == [[1, 1, 0, 0], [2, 2, 2, 1], [0, 1, 0, 1], [0, 0, 0, 1]])
        #expect(found[1].title == "审查决定" && found[1].basis == "法律援助法 43" && found[1].share == 2.0 / 6)
        #expect(found[3].share == nil)

        let plan = try await bench.database.read { connection throws(StoreError) in
            try [true, false].map { running throws(StoreError) in
                try connection.query(
                    "EXPLAIN QUERY PLAN " + ClockOutcomeSQL.due(running: running),
                    [.integer(0), .integer(1), .integer(0), .text(""), .text(""), .integer(1)]
                ) { $0.text(3) }.joined(separator: "; ")
            }
        }
        #expect(plan[0].contains("clock_running") && plan[1].contains("clock_ended"), "\(plan)")
        #expect(!plan[1].contains("TEMP B-TREE"), "\(plan)")
        await bench.remove()
    }

    @Test func `an assignment in time is told as a clock that was met, in JSON and in the spreadsheet`() async throws {
        let gateway = try GatewayProcess(courtWays: "")
        try gateway.start()
        let receipt = try await gateway.remote.call(
            "POST", "/v1/referrals", body: courtNotice("N-1"), mediaType: "application/xml"
        ).json
        let number = receipt["applicationNo"]?.string ?? ""
        let lease = try #require(try await gateway.institution.leases().first)
        try await gateway.institution.acknowledge(lease)
        _ = try await gateway.institution.ask(
            "POST", "/v1/applications/\(number)/status",
            body: Array(#"{"event":"assign","assignment":{"lawyer":"测律师","unit":"测试律所"}}"#.utf8))
        // The month in which it was due, as the receipt says it.
        let due = receipt["clocks"]?.array?.first { $0["id"] == "CLK-04" }?["dueAt"]?.string ?? ""
        let path = "/v1/reports/monthly?month=\(due.prefix(7))"
        let clocks = try await gateway.desk.ask("GET", path)["onTime"]?.array
        let clock = clocks?.first { $0["clock"] == "CLK-04" }
        #expect(clock?["met"] == 1 && clock?["late"] == 0 && clock?["open"] == 0)
        #expect(clock?["basis"]?.string?.contains("36") == true)
        let csv = String(decoding: try await gateway.desk.download(path + "&format=csv"), as: UTF8.self)
        #expect(csv.contains(/"时钟按时","CLK-04","[^"]+","1","100.0%"/))
        gateway.stop()
        gateway.remove()
    }

    @Test func `an application withdrawn in time has neither kept nor missed its limit, in JSON and on the page`()
        async throws
    {
        let flow = try FlowGateway()
        let gateway = flow.gateway
        try gateway.addOperator()
        let receipt = try await flow.partner("civil").ask(
            "POST", "/v1/referrals", body: try flow.example("civil-affairs/referral/examples/all-fields.json"))
        let number = try #require(receipt["applicationNo"]?.string)
        let queue = try #require(receipt["queue"]?.string)
        _ = try await flow.signIn(queue)
        try await flow.step("requestSupplement", of: number, by: queue)
        try await flow.step("withdraw", of: number, by: queue)
        // Whenever the test runs, the limit falls in one of these months; the pause may have moved it.
        let due = receipt["clocks"]?.array?.first { $0["id"] == "CLK-05" }?["dueAt"]?.string ?? ""
        var found: [JSONValue] = []
        for month in Set([due.prefix(7), Instant(Date()).advanced(seconds: 20 * 86_400).rfc3339.prefix(7)]) {
            let report = try await gateway.desk.ask("GET", "/v1/reports/monthly?month=\(month)")
            found += (report["onTime"]?.array ?? []).filter { $0["clock"] == "CLK-05" }
        }
        #expect(found.map { [$0["met"], $0["late"], $0["open"], $0["ended"]] } == [[0, 0, 0, 1]])
        #expect(found.first?["share"] == .null)
        let visitor = ConsoleVisitor(gateway)
        #expect(try await visitor.signIn("li", "correct horse battery") == 303)
        #expect(try await visitor.get("/reports?month=\(due.prefix(7))").html.contains("到期前终结"))
        await visitor.leave()
        await flow.end()
    }

    @Test func `a page's end loses no clock and counts none twice`() async throws {
        let bench = try await Bench()
        let store = try await SQLMessageStore(database: bench.database)
        for no in 0..<501 {
            let clocks = [try clock("CLK-06", due: "2026-03-10", stopped: "2026-03-09")]
            _ = try await store.accept(record("\(no)", clocks: clocks))
        }
        let desk = OnTimeService(store: store, now: { Instant(milliseconds: 0) }, rules: { [] })
        let found = try await desk.figures(from: try at("2026-03-01"), to: try at("2026-04-01"))
        #expect(found.map(\.met) == [501])
        await bench.remove()
    }

    /// The days around the National Day of 2026: 1 to 7 October are off, and Saturday the 10th is worked.
    @Test(arguments: [
        ("2026-09-30T10:00:00+08:00", "2026-10-08T23:59:59+08:00", false, "12", [1, 0]),
        ("2026-09-30T10:00:00+08:00", "2026-10-09T00:00:00+08:00", false, "12", [0, 1]),
        ("2026-09-30T10:00:00+08:00", "2026-10-08T09:00:00+08:00", true, "12", [0, 1]),
        ("2026-09-30T10:00:00+08:00", "2026-10-03T20:00:00+08:00", true, "12", [1, 0]),
        ("2026-09-30T18:00:00+08:00", "2026-10-08T17:00:00+08:00", false, "01", [1, 0]),
        ("2026-09-30T00:00:01+08:00", "2026-10-09T00:00:00+08:00", false, "01", [0, 1]),
        ("2026-10-09T18:00:00+08:00", "2026-10-10T20:00:00+08:00", false, "01", [1, 0]),
        ("2026-10-09T18:00:00+08:00", "2026-10-12T09:00:00+08:00", false, "01", [0, 1]),
    ])
    func `indicators count the days that law and calendar count`(
        received: String, told: String, isHeld: Bool, code: String, expected: [Int]
    ) throws {
        var report = MonthlyReport(
            month: try #require(ReportMonth("2026-09")), calendar: try rules.get().calendar)
        let content = """
            {"aidRoute":"byNotification","recipient":{"custody":{"kind":"\(isHeld ? "inCustody" : "bail")"}},
            "proceeding":{"stage":"prosecutionReview"}}
            """
        report.add(
            ReportRow(
                applicationNo: "LA-1", partnerID: "p", queue: nil, caseState: nil, receivedAt: try at(received),
                content: Array(content.utf8), firstTold: [code: try at(told)]))
        let indicator: MonthlyReport.Indicator =
            code == "01" ? .signedInWithinOneWorkingDay : .notifiedAssignedWithinThreeDays
        let rate = try #require(report.indicators[indicator])
        #expect([rate.within, rate.later] == expected)
        #expect(report.measures == [.reviewStageDefence: 1])
    }
}
