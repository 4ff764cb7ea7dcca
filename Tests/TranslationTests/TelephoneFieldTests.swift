import Canonical
import Documents
import StrictJSON
import Testing
import Vocabulary

@testable import Translation

/// A person's numbers go to the fields of their kind, whatever field the sender has for them.
@Suite struct TelephoneFields {
    private static func rules(_ values: String) -> String {
        """
        <mapping xmlns="urn:legal-aid-gateway:mapping:1" id="a/b" version="1" source="xml" accepts="/R">
        <each record="/R"><constant to="consent/applyWill" value="self"/>\(values)</each>
        </mapping>
        """
    }

    private func translate(_ content: String, _ values: String, explain: Bool = false) throws -> TranslatedRecord {
        let bench = try Workbench(Self.rules(values))
        defer { bench.remove() }
        let result = try bench.translator().translate(
            Array("<R>\(content)</R>".utf8), format: nil, declaredEncoding: nil, mapping: nil, among: nil,
            receivedAt: Timestamp(secondsSince1970: 1_709_254_800), limits: ParseLimits(), explain: explain)
        return try #require(result.records.first)
    }

    private static let targets = [
        #"<value to="recipient/mobile" from="p" as="phone"/>"#,
        #"<value to="recipient/landline" from="p" as="phone"/>"#,
        #"<within to="recipient" node="."><value to="mobile" from="p" as="phone"/></within>"#,
    ]

    struct Row: Sendable, CustomTestStringConvertible {
        let raw: String
        let mobile: String?
        let landline: String?
        let other: String?
        let told: [String]
        var testDescription: String { raw }

        init(_ raw: String, _ mobile: String?, _ landline: String?, _ other: String?, _ told: [String] = []) {
            self.raw = raw
            self.mobile = mobile
            self.landline = landline
            self.other = other
            self.told = told
        }
    }

    static let rows: [Row] = [
        Row("13800000317", "13800000317", nil, nil), Row("0519-80000317", nil, "051980000317", nil),
        Row("０５１９－８００００３１７", nil, "051980000317", nil, ["normalizedFullWidth"]),
        Row("80000317", nil, "051980000317", nil, ["areaCodeAssumed"]),
        Row("0519-80000317、13800000317", "13800000317", "051980000317", nil),
        Row("13800000317 0086 519 80000317", "13800000317", "051980000317", nil),
        Row("13800000317/13900000317", "13800000317", nil, "13900000317", ["severalNumbers"]),
        Row("12348", nil, nil, "12348", ["serviceNumber"]), Row("110", nil, nil, "110", ["serviceNumber"]),
        Row("+852 2100 0000", nil, nil, "+852 2100 0000", ["formatError"]),
        Row("+1 650 253 0000", nil, nil, "+1 650 253 0000", ["formatError"]),
        Row("138****0317", nil, nil, nil, ["formatError"]), Row("不便提供", nil, nil, nil, ["nullToken"]),
    ]

    @Test(arguments: rows, targets)
    func `each number goes where one of its kind belongs`(row: Row, target: String) throws {
        let record = try translate("<p>\(row.raw)</p>", target)
        #expect(record.application.text("recipient.mobile") == row.mobile)
        #expect(record.application.text("recipient.landline") == row.landline)
        #expect(record.application.text("recipient.otherContact") == row.other)
        #expect(record.findings.map(\.code) == row.told)
    }

    @Test func `a number whose field is taken by another one is kept and told`() throws {
        let both =
            #"<value to="recipient/mobile" from="a" as="phone"/><value to="recipient/landline" from="b" as="phone"/>"#
        let record = try translate("<a>0519-80000001</a><b>0519-80000002</b>", both)
        #expect(record.application.text("recipient.landline") == "051980000001")
        #expect(record.application.text("recipient.otherContact") == "051980000002")
        #expect(record.findings.map(\.code) == ["severalNumbers"])
        #expect(record.findings.first?.path == "recipient.landline")
        let same = try translate("<a>0519-80000001、13800000001</a><b>051980000001</b>", both)
        #expect(same.application.text("recipient.otherContact") == nil)
        #expect(same.findings.isEmpty)
    }

    @Test func `where one number is meant the first counts and the others are told`() throws {
        let rule = #"<value to="source/contactPhone" from="p" as="phone"/>"#
        let record = try translate("<p>0519-80000001、13800000001</p>", rule)
        #expect(record.application.text("source.contactPhone") == "051980000001")
        #expect(record.findings.map(\.code) == ["severalNumbers"])
        #expect(try translate("<p>12348</p>", rule).findings.isEmpty)
    }

    @Test func `an explanation names the field that a number came to`() throws {
        let record = try translate("<p>0519-80000001</p>", Self.targets[0], explain: true)
        #expect(record.traces.contains { $0.target == "recipient.landline" && $0.location != nil })
    }
}
