import Canonical
import Foundation
import StrictJSON
import Testing

@testable import Triage

let repository = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

private func shipped() throws -> RuleSet {
    let config = repository.appending(path: "config").path
    return try RuleSet(
        rules: config + "/rules", calendar: config + "/calendar", institutions: config + "/institutions.xml")
}

private func day(_ text: String) throws -> CalendarDate { try #require(CalendarDate(iso: text)) }

@Test(arguments: [
    ("2026-09-30", 3, "2026-10-03", "2026-10-08", "2026-10-10"),
    ("2026-02-10", 7, "2026-02-17", "2026-02-24", "2026-02-26"),
    ("2026-02-12", 3, "2026-02-15", "2026-02-24", "2026-02-24"),
    ("2026-04-30", 3, "2026-05-03", "2026-05-06", "2026-05-08"),
    ("2026-05-06", 7, "2026-05-13", "2026-05-13", "2026-05-14"),
    ("2025-09-26", 3, "2025-09-29", "2025-09-29", "2025-09-30"),
    ("2025-09-26", 7, "2025-10-03", "2025-10-09", "2025-10-13"),
    ("2025-01-24", 7, "2025-01-31", "2025-02-05", "2025-02-10"),
    ("2026-01-01", 3, "2026-01-04", "2026-01-04", "2026-01-06"),
    ("2026-11-23", 7, "2026-11-30", "2026-11-30", "2026-12-02"),
])
func `periods end where the law says`(
    start: String, days: Int, plain: String, rolled: String, working: String
) throws {
    let calendar = try shipped().calendar
    let start = try day(start)
    #expect(calendar.end(of: days, .calendarDay, from: start, rollsOver: false).iso == plain)
    #expect(calendar.end(of: days, .calendarDay, from: start, rollsOver: true).iso == rolled)
    #expect(calendar.end(of: days, .workingDay, from: start, rollsOver: false).iso == working)
}

@Test(arguments: [2025, 2026])
func `a year has two hundred and forty-eight workdays`(year: Int) throws {
    let calendar = try shipped().calendar
    let first = try day("\(year)-01-01")
    #expect((0..<365).count { calendar.isWorkday(first.adding(days: $0)) } == 248)
}

@Suite struct Assessments {
    let triage: Triage

    init() throws {
        let config = repository.appending(path: "config").path
        triage = try Triage(
            rules: config + "/rules", calendar: config + "/calendar", institutions: config + "/institutions.xml")
    }

    private func assess(_ text: String, at date: String = "2026-09-30") throws -> Assessment {
        let content = try #require(JSONValue(parsing: Array(text.utf8)).object)
        return triage.assess(
            LegalAidApplication(content: content), receivedAt: Timestamp(try day(date), hour: 23, minute: 59, second: 0)
        )
    }

    @Test(arguments: [
        ("苏0402", "CZ-TN"), ("苏0482", "CZ-JT"), ("苏0492", "CZ-JKQ"), ("苏04", "CZ-SZ"), ("苏0481", "CZ-LY"),
    ])
    func `a court's character leads to its institution`(court: String, institution: String) throws {
        let result = try assess(
            #"{"aidRoute":"byNotification","proceeding":{"handlingOrgan":{"type":"court","code":"\#(court)"}}}"#)
        #expect(result.target == .queue(institution, rule: "RT-01"))
    }

    @Test(arguments: [
        ("武进区湖塘镇", "CZ-WJ"), ("常州市武进区遥观镇某村", "CZ-JKQ"), ("常州经开区某路", "CZ-JKQ"),
        ("武进高新区某路", nil), ("经开区", nil),
    ])
    func `only full place names count`(place: String, institution: String?) throws {
        let result = try assess(#"{"aidRoute":"byApplication","matter":{"factsPlace":"\#(place)"}}"#)
        switch result.target {
        case .queue(let found, _): #expect(found == institution)
        case .unroutable: #expect(institution == nil)
        }
    }

    @Test func `a notice in a holiday week is due after it, but not for somebody in custody`() throws {
        let free = try assess(#"{"aidRoute":"byNotification"}"#)
        #expect(free.clocks.first { $0.id == "CLK-04" }?.dueAt.rfc3339 == "2026-10-08T23:59:59+08:00")
        #expect(free.clocks.first { $0.id == "CLK-04" }?.targetAt.rfc3339 == "2026-10-03T23:59:59+08:00")
        let held = try assess(#"{"aidRoute":"byNotification","recipient":{"custody":{"kind":"inCustody"}}}"#)
        #expect(held.clocks.first { $0.id == "CLK-04" }?.dueAt.rfc3339 == "2026-10-03T23:59:59+08:00")
        #expect(held.priority > free.priority)
    }

    @Test func `a hearing is counted back from and never moved`() throws {
        let text = #"{"proceeding":{"procedure":"ordinary","hearings":[{"at":"2026-10-20T09:00:00+08:00"}]}}"#
        let inTime = try assess(text, at: "2026-10-05").clocks.first { $0.id == "CLK-17" }
        #expect(inTime?.dueAt.date.iso == "2026-10-05")
        #expect(inTime?.isMet == true)
        #expect(try assess(text, at: "2026-10-06").clocks.first { $0.id == "CLK-17" }?.isMet == false)
    }

    @Test func `a year without a calendar is told and its clocks are provisional`() throws {
        #expect(triage.warnings(on: try day("2026-12-20")).count == 1)
        #expect(triage.warnings(on: try day("2026-03-01")).isEmpty)
        let clock = try assess(#"{"aidRoute":"byApplication"}"#, at: "2026-12-28").clocks.first
        #expect(clock?.isProvisional == true)
    }

    @Test func `missing papers are told once and stop nothing`() throws {
        let result = try assess(
            #"{"aidRoute":"byApplication","materials":[{"kind":"idProof"}],"missing":[{"kind":"reliefCertificate"}]}"#)
        #expect(
            result.missing == [
                ["kind": "applicationForm"], ["kind": "economicStatement"],
                ["kind": "reliefCertificate", "obtainableByShare": true],
            ])
    }
}

@Test func `a mistake in the rules is told with file, line and the right word`() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "rules-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    try FileManager.default.copyItem(at: repository.appending(path: "config"), to: folder)
    let clocks = folder.appending(path: "rules/clocks.xml")
    let text = try String(contentsOf: clocks, encoding: .utf8)
    try text.replacing("unit=\"calendarDay\"", with: "unit=\"calenderDay\"").replacing(
        "/root/aidRoute = 'byN", with: "/root[["
    )
    .write(to: clocks, atomically: true, encoding: .utf8)
    let error = #expect(throws: RuleSetError.self) {
        try Triage(
            rules: folder.path + "/rules", calendar: folder.path + "/calendar",
            institutions: folder.path + "/institutions.xml")
    }
    #expect(error?.complaints.count == 3)
    #expect(error?.complaints.contains { $0.line == 6 && $0.text.contains("calendarDay?") } == true)
}
