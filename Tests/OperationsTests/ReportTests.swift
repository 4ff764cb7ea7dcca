import Canonical
import Foundation
import Messaging
import StrictJSON
import Testing
import Triage
import Vocabulary

@testable import Operations
@testable import Storage

private let rules = Result {
    try Triage(
        rules: repository.appending(path: "config/rules").path,
        calendar: repository.appending(path: "config/calendar").path,
        institutions: InstitutionFile(path: repository.appending(path: "config/institutions.xml").path))
}

private let repository = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

private func at(_ text: String) throws -> Instant {
    Instant(try #require(Timestamp(canonical: text)))
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
    var record = IntakeRecord(id: identifiers.next(at: now), index: 0, outcome: .accepted)
    record.applicationNo = "LA-\(no)"
    record.queue = "CZ-TN"
    record.content = Array("{}".utf8)
    record.standing = ApplicationStanding(referral: .queued)
    record.clocks = clocks
    return IntakeCommit(
        referralID: identifiers.next(at: now), partnerID: "court", messageID: no, digest: no, rawBytes: [1],
        mediaType: "application/json", encoding: nil, receivedAt: now, mappingID: nil, mappingVersion: nil,
        mappingDigest: nil, outcome: .accepted, isInvalid: false, answer: [1], records: [record], supersedes: nil)
}

/// A notice with the moments from its receipt to a status, and how the status counts: in time, late.
struct TimedNotice: Sendable {
    let received: String
    let told: String
    let isHeld: Bool
    let status: StatusCode
    let expected: [Int]

    init(_ received: String, _ told: String, isHeld: Bool, _ status: StatusCode, _ expected: [Int]) {
        self.received = received
        self.told = told
        self.isHeld = isHeld
        self.status = status
        self.expected = expected
    }
}

private let noticesAroundNationalDay: [TimedNotice] = [
    TimedNotice("2026-09-30T10:00:00+08:00", "2026-10-08T23:59:59+08:00", isHeld: false, .assigned, [1, 0]),
    TimedNotice("2026-09-30T10:00:00+08:00", "2026-10-09T00:00:00+08:00", isHeld: false, .assigned, [0, 1]),
    TimedNotice("2026-09-30T10:00:00+08:00", "2026-10-08T09:00:00+08:00", isHeld: true, .assigned, [0, 1]),
    TimedNotice("2026-09-30T10:00:00+08:00", "2026-10-03T20:00:00+08:00", isHeld: true, .assigned, [1, 0]),
    TimedNotice("2026-09-30T18:00:00+08:00", "2026-10-08T17:00:00+08:00", isHeld: false, .signedIn, [1, 0]),
    TimedNotice("2026-09-30T00:00:01+08:00", "2026-10-09T00:00:00+08:00", isHeld: false, .signedIn, [0, 1]),
    TimedNotice("2026-10-09T18:00:00+08:00", "2026-10-10T20:00:00+08:00", isHeld: false, .signedIn, [1, 0]),
    TimedNotice("2026-10-09T18:00:00+08:00", "2026-10-12T09:00:00+08:00", isHeld: false, .signedIn, [0, 1]),
]

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
            let change = CaseChange(
                of: application, .senderCancels, historyEvent: .entry(.cancelled), actor: "court",
                at: try at("2026-03-15"))
            #expect(try await store.changeCase(change) == .changed)
        }
        let book = try rules.get().book
        let now = try at("2026-03-20")
        let desk = OnTimeService(store: store, now: { now }, rules: NoRules(ruleBook: book))
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
                ) { row throws(StoreError) in try row.text("detail") }.joined(separator: "; ")
            }
        }
        #expect(plan[0].contains("clock_running") && plan[1].contains("clock_ended"), "\(plan)")
        #expect(!plan[1].contains("TEMP B-TREE"), "\(plan)")
        await bench.remove()
    }

    @Test func `a page's end loses no clock and counts none twice`() async throws {
        let bench = try await Bench()
        let store = try await SQLMessageStore(database: bench.database)
        for no in 0..<501 {
            let clocks = [try clock("CLK-06", due: "2026-03-10", stopped: "2026-03-09")]
            _ = try await store.accept(record("\(no)", clocks: clocks))
        }
        let desk = OnTimeService(store: store, now: { Instant(milliseconds: 0) }, rules: NoRules())
        let found = try await desk.figures(from: try at("2026-03-01"), to: try at("2026-04-01"))
        #expect(found.map(\.met) == [501])
        await bench.remove()
    }

    /// The days around the National Day of 2026: 1 to 7 October are off, and Saturday the 10th is worked.
    @Test(arguments: noticesAroundNationalDay)
    func `indicators count the days that law and calendar count`(notice: TimedNotice) throws {
        var report = MonthlyReport(
            month: try #require(ReportMonth("2026-09")), calendar: try rules.get().calendar)
        let content = """
            {"aidRoute":"byNotification","recipient":{"custody":{"kind":"\(notice.isHeld ? "inCustody" : "bail")"}},
            "proceeding":{"stage":"prosecutionReview"}}
            """
        try report.add(
            ReportRow(
                applicationNo: "LA-1", partnerID: "p", queue: nil, caseState: nil, receivedAt: try at(notice.received),
                content: Array(content.utf8), firstTold: [notice.status: try at(notice.told)]))
        let indicator: MonthlyReport.Indicator =
            notice.status == .signedIn ? .signedInWithinOneWorkingDay : .notifiedAssignedWithinThreeDays
        let rate = try #require(report.indicators[indicator])
        #expect([rate.within, rate.later] == notice.expected)
        #expect(report.measures == [.reviewStageDefence: 1])
    }

    @Test func `a month is in China's time and ends where the next begins`() throws {
        let month = try #require(ReportMonth("2025-12"))
        #expect(month.start?.rfc3339 == "2025-12-01T00:00:00.000+08:00")
        #expect(month.end?.rfc3339 == "2026-01-01T00:00:00.000+08:00")
        #expect(ReportMonth("2026-08")?.end?.rfc3339 == "2026-09-01T00:00:00.000+08:00")
        for wrong in ["", "2026", "2026-00", "2026-13", "26-01", "2026-1x", "2026-01-01"] {
            #expect(ReportMonth(wrong) == nil, "\(wrong)")
        }
    }

    @Test func `a spreadsheet never takes a cell for a formula`() async throws {
        var report = MonthlyReport(
            month: try #require(ReportMonth("2026-01")), calendar: WorkingCalendar(years: [:]))
        try report.add(
            ReportRow(
                applicationNo: "LA-1", partnerID: "=HYPERLINK(\"x\")", queue: "@q", caseState: nil,
                receivedAt: Instant(milliseconds: 0), content: Array("{}".utf8), firstTold: [:]))
        let desk = ReportService(
            store: NoFlow(), registry: Registry(partners: [], institutions: []), rules: NoRules(),
            onTime: OnTimeService(
                store: NoOutcomes(), now: { Instant(milliseconds: 0) }, rules: NoRules()))
        let text = String(decoding: desk.csv(report), as: UTF8.self)
        #expect(text.contains("\"'=HYPERLINK(\"\"x\"\")\""))
        #expect(text.contains("\"'@q\""))
    }
}

/// A store that nothing is in.
private struct NoFlow: MessageQueryStore {
    func queueFigures() -> [QueueFigures] { [] }
    func partnerFigures(_ id: String, since: Instant) -> PartnerFigures {
        PartnerFigures(
            partnerID: id, lastSeen: nil, outcomes: [:], backlog: 0, oldestBacklog: nil, deadLetters: 0)
    }
    func referrals(partner: String?, before id: String?, limit: Int) -> [ReferralSummary] { [] }
    func findReferrals(_ quoted: String, partners: [String], limit: Int) -> [ReferralSummary] { [] }
    func trace(referral id: String) -> Trace? { nil }
    func document(referral id: String) -> StoredDocument? { nil }
    func indexReferences(_ paths: [ReferencePath], before end: Instant, limit: Int) -> Int { 0 }
    func reportRows(from: Instant, to: Instant, after: String?, limit: Int) -> [ReportRow] { [] }
    func outcomes(partner: String, from: Instant, to: Instant) -> [Outcome: Int] { [:] }
    func countReferrals(from: Instant, to: Instant) -> Int { 0 }
}

/// A store that no clock ended in.
private struct NoOutcomes: ClockOutcomeStore {
    func clocksDue(
        from start: Instant, to end: Instant, running: Bool, after cursor: ClockOutcomeCursor?, limit: Int
    ) -> [ClockOutcome] { [] }
}
