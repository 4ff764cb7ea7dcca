import Testing
import Vocabulary

@testable import Triage

@Suite struct OldThresholds {
    private static func isTold(_ triage: Triage, on date: String) throws -> Bool {
        triage.oldThresholds(on: try day(date)).contains { $0.zh.contains("minimumWage") }
    }

    @Test func `a threshold past its day of review is told, and one that ended without a successor`() throws {
        let shipped = try Shipped()
        #expect(try !Self.isTold(shipped.triage, on: "2026-12-31"))
        #expect(try Self.isTold(shipped.triage, on: "2027-01-01"))
        let copy = try ConfigurationCopy()
        try copy.edit("rules/terms.xml", #"from="2026-01-01" review"#, #"from="2026-01-01" to="2026-06-30" review"#)
        let ended = try Triage(config: copy.folder.path)
        #expect(try !Self.isTold(ended, on: "2026-06-30"))
        #expect(try Self.isTold(ended, on: "2026-07-01"))
    }

    @Test(arguments: [
        ("2025-12-31", "2500.00", false), ("2026-01-01", "2500.00", true), ("2026-01-01", "2660.01", false),
    ])
    func `the minimum wage is that of the day of receipt`(received: String, income: String, fits: Bool) throws {
        let assessment = try Shipped().assess(
            #"{"aidRoute":"byApplication","economic":{"monthlyIncomePerCapita":"\#(income)"}}"#, at: received)
        #expect(assessment.hints.contains { $0.rule == "MC-09" && $0.outcome == .indicated } == fits)
    }
}
