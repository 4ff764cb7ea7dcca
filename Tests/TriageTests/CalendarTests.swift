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

@Suite struct StatutoryHolidayTests {
    @Test func `a canonical time is a time of day that there is`() {
        #expect(Timestamp(canonical: "2026-03-02")?.rfc3339 == "2026-03-02T23:59:59+08:00")
        #expect(Timestamp(canonical: "2026-03-02T09:30+08:00") == Timestamp(canonical: "2026-03-02T09:30:00+08:00"))
        for text in [
            "2026-03-02T25:00:00+08:00", "2026-03-02T09:61:00+08:00", "2026-03-02T09:30:99+08:00", "2026-02-30",
            "2026-03-02T09:30:00Z", "2026-03-02Tab:cd:ef+08:00", "2026-03-02T-1:30:00+08:00", "2026-03-02+08:00",
        ] {
            #expect(Timestamp(canonical: text) == nil, "\(text)")
        }
    }

    /// 清明, 端午, 中秋 and 除夕 by the State Council's plans of those years.
    @Test(arguments: [
        (2025, ["2025-04-04", "2025-05-31", "2025-10-06", "2025-01-28"]),
        (2026, ["2026-04-05", "2026-06-19", "2026-09-25", "2026-02-16"]),
    ])
    func `the moon and the sun give the days that the plans name`(year: Int, named: [String]) throws {
        let days = StatutoryHolidays.days(of: year).map(\.iso)
        #expect(Set(days).isSuperset(of: named))
    }

    /// Thirteen days by law, fewer where two fall together.
    @Test func `every year has its thirteen days`() throws {
        for year in 2025...2060 {
            let days = StatutoryHolidays.days(of: year)
            #expect((12...13).contains(days.count) && days.allSatisfy { $0.year == year }, "\(year): \(days.count)")
        }
    }

    @Test func `a year without a plan keeps the holidays that the law fixes`() throws {
        let calendar = try shippedRules().calendar
        for text in ["2027-01-01", "2027-02-05", "2027-04-05", "2027-10-01"] {
            #expect(try !calendar.isWorkday(day(text)), "\(text)")
        }
        #expect(try calendar.isWorkday(day("2027-01-04")))
        let end = calendar.end(of: 3, .calendarDay, from: try day("2026-12-29"), rollsOver: true)
        #expect(end.iso == "2027-01-04")
    }
}

@Suite struct ContradictoryPlanTests {
    private static func complaints(off: String, makeup: String, year: Int = 2027) throws -> [String] {
        let folder = FileManager.default.temporaryDirectory.appending(path: "plan-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let text = "<calendar year=\"\(year)\"><off>\(off)</off><makeupWorkdays>\(makeup)</makeupWorkdays></calendar>"
        try text.write(to: folder.appending(path: "\(year).xml"), atomically: true, encoding: .utf8)
        var reader = RuleReader()
        _ = reader.calendar(in: folder.path)
        return reader.complaints.map(\.text)
    }

    /// The statutory holidays of 2027, as far as they are no weekend.
    private static let law = StatutoryHolidays.days(of: 2027).map(\.iso).sorted()

    @Test func `a plan that cannot be meant is refused with each day`() throws {
        let whole = Self.law.joined(separator: " ")
        #expect(try Self.complaints(off: whole, makeup: "2027-01-09") == [])
        #expect(
            try Self.complaints(off: whole + " 2027-01-09", makeup: "2027-01-09") == [
                "2027-01-09 is both off and a make-up workday"
            ])
        #expect(
            try Self.complaints(off: whole, makeup: "2027-01-11") == [
                "2027-01-11 is a make-up workday, but no Saturday or Sunday"
            ])
        let lacking = Self.law.filter { $0 != "2027-01-01" }.joined(separator: " ")
        #expect(try Self.complaints(off: lacking, makeup: "") == ["2027-01-01 is a statutory holiday, but not off"])
        let sunday = try #require(Self.law.first { CalendarDate(iso: $0)?.isWeekend == true })
        let without = Self.law.filter { $0 != sunday }.joined(separator: " ")
        #expect(
            try Self.complaints(off: without, makeup: sunday) == [
                "\(sunday) is a statutory holiday, but a make-up workday"
            ])
    }
}
