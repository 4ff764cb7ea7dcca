import Canonical
import Documents
import Foundation
import StrictJSON
import Testing
import Vocabulary

@testable import Translation

private func translate(_ text: String, _ translator: Translator, explain: Bool = false) -> TranslatedDocument {
    translator.translate(
        Array(text.utf8), format: nil, declaredEncoding: nil, mapping: nil, among: nil,
        receivedAt: Timestamp(secondsSince1970: 1_700_000_000), limits: ParseLimits(), explain: explain)
}

private func mapping(
    _ rules: String, source: String = "xml", accepts: String = "/R", record: String = "/R/P",
    kind: String = #"kind="notification" route="byNotification""#
) -> String {
    """
    <mapping xmlns="urn:legal-aid-gateway:mapping:1" id="a/b" version="2" source="\(source)" accepts="\(accepts)" \(kind)>
    <each record="\(record)" group="../@id">
    \(rules)
    </each>
    </mapping>
    """
}

@Suite struct Loading {
    @Test func `every mistake is told at once, with line and the right word`() throws {
        let bench = try Workbench(
            mapping(
                """
                <value to="recipient/nmae" from="XM"/>
                <value to="recipient/idNumber" from="SFZ" as="residentID"/>
                <value to="recipient/sexCode" from="XB" codes="sexx"/>
                <value to="remarks" from="a[["/>
                <lits to="materials" each="x"/>
                """))
        defer { bench.remove() }
        let error = #expect(throws: ConfigurationError.self) { try bench.translator() }
        let found = (error?.complaints ?? []).map { "\($0.line ?? 0): \($0.text)" }
        #expect(
            found == [
                "3: unknown target recipient/nmae; did you mean recipient/name?",
                "4: unknown converter residentID; did you mean residentId?",
                "5: unknown code list sexx; did you mean sex?", "6: this is no XPath 1.0: a[[",
                "7: unknown rule <lits>; did you mean list?",
            ])
    }

    @Test func `a word, a code or a list that the target does not take is refused when it loads`() throws {
        let bench = try Workbench(
            mapping(
                """
                <constant to="matter/caseDomain" value="criminel"/>
                <constant to="intakeKind" value="notificaton"/>
                <constant to="recipient/idCheck" value="valid"/>
                <value to="criminal/charges" from="ZM"/>
                <list to="recipient/mobile" each="x"><value to="." from="."/></list>
                <value to="recipient/sexCode" from="XB" codes="marital"/>
                <value to="remarks" form="x" required="perhaps"/>
                """))
        defer { bench.remove() }
        let error = #expect(throws: ConfigurationError.self) { try bench.translator() }
        let found = (error?.complaints ?? []).map { "\($0.line ?? 0): \($0.text)" }
        for expected in [
            "3: matter/caseDomain takes a code of caseDomain; did you mean criminal?",
            "5: recipient/idCheck is written by the gateway itself, not by mappings",
            "6: criminal/charges repeats: write <list to=…> for it",
            "7: recipient/mobile does not repeat: write <value> or <within to=…> for it",
            "8: the list marital gives 10, which is no code of sex",
            "9: <value> has no attribute form; did you mean from?",
        ] { #expect(found.contains(expected), "\(expected) is not among \(found)") }
        #expect(
            found.contains { $0.hasPrefix("4: intakeKind takes one of") && $0.hasSuffix("did you mean notification?") })
    }

    @Test func `what breaks the language's schema is refused with its line`() throws {
        let bench = try Workbench(mapping(#"<value to="remarks" from="a" required="perhaps"/>"#))
        defer { bench.remove() }
        let error = #expect(throws: ConfigurationError.self) { try bench.translator() }
        #expect(
            error?.complaints.map { "\($0.line ?? 0): \($0.text)" } == [
                "3: <value> is not as mapping.xsd says (notInEnumeration)"
            ])
    }

    @Test(arguments: [
        ("normalise-space(a)", "there is no function normalise-space(); did you mean normalize-space? in the XPath"),
        ("$name", "variables are not known here in the XPath"),
        ("a[contain(., '(x)')]", "there is no function contain();"),
    ])
    func `an XPath that compiles and can never hold is refused`(xpath: String, text: String) throws {
        let bench = try Workbench(mapping(#"<value to="remarks" from="\#(xpath)"/>"#))
        defer { bench.remove() }
        let error = #expect(throws: ConfigurationError.self) { try bench.translator() }
        #expect(error?.complaints.count == 1)
        #expect(error?.complaints.first?.text.hasPrefix(text) ?? false, "\(error?.complaints ?? [])")
        #expect(XPathWords.problem(in: "a and (b or not(c)) and string-length(d) > 1 and e = 'f(g)'") == nil)
    }

    @Test func `an outbound target that the partner's schema does not have is refused`() throws {
        let bench = try Workbench("")
        defer { bench.remove() }
        try FileManager.default.copyItem(
            at: repository.appending(path: "Mappings/court/status/status.xsd"),
            to: bench.folder.appending(path: "a/b/status.xsd"))
        try bench.write(
            """
            <mapping xmlns="urn:legal-aid-gateway:mapping:1" id="a/b" direction="out" target="xml" root="MESSAGE"
                     schema="status.xsd">
              <value to="XTPTBH" from="applicationNo"/>
              <within node="assignment" to="FLYZGH"><value to="CBRMX" from="lawyer"/></within>
            </mapping>
            """)
        let error = #expect(throws: ConfigurationError.self) { try bench.translator() }
        #expect(
            error?.complaints.map { "\($0.line ?? 0): \($0.text)" } == [
                "4: the partner's schema has no FLYZGH/CBRMX; did you mean FLYZGH/CBRXM?"
            ])
    }

    @Test func `a translator goes by the files as they were when it was made`() throws {
        let bench = try Workbench(mapping(#"<value to="remarks" from="a"/>"#))
        defer { bench.remove() }
        let translator = try bench.translator()
        let document = "<R><P><a>one</a><b>two</b></P></R>"
        func remarks(_ translator: Translator) -> String? {
            translate(document, translator).records.first?.application.text("remarks")
        }
        try bench.write(mapping(#"<value to="remark" from="b"/>"#))
        #expect(throws: ConfigurationError.self) { try bench.translator() }
        #expect(remarks(translator) == "one")
        try bench.write(mapping(#"<value to="remarks" from="b"/>"#))
        #expect(remarks(try bench.translator()) == "two")
        #expect(remarks(translator) == "one")
    }
}

@Suite struct Translating {
    @Test func `one record a person, tied by a group, each with its own findings and places`() throws {
        let bench = try Workbench(
            mapping(
                """
                <value to="recipient/name" from="XM" required="yes"/>
                <value to="recipient/sexCode" from="XB" codes="sex"/>
                <value to="proceeding/acceptedAt" from="RQ" as="date"/>
                """))
        defer { bench.remove() }
        let result = translate(
            "<R id='G1'><P><XM>测甲</XM><XB>男</XB></P>\n <P><XM/><XB>雄</XB>\n  <RQ>昨天</RQ></P></R>",
            try bench.translator())
        #expect(result.records.map { $0.application.text("groupId") } == ["G1", "G1"])
        #expect(result.records[0].isUsable && !result.records[1].isUsable)
        let found = result.records[1].findings.map {
            "\($0.severity) \($0.code) \($0.path ?? "") \($0.location?.line ?? 0):\($0.location?.column ?? 0) \($0.rule ?? "")"
        }
        #expect(
            found == [
                "info empty recipient.name 2:5 a/b:3", "error missing recipient.name 2:5 a/b:3",
                "warning unknownCode recipient.sexCode 2:10 a/b:4",
                "warning notADate proceeding.acceptedAt 3:3 a/b:5",
            ])
        #expect(result.records[1].findings.allSatisfy { !$0.json.text().contains("昨天") })
    }

    @Test func `an explanation names the source of each field and what no rule read`() throws {
        let bench = try Workbench(mapping(#"<value to="recipient/idNumber" from="ID" as="residentId"/>"#))
        defer { bench.remove() }
        let result = translate(
            "<R><P><ID>32040219790101994x</ID><X>y</X></P></R>", try bench.translator(), explain: true)
        let trace = try #require(result.records.first?.traces.first)
        #expect(trace.location?.path == "/R/P/ID")
        #expect(trace.conversions == ["residentId"])
        #expect(!trace.result.contains("1979"))
        #expect(result.unread.map(\.path) == ["/R/P/X"])
    }

    @Test func `a rule may tell the kind of message and the road from the document itself`() throws {
        let bench = try Workbench(
            mapping(
                """
                <constant to="intakeKind" value="lead" when="will = '0'"/>
                <constant to="aidRoute" value="byConsultation" when="will = '0'"/>
                """, kind: ""))
        defer { bench.remove() }
        let result = translate("<R><P><will>1</will></P><P><will>0</will></P></R>", try bench.translator())
        #expect(result.records.map { $0.application.intakeKind } == [.application, .lead])
        #expect(result.records.map { $0.application.aidRoute } == [.byApplication, .byConsultation])
    }

    @Test func `a status that lacks what the partner requires never leaves`() throws {
        let bench = try Workbench("")
        defer { bench.remove() }
        try bench.write(
            """
            <mapping xmlns="urn:legal-aid-gateway:mapping:1" id="a/b" direction="out" target="json">
              <value to="no" from="applicationNo" required="yes"/><value to="state" from="code"/>
            </mapping>
            """)
        let translator = try bench.translator()
        let whole = try #require(StatusEvent(content: JSONObject([("applicationNo", "LA-1"), ("code", "02")])))
        #expect(try translator.render(whole, outbound: "a/b").bytes == Array(#"{"no":"LA-1","state":"02"}"#.utf8))
        let lacking = try #require(StatusEvent(content: JSONObject([("code", "02")])))
        #expect(throws: RenderError.invalid(rule: "missing", path: "no")) {
            try translator.render(lacking, outbound: "a/b")
        }
    }

    @Test func `what is required is missing too where the element around it is`() throws {
        let bench = try Workbench(
            mapping(
                """
                <within node="X"><value to="recipient/name" from="n" required="yes"/></within>
                <within node="Y" to="recipient/statutoryRepresentative"><value to="name" from="n" required="yes"/></within>
                """))
        defer { bench.remove() }
        let result = translate("<R><P><X><n>甲乙</n></X></P><P/></R>", try bench.translator())
        #expect(result.records.map { $0.findings.map(\.code) } == [[], ["missing"]])
        #expect(result.records.map(\.isUsable) == [true, false])
    }

    @Test func `one document gives records of several kinds`() throws {
        let bench = try Workbench("")
        defer { bench.remove() }
        try bench.write(
            """
            <mapping xmlns="urn:legal-aid-gateway:mapping:1" id="a/b" source="xml" accepts="/R">
            <each record="/R/P" when="will = '1'"><value to="recipient/name" from="n"/></each>
            <each record="/R/P" when="will = '0'" kind="lead"><value to="recipient/name" from="n"/></each>
            <each record="/R/S" kind="statusShare" route="byConsultation"><value to="recipient/name" from="n"/></each>
            </mapping>
            """)
        let result = translate(
            "<R><P><n>甲乙</n><will>0</will></P><P><n>丙丁</n><will>1</will></P><S><n>戊己</n></S></R>",
            try bench.translator())
        #expect(result.records.map { $0.application.intakeKind } == [.application, .lead, .statusShare])
        #expect(result.records.map { $0.application.text("recipient.name") } == ["丙丁", "甲乙", "戊己"])
    }

    @Test func `a field that the document leaves out is looked up by another`() throws {
        let bench = try Workbench(
            mapping(
                """
                <value to="source/senderName" from="n"/>
                <lookup to="source/senderName" by="c" codes="sex"/>
                <lookup to="source/senderCode" by="n" codes="sex" gives="code"/>
                """))
        defer { bench.remove() }
        let result = translate("<R><P><c>1</c></P><P><n>女性</n><c>1</c></P></R>", try bench.translator())
        #expect(result.records.map { $0.application.text("source.senderName") } == ["男性", "女性"])
        #expect(result.records.map { $0.application.text("source.senderCode") } == [nil, "2"])
    }

    @Test func `what is repeated, too long, of the wrong type or contradictory is told, and the rest goes on`() throws {
        let bench = try Workbench(
            mapping(
                """
                <value to="recipient/name" from="name"/>
                <value to="source/messageId" from="id" required="yes"/>
                <value to="remarks" from="note"/>
                <value to="matter/causeOfAction" from="cause"/>
                <contradiction path="recipient/name" when="name = note" node="note"/>
                """, source: "json", accepts: "/root", record: "/root"))
        defer { bench.remove() }
        let long = String(repeating: "长", count: 101)
        let text = "{\"name\":[\"甲\",\"乙\"],\"id\":\"\(long)\",\n\"note\":[{\"a\":1},\"乙\"],\"cause\":\"\(long)\"}"
        let record = try #require(translate(text, try bench.translator()).records.first)
        #expect(
            record.findings.map { "\($0.severity) \($0.code) \($0.path ?? "") \($0.location?.path ?? "")" } == [
                "warning repeated recipient.name /name/1", "error tooLong source.messageId /id",
                "warning wrongType remarks /note/0", "warning tooLong matter.causeOfAction /cause",
                "warning contradiction recipient.name /note/0",
            ])
        #expect(record.application.text("recipient.name") == "甲")
        #expect(record.application.text("matter.causeOfAction")?.count == 100)
        #expect(record.application.text("remarks") == nil)
    }

    @Test func `a document of faults is told its first two hundred and that there are more`() throws {
        let bench = try Workbench(
            mapping(
                #"<value to="proceeding/acceptedAt" from="d"/><value to="recipient/name" from="n" required="yes"/>"#))
        defer { bench.remove() }
        let translator = try bench.translator()
        let many = translate(
            "<R>" + (0..<300).map { "<P><d>x</d><n>甲乙\($0)</n></P>" }.joined() + "<P/></R>", translator)
        let codes = many.records.flatMap(\.findings).map(\.code)
        #expect(codes.filter { $0 == "notADate" }.count == 200)
        #expect(codes.filter { $0 == "tooManyFindings" }.count <= 2)
        #expect(many.records.count == 301)
        // An error is never lost: it decides what becomes of the record.
        #expect(many.records.map(\.isUsable) == Array(repeating: true, count: 300) + [false])
    }

    @Test func `a document that no mapping knows, or that is none, is a finding`() throws {
        let bench = try Workbench(mapping(#"<value to="remarks" from="a"/>"#))
        defer { bench.remove() }
        let translator = try bench.translator()
        #expect(translate("<Other/>", translator).findings.map(\.code) == ["noMapping"])
        #expect(translate("<R/>", translator).findings.map(\.code) == ["noRecord"])
        #expect(translate("<R>", translator).findings.map(\.code) == ["notWellFormed"])
        #expect(translate("", translator).findings.map(\.code) == ["empty-document"])
    }
}

@Suite struct Attachments {
    private static let pdf = "JVBERi0xLjQK"

    private func findings(_ item: String, limits: String = "") throws -> [String] {
        let rules = """
            <list to="materials" each="c">
              <value to="title" from="t" required="yes"/>
              <value to="content" from="b" as="base64" digest="d" claimed="f"/>
              <value to="externalPath" from="p"/>
            </list>
            """
        let bench = try Workbench(
            mapping(rules).replacing(#"accepts="/R""#, with: #"accepts="/R" \#(limits)"#))
        defer { bench.remove() }
        let record = try #require(translate("<R><P>\(item)</P></R>", try bench.translator()).records.first)
        return record.findings.filter { $0.severity != .info }.map { "\($0.code) \($0.path ?? "")" }
    }

    @Test(arguments: [
        "sm3:" + String(repeating: "3", count: 64), String(repeating: "2", count: 64),
        String(repeating: "5", count: 32),
    ])
    func `a digest of any of the three kinds is held against the bytes`(digest: String) throws {
        #expect(try findings("<c><t>书</t><b>\(Self.pdf)</b><d>\(digest)</d><f>.PDF</f></c>") == [])
        let other = digest.dropLast() + "0"
        #expect(
            try findings("<c><t>书</t><b>\(Self.pdf)</b><d>\(other)</d></c>") == [
                "attachmentDigestMismatch materials[0].content"
            ])
    }

    @Test func `a claim that the first bytes do not bear out is told`() throws {
        #expect(
            try findings("<c><t>书</t><b>\(Self.pdf)</b><f>image/png</f></c>") == [
                "attachmentTypeMismatch materials[0].content"
            ])
        #expect(
            try findings("<c><t>书</t><b>data:image/png;base64,\(Self.pdf)</b></c>") == [
                "attachmentTypeMismatch materials[0].content"
            ])
        #expect(try findings("<c><t>书</t><b>data:application/pdf;base64,\(Self.pdf)</b></c>") == [])
    }

    @Test func `paths are reported and those that lead out of the folder dropped`() throws {
        #expect(
            try findings("<c><t>书</t><p>/ftp/1.pdf</p></c><c><t>书</t><p>/ftp/../../etc/passwd</p></c>") == [
                "attachmentByPath materials[0].externalPath", "attachmentPathUnsafe materials[1].externalPath",
            ])
    }

    @Test func `number and size are bounded`() throws {
        let two = "<c><t>一</t><b>\(Self.pdf)</b></c><c><t>二</t><b>\(Self.pdf)</b></c>"
        #expect(
            try findings(two, limits: #"maxAttachments="1""#) == ["tooManyAttachments materials[1].content"])
        #expect(
            try findings(two, limits: #"maxAttachmentBytes="3""#) == [
                "attachmentTooLarge materials[0].content", "attachmentTooLarge materials[1].content",
            ])
    }
}

@Suite struct Converting {
    @Test(arguments: [
        ("2023-05-08", "2023-05-08"), ("20230508", "2023-05-08"), ("2023/5/8", "2023-05-08"),
        ("2023.5.8", "2023-05-08"), ("2023年5月8日", "2023-05-08"), ("二〇二三年五月八日", "2023-05-08"),
        ("二○二三年十月二十九日", "2023-10-29"), ("202305", "2023-05-01"), ("2023-05", "2023-05-01"),
        ("2023-05-08 00:00:00.0", "2023-05-08"), ("２０２３－０５－０８", "2023-05-08"),
        ("1683504000000", "2023-05-08"), ("/Date(1683504000000)/", "2023-05-08"),
    ])
    func `dates are read in all the ways that senders write them`(raw: String, date: String) {
        #expect(Converter.date.convert(raw).value == .string(date))
    }

    @Test(arguments: ["2023-02-30", "昨天", "20231301", "99", "2023", "abc-de-fg"])
    func `what is no date is none`(raw: String) { #expect(Converter.date.convert(raw).problem == "notADate") }

    @Test(arguments: [
        ("20231108093015", "2023-11-08T09:30:15+08:00"), ("20240617 14:05:33", "2024-06-17T14:05:33+08:00"),
        ("2023-11-28 09:30", "2023-11-28T09:30:00+08:00"), ("2025年4月8日上午9时", "2025-04-08T09:00:00+08:00"),
        ("2025年4月8日下午2时30分", "2025-04-08T14:30:00+08:00"), ("1740964200000", "2025-03-03T09:10:00+08:00"),
        ("2024-06-17", "2024-06-17"),
    ])
    func `times too`(raw: String, time: String) { #expect(Converter.dateTime.convert(raw).value == .string(time)) }

    @Test(arguments: [
        ("1,010.00", "1010.00"), ("2.6万元", "26000.00"), ("约800元/月", "800.00"), ("￥３８０００", "38000.00"), ("0", "0.00"),
    ])
    func `money keeps two digits`(raw: String, amount: String) {
        #expect(Converter.money.convert(raw).value == .string(amount))
    }

    @Test(arguments: [
        ("０５１９－８００００００１", "051980000001"), ("138 0000 0001", "13800000001"), ("+86 13800000001", "13800000001"),
        ("13800000000(儿子)", "13800000000"), ("13800000000/13900000000", "13800000000"),
    ])
    func `phones become digits`(raw: String, digits: String) {
        #expect(Converter.phone.convert(raw).value == .string(digits))
    }

    @Test(arguments: [
        ("(2023)苏0402刑初321号", "（2023）苏0402刑初321号"), ("〔２０２３〕 苏0402刑初321号", "（2023）苏0402刑初321号"),
        ("坛检民支受[2024]32041300021号", "坛检民支受[2024]32041300021号"),
    ])
    func `case numbers get the courts' own brackets`(raw: String, number: String) {
        #expect(Converter.caseNumber.convert(raw).value == .string(number))
    }

    @Test func `markup goes and the sender's own brackets stay`() {
        #expect(Converter.fullText.convert("请<b>求</b><不低于800元>").value == "请求<不低于800元>")
    }
}
