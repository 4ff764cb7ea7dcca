import Documents
import Testing

private func problem(_ bytes: [UInt8], limits: ParseLimits = ParseLimits()) -> DocumentError.Problem? {
    do throws(DocumentError) {
        _ = try Document.parse(bytes, limits: limits)
        return nil
    } catch { return error.problem }
}

private func problem(_ text: String) -> DocumentError.Problem? { problem(Array(text.utf8)) }

@Suite struct HostileInput {
    @Test func `any document type is refused, wherever it points`() {
        #expect(problem(#"<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>"#) == .securityDoctype)
        #expect(problem(#"<?xml version="1.0"?><!DOCTYPE a SYSTEM "http://127.0.0.1/x.dtd"><a/>"#) == .securityDoctype)
        #expect(problem("<a><![CDATA[<!DOCTYPE b>]]></a>") == nil)
        #expect(problem("<!-- <!DOCTYPE b> --><a/>") == nil)
    }

    @Test func `nesting of a hundred thousand levels is refused in both formats`() {
        #expect(problem(String(repeating: "<a>", count: 100_000)) == .tooDeep)
        #expect(problem(String(repeating: "[", count: 100_000)) == .tooDeep)
        #expect(problem(String(repeating: #"{"a":"#, count: 100_000)) == .tooDeep)
    }

    @Test func `a hundred thousand attributes or elements are refused before they cost anything`() {
        let attributes = (0..<100_000).map { "a\($0)=''" }.joined(separator: " ")
        #expect(problem("<a \(attributes)/>") == .tooManyAttributes)
        #expect(problem("<a>" + String(repeating: "<b/>", count: 100_000) + "</a>") == .tooManyNodes)
        #expect(problem(Array(repeating: 0x20, count: 2048), limits: ParseLimits(bytes: 1024)) == .tooLarge)
    }

    @Test func `duplicate keys, lone surrogates, trailing commas and NaN are no JSON`() {
        #expect(problem(#"{"a":1,"a":2}"#) == .duplicateKey)
        for text in [#"{"a":"\ud800"}"#, "[1,]", #"{"a":1,}"#, "[NaN]", "[01]", "[1] x", "['a']", "{\"a\":\"\n\"}"] {
            #expect(problem(text) == .notJSON, "\(text)")
        }
    }

    @Test func `a truncated document tells the line and the column`() throws {
        let error = #expect(throws: DocumentError.self) {
            try Document.parse(Array("<甲>\n <乙>丙</乙>\n".utf8))
        }
        #expect(error?.problem == .notWellFormed)
        #expect(error?.location.line == 3)
        let json = #expect(throws: DocumentError.self) { try Document.parse(Array("{\n \"甲\": 乙}".utf8)) }
        #expect(json?.location.line == 2)
        #expect(json?.location.column == 7)
    }

    @Test func `bytes of no known encoding and texts of zero bytes are refused`() {
        #expect(problem([0x3C, 0x61, 0x3E, 0xFF, 0xFE, 0x80, 0x3C, 0x2F, 0x61, 0x3E]) == .badEncoding)
        #expect(problem([0xFF, 0xFE, 0, 0, 0x3C, 0, 0, 0]) == .badEncoding)
        #expect(problem(Array("<a>".utf8) + Array(repeating: 0, count: 99) + Array("</a>".utf8)) == .badEncoding)
        #expect(problem([]) == .empty)
        #expect(problem("   ") == .empty)
    }
}

@Suite struct Encodings {
    static let text = #"<?xml version="1.0" encoding="GB18030"?><姓名>㛃䶮𬱖·测试</姓名>"#

    @Test(arguments: TextEncoding.allCases)
    func `rare characters survive every encoding`(encoding: TextEncoding) throws {
        let mark: [UInt8] =
            switch encoding {
            case .utf8: [0xEF, 0xBB, 0xBF]
            case .gb18030: []
            case .utf16LittleEndian: [0xFF, 0xFE]
            case .utf16BigEndian: [0xFE, 0xFF]
            }
        let document = try Document.parse(mark + encoding.encode(Self.text))
        #expect(document.root.text == "㛃䶮𬱖·测试")
        #expect(document.encoding == encoding)
    }

