import Canonical
import Documents
import Foundation
import Testing

/// A single value is replaced where it stands and nothing else is touched, in every shipped example.
@Suite struct ValuePlaces {
    private static let documents: [URL] = {
        let files = FileManager.default.enumerator(
            at: repository.appending(path: "Mappings"), includingPropertiesForKeys: nil)
        return (files?.allObjects ?? []).compactMap { $0 as? URL }.filter {
            $0.path.contains("/examples/") && !$0.path.hasSuffix(".expected.json")
                && ["xml", "json"].contains($0.pathExtension) && !$0.lastPathComponent.hasPrefix("invalid")
        }.sorted { $0.path < $1.path }
    }()

    private static let ugly = ["甲<&>\"'乙", "]]>", "1", "-0.5", "true", "a\\b\tc", " x "]

    /// The elements that hold a value and nothing below, with the attributes of all.
    private static func values(below node: Node, _ isJSON: Bool) -> [(node: Node, text: String, path: String)] {
        let own = node.attributeNodes.filter { $0.attributeNamespace == nil }.map { ($0, $0.text, $0.location.path) }
        let children = node.children
        let isValue = children.isEmpty && (!isJSON || [.string, .number, .boolean].contains(node.jsonType))
        return own + (isValue ? [(node, node.text, node.location.path)] : [])
            + children.flatMap { values(below: $0, isJSON) }
    }

    private static func found(_ path: String, in document: Document) -> String? {
        values(below: document.root, document.format == .json).first { $0.path == path }?.text
    }

    @Test func `every value of every example is found and replaced by whatever somebody writes`() throws {
        var tried = 0
        var sealed = 0
        for file in Self.documents {
            let utf8 = try ReadableText([UInt8](Data(contentsOf: file))).utf8
            // Some examples are refused for what they are.
            guard let document = try? Document.parse(utf8, declaredEncoding: "utf-8") else { continue }
            for (index, value) in Self.values(below: document.root, document.format == .json).enumerated() {
                let location = value.node.location
                guard let line = location.line, let column = location.column, value.text.count < 1_900 else { continue }
                guard let place = ValuePlace(in: utf8, line: line, column: column, path: location.path, field: nil)
                else {
                    // Text beside a CDATA section or a numeric reference is left to the editor.
                    sealed += 1
                    continue
                }
                let new = Self.ugly[index % Self.ugly.count]
                let edited = ValuePlace.replacing([(place, new)], in: utf8)
                let again = try Document.parse(edited, declaredEncoding: "utf-8")
                let back = Self.found(value.path, in: again)
                let isAttribute = value.node.isAttribute
                // An attribute's blanks are normalised by XML itself (1.0 §3.3.3).
                let expected = isAttribute ? new.replacing("\t", with: " ") : new
                #expect(back == expected, "\(file.lastPathComponent) \(value.path)")
                #expect(edited.count - utf8.count == place.written(new).utf8.count - place.range.count)
                tried += 1
            }
        }
        #expect(tried > 3_000 && sealed < tried / 20, "\(tried) tried, \(sealed) left to the editor")
    }

    @Test(
        arguments: [
            ("<a>\n<b x='1'>甲</b></a>", 2, 1, "/a/b", nil, "甲", "<a>\n<b x='1'>乙&amp;</b></a>"),
            ("<a>\n<b x='1'>甲</b></a>", 2, 1, "/a/b/@x", nil, "1", "<a>\n<b x='乙&amp;'>甲</b></a>"),
            ("<a><b/></a>", 1, 4, "/a/b", nil, "", "<a><b>乙&amp;</b></a>"),
            ("<a><b x=\"/>\" /></a>", 1, 4, "/a/b", nil, "", "<a><b x=\"/>\" >乙&amp;</b></a>"),
            ("<a><b></b></a>", 1, 4, "/a/b", "/a/b", "", "<a><b>乙&amp;</b></a>"),
            ("<a><c><d/></c></a>", 1, 4, "/a/c[1]", "/a/c/b", "", "<a><c><d/><b>乙&amp;</b></c></a>"),
            (
                "<n:a><n:c><!-- </n:c> --></n:c></n:a>", 1, 6, "/a/c", "/a/c/b", "",
                "<n:a><n:c><!-- </n:c> --><n:b>乙&amp;</n:b></n:c></n:a>"
            ),
            ("<a><b><![CDATA[甲]]></b></a>", 1, 4, "/a/b", nil, "甲", "<a><b>乙&amp;</b></a>"),
            ("{\"a\": \"\\u7532\\n\"}", 1, 7, "/a", nil, "甲\n", "{\"a\": \"乙&\"}"),
            ("{\"a\": null}", 1, 7, "/a", nil, "", "{\"a\": \"乙&\"}"),
            ("{\"a\": {\"c\": [1]}}", 1, 7, "/a", "/a/b", "", "{\"a\": {\"c\": [1],\"b\":\"乙&\"}}"),
            ("{\"a\": {}}", 1, 7, "/a", "/a/b", "", "{\"a\": {\"b\":\"乙&\"}}"),
        ] as [(String, Int, Int, String, String?, String, String)])
    func `a place is read as its path says`(
        text: String, line: Int, column: Int, path: String, field: String?, value: String, edited: String
    ) throws {
        let utf8 = Array(text.utf8)
        let place = try #require(ValuePlace(in: utf8, line: line, column: column, path: path, field: field))
        #expect(place.value == value)
        #expect(String(decoding: ValuePlace.replacing([(place, "乙&")], in: utf8), as: UTF8.self) == edited)
        #expect(!place.masked.contains("甲"))
    }

    /// Elements within, another name, embedded documents, fields two steps away, places outside.
    @Test(
        arguments: [
            ("<a><b><c/></b></a>", 1, 4, "/a/b", nil), ("<a><b>x</b></a>", 1, 4, "/a/c", nil),
            ("<a><b>x</b></a>", 1, 4, "/a/b#/c", nil), ("<a><b>x</b></a>", 1, 4, "/a/b", "/a/b/c/d"),
            ("<a><b>x</b></a>", 9, 1, "/a/b", nil), ("<a><b>x</b></a>", 1, 99, "/a/b", nil),
            ("<a><b>x</a>", 1, 4, "/a/b", nil), ("<a><b", 1, 4, "/a/b", nil), ("<a><b x=", 1, 4, "/a/b/@x", nil),
            ("<a><b/></a>", 1, 4, "/a/b", "/a/b/@x"), ("<a><b>甲<!-- x -->乙</b></a>", 1, 4, "/a/b", nil),
            ("{\"a\": [1]}", 1, 7, "/a", nil), ("{\"a\": \"x", 1, 7, "/a", nil), ("{\"a\": {\"b\"", 1, 7, "/a", "/a/c"),
            ("", 1, 1, "", nil),
        ] as [(String, Int, Int, String, String?)])
    func `what is no single value is left to the editor`(
        text: String, line: Int, column: Int, path: String, field: String?
    ) {
        #expect(ValuePlace(in: Array(text.utf8), line: line, column: column, path: path, field: field) == nil)
    }
}
