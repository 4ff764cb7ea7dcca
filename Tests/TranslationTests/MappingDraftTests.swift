import Documents
import Foundation
import Testing
import Vocabulary

@testable import Translation

private let receivedAt = Timestamp(secondsSince1970: 1_700_000_000)

@Suite struct Drafting {
    private let xml = """
        <?xml version="1.0" encoding="UTF-8"?>
        <BWXX><HEAD ver="2"><XXBH>Q-1</XXBH></HEAD><RY><XM>测甲</XM><SFZHM>32040219790101994X</SFZHM><QT>x</QT></RY>
        <RY><SFZHM>320411198506109938</SFZHM><XM>测乙</XM></RY></BWXX>
        """
    private let json = """
        {"报文编号": "Q-2", "2key": {"姓名": "测丙", "身份证号": "32040219790101994X", "其他": [1, 2]}}
        """

    private static let other = """
        <mapping xmlns="urn:legal-aid-gateway:mapping:1" id="a/b" title="试验" version="1" source="xml" accepts="/R2">
        <each record="/R2"/>
        </mapping>
        """

    private func drafted(_ sample: String) throws -> (Workbench, MappingDraft) {
        let bench = try Workbench(Self.other)
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

    /// A family's and an agent's numbers, in every place where a sample may have them, are never the person's.
    @Test(arguments: [
        #"[{"id": "A-1", "applicant": {"name": "测甲"}, "family": [{"name": "测乙", "idCard": "\(number)"}]}]"#,
        #"{"id": "A-1", "idCard": "\(number)", "child": {"name": "测甲"}}"#,
        #"{"id": "A-1", "name": "测甲", "guardian": {"name": "测乙", "idCard": "\(number)"}}"#,
        #"{"id": "A-1", "name": "测甲", "father": {"idCard": "\(number)", "phone": "13800000001"}}"#,
        #"{"id": "A-1", "name": "测甲", "relatives": [{"name": "测乙", "idCard": "\(number)"}]}"#,
        #"{"parent": {"idCard": "\(number)"}, "list": [{"id": "A-1", "name": "测甲"}]}"#,
        #"{"data": {"cases": [{"id": "A-1", "person": {"name": "测甲", "sex": "男"}, "opponent": {"name": "测乙", "idCard": "\(number)"}}]}}"#,
        "<R><ID>A-1</ID><SFZHM>\(number)</SFZHM><RY><XM>测甲</XM></RY><RY><XM>测丙</XM></RY></R>",
        "<R><RY><ID>A-1</ID><XM>测甲</XM><FDDLR><XM>测乙</XM><SFZHM>\(number)</SFZHM></FDDLR></RY></R>",
        #"<R><RY id="A-1" xm="测甲"><JHR sfzhm="\(number)"/></RY><RY id="A-2" xm="测丙"/></R>"#,
    ])
    func `another person's number is never given to the one whom it is about`(template: String) throws {
        let sample = template.replacing("\\(number)", with: Self.number).replacing("\"id\"", with: "\"msgId\"")
            .replacing("<ID>", with: "<XXBH>").replacing("</ID>", with: "</XXBH>").replacing(" id=", with: " xxbh=")
        let (bench, _) = try drafted(sample)
        defer { bench.remove() }
        let record = try #require(try translate(sample, by: bench).records.first)
        #expect(record.application.text("recipient.name") == "测甲", "\(sample)")
        #expect(record.application.messageID == "A-1", "\(sample)")
        #expect(record.application.text("recipient.idNumber") == nil, "\(sample)")
        #expect(record.application.text("recipient.mobile") == nil, "\(sample)")
    }

    private static let number = "32040219790101994X"

    /// What repeats outermost gives the records, whatever lies around it and however much repeats within.
    @Test(arguments: [
        #"[RECORDS]"#, #"{"data": [RECORDS]}"#, #"{"head": {"n": 2}, "body": {"data": {"list": [RECORDS]}}}"#,
        #"{"contact": {"name": "测丁"}, "rows": [RECORDS]}"#,
    ])
    func `the outermost array gives the records`(frame: String) throws {
        for within in [
            #""name": "NAME", "idCard": "NUMBER""#, #""person": {"name": "NAME", "idCard": "NUMBER"}"#,
            #""case": {"person": {"name": "NAME", "idCard": "NUMBER", "papers": [{"name": "甲证"}, {"name": "乙证"}]}}"#,
        ] {
            func records(_ names: [(String, String)]) -> String {
                names.enumerated().map { index, person in
                    #"{"msgId": "B-\#(index)", \#(within)}"#.replacing("NAME", with: person.0)
                        .replacing("NUMBER", with: person.1)
                }.joined(separator: ",")
            }
            let all = [("测甲", Self.number), ("测乙", "320411198506109938")]
            for names in [all, [all[0]]] {
                let sample = frame.replacing("RECORDS", with: records(names))
                let (bench, _) = try drafted(sample)
                defer { bench.remove() }
                let result = try translate(sample, by: bench)
                #expect(result.records.map { $0.application.text("recipient.name") } == names.map(\.0), "\(sample)")
                #expect(result.records.map { $0.application.text("recipient.idNumber") } == names.map(\.1))
                #expect(result.records.compactMap(\.application.messageID) == names.indices.map { "B-\($0)" })
            }
        }
    }

    /// Namespaces by prefix and by default, one within another, on attributes, and none within one.
    @Test(arguments: [
        #"<n:BW xmlns:n="urn:x"><n:XXBH>Q-3</n:XXBH><m:RY xmlns:m="urn:y"><m:XM>测丁</m:XM></m:RY></n:BW>"#,
        #"<BW xmlns="urn:x"><XXBH>Q-3</XXBH><RY xmlns="urn:y"><XM>测丁</XM><SM xmlns="urn:x">a</SM></RY></BW>"#,
        #"<n:BW xmlns:n="urn:x"><XXBH>Q-3</XXBH><RY><XM>测丁</XM></RY></n:BW>"#,
        #"<BW><n:XXBH xmlns:n="urn:x">Q-3</n:XXBH><RY><XM xmlns="urn:y">测丁</XM></RY></BW>"#,
        #"<n:BW xmlns:n="urn:x" xmlns:m="urn:y"><n:XXBH>Q-3</n:XXBH><m:RY n:a="1" m:b="2" c="3"><m:XM>测丁</m:XM><m:XM2 n:d="4">x</m:XM2></m:RY><m:QT><n:XXX><m:QT2>z</m:QT2></n:XXX></m:QT></n:BW>"#,
        #"<BW xmlns="urn:x" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="urn:x a.xsd"><XXBH>Q-3</XXBH><XM>测丁</XM></BW>"#,
    ])
    func `a draft takes several namespaces, and its schemas accept the sample`(sample: String) throws {
        let (bench, draft) = try drafted(sample)
        defer { bench.remove() }
        let result = try translate(sample, by: bench)
        #expect(result.records.first?.application.messageID == "Q-3")
        #expect(result.records.first?.application.text("recipient.name") == "测丁")
        #expect(result.findings.isEmpty, "\(result.findings.map(\.code)) \(draft.files.map(\.path))")
    }

    @Test func `what does not parse gives no draft`() {
        #expect(throws: DocumentError.self) { try MappingDraft(id: "a/b", title: "", sample: Array("<a>".utf8)) }
    }
}
