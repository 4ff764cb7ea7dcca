import Canonical
import Documents
import Foundation
import StrictJSON
import Testing
import Vocabulary

@testable import Translation

@Suite struct Grouping {
    private let person = """
        <value to="recipient/name" from="XM"/>
        <value to="recipient/sexCode" from="XB"/>
        <list to="materials" each="rows()" by="CL"><value to="title" from="CL"/><index to="count" start="10"/></list>
        """

    @Test func `rows of one person are one record, and their other columns a list`() throws {
        let bench = try Workbench.inbound(person, each: #"by="ZJ""#)
        defer { bench.remove() }
        let rows = [
            ("1", "测甲", "身份证"), ("2", "测乙", "判决书"), (" １ ", "测甲", "合同"), ("1", "测甲", " 合同 "), ("", "测丙", "甲"),
            ("无", "测丁", "乙"),
        ]
        let result = try bench.translator().reading(
            "<R>" + rows.map { "<P><ZJ>\($0.0)</ZJ><XM>\($0.1)</XM><CL>\($0.2)</CL></P>" }.joined() + "</R>")
        #expect(result.records.map { $0.application.text("recipient.name") } == ["测甲", "测乙", "测丙", "测丁"])
        #expect(
            result.records.map { $0.application.value("materials") ?? .null } == [
                [["title": "身份证", "count": 10], ["title": "合同", "count": 11]], [["title": "判决书", "count": 10]],
                [["title": "甲", "count": 10]], [["title": "乙", "count": 10]],
            ])
        #expect(result.told == [])
    }

    @Test func `what another row says otherwise is told with its own place`() throws {
        let bench = try Workbench.inbound(person, each: #"by="ZJ""#)
        defer { bench.remove() }
        let result = try bench.translator().reading(
            """
            <R><P><ZJ>1</ZJ><XM>测甲</XM><CL>a</CL></P><P><ZJ>1</ZJ><XM>测乙</XM><XB>男</XB><CL>b</CL></P>
            <P><ZJ>1</ZJ><CL>c</CL></P></R>
            """)
        #expect(result.records.count == 1 && result.text("recipient.name") == "测甲")
        #expect(result.told == ["rowsDiffer recipient.name /R/P[2]", "rowsDiffer recipient.sexCode /R/P[2]"])
        #expect(result.records[0].application.value("materials")?.array?.count == 3)
    }

    @Test(arguments: ["xml", "json"])
    func `items of one key are one item`(source: String) throws {
        let bench = try Workbench.inbound(
            #"<list to="materials" each="M" by="t"><value to="title" from="t"/><value to="kind" from="k"/></list>"#,
            source: source)
        defer { bench.remove() }
        let items = [("合同", "other"), ("合 同", "other"), ("票据", ""), ("票据", "other")]
        let document =
            source == "xml"
            ? "<R><P>" + items.map { "<M><t>\($0.0)</t><k>\($0.1)</k></M>" }.joined() + "</P></R>"
            : "{\"M\":[" + items.map { "{\"t\":\"\($0.0)\",\"k\":\"\($0.1)\"}" }.joined(separator: ",") + "]}"
        let result = try bench.translator().reading(document)
        #expect(result.records[0].application.value("materials")?.array?.count == 2)
        let codes = result.records[0].findings.filter { $0.severity != .info }.map { "\($0.code) \($0.path ?? "")" }
        // 合 同 is another title than 合同, however alike; the second slip alone says what kind it is.
        #expect(codes == ["rowsDiffer materials[0].title", "rowsDiffer materials[1].kind"])
    }

    @Test func `records are numbered, and items go on where another list stopped`() throws {
        let bench = try Workbench.inbound(
            """
            <index to="groupSize" start="0"/>
            <list to="materials" each="A"><value to="title" from="."/><index to="count"/></list>
            <list to="materials" each="B"><value to="title" from="." required="yes"/><index to="count"/></list>
            """)
        defer { bench.remove() }
        let result = try bench.translator().reading(
            "<R><P><A>a</A><B/><B>b</B></P><P><B>c</B></P></R>")
        #expect(result.records.map { $0.application.value("groupSize") ?? .null } == [0, 1])
        #expect(
            result.records[0].application.value("materials") == [
                ["title": "a", "count": 1], ["title": "b", "count": 2],
            ])
    }

