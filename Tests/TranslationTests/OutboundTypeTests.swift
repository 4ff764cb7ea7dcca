import Canonical
import Documents
import Foundation
import StrictJSON
import Testing

@testable import Translation

/// What goes out is of the type that its mapping names, or does not leave; why is said.
@Suite struct OutboundTypes {
    private static let status = StatusEvent(
        content: JSONObject([
            ("messageId", "M-1"), ("applicationNo", "CZ-1"), ("code", "12"), ("at", "2024-03-05T09:30:00+08:00"),
        ]))

    private static let values: [(type: String, good: [String], bad: [String], code: String)] = [
        (
            "number", ["count(/root)", "1 + 1", "'12.50'", "'-3e2'", "0"],
            [
                "'12人'", "'007'", "'true'", "'null'", "'{}'", "'[1]'", "'1 2'", "0 div 0", "1 div 0", "'１２'", "'1,000'",
                "'+1'",
            ], "notANumber"
        ),
        (
            "boolean", ["true()", "'false'", "code = '12'"], ["'是'", "'1'", "'TRUE'", "count(/root)", "'null'"],
            "notABoolean"
        ),
    ]

    private static func mapping(_ id: String, _ rules: String, target: String = "json", head: String = "") -> String {
        """
        <mapping xmlns="urn:legal-aid-gateway:mapping:1" id="\(id)" version="1" title="试验" direction="out" target="\(target)"
                 root="M" \(head)>
        \(rules)
        </mapping>
        """
    }

    private static func render(_ id: String, _ translator: Translator) throws -> Result<String, RenderError> {
        let status = try #require(Self.status)
        do throws(RenderError) {
            return .success(String(decoding: try translator.render(status, outbound: id).bytes, as: UTF8.self))
        } catch { return .failure(error) }
    }

    /// Every value in a mapping of its own, all of them loaded once.
    @Test func `a number or a yes-or-no goes out as one, and nothing else does`() throws {
        let bench = try Workbench(Self.mapping("a/b", #"<value to="V" from="code"/>"#))
        defer { bench.remove() }
        var expected: [(id: String, xpath: String, error: RenderError?)] = []
        for (type, good, bad, code) in Self.values {
            for xpath in good + bad {
                for target in ["json", "xml"] {
                    let id = "a/m\(expected.count)"
                    let rule = #"<value to="V" from="\#(xpath)" type="\#(type)"/>"#
                    let folder = bench.folder.appending(path: id)
                    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
                    try Self.mapping(id, #"<within to="G" node=".">\#(rule)</within>"#, target: target).write(
                        to: folder.appending(path: "mapping.xml"), atomically: true, encoding: .utf8)
                    expected.append((id, xpath, good.contains(xpath) ? nil : .invalid(rule: code, path: "G.V")))
                }
            }
        }
        let translator = try bench.translator()
        for (id, xpath, error) in expected {
            switch try Self.render(id, translator) {
            case .success(let text): #expect(error == nil && !text.contains("\"V\":\""), "\(xpath): \(text)")
            case .failure(let found): #expect(found == error, "\(xpath)")
            }
        }
    }

    @Test(
        arguments: [
            (#"<constant to="A" value="12人" type="number"/>"#, "12人 is no number"),
            (#"<constant to="A" value="是" type="boolean"/>"#, "是 is no boolean"),
            (#"<value to="A" from="due" type="number" default="无"/>"#, "无 is no number"),
            (#"<value to="A" from="due" type="boolean" otherwise="0" match="x"/>"#, "0 is no boolean"),
            (#"<value to="A" from="due" type="number" empty="keep"/>"#, "an empty text is no number"),
            (#"<list to="A" each="missing"><index to="B" type="boolean"/></list>"#, "an item's number is no boolean"),
        ])
    func `what a mapping writes by itself is held against its type at load`(rule: String, text: String) throws {
        let bench = try Workbench(Self.mapping("a/b", rule))
        defer { bench.remove() }
        #expect(bench.complaints().contains { $0.hasSuffix(text) }, "\(bench.complaints())")
    }

    /// Told as what it is, so that whoever mends the mapping knows what to look for.
    @Test func `a message that nobody may read is told with its own fault`() throws {
        let schema = """
            <xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema"><xs:element name="M"><xs:complexType>
            <xs:sequence><xs:any processContents="skip" minOccurs="0" maxOccurs="unbounded"/></xs:sequence>
            <xs:anyAttribute processContents="skip"/></xs:complexType></xs:element></xs:schema>
            """
        let deep = (0..<40).map { "a\($0)" }.joined(separator: "/")
        for (rules, problem) in [
            ((0..<300).map { #"<constant to="@a\#($0)" value="1"/>"# }.joined(), "tooManyAttributes"),
            (#"<constant to="\#(deep)/\#(deep)" value="1"/>"#, "tooDeep"),
        ] {
            let bench = try Workbench(Self.mapping("a/b", rules, target: "xml"))
            defer { bench.remove() }
            try schema.write(
                to: bench.folder.appending(path: "a/b/s.xsd"), atomically: true, encoding: .utf8)
            try bench.write(Self.mapping("a/b", rules, target: "xml", head: #"schema="s.xsd""#))
            let translator = try bench.translator()
            guard case .failure(.invalid(let rule, _)) = try Self.render("a/b", translator) else {
                Issue.record("\(problem) left")
                continue
            }
            #expect(rule == problem)
        }
    }

    @Test func `a mapping that is not there is told as that`() throws {
        let bench = try Workbench(Self.mapping("a/b", #"<value to="V" from="code"/>"#))
        defer { bench.remove() }
        #expect(try Self.render("a/c", try bench.translator()) == .failure(.noMapping("a/c")))
    }
}
