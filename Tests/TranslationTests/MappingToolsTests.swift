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
        #expect(
            table.rows.map(\.sources) == [["/R/H/ID"], ["/R/P/XB"], ["/R/P/BQ"], [], ["/R/P/A", "/R/P/B"]])
        #expect(
            table.rows.map(\.target) == [
                "source/messageId", "recipient/sexCode", "groupFlags[]/code", "groupFlags[]/assertedBy", "remarks",
            ])
        #expect(table.rows[0].isRequired && table.rows[0].zh == "报文编号" && table.rows[0].maxLength == 64)
        #expect(table.rows[1].codes == "sex" && table.rows[1].notes.contains { $0.contains("count as: 9") })
        #expect(table.rows[3].notes.first == "固定值 fixed: sender")
        #expect(table.rows[1].notes.contains("第 1 个 number 1") && table.rows[1].type == "代码 code")
        #expect(table.rows[4].notes == ["计算 computed: concat(A, '|', B)"] && table.rows[4].conditions == ["A"])
        #expect(table.lists.map(\.name) == ["sex", "groupFlag"])
        #expect(try bench.translator().fieldTable(of: "a/c") == nil)
    }

    @Test func `each way of writing keeps its own special characters apart`() throws {
        let bench = try Workbench(mapping(rules, title: "甲&lt;乙&gt;"))
        defer { bench.remove() }
        let table = try #require(try bench.translator().fieldTable(of: "a/b"))
        let markdown = table.text(as: .markdown).split(separator: "\n")
        #expect(markdown.contains { $0.hasPrefix("| /R/P/A \\| /R/P/B |") && $0.contains("concat(A, '\\|', B)") })
        #expect(markdown[1].hasPrefix("| 来源字段 Source |"))
        #expect(table.text(as: .html).contains("<h1>甲&lt;乙&gt; a/b</h1>"))
        let csv = table.text(as: .csv)
        #expect(csv.hasPrefix("\u{FEFF}\"来源字段 Source\",") && csv.hasSuffix("\r\n"))
    }
}

/// What the shipped tables tell partners, held against what their documents are.
@Suite struct ShippedFieldTables {
    /// Every place that a document of the mapping can have, by its schema and by its examples.
    private static func places(of id: String, root: String, isJSON: Bool) throws -> Set<String> {
        let folder = mappingsFolder.appending(path: id)
        var places: Set<String> = []
        func walk(_ node: Node, _ path: String) {
            places.insert(path)
            for attribute in node.attributes { places.insert("\(path)/@\(attribute.name)") }
            for child in node.children { walk(child, "\(path)/\(child.name)") }
        }
        let examples = folder.appending(path: "examples")
        for name in try FileManager.default.contentsOfDirectory(atPath: examples.path)
        where !name.contains(".expected.") {
            let bytes = [UInt8](try Data(contentsOf: examples.appending(path: name)))
            // An example of what does not parse tells of no place.
            guard let document = try? Document.parse(bytes) else { continue }
            walk(document.root, isJSON ? "" : "/" + document.root.name)
        }
        let schema = folder.appending(path: "schema.xsd")
        places.formUnion((SchemaOutline(path: schema.path, root: root)?.paths ?? []).map { "/\(root)/\($0)" })
        return places
    }

    @Test func `every place that a table names is one of its documents'`() throws {
        let translator = try Translator(directory: mappingsFolder.path, digests: .fixed)
        for mapping in translator.inForce.mappings {
            let table = try #require(translator.fieldTable(of: mapping.id))
            #expect(!table.rows.isEmpty)
            let root = table.rows.lazy.flatMap(\.sources).first?.split(separator: "/").first.map(String.init) ?? ""
            let places =
                mapping.isInbound
                ? try Self.places(of: mapping.id, root: root, isJSON: mapping.format == .json) : []
            for row in table.rows {
                #expect(!row.type.isEmpty || row.sources.isEmpty, "\(mapping.id):\(row.line)")
                for place in row.sources {
                    let isThere =
                        mapping.isInbound
                        ? places.contains(place)
                        : CanonicalModel.status.field(at: String(place.dropFirst())) != nil
                            || CanonicalModel.status.isGroup(String(place.dropFirst()))
                    #expect(isThere, "\(mapping.id):\(row.line) \(place)")
                }
            }
        }
    }

    @Test func `a table tells type and words of every code, and an example of nearly every field`() throws {
        let translator = try Translator(directory: mappingsFolder.path, digests: .fixed)
        for mapping in translator.inForce.mappings {
            let table = try #require(translator.fieldTable(of: mapping.id))
            #expect(Set(table.lists.map(\.name)) == Set(table.rows.compactMap(\.codes)), "\(mapping.id)")
            let shown = table.rows.filter { $0.example != nil }.count
            #expect(shown * 10 >= table.rows.count * 9, "\(mapping.id): \(shown) of \(table.rows.count)")
            let (markdown, html, csv) = (table.text(as: .markdown), table.text(as: .html), table.text(as: .csv))
            for entry in table.lists.flatMap(\.entries) where !entry.code.isEmpty {
                #expect(markdown.contains("| \(entry.code) | \(entry.zh) |"), "\(mapping.id) \(entry.code)")
                #expect(csv.contains("\(entry.code) \(entry.zh)"), "\(mapping.id) \(entry.code)")
            }
            for list in table.lists {
                #expect(html.contains("id=\"codes-\(list.name)\"") && html.contains("href=\"#codes-\(list.name)\""))
            }
        }
    }

    @Test func `conditions add up on the way to a field`() throws {
        let bench = try Workbench(
            """
            <mapping xmlns="urn:legal-aid-gateway:mapping:1" id="a/b" title="试验" version="1" source="xml" accepts="/R">
            <each record="/R/P | /R/Q[yes(W)]" when="given(A)">
            <value to="source/messageId" from="ID" required="yes"/>
            <within node="B[given(C)]" when="no(D)"><value to="remarks" from="E[is(., ']')] | ../F" when="given(G)"/></within>
            </each></mapping>
            """)
        defer { bench.remove() }
        let rows = try #require(try bench.translator().fieldTable(of: "a/b")).rows
        #expect(rows[0].sources == ["/R/P/ID", "/R/Q/ID"])
        #expect(rows[1].sources == ["/R/P/B/E", "/R/Q/B/E", "/R/P/F", "/R/Q/F"])
        #expect(
            rows[1].conditions == ["given(A)", "yes(W)", "no(D)", "given(C)", "given(G)", "is(., ']')"])
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