    @Test(arguments: [
        (
            #"<list to="materials" each="rows()"><value to="title" from="."/></list>"#,
            "4: rows() has nothing to go over: the list or record around it has no by"
        ),
        (
            #"<list to="groupFlags" each="x" by="." split="、"><value to="code" from="."/></list>"#,
            "4: a list parts a text or groups nodes, not both"
        ),
        (#"<index to="recipient/sexCode"/>"#, "4: recipient/sexCode takes no number of an item"),
    ])
    func `what groups nothing is refused when it loads`(rule: String, text: String) throws {
        let bench = try Workbench.inbound(rule)
        defer { bench.remove() }
        #expect(bench.complaints() == [text])
    }
}

@Suite struct EmbeddedDocuments {
    private let inner = "<M><XM>测甲</XM><CL><t>合同</t></CL><X>1</X></M>"
    private let rules = """
        <embedded node="BW" source="xml">
          <value to="recipient/name" from="XM" required="yes"/>
          <list to="materials" each="/M/CL"><value to="title" from="t"/>
          <value to="receivedAt" from="d"/></list>
        </embedded>
        """

    private func escaped(_ text: String) -> String { text.replacing("&", with: "&amp;").replacing("<", with: "&lt;") }

    private func base64(_ text: String, _ encoding: TextEncoding = .utf8) throws -> String {
        Data(try encoding.encode(text)).base64EncodedString()
    }

    private func read(_ rules: String, _ body: String, _ limits: ParseLimits = ParseLimits()) throws
        -> TranslatedDocument
    {
        let bench = try Workbench.inbound(rules)
        defer { bench.remove() }
        return try bench.translator().reading("<R><P><BW>\(body)</BW></P></R>", limits: limits)
    }

    @Test func `however it was put in, the same is read`() throws {
        let declared = "<?xml version=\"1.0\" encoding=\"GBK\"?>\n" + inner
        let coded = rules.replacing("source=\"xml\"", with: "source=\"xml\" coding=\"base64\"")
        let ways = [
            (rules, "<![CDATA[\(inner)]]>"), (rules, "<![CDATA[\n  \(declared)\n]]>"), (rules, escaped(inner)),
            (rules, escaped(declared)), (coded, try base64(inner)), (coded, try base64(declared, .gb18030)),
            (coded, "data:text/xml;base64," + (try base64(inner))),
        ]
        for (rules, body) in ways {
            let result = try read(rules, body)
            #expect(result.text("recipient.name") == "测甲", "\(body)")
            #expect(result.records[0].application.value("materials") == [["title": "合同"]], "\(body)")
            #expect(result.told == [], "\(body)")
        }
        #expect(try read(rules, escaped(escaped(inner))).told == ["escapedTwice  /R/P/BW"])
    }

    @Test func `a finding inside has the place of the text and the path in both documents`() throws {
        let hurt = inner.replacing("</CL>", with: "<d>x</d></CL>")
        let result = try read(rules, "<![CDATA[\(hurt)]]>")
        #expect(result.told == ["notADate materials[0].receivedAt /R/P/BW#/M/CL/d"])
        #expect(result.records[0].findings[0].location?.line == 1)
    }

