import Documents
import Testing
import Vocabulary

@testable import Translation

/// Whatever reads a field, in whatever way, has read it; and what nobody reads is named.
@Suite struct CoverageOfDocuments {
    /// Ways in which a rule reads B, and nothing else but B.
    private static let readers = [
        #"<value to="remarks" from="B"/>"#,
        #"<value to="remarks" from="concat('x', B)"/>"#,
        #"<value to="remarks" from="string(B)"/>"#,
        #"<value to="remarks" from="normalize-space(../P/B)"/>"#,
        #"<value to="remarks" from="translate(B, 'x', 'y')"/>"#,
        #"<value to="remarks" from="Z || B"/>"#,
        #"<value to="remarks" from="../ID[../P/B]"/>"#,
        #"<constant to="remarks" value="x" when="given(B)"/>"#,
        #"<constant to="remarks" value="x" when="B"/>"#,
        #"<constant to="remarks" value="x" when="is(B, 'y') or says(B, 'z')"/>"#,
        #"<value to="remarks" from="../ID" when="not(given(B))"/>"#,
        #"<lookup to="proceeding/handlingOrgan/name" by="B" codes="court"/>"#,
        #"<within node="B"><value to="remarks" from="."/></within>"#,
        #"<within node="self::*[given(B)]"><value to="remarks" from="../ID"/></within>"#,
        #"<within node="../P" when="given(B)"><value to="remarks" from="../ID"/></within>"#,
        #"<list to="groupFlags" each="B" split=","><value to="code" from="."/></list>"#,
        #"<list to="groupFlags" each="../ID" when="given(../P/B)"><value to="code" from="."/></list>"#,
        #"<list to="groupFlags" each="../P[given(B)]"><constant to="code" value="disabled"/></list>"#,
        #"<list to="groupFlags" each="../ID"><constant to="code" value="disabled" when="given(../P/B)"/></list>"#,
        #"<warn code="x" when="given(B)" message="甲。 A."/>"#,
        #"<contradiction path="remarks" when="is(B, 'x')"/>"#,
        #"<read node="B"/>"#, #"<read node="*[starts-with(name(), 'B')]"/>"#,
    ]

    private func unread(_ rules: String, _ document: String, accepts: String = "/R", each: String = "") throws
        -> [String]
    {
        let bench = try Workbench(
            """
            <mapping xmlns="urn:legal-aid-gateway:mapping:1" id="a/b" title="试验" version="1" source="xml" accepts="\(accepts)">
            <each record="/R/P"\(each)><value to="source/messageId" from="../ID" required="yes"/>
            \(rules)
            </each></mapping>
            """)
        defer { bench.remove() }
        return try bench.translator().translate(
            Array(document.utf8), format: nil, declaredEncoding: nil, mapping: nil, among: nil,
            receivedAt: Timestamp(secondsSince1970: 1_700_000_000), limits: ParseLimits(), explain: true
        ).unread.map(\.path)
    }

    @Test(arguments: readers)
    func `a field that any part of a rule reads is read, whether it is an element or an attribute`(rule: String) throws
    {
        let element = "<R><ID>1</ID><P><B>b</B><C>c</C></P></R>"
        #expect(try unread(rule, element) == ["/R/P/C"])
        guard !rule.contains("name()") else { return }
        let attribute = #"<R><ID>1</ID><P B="b" C="c"/></R>"#
        let asAttribute = rule.replacing(/\bB\b/, with: "@B")
        guard !rule.contains("<within node=\"B\">") else { return }
        #expect(try unread(asAttribute, attribute) == ["/R/P/@C"], "\(asAttribute)")
    }

