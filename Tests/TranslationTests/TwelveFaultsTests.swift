import Canonical
import Documents
import Foundation
import Testing
import Vocabulary

@testable import Translation

private let rules = """
    <value to="source/messageId" from="id" required="yes"/>
    <value to="source/sentAt" from="sent"/>
    <value to="recipient/name" from="name" as="personName" required="yes"/>
    <value to="recipient/sexCode" from="sex"/>
    <value to="recipient/idNumber" from="number" as="residentId"/>
    <value to="recipient/birthDate" from="born"/>
    <value to="recipient/mobile" from="mobile" as="phone"/>
    <value to="recipient/interpreterNeeded" from="interpreter"/>
    <value to="recipient/age" from="age"/>
    <list to="groupFlags" each="tag" split="、"><value to="code" from="."/></list>
    <value to="groupSize" from="people"/>
    <value to="matter/amount" from="amount"/>
    <value to="matter/causeOfAction" from="cause"/>
    <value to="remarks" from="remarks" as="fullText"/>
    <list to="materials" each="paper">
      <value to="title" from="title" required="yes"/>
      <value to="content" from="content" as="base64"/>
    </list>
    """

/// The code, the field and the place of each fault, in the order of the rules.
private let faults = [
    ("missing", "source.messageId"), ("notADate", "source.sentAt"), ("unknownCode", "recipient.sexCode"),
    ("repeated", "recipient.name"), ("lowerCaseX", "recipient.idNumber"), ("normalizedDate", "recipient.birthDate"),
    ("formatError", "recipient.mobile"), ("notABoolean", "recipient.interpreterNeeded"),
    ("notANumber", "groupSize"), ("notANumber", "matter.amount"), ("tooLong", "matter.causeOfAction"),
    ("markupRemoved", "remarks"), ("attachmentUndecodable", "materials[0].content"),
    // What the fields say of each other.
    ("birthDateConflict", "recipient.birthDate"), ("ageConflict", "recipient.age"),
    ("flagNotSupportedByAge", "groupFlags.advancedAge"),
]

@Suite struct TwelveFaults {
    private let long = String(repeating: "长", count: 101)

    private func findings(_ document: String, source: String) throws -> [Finding] {
        let repository = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "Mappings")
        let folder = FileManager.default.temporaryDirectory.appending(path: "faults-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        try FileManager.default.createDirectory(at: folder.appending(path: "a/b"), withIntermediateDirectories: true)
        for name in ["codes", "mapping.xsd", "placeholders.xml"] {
            try FileManager.default.copyItem(at: repository.appending(path: name), to: folder.appending(path: name))
        }
        try """
        <mapping xmlns="urn:legal-aid-gateway:mapping:1" id="a/b" source="\(source)" accepts="/root" kind="notification" route="byNotification"><each record="/root">
        \(rules)
        </each></mapping>
        """.write(to: folder.appending(path: "a/b/mapping.xml"), atomically: true, encoding: .utf8)
        let translator = try Translator(
            directory: folder.path, digests: Digests(sm3: { _ in "" }, sha256: { _ in "" }, md5: { _ in "" }))
        let result = translator.translate(
            Array(document.utf8), format: nil, declaredEncoding: nil, mapping: nil, among: nil,
            receivedAt: Timestamp(secondsSince1970: 1_700_000_000), limits: ParseLimits(), explain: false)
        return result.records.flatMap(\.findings).filter { $0.severity != .info }
    }

    private func table(_ findings: [Finding]) -> Set<String> {
        Set(findings.map { "\($0.code) \($0.path ?? "")" })
    }

    @Test func `sixteen faults of an XML document are told in one answer, each where it stands`() throws {
        let lines = [
            "<root>", "<id/>", "<sent>昨天</sent>", "<name>测甲</name><name>测乙</name>", "<sex>雄</sex>",
            "<number>32040219790101994x</number>", "<born>1979年1月2日</born>", "<mobile>12</mobile>",
            "<interpreter>也许</interpreter>", "<people>许多</people>", "<amount>不少</amount>", "<cause>\(long)</cause>",
            "<remarks>&lt;b&gt;请&lt;/b&gt;</remarks>", "<paper><title>书</title><content>@@@</content></paper>",
            "<age>30</age>", "<tag>残疾人</tag><tag>孤儿、高龄</tag>", "</root>",
        ]
        let findings = try findings(lines.joined(separator: "\n"), source: "xml")
        #expect(table(findings) == Set(faults.map { "\($0.0) \($0.1)" }))
        for (index, (code, path)) in faults.enumerated() {
            let found = try #require(findings.first { $0.code == code && $0.path == path }, "\(code) \(path)")
            // The name of fault 3 stands on line 4, the sex on line 5; the birth date has two faults.
            let lines = ["repeated": 4, "unknownCode": 5, "birthDateConflict": 7, "ageConflict": 15]
            let line = lines[code] ?? (code == "flagNotSupportedByAge" ? 16 : index + 2)
            #expect(found.location?.line == line, "\(code) \(path)")
            let columns = ["repeated": 16, "attachmentUndecodable": 24, "flagNotSupportedByAge": 15]
            let column = columns[code] ?? 1
            #expect(found.location?.column == column, "\(code) \(path)")
            #expect(found.rule?.hasPrefix("a/b:") ?? false)
        }
    }

    @Test func `the same sixteen in JSON, each by its pointer`() throws {
        let document = """
            {"id": null, "sent": "昨天", "name": ["测甲", "测乙"], "sex": "雄", "number": "32040219790101994x",
             "born": "1979年1月2日", "mobile": "12", "interpreter": "也许", "people": "许多", "amount": "不少",
             "cause": "\(long)", "remarks": "<b>请</b>", "paper": [{"title": "书", "content": "@@@"}],
             "age": 30, "tag": ["残疾人", "孤儿、高龄"]}
            """
        let findings = try findings(document, source: "json")
        #expect(table(findings) == Set(faults.map { "\($0.0) \($0.1)" }))
        let pointers = [
            "/id", "/sent", "/sex", "/name/1", "/number", "/born", "/mobile", "/interpreter", "/people", "/amount",
            "/cause", "/remarks", "/paper/0/content", "/born", "/age", "/tag/1",
        ]
        for ((code, path), pointer) in zip(faults, pointers) {
            let found = try #require(findings.first { $0.code == code && $0.path == path }, "\(code) \(path)")
            #expect(found.location?.path == pointer, "\(code) \(path)")
        }
    }

    @Test func `a field that contradicts the number is shown where it stands though nothing else is wrong with it`()
        throws
    {
        let document = """
            <root><id>1</id><name>测甲</name>
            <number>32040219790101994X</number>
            <sex>男</sex></root>
            """
        let found = try #require(try findings(document, source: "xml").first { $0.code == "sexConflict" })
        #expect(found.location?.line == 3 && found.location?.path == "/root/sex" && found.rule == "a/b:5")
        let wrong = document.replacing("994X", with: "9941")
        let number = try #require(try findings(wrong, source: "xml").first { $0.code == "checksumError" })
        #expect(number.location?.line == 2)
    }

    @Test func `a placeholder among several values of one text is no unknown code`() throws {
        let document = "<root><id>1</id><name>测甲</name><tag>残疾人、无、同上</tag></root>"
        let found = try findings(document, source: "xml")
        #expect(table(found) == ["nullToken groupFlags"] && found.first?.location?.path == "/root/tag")
    }
}