    @Test(arguments: [
        ("<M><XM>", "notWellFormed"), ("测甲", "notWellFormed"), ("<!DOCTYPE a><M/>", "securityDoctype"),
        (String(repeating: "<a>", count: 100) + String(repeating: "</a>", count: 100), "tooDeep"),
        ("<M>" + String(repeating: "<a/>", count: 200) + "</M>", "tooManyNodes"), ("无", "nullToken"), ("", "empty"),
    ])
    func `what is no document is told, and what it had to say is missing`(body: String, code: String) throws {
        let result = try read(rules, body.isEmpty ? "" : "<![CDATA[\(body)]]>", ParseLimits(nodes: 100))
        #expect(result.told == ["\(code)  /R/P/BW", "missing recipient.name /R/P/BW"])
        #expect(!result.records[0].isUsable)
        let within = rules.replacing("node=\"BW\"", with: "node=\"BW\" to=\"proceeding/handlingOrgan\"")
            .replacing(#"to="recipient/name" from="XM" required="yes""#, with: #"to="name" from="XM""#)
            .replacing(
                "<list to=\"materials\" each=\"/M/CL\"><value to=\"title\" from=\"t\"/>\n  <value to=\"receivedAt\" from=\"d\"/></list>",
                with: "")
        #expect(try read(within, "").records[0].isUsable)
    }

    @Test func `all documents within one share its bounds`() throws {
        let rules = """
            <list to="materials" each="BW"><embedded node="." source="xml"><value to="title" from="t"/></embedded></list>
            """
        let bench = try Workbench.inbound(rules)
        defer { bench.remove() }
        let body = "<BW>" + escaped("<M><t>甲</t></M>") + "</BW>"
        let document = "<R><P>" + String(repeating: body, count: 40) + "</P></R>"
        let result = try bench.translator().reading(document, limits: ParseLimits(nodes: 61))
        #expect(result.records[0].application.value("materials")?.array?.count == 30)
        #expect(result.told.filter { $0.hasPrefix("tooManyNodes") }.count == 10)
    }

    @Test func `what is not Base64 is told`() throws {
        let coded = rules.replacing("source=\"xml\"", with: "source=\"xml\" coding=\"base64\"")
        #expect(try read(coded, "测甲").told == ["embeddedNotBase64  /R/P/BW", "missing recipient.name /R/P/BW"])
    }

    @Test func `JSON stands in XML, XML in JSON, and one within the other`() throws {
        let json = "{\"name\": \"测甲\", \"xml\": \"<A><B>诉讼</B></A>\"}"
        let rules = """
            <embedded node="BW" source="json"><value to="recipient/name" from="/root/name"/>
              <embedded node="xml" source="xml"><value to="matter/causeOfAction" from="/A/B"/></embedded>
            </embedded>
            """
        let result = try read(rules, escaped(json))
        #expect(result.text("recipient.name") == "测甲" && result.text("matter.causeOfAction") == "诉讼")
        let bench = try Workbench.inbound(
            #"<embedded node="body" source="xml" when="is(type, 'A')"><value to="remarks" from="B"/></embedded>"#,
            source: "json")
        defer { bench.remove() }
        let translator = try bench.translator()
        let whole = translator.reading("{\"type\": \"a\", \"body\": \"<A><B>b</B><C/></A>\"}")
        #expect(whole.text("remarks") == "b" && whole.told == [])
        #expect(translator.reading("{\"type\": \"b\", \"body\": \"<A><B>b</B></A>\"}").text("remarks") == nil)
    }

    @Test func `an explanation, the table and lint see into it`() throws {
        let bench = try Workbench.inbound(rules)
        defer { bench.remove() }
        let translator = try bench.translator()
        let document = "<R><P><BW>\(escaped(inner))</BW></P></R>"
        let result = translator.reading(document, explain: true)
        #expect(result.unread.map(\.path) == ["/R/P/BW#/M/X"] && result.leaves == 4)
        #expect(result.records[0].traces.compactMap { $0.location?.path } == ["/R/P/BW#/M/XM", "/R/P/BW#/M/CL/t"])
        let table = try #require(translator.fieldTable(of: "a/b"))
        #expect(table.rows.map(\.source) == ["/R/P/BW#/*/XM", "/R/P/BW#/M/CL/t", "/R/P/BW#/M/CL/d"])
        #expect(table.rows[0].notes == ["内嵌 XML within an embedded document"] && table.rows[0].isRequired)
        let notes = translator.lint(
            examples: ["a/b": [SampleDocument(name: "all-fields.xml", bytes: Array(document.utf8))]],
            receivedAt: Timestamp(secondsSince1970: 1_700_000_000), limits: ParseLimits())
        let texts = notes.filter { $0.place == "a/b" }.map(\.text)
        #expect(texts.contains("/R/P/BW#/M/X is read by no rule; <read node=…> says that this is meant"))
        #expect(texts.contains("gave nothing for materials/receivedAt in any example"))
    }

    @Test func `too deep a nest, and one in what goes out, are refused when they load`() throws {
        let open = #"<embedded node="a" source="xml">"#
        let deep = try Workbench.inbound(
            String(repeating: open, count: 4) + String(repeating: "</embedded>", count: 4))
        defer { deep.remove() }
        #expect(deep.complaints() == ["4: documents lie within documents too deep"])
        let paper = try Workbench.inbound(
            open + #"<list to="materials" each="m"><value to="content" from="c" as="base64"/></list></embedded>"#)
        defer { paper.remove() }
        #expect(
            paper.complaints().contains { $0.hasSuffix("an attachment within an embedded document cannot be fetched") })
        let out = try Workbench.outbound(open + "</embedded>")
        defer { out.remove() }
        #expect(out.complaints().contains("3: a status has no documents within: <embedded> is for what comes in"))
    }
}

@Suite struct NamespacesOfMappings {
    private let declared = #"xmlns:c="urn:court" xmlns:p="urn:person""#