    @Test func `a declaration that lies is found out and noted`() throws {
        let lying = Self.text.replacing("GB18030", with: "UTF-8")
        let document = try Document.parse(TextEncoding.gb18030.encode(lying))
        #expect(document.encoding == .gb18030)
        #expect(document.notes.map(\.code) == ["encodingMismatch"])
        #expect(document.root.text == "㛃䶮𬱖·测试")
    }

    @Test func `GB2312 is read as GB18030 and JSON in GB18030 is noted`() throws {
        let old = try Document.parse(TextEncoding.gb18030.encode(#"<?xml version="1.0" encoding="gb2312"?><a>镕</a>"#))
        #expect(old.root.text == "镕")
        let json = try Document.parse(TextEncoding.gb18030.encode(#"{"xm":"测试"}"#))
        #expect(Set(json.notes.map(\.code)) == ["encodingMismatch", "encodingNotUTF8"])
        #expect(json.root.text == "测试")
    }

    @Test func `HTML entities become characters, but not in CDATA`() throws {
        let document = try Document.parse(Array("<a>甲&nbsp;乙<![CDATA[&nbsp;]]>&amp;</a>".utf8))
        #expect(document.root.text == "甲\u{A0}乙&nbsp;&")
        #expect(document.notes.map(\.code) == ["htmlEntity"])
    }

    @Test func `what is written can be read, in GB18030 too`() throws {
        var element = OutputElement(name: "姓名")
        element.attributes = [.init(name: "代码", value: #"<"&">"#)]
        element.text = "㛃\u{1}<𬱖"
        let bytes = try element.serialized(encoding: .gb18030)
        let document = try Document.parse(bytes)
        #expect(document.encoding == .gb18030)
        #expect(document.root.text == "㛃<𬱖")
        #expect(document.root.attribute("代码") == #"<"&">"#)
    }
}

@Suite struct Trees {
    @Test func `JSON reads into the tree with types, pointers and places`() throws {
        let text = """
            {"a/b": {"项目": [1.50, null, {"x": true}], "e": []},
             "list": [[1, 2], [3]]}
            """
        let document = try Document.parse(Array(text.utf8))
        func nodes(_ path: String) throws -> [Node] { try XPathExpression(path).nodes(at: document.root) }
        let items = try nodes("/root/*[1]/项目")
        #expect(items.map(\.text) == ["1.50", "", "true"])
        #expect(items.map(\.jsonType) == [.number, .null, .object])
        #expect(items[2].location.path == "/a~1b/项目/2")
        #expect(items[2].location.line == 1)
        #expect(items[2].location.column == 29)
        #expect(try nodes("/root/list[1]/item[2]").first?.location.path == "/list/0/1")
        #expect(try nodes("/root/list[2]/item").first?.location.line == 2)
        #expect(try nodes("//e").isEmpty)
        #expect(document.root.children[0].name == "a/b")
    }

    @Test func `places in XML are those of the source, entities and comments notwithstanding`() throws {
        let text = "<?xml version=\"1.0\"?>\n<!-- <X/> --><R>&nbsp;<甲 n=\">\"/>\n  <甲><乙>x</乙></甲></R>"
        let document = try Document.parse(Array(text.utf8))
        let node = try #require(XPathExpression("/R/甲[2]/乙").nodes(at: document.root).first)
        #expect(node.location == SourceLocation(line: 3, column: 6, path: "/R/甲[2]/乙"))
    }

    @Test func `XPath gives its four types and complains about what is none`() throws {
        let document = try Document.parse(Array("<R><a>1</a><a>2</a></R>".utf8))
        #expect(try XPathExpression("a").nodes(at: document.root).count == 2)
        #expect(try XPathExpression("sum(a)").string(at: document.root) == "3")
        #expect(try XPathExpression("a = '2'").bool(at: document.root))
        #expect(try XPathExpression("concat(a[1], '-')").string(at: document.root) == "1-")
        #expect(throws: XPathError.self) { try XPathExpression("a[") }
    }
}
