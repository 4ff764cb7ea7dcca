import Canonical
import Documents
import Foundation
import Testing
import Vocabulary

@testable import Translation

private let receivedAt = Timestamp(secondsSince1970: 1_700_000_000)

private func mapping(_ rules: String, title: String = "试验") -> String {
    """
    <mapping xmlns="urn:legal-aid-gateway:mapping:1" id="a/b" title="\(title)" version="1" source="xml" accepts="/R">
    <each record="/R/P">
    \(rules)
    </each>
    </mapping>
    """
}

@Suite struct FieldTables {
    private let rules = """
        <within node="../H"><value to="source/messageId" from="ID" required="yes"/></within>
        <value to="recipient/sexCode" from="XB[1]" unknown="9"/>
        <list to="groupFlags" each="BQ" split=",|"><value to="code" from="."/><constant to="assertedBy" value="sender"/></list>
        <value to="remarks" from="concat(A, '|', B)" when="A"/>
        """

    @Test func `a table tells for each field where it comes from and what is done to it`() throws {
        let bench = try Workbench(mapping(rules))
        defer { bench.remove() }
        let table = try #require(try bench.translator().fieldTable(of: "a/b"))
        #expect(table.rows.map(\.source) == ["/R/H/ID", "/R/P/XB[1]", "/R/P/BQ", "", "concat(A, '|', B)"])
        #expect(
            table.rows.map(\.target) == [
                "source/messageId", "recipient/sexCode", "groupFlags[]/code", "groupFlags[]/assertedBy", "remarks",
            ])
        #expect(table.rows[0].isRequired && table.rows[0].zh == "报文编号" && table.rows[0].maxLength == 64)
        #expect(table.rows[1].codes == "sex" && table.rows[1].notes.contains { $0.contains("count as: 9") })
        #expect(table.rows[3].notes.first == "固定值 fixed: sender")
        #expect(table.rows[4].notes.first == "条件 when: A")
        #expect(try bench.translator().fieldTable(of: "a/c") == nil)
    }

    @Test func `each way of writing keeps its own special characters apart`() throws {
        let bench = try Workbench(mapping(rules, title: "甲&lt;乙&gt;"))
        defer { bench.remove() }
        let table = try #require(try bench.translator().fieldTable(of: "a/b"))
        let markdown = table.text(as: .markdown).split(separator: "\n")
        #expect(markdown.contains { $0.hasPrefix("| concat(A, '\\|', B) |") })
        #expect(markdown[1].hasPrefix("| 来源字段 Source |"))
        #expect(table.text(as: .html).contains("<h1>甲&lt;乙&gt; a/b</h1>"))
        let csv = table.text(as: .csv)
        #expect(csv.hasPrefix("\u{FEFF}\"来源字段 Source\",") && csv.hasSuffix("\r\n"))
    }
}

@Suite struct Linting {
    private func notes(_ rules: String, title: String = "试验", examples: [SampleDocument] = []) throws -> [LintNote] {
        let bench = try Workbench(mapping(rules, title: title))
        defer { bench.remove() }
        return try bench.translator().lint(
            examples: ["a/b": examples], receivedAt: receivedAt, limits: ParseLimits()
        ).filter { $0.code != .unusedCodeList }
    }

    private let whole = SampleDocument(name: "all-fields.xml", bytes: Array("<R><ID>1</ID><P><XM>甲</XM></P></R>".utf8))
    private var examples: [SampleDocument] {
        [whole] + ["required-only.xml", "invalid-name.xml"].map { SampleDocument(name: $0, bytes: whole.bytes) }
    }
    private let good = """
        <value to="source/messageId" from="../ID" required="yes"/>
        <value to="recipient/name" from="XM"/>
        """

    @Test func `a mapping that keeps the rules of the house gets no note`() throws {
        #expect(try notes(good, examples: examples).isEmpty)
    }