    @Test func `what the mapping itself and its records ask for is read`() throws {
        let document = "<R><ID>1</ID><T>x</T><P><G>g</G><W>w</W><C>c</C></P></R>"
        let found = try unread(
            "", document, accepts: "/R and is(/R/T, 'x')", each: #" group="G" when="given(W)""#)
        #expect(found == ["/R/P/C"])
    }

    @Test func `a condition on one element does not hide others of its name elsewhere`() throws {
        let document = "<R><ID>1</ID><P><B>b</B><Q><B>c</B></Q></P></R>"
        #expect(try unread(#"<constant to="remarks" value="x" when="given(B)"/>"#, document) == ["/R/P/Q/B"])
    }

    @Test func `an attribute that names the schema is no field`() throws {
        let document =
            #"<R xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:noNamespaceSchemaLocation="a.xsd"><ID>1</ID><P/></R>"#
        #expect(try unread("", document).isEmpty)
    }
}

/// A raw comparison is found in whatever part of a mapping it stands.
@Suite struct LintOfEveryPart {
    private static let raw = "../P/B = 'x'"
    private static let parts = [
        #"<value to="remarks" from="C[RAW]"/>"#, #"<value to="remarks" from="Z || C[RAW]"/>"#,
        #"<value to="remarks" from="concat('a', string(RAW))"/>"#, #"<value to="remarks" from="C" when="RAW"/>"#,
        #"<constant to="remarks" value="x" when="not(RAW)"/>"#,
        #"<lookup to="proceeding/handlingOrgan/name" by="C[RAW]" codes="court"/>"#,
        #"<within node="../P[RAW]"><value to="remarks" from="C"/></within>"#,
        #"<within node="." when="RAW"><value to="remarks" from="C"/></within>"#,
        #"<list to="groupFlags" each="C[RAW]"><constant to="code" value="disabled"/></list>"#,
        #"<list to="groupFlags" each="C" when="RAW"><constant to="code" value="disabled"/></list>"#,
        #"<list to="groupFlags" each="C"><constant to="code" value="disabled" when="RAW"/></list>"#,
        #"<list to="materials" each="C"><value to="title" from="."/><value to="content" from="." as="base64" digest="../C[RAW]"/></list>"#,
        #"<list to="materials" each="C"><value to="title" from="."/><value to="content" from="." as="base64" claimed="../C[RAW]"/></list>"#,
        #"<warn code="x" when="RAW" message="甲。 A."/>"#, #"<warn code="x" when="C" node="C[RAW]" message="甲。 A."/>"#,
        #"<contradiction path="remarks" when="RAW"/>"#, #"<read node="C[RAW]"/>"#,
    ]

    private func notes(accepts: String = "/R", each: String = #"record="/R/P""#, _ rules: String = "") throws
        -> [LintNote]
    {
        let bench = try Workbench(
            """
            <mapping xmlns="urn:legal-aid-gateway:mapping:1" id="a/b" title="试验" version="1" source="xml" accepts="\(accepts)">
            <each \(each)><value to="source/messageId" from="../ID" required="yes"/>\(rules)</each></mapping>
            """)
        defer { bench.remove() }
        return try bench.translator().lint(
            examples: [:], receivedAt: Timestamp(secondsSince1970: 1_700_000_000), limits: ParseLimits()
        ).filter { $0.code == .rawComparison }
    }

    @Test(arguments: parts)
    func `a raw comparison in any part of a rule is noted`(part: String) throws {
        #expect(try notes(part.replacing("RAW", with: Self.raw)).count == 1)
        #expect(try notes(part.replacing("RAW", with: "is(../P/B, 'x')")).isEmpty)
    }

    @Test func `so is one in the mapping's own test and in what makes a record`() throws {
        #expect(try notes(accepts: "/R[T = 'x']").count == 1)
        #expect(try notes(each: #"record="/R/P[B = 'x']""#).count == 1)
        #expect(try notes(each: #"record="/R/P" when="B = 'x'""#).count == 1)
        #expect(try notes(each: #"record="/R/P" group="G[. = 'x']""#).count == 1)
    }

    @Test func `a list that parts one text and never gives anything is silent`() throws {
        let bench = try Workbench(
            """
            <mapping xmlns="urn:legal-aid-gateway:mapping:1" id="a/b" title="试验" version="1" source="xml" accepts="/R">
            <each record="/R"><value to="source/messageId" from="ID" required="yes"/>
            <list to="groupFlags" each="B" split=","><value to="code" from="."/><constant to="assertedBy" value="sender"/></list>
            </each></mapping>
            """)
        defer { bench.remove() }
        func silent(_ document: String) throws -> [Int?] {
            try bench.translator().lint(
                examples: ["a/b": [SampleDocument(name: "all-fields.xml", bytes: Array(document.utf8))]],
                receivedAt: Timestamp(secondsSince1970: 1_700_000_000), limits: ParseLimits()
            ).filter { $0.code == .silentRule }.map(\.line)
        }
        #expect(try silent("<R><ID>1</ID></R>") == [3])
        #expect(try silent("<R><ID>1</ID><B>残疾人,低保</B></R>").isEmpty)
    }
}
