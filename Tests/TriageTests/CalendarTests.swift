import Canonical
import Foundation
import StrictJSON
import Testing
import Vocabulary

@testable import Triage

let repository = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

func shippedRules() throws -> RuleSet {
    let config = repository.appending(path: "config").path
    return try RuleSet(
        rules: config + "/rules", calendar: config + "/calendar",
        institutions: InstitutionFile(path: config + "/institutions.xml"))
}

func day(_ text: String) throws -> CalendarDate { try #require(CalendarDate(iso: text)) }

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
    let calendar = try shippedRules().calendar
    let start = try day(start)
    #expect(calendar.end(of: days, .calendarDay, from: start, rollsOver: false).iso == plain)
    #expect(calendar.end(of: days, .calendarDay, from: start, rollsOver: true).iso == rolled)
    #expect(calendar.end(of: days, .workingDay, from: start, rollsOver: false).iso == working)
}

@Test(arguments: [2025, 2026])
func `a year has two hundred and forty-eight workdays`(year: Int) throws {
    let calendar = try shippedRules().calendar
    let first = try day("\(year)-01-01")
    #expect((0..<365).count { calendar.isWorkday(first.adding(days: $0)) } == 248)
}