    @Test(
        arguments: [
            (
                #"<value to="source/messageId" from="../ID" required="yes"/><value to="recipient/name" from="XM"/>"#
                    + "\n" + #"<value to="recipient/name" from="XM"/>"#, LintNote.Code.targetSetTwice, 4
            ),
            (
                #"<value to="source/messageId" from="../ID" required="yes"/><value to="recipient/name" from="XM"/>"#
                    + "\n" + #"<constant to="recipient/name" value="乙"/>"#, .shadowedRule, 3
            ),
            (
                #"<value to="source/messageId" from="../ID" required="yes"/><value to="recipient/name" from="XM"/>"#
                    + "\n" + #"<value to="remarks" from="BZ"/>"#, .silentRule, 4
            ),
            (#"<value to="source/messageId" from="../ID" required="yes"/>"#, .unreadField, nil),
            (
                #"<value to="source/messageId" from="../ID"/><value to="recipient/name" from="XM"/>"#, .nothingRequired,
                nil
            ),
        ] as [(String, LintNote.Code, Int?)])
    func `each fault is noted with its line`(rules: String, code: LintNote.Code, line: Int?) throws {
        let found = try notes(rules, examples: examples)
        #expect(found.map(\.code) == [code])
        #expect(found.first?.line == line)
    }

    @Test func `missing examples and a missing title are noted`() throws {
        let found = try notes(good, title: "a/b")
        #expect(found.map(\.code) == [.missingAttribute, .missingExample, .missingExample, .missingExample])
    }
}

@Suite struct Comparing {
    @Test func `two mapping sets differ in masked values and in what is told`() throws {
        let old = try Workbench(mapping(#"<value to="recipient/name" from="XM"/><value to="remarks" from="A"/>"#))
        let new = try Workbench(
            mapping(#"<value to="recipient/name" from="CYM"/><value to="recipient/sexCode" from="A"/>"#))
        defer {
            old.remove()
            new.remove()
        }
        let document = Array("<R><P><XM>欧阳测试</XM><CYM>李四</CYM><A>怪</A></P></R>".utf8)
        func differences(_ left: Workbench, _ right: Workbench) throws -> [MappingDifference] {
            MappingDifference.between(
                try left.translator(), try right.translator(), document, receivedAt: receivedAt, limits: ParseLimits())
        }
        let found = try differences(old, new)
        #expect(
            found.map(\.path) == ["record[0].recipient.name", "record[0].remarks", "record[0].findings"])
        #expect(found.allSatisfy { !"\($0)".contains("测试") && !"\($0)".contains("李四") })
        #expect(found[1].after == nil && found[2].after == "warning unknownCode recipient.sexCode")
        #expect(try differences(old, old).isEmpty)
    }
}

@Suite struct Drafting {
    private let xml = """
        <?xml version="1.0" encoding="UTF-8"?>
        <BWXX><HEAD ver="2"><XXBH>Q-1</XXBH></HEAD><RY><XM>测甲</XM><SFZHM>32040219790101994X</SFZHM><QT>x</QT></RY>
        <RY><SFZHM>320411198506109938</SFZHM><XM>测乙</XM></RY></BWXX>
        """
    private let json = """
        {"报文编号": "Q-2", "2key": {"姓名": "测丙", "身份证号": "32040219790101994X", "其他": [1, 2]}}
        """

    private func drafted(_ sample: String) throws -> (Workbench, MappingDraft) {
        let bench = try Workbench(mapping(""))
        let draft = try MappingDraft(id: "new/draft", title: "起草 <甲>", sample: Array(sample.utf8))
        for file in draft.files {
            let place = bench.folder.appending(path: "new/draft").appending(path: file.path)
            try FileManager.default.createDirectory(
                at: place.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(file.bytes).write(to: place)
        }
        return (bench, draft)
    }

    private func translate(_ sample: String, by bench: Workbench) throws -> TranslatedDocument {
        try bench.translator().translate(
            Array(sample.utf8), format: nil, declaredEncoding: nil, mapping: nil, among: nil, receivedAt: receivedAt,
            limits: ParseLimits(), explain: true)
    }

    @Test func `a draft from an XML document loads and translates it by a schema that it meets`() throws {
        let (bench, draft) = try drafted(xml)
        defer { bench.remove() }
        #expect(draft.files.map(\.path) == ["mapping.xml", "schema.xsd", "examples/all-fields.xml"])
        let result = try translate(xml, by: bench)
        #expect(result.mapping?.id == "new/draft")
        #expect(result.records.map { $0.application.text("recipient.name") } == ["测甲", "测乙"])
        #expect(result.records.allSatisfy { $0.application.text("source.messageId") == "Q-1" && $0.isUsable })
        #expect(result.findings.isEmpty)
    }

    @Test func `a draft reaches the elements of a namespace`() throws {
        let sample = #"<n:BW xmlns:n="urn:x"><n:XXBH>Q-3</n:XXBH><n:XM>测丁</n:XM></n:BW>"#
        let (bench, _) = try drafted(sample)
        defer { bench.remove() }
        let result = try translate(sample, by: bench)
        #expect(result.records.first?.application.messageID == "Q-3")
        #expect(result.findings.isEmpty)
    }

    @Test func `a draft from JSON copes with keys that are no XML names`() throws {
        let (bench, draft) = try drafted(json)
        defer { bench.remove() }
        #expect(draft.files.map(\.path) == ["mapping.xml", "examples/all-fields.json"])
        let result = try translate(json, by: bench)
        #expect(result.mapping?.id == "new/draft")
        #expect(result.records.first?.application.text("recipient.idNumber") == "32040219790101994X")
        #expect(result.records.first?.application.messageID == "Q-2")
    }

    @Test func `what does not parse gives no draft`() {
        #expect(throws: DocumentError.self) { try MappingDraft(id: "a/b", title: "", sample: Array("<a>".utf8)) }
    }
}
