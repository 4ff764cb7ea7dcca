import Canonical
import Documents
import StrictJSON
import Testing
import Vocabulary

@testable import Translation

/// Days held against the moment of receipt, 2024-03-01 09:00 in China.
@Suite struct Plausibility {
    private static let received = Timestamp(secondsSince1970: 1_709_254_800)

    private static let rules = """
        <mapping xmlns="urn:legal-aid-gateway:mapping:1" id="a/b" version="1" source="xml" accepts="/R">
        <each record="/R">
        <constant to="consent/applyWill" value="self"/>
        <value to="recipient/birthDate" from="born" as="date"/>
        <value to="source/letterDate" from="letter" as="date"/>
        <value to="source/sentAt" from="sent" as="dateTime"/>
        <value to="matter/factsDate" from="facts" as="date"/>
        <list to="proceeding/hearings" each="hearing"><value to="at" from="." as="dateTime"/></list>
        <list to="groupFlags" each="flag"><constant to="code" value="disabled"/><value to="validTo" from="to" as="monthEnd"/></list>
        </each>
        </mapping>
        """

    struct Row: Sendable, CustomTestStringConvertible {
        let element: String
        let field: String
        let raw: String
        /// Nothing where the day cannot be meant.
        let value: String?
        let code: String?
        var testDescription: String { "\(element) \(raw)" }

        init(_ element: String, _ field: String, _ raw: String, _ value: String?, _ code: String?) {
            self.element = element
            self.field = field
            self.raw = raw
            self.value = value
            self.code = code
        }
    }

    static let rows: [Row] = [
        Row("born", "recipient.birthDate", "2024-03-01", "2024-03-01", nil),
        Row("born", "recipient.birthDate", "1900-01-02", "1900-01-02", nil),
        Row("born", "recipient.birthDate", "2024-03-02", nil, "dateInFuture"),
        Row("born", "recipient.birthDate", "1899-05-05", nil, "dateImplausible"),
        Row("born", "recipient.birthDate", "0001-01-01", nil, "nullToken"),
        Row("letter", "source.letterDate", "2024-03-01", "2024-03-01", nil),
        Row("letter", "source.letterDate", "2024年3月2日", "2024-03-02", "dateInFuture"),
        Row("letter", "source.letterDate", "2034-03-01", nil, "dateInFuture"),
        Row("letter", "source.letterDate", "9998-01-01", nil, "dateInFuture"),
        Row("sent", "source.sentAt", "2024-03-01 09:05:00", "2024-03-01T09:05:00+08:00", nil),
        Row("sent", "source.sentAt", "2024-03-01T01:05:00Z", "2024-03-01T09:05:00+08:00", nil),
        Row("sent", "source.sentAt", "2024-03-01 09:05:01", "2024-03-01T09:05:01+08:00", "dateInFuture"),
        Row("sent", "source.sentAt", "20310101091500", nil, "dateInFuture"),
        Row("sent", "source.sentAt", "1970-01-01T08:00:00", nil, "nullToken"),
        Row("facts", "matter.factsDate", "2023-12-31", "2023-12-31", nil),
        Row("facts", "matter.factsDate", "3023-09-01", nil, "dateInFuture"),
        Row("hearing", "proceeding.hearings[0].at", "2025-06-01 09:30", "2025-06-01T09:30:00+08:00", nil),
        Row("hearing", "proceeding.hearings[0].at", "2028-06-01 09:30", "2028-06-01T09:30:00+08:00", "dateImplausible"),
        Row("hearing", "proceeding.hearings[0].at", "2012-06-01 09:30", "2012-06-01T09:30:00+08:00", "dateImplausible"),
        Row("hearing", "proceeding.hearings[0].at", "2204-06-01 09:30", nil, "dateImplausible"),
    ]

    private func translate(_ content: String) throws -> TranslatedRecord {
        let bench = try Workbench(Self.rules)
        defer { bench.remove() }
        let result = try bench.translator().translate(
            Array("<R>\n\(content)\n</R>".utf8), format: nil, declaredEncoding: nil, mapping: nil, among: nil,
            receivedAt: Self.received, limits: ParseLimits(), explain: false)
        return try #require(result.records.first)
    }

    @Test(arguments: rows)
    func `a day that cannot be meant is told at its place`(row: Row) throws {
        let record = try translate("<\(row.element)>\(row.raw)</\(row.element)>")
        let told = record.findings.filter { !$0.code.hasPrefix("normalized") }
        #expect(told.map(\.code) == [row.code].compactMap(\.self))
        for finding in told {
            // A listed placeholder is nothing; the zero of a clock was computed by somebody.
            #expect(finding.severity == (row.raw == "0001-01-01" ? .info : .warning))
            #expect(finding.path == row.field)
            #expect(finding.location?.line == 2)
        }
        let hearing = record.application.value("proceeding.hearings")?[0]?["at"]?.string
        #expect((row.element == "hearing" ? hearing : record.application.text(row.field)) == row.value)
    }

    @Test func `nobody is a minor or old by a date that cannot be meant`() throws {
        for content in ["<born>2099-01-01</born>", "<born>1930-01-01</born><letter>1900-01-02</letter>"] {
            let flags = try translate(content).application.value("groupFlags")?.array ?? []
            #expect(!flags.contains { $0["code"] == "minor" }, "\(content)")
        }
        let late = try translate("<born>1970-01-02</born><letter>2030-02-01</letter><sent>20240601</sent>")
        #expect(late.application.value("groupFlags") == nil)
    }

    @Test func `the end of a range is the end of what holds`() throws {
        let record = try translate("<flag><to>2023年5月至2024年2月</to></flag>")
        #expect(record.application.value("groupFlags")?[0]?["validTo"] == "2024-02-29")
        #expect(record.findings.map(\.code) == ["dateRange"])
    }

    @Test func `a canonical application is held to the same`() throws {
        let bench = try Workbench(Self.rules)
        defer { bench.remove() }
        let translator = try bench.translator()
        func read(_ text: String) throws -> TranslatedRecord {
            try #require(translator.readCanonical(Array(text.utf8), receivedAt: Self.received).records.first)
        }
        let odd = try read(
            #"{"recipient":{"birthDate":"2099-01-01"},"proceeding":{"hearings":[{"at":"2028-06-01T01:30:00Z"}]}}"#)
        #expect(odd.application.text("recipient.birthDate") == nil)
        #expect(odd.application.value("proceeding.hearings")?[0]?["at"] == "2028-06-01T09:30:00+08:00")
        #expect(odd.findings.map(\.code) == ["dateInFuture", "dateImplausible"])
        #expect(odd.findings.map(\.path) == ["recipient.birthDate", "proceeding.hearings[0].at"])
        #expect(odd.isUsable)
        for wrong in [
            #"{"source":{"sentAt":"2024-02-01T25:00:00+08:00"}}"#, #"{"source":{"sentAt":"2024-02-01 something"}}"#,
            #"{"matter":{"amount":"-5.00"}}"#, #"{"matter":{"amount":"nan"}}"#, #"{"matter":{"amount":"1e3"}}"#,
        ] { #expect(try !read(wrong).isUsable, "\(wrong)") }
    }
}
