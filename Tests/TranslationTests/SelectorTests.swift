import Canonical
import Documents
import Foundation
import StrictJSON
import Testing
import Vocabulary

@testable import Translation

@Suite struct Selectors {
    @Test func `an outbound rule that asks for no field of the status is refused with the nearest word`() throws {
        let bench = try Workbench(
            """
            <mapping xmlns="urn:legal-aid-gateway:mapping:1" id="a/b" direction="out" target="json">
              <value to="no" from="aplicationNo"/>
              <value to="state" from="concat('F-', institution/divison)" when="/root/code = '12' and missin"/>
              <within node="assignment" to="lawyer"><value to="name" from="lawyr"/><value to="no" from="../caseNumber"/></within>
              <list to="papers" each="missing[titel]"><value to="." from="title"/></list>
              <value to="all" from="count(//title)"/>
              <value to="other" from="/status/code"/>
            </mapping>
            """)
        defer { bench.remove() }
        let error = #expect(throws: ConfigurationError.self) { try bench.translator() }
        #expect(
            error?.complaints.map { "\($0.file) \($0.line ?? 0): \($0.text)" }
                == [
                    "a/b/mapping.xml 2: the canonical status has no aplicationNo; did you mean applicationNo?",
                    "a/b/mapping.xml 3: the canonical status has no institution/divison; did you mean institution/division?",
                    "a/b/mapping.xml 3: the canonical status has no missin; did you mean missing?",
                    "a/b/mapping.xml 4: the canonical status has no assignment/lawyr; did you mean assignment/lawyer?",
                    "a/b/mapping.xml 5: the canonical status has no missing/titel; did you mean missing/title?",
                    "a/b/mapping.xml 7: the canonical status has no /status/code",
                ].map { bench.folder.path + "/" + $0 })
    }

    private func inbound(_ more: String = "") -> String {
        """
        <mapping xmlns="urn:legal-aid-gateway:mapping:1" id="a/b" source="json" accepts="/root/head/type = 'A'" \(more)>
          <each record="/root/people">
            <value to="source/messageId" from="../head/id"/>
            <value to="recipient/name" from="name[. != '']"/>
            <within node="contact"><value to="recipient/mobile" from="phone | mobile"/></within>
            <read node="extra//*"/>
          </each>
        </mapping>
        """
    }

    private func strangers(_ document: String, _ mapping: String) throws -> [Finding] {
        let bench = try Workbench(mapping)
        defer { bench.remove() }
        let result = try bench.translator().translate(
            Array(document.utf8), format: nil, declaredEncoding: nil, mapping: nil, among: nil,
            receivedAt: Timestamp(secondsSince1970: 1_700_000_000), limits: ParseLimits(), explain: false)
        #expect(!result.records.contains { !$0.isUsable })
        return result.findings.filter { $0.code == "unexpectedElement" }
    }

    private let document = """
        {"head": {"type": "A", "id": "1", "trace": "x"},
         "people": [{"name": "测甲", "contact": {"mobile": "13800000000"}, "extra": {"a": {"b": 1}}},
                    {"name": "测乙", "contact": {"phone": "13800000000", "fax": 1},
                     "more": {"deep": {"er": 1}}}, {"more": 2}], "a b/c": null}
        """

    @Test func `members of a JSON document that no rule reads are told once each, where they stand`() throws {
        let found = try strangers(document, inbound())
        #expect(
            found.map { $0.location?.path } == ["/head/trace", "/people/1/contact/fax", "/people/1/more", "/a b~1c"])
        #expect(found.map { $0.location?.line } == [1, 3, 4, 4])
        #expect(found.allSatisfy { $0.severity == .warning && $0.rule == "a/b" })
        let quiet = try strangers(document, inbound(#"violations="info""#))
        #expect(quiet.count == 4 && quiet.allSatisfy { $0.severity == .info })
        #expect(throws: ConfigurationError.self) { _ = try strangers(document, inbound(#"violations="error""#)) }
    }

    @Test func `a document of strange members is told the first fifty`() throws {
        let members = (0..<400).map { "\"m\($0)\": \($0)" }.joined(separator: ", ")
        let found = try strangers(
            #"{"head": {"type": "A", "id": "1"}, "people": [{"name": "测甲"}], \#(members)}"#, inbound())
        #expect(found.count == 50)
    }
}

@Suite struct PublishedSchemas {
    private let mapping = """
        <mapping xmlns="urn:legal-aid-gateway:mapping:1" id="a/b" direction="out" target="json" schema="s.json">
          <value to="no" from="applicationNo" type="number"/><value to="state" from="code" required="yes"/>
        </mapping>
        """

    private func bench(_ schema: String) throws -> Workbench {
        let bench = try Workbench("")
        try schema.write(to: bench.folder.appending(path: "a/b/s.json"), atomically: true, encoding: .utf8)
        try bench.write(mapping)
        return bench
    }

    @Test func `a status that breaks the published schema never leaves`() throws {
        let bench = try bench(
            """
            {"$id": "urn:x", "type": "object", "required": ["no", "state"], "additionalProperties": false,
             "properties": {"no": {"type": "number"}, "state": {"type": "string", "maxLength": 2}}}
            """)
        defer { bench.remove() }
        let translator = try bench.translator()
        func render(_ number: String?) throws -> [UInt8] {
            var content = JSONObject([("code", "02")])
            content["applicationNo"] = .text(number)
            let event = StatusEvent(content: content)
            return try translator.render(try #require(event), outbound: "a/b").bytes
        }
        #expect(try render("17") == Array(#"{"no":17,"state":"02"}"#.utf8))
        #expect(throws: RenderError.invalid(rule: "required", path: "/no")) { _ = try render(nil) }
        #expect(throws: RenderError.invalid(rule: "notANumber", path: "no")) { _ = try render("LA-1") }
    }

    @Test(arguments: [
        (#"{"type": "object", "pattern": "a"}"#, "says /pattern, which is not held here"),
        (#"{"properties": {"no": {"type": "integer"}}}"#, "says /properties/no/type, which is not held here"),
        ("{", "there is no s.json, or it is no JSON"),
    ])
    func `a schema that promises what is not held is refused when it loads`(schema: String, text: String) throws {
        let bench = try bench(schema)
        defer { bench.remove() }
        let error = #expect(throws: ConfigurationError.self) { try bench.translator() }
        #expect(error?.complaints.count == 1 && error?.complaints.first?.text.contains(text) ?? false)
        #expect(error?.complaints.first?.line == 1)
    }
}