    @Test func `selectors ask by prefix, whatever prefixes the sender chose`() throws {
        let bench = try Workbench.inbound(
            """
            <value to="recipient/name" from="p:who/p:XM"/>
            <value to="matter/causeOfAction" from="c:AY[@p:main = 'true']"/>
            <value to="remarks" from="AY"/>
            """, declared: declared, accepts: "/c:R", record: "/c:R/c:P")
        defer { bench.remove() }
        let translator = try bench.translator()
        for (court, person) in [("c:", "p:"), ("x:", "c:"), ("", "p:")] {
            let names = court.isEmpty ? "xmlns=\"urn:court\"" : "xmlns:\(court.dropLast())=\"urn:court\""
            let result = translator.reading(
                """
                <\(court)R \(names) xmlns:\(person.dropLast())="urn:person"><\(court)P><\(person)who><\(person)XM>测甲</\(person)XM></\(person)who>
                <\(court)AY>甲</\(court)AY><\(court)AY \(person)main="true">乙</\(court)AY><AY xmlns="">丙</AY></\(court)P></\(court)R>
                """)
            #expect(result.text("recipient.name") == "测甲", "\(court)")
            #expect(result.text("matter.causeOfAction") == "乙", "\(court)")
            #expect(result.text("remarks") == "丙", "\(court)")
        }
        #expect(
            translator.reading("<R xmlns=\"urn:other\"><P/></R>").told == ["namespaceIgnored  /R", "noMapping  /R"])
    }

    @Test func `a prefix that is declared nowhere is refused when it loads`() throws {
        let bench = try Workbench.inbound(#"<value to="remarks" from="q:a | child::c:b | 'd:e'"/>"#, declared: declared)
        defer { bench.remove() }
        #expect(
            bench.complaints() == [
                "4: the prefix q is declared nowhere: write xmlns:q=\"…\" on the root element, in the XPath q:a | child::c:b | 'd:e'"
            ])
        #expect(
            XPathExpression.prefixes(in: "a/b:c[@d:e='f:g']/child::h:*/ancestor::i | self::node()") == ["b", "d", "h"])
    }

