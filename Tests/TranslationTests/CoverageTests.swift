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
        #"<within node=".[given(B)]"><value to="remarks" from="../ID"/></within>"#,
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
            .replacing(#"node="@B""#, with: #"node="@B""#)
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
