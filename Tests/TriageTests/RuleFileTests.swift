import Canonical
import Foundation
import Testing
import Vocabulary

@testable import Triage

@Suite struct RuleFiles {
    /// Every mistake with the words its complaint must hold.
    @Test(arguments: [
        ("clocks.xml", #"unit="workingDay""#, #"unit="workingDays""#, "did you mean workingDay?"),
        ("clocks.xml", #"stops="objectionFiled""#, #"stops="objectionFild""#, "did you mean objectionFiled?"),
        ("clocks.xml", #"of="CLK-05""#, #"of="CLK-5""#, "did you mean CLK-05?"),
        ("clocks.xml", "$supplementDays", "$supplementDay", "did you mean supplementDays?"),
        ("clocks.xml", #"rollover="nextWorkingDay" bound="justiceBureau""#, #"bound="justicBureau""#, "justiceBureau?"),
        ("routing.xml", #"by="caseNumber""#, #"by="caseNumer""#, "did you mean caseNumber?"),
        ("routing.xml", #"final="yes""#, #"finall="yes""#, "<route> has no attribute finall; did you mean final?"),
        ("routing.xml", "/root/matter/factsPlace", "/root/matter/factPlace", "did you mean matter/factsPlace?"),
        ("prechecks.xml", "$minimumWage", "$minimumWages", "did you mean minimumWage?"),
        ("prechecks.xml", "[. &gt;= $elderlyAge]", "[[. &gt;= $elderlyAge]", "is no XPath 1.0"),
        ("prechecks.xml", #"urgency="priority""#, #"urgency="first""#, "urgency of <rule> cannot be first"),
        ("prechecks.xml", #"title="未满十八周岁" "#, #"from="2024-02-30" "#, "from of <rule> cannot be 2024-02-30"),
        ("materials.xml", #"<shareable kind="reliefCertificate"/>"#, "<sharable/>", "did you mean shareable?"),
        ("materials.xml", #"basis="《办理法律援助案件程序规定》第十条第（一）项""#, "", "<need> needs the attribute basis"),
        ("terms.xml", #"to="2023-12-31""#, #"to="2024-06-30""#, "two values on some days"),
        ("terms.xml", #"value="2490""#, #"value="about 2490""#, "value of <threshold> cannot be about 2490"),
    ])
    func `a mistake is told with its file, its line and the right word`(
        file: String, right: String, wrong: String, word: String
    ) throws {
        let copy = try ConfigurationCopy()
        try copy.edit("rules/" + file, right, wrong)
        let complaints = copy.complaints
        #expect(complaints.contains { $0.text.contains(word) }, "\(complaints.map(\.text))")
        #expect(complaints.allSatisfy { $0.file.hasSuffix(file) && ($0.line ?? 0) > 3 })
    }

    @Test func `every clock number has one title, and rules that differ say what they have in common`() throws {
        let book = try Shipped().triage.book
        for entry in book where entry.part == .clock {
            #expect(book.title(ofClock: entry.id) != nil, "\(entry.id)")
        }
        #expect(book.title(ofClock: "CLK-05") == "审查决定")
        #expect(book.title(ofClock: "CLK-21") == "案件的时效或者期限")
        #expect(book.filter { $0.family == nil }.title(ofClock: "CLK-21") == nil)
    }

    @Test func `all mistakes of all files are told at once`() throws {
        let copy = try ConfigurationCopy()
        try copy.edit("rules/clocks.xml", #"unit="workingDay""#, #"unit="workingDays""#)
        try copy.edit("institutions.xml", "<organ>", "<organs>")
        try copy.edit("institutions.xml", "</organ>", "</organs>")
        try copy.edit("calendar/2026.xml", "2026-10-10", "2025-10-10")
        #expect(
            Set(copy.complaints.map { URL(filePath: $0.file).lastPathComponent }) == [
                "clocks.xml", "institutions.xml", "2026.xml",
            ])
    }

    @Test func `a rule applies by the day of receipt`() throws {
        let shipped = try Shipped()
        let text = #"{"aidRoute":"byApplication","matter":{"factsSummary":"在校遭受欺凌"}}"#
        #expect(try shipped.assess(text, at: "2024-12-31").hints.contains { $0.rule == "SC-02" } == false)
        #expect(try shipped.assess(text, at: "2025-01-01").hints.contains { $0.rule == "SC-02" })
        let wage = #"{"aidRoute":"byApplication","economic":{"monthlyIncomePerCapita":"2400.00"}}"#
        #expect(try shipped.assess(wage, at: "2023-12-31").hints.contains { $0.rule == "MC-09" } == false)
        #expect(try shipped.assess(wage, at: "2024-01-01").hints.contains { $0.rule == "MC-09" })
    }

    @Test func `a threshold is changed by an edit of data`() throws {
        let copy = try ConfigurationCopy()
        let text = #"{"aidRoute":"byApplication","economic":{"monthlyIncomePerCapita":"2700.00"}}"#
        let shipped = try Shipped()
        func fires(_ triage: Triage) throws -> Bool {
            triage.assess(
                try shipped.application(text),
                receivedAt: Timestamp(try day("2026-03-02"), hour: 9, minute: 0, second: 0)
            ).hints.contains { $0.rule == "MC-09" }
        }
        #expect(try !fires(shipped.triage))
        try copy.edit("rules/terms.xml", #"value="2660""#, #"value="2760""#)
        #expect(try fires(try Triage(config: copy.folder.path)))
    }
}