    @Test func `names that go out stand in the namespaces of their prefixes`() throws {
        let bench = try Workbench.outbound(
            """
            <value to="p:no" from="applicationNo"/><value to="c:state/@p:code" from="code"/>
            <value to="c:state" from="name"/>
            """, root: "c:M", declared: declared)
        defer { bench.remove() }
        let translator = try bench.translator()
        let text = try translator.writing(JSONObject([("applicationNo", "LA-1"), ("code", "02"), ("name", "受理")]))
        let root = try Document.parse(Array(text.utf8)).root
        #expect(root.namespace == "urn:court" && root.children.map(\.namespace) == ["urn:person", "urn:court"])
        #expect(root.children[1].text == "受理" && root.children[1].attributes.map(\.value) == ["02"])
    }

    @Test(arguments: ["1a", "a b", "q:a", "a:b:c", "@", "c:", "x/", "<", "甲(", "a//b"])
    func `a name that XML does not allow is refused when it loads`(name: String) throws {
        let escaped = name.replacing("<", with: "&lt;")
        for (rule, root) in [(#"<value to="\#(escaped)" from="code"/>"#, "M"), ("", escaped)] {
            let bench = try Workbench.outbound(rule, root: root, declared: declared)
            defer { bench.remove() }
            #expect(!bench.complaints().isEmpty, "\(name) as \(rule)\(root)")
        }
    }
}

@Suite struct TextsBesideAttributes {
    private let content = JSONObject([
        ("code", "02"), ("name", "受理"),
        ("missing", [["title": "合同", "kind": "contract"], ["title": "票据", "kind": "other"]]),
    ])

    @Test(arguments: [
        #"<value to="S" from="name"/><value to="S/@code" from="code"/>"#,
        #"<value to="S/@code" from="code"/><value to="S" from="name"/>"#,
        #"<value to="S/." from="name"/><value to="S/@code" from="code"/>"#,
        #"<within node="." to="S"><value to="@code" from="code"/><value to="." from="name"/></within>"#,
        #"<constant to="S/@code" value="02"/><value to="S" from="name"/>"#,
    ])
    func `an element has a text and attributes, in whatever order rules give them`(rules: String) throws {
        let bench = try Workbench.outbound(rules)
        defer { bench.remove() }
        let text = try bench.translator().writing(content)
        #expect(text.contains(#"<M><S code="02">受理</S></M>"#), "\(text)")
    }

    @Test func `items of a list do too, and are numbered`() throws {
        let bench = try Workbench.outbound(
            """
            <list to="L/I" each="missing"><index to="@no"/><value to="@kind" from="kind"/><value to="." from="title"/></list>
            """)
        defer { bench.remove() }
        let text = try bench.translator().writing(content)
        #expect(
            text.contains(
                #"<L><I no="1" kind="contract">合同</I><I no="2" kind="other">票据</I></L>"#), "\(text)")
    }

    @Test func `JSON has numbers for items, and no text beside members`() throws {
        let bench = try Workbench.outbound(
            #"<list to="L" each="missing"><index to="no" start="0" type="number"/><value to="t" from="title"/></list>"#,
            target: "json")
        defer { bench.remove() }
        #expect(
            try bench.translator().writing(content) == #"{"L":[{"no":0,"t":"合同"},{"no":1,"t":"票据"}]}"#)
        for rules in [
            #"<value to="S" from="name"/><value to="S/code" from="code"/>"#,
            #"<list to="L" each="missing"><value to="." from="title"/><value to="k" from="kind"/></list>"#,
            #"<within node="." to="S"><value to="." from="name"/></within>"#,
        ] {
            let bench = try Workbench.outbound(rules, target: "json")
            defer { bench.remove() }
            #expect(
                bench.complaints().contains { $0.hasSuffix("cannot have a text and members too in JSON") }, "\(rules)")
        }
    }
}
