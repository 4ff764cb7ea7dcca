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
        endedAt: try (stopped ?? ended).map(at) ?? (met == nil ? nil : at("2026-03-01")),
        standing: try standing(due: due, stopped: stopped, ended: ended, paused: paused, met: met, kind: kind))
}

private func standing(
    due: String, stopped: String?, ended: String?, paused: Bool, met: Bool?, kind: Clock.Kind
) throws -> ClockStanding {
    if let met { return met ? .met : .late }
    if kind == .information { return .untested }
    if let over = stopped ?? ended, try at(over) > at(due) { return .late }
    return stopped != nil ? .met : ended != nil ? .ended : paused ? .paused : .running
}

private func record(_ no: String, clocks: [RunningClock]) -> IntakeCommit {
    let now = Instant(milliseconds: 1_772_000_000_000)
    let identifiers = IdentifierSource(random: { UInt64.random(in: .min ... .max) })
    var record = IntakeRecord(id: identifiers.next(at: now), index: 0, outcome: .accepted)
    record.applicationNo = "LA-\(no)"
    record.queue = "CZ-TN"
    record.content = CanonicalContent(JSONObject())
    record.standing = ApplicationStanding(referral: .queued)
    record.clocks = clocks
    return IntakeCommit(
        referralID: identifiers.next(at: now), partnerID: "court", messageID: no, digest: no, rawBytes: [1],
        mediaType: "application/json", encoding: nil, receivedAt: now, mappingID: nil, mappingVersion: nil,
        mappingDigest: nil, outcome: .accepted, isInvalid: false, answer: [1], records: [record], supersedes: nil)
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
            let change = CaseChange(
                of: application, .senderCancels, historyEvent: .entry(.cancelled), actor: "court",
                at: try at("2026-03-15"))
            #expect(try await store.changeCase(change) == .changed)
        }
        let book = try rules.get().book
        let now = try at("2026-03-20")
        let desk = OnTimeService(store: store, now: { now }, rules: NoRules(ruleBook: book))
        let found = try await desk.figures(
            from: try at("2026-02-28T00:00:00+08:00"), to: try at("2026-03-31T00:00:00+08:00"))
        #expect(found.byInstitution.map(\.institution) == Array(repeating: "CZ-TN", count: 4))
        #expect(found.byInstitution.map(\.figures) == found.all)
        // The first day is in, the last is out.
        #expect(found.all.map(\.clock) == ["CLK-03", "CLK-05", "CLK-06", "CLK-12"])
        #expect(
            found.all.map { [$0.met, $0.late, $0.open, $0.ended] }
                == [[1, 1, 0, 0], [2, 2, 2, 1], [0, 1, 0, 1], [0, 0, 0, 1]])
        #expect(found.all[1].title == "审查决定" && found.all[1].basis == "《法律援助法》第四十三条第一款")
        #expect(found.all[1].share == 2.0 / 6 && found.all[3].share == nil)
        // Of the day itself only what is past its hour is open.
        let dueToday = try clock("CLK-05", due: "2026-03-25T12:00:00+08:00")
        _ = try await store.accept(record("T", clocks: [dueToday]))
        for (hour, open) in [("11:59", 0), ("12:01", 1)] {
            let now = try at("2026-03-25T\(hour):00+08:00")
            let desk = OnTimeService(store: store, now: { now }, rules: NoRules())
            let day = try await desk.figures(
                from: try at("2026-03-25T00:00:00+08:00"), to: try at("2026-03-26T00:00:00+08:00"))
            #expect(day.all.map(\.open) == (open == 0 ? [] : [1]))
        }
        #expect(try await bench.database.talliesAgree())
        await bench.remove()
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
        var report = MonthlyReport(month: try #require(ReportMonth("2026-01")))
        let facts = CaseFacts(of: JSONObject(), partner: "=HYPERLINK(\"x\")", institution: "@q", state: nil)
        report.add(CaseTally(facts: facts, applications: 2))
        let desk = ReportService(
            store: NoFlow(), registry: Registry(partners: [], institutions: []), rules: NoRules(),
            onTime: OnTimeService(store: NoFlow(), now: { Instant(milliseconds: 0) }, rules: NoRules()))
        // What nobody has done yet is not what nobody has said.
        let json = desk.json(report)
        #expect(json["outcome"]?[0]?["label"] == "尚未办理" && json["matter"]?[0]?["label"] == "未注明")
        #expect(json["outcome"]?[0]?["count"] == 2)
        let text = String(decoding: desk.csv(report), as: UTF8.self)
        #expect(text.contains("\"'=HYPERLINK(\"\"x\"\")\""))
        #expect(text.contains("\"'@q\""))
    }
}

/// A store that nothing is in.
private struct NoFlow: TallyStore, LeadStore, ReviewCaseStore {
    func keepReviewCases(_ keys: Set<String>, of partner: String, month: String) {}
    func reviewCoverage(month: String) -> [ReviewCoverage] { [] }
    func caseTallies(month: String) -> [CaseTally] { [] }
    func clockTallies(from: Instant, to: Instant, now: Instant) -> [ClockTally] { [] }
    func messageTallies(from: Instant, to: Instant) -> [Outcome: Int] { [:] }
    func leads(_ filter: LeadFilter, after: String?, limit: Int) -> [ApplicationRecord] { [] }
    func leadFigures(from: Instant, to: Instant) -> [LeadState: Int] { [:] }
}
