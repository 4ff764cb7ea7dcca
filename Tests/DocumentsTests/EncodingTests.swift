import Foundation
import StrictJSON
import Testing

@testable import Documents

private let repository = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

/// A shipped example as text, without its declaration and its marks.
struct ShippedText: Sendable, CustomTestStringConvertible {
    let name: String
    let text: String
    var isXML: Bool { text.hasPrefix("<") }
    var testDescription: String { name }

    static let all: [ShippedText] = {
        let folder = repository.appending(path: "Mappings")
        let paths = (try? FileManager.default.subpathsOfDirectory(atPath: folder.path)) ?? []
        return paths.sorted().compactMap { path in
            guard path.contains("/examples/"), path.hasSuffix(".xml") || path.hasSuffix(".json"),
                !path.hasSuffix(".expected.json"),
                let data = try? Data(contentsOf: folder.appending(path: path)),
                let readable = try? ReadableText([UInt8](data)),
                (try? Document.parse([UInt8](data))) != nil
            else { return nil }
            var text = String(decoding: readable.utf8, as: UTF8.self)
            if text.hasPrefix("<?xml"), let end = text.range(of: "?>") { text = String(text[end.upperBound...]) }
            return ShippedText(name: path, text: text.trimmingCharacters(in: .whitespacesAndNewlines))
        }
    }()
}

/// Every leaf with its place in the tree.
private func leaves(_ node: Node) -> [String] {
    let children = node.children
    return children.isEmpty ? ["\(node.name)=\(node.text)"] : children.flatMap(leaves)
}

@Suite struct Readings {
    private static let told: Set<String> = ["encodingMismatch", "encodingAmbiguous", "encodingNotUTF8"]

    /// Whatever a document says it is written in, it is read as what it is, and a lie is told.
    @Test(arguments: ShippedText.all)
    func `every shipped example is read alike in each encoding under each declaration`(example: ShippedText) throws {
        let expected = leaves(try Document.parse(Array(example.text.utf8)).root)
        for encoding in TextEncoding.allCases {
            for name in ["UTF-8", "GBK", "GB2312", "GB18030", "Big5", "UTF-16", "UTF-16LE", nil] as [String?] {
                let declaration = example.isXML ? name.map { #"<?xml version="1.0" encoding="\#($0)"?>"# } ?? "" : ""
                let bytes = try encoding.encode(declaration + example.text)
                let document = try Document.parse(bytes, declaredEncoding: example.isXML ? nil : name)
                #expect(document.encoding == encoding || !bytes.contains { $0 >= 0x80 })
                #expect(leaves(document.root) == expected)
                let isHonest = (name.map { TextEncoding(name: $0) } ?? .utf8) == encoding || encoding.isWide
                let isASCII = !bytes.contains { $0 >= 0x80 }
                let notes = document.notes.map(\.code)
                if isHonest, encoding == .utf8 || encoding.isWide {
                    #expect(Self.told.subtracting(["encodingNotUTF8"]).isDisjoint(with: notes))
                } else if !isHonest, !isASCII {
                    #expect(!Self.told.isDisjoint(with: notes), "\(encoding) as \(name ?? "nothing")")
                }
                #expect(document.notes.allSatisfy { $0.line > 0 && $0.column > 0 })
            }
        }
    }

    private static let surnames =
        "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文"
    private static let given = "伟芳娜秀英敏静丽强磊军洋勇艳杰娟涛明超兰霞平刚桂红建国华志玉梅春海燕雪松波宇鹏飞龙凤文辉力健俊峰"

    /// Short texts can often be read in both ways: nothing but names, in a document of a few tags.
    @Test func `names alone are read rightly, or it is told`() throws {
        var ambiguous = 0
        for surname in Self.surnames {
            for name in Self.given {
                let text = "\(surname)\(name)"
                for (encoding, declared) in [
                    (TextEncoding.gb18030, "UTF-8"), (.utf8, "GBK"), (.gb18030, "GBK"), (.utf8, "UTF-8"),
                ] {
                    let xml = #"<?xml version="1.0" encoding="\#(declared)"?><R><XM>\#(text)</XM></R>"#
                    let document = try Document.parse(encoding.encode(xml))
                    let isRight = document.root.text == text
                    let isTold = !Self.told.isDisjoint(with: document.notes.map(\.code))
                    #expect(isRight || isTold, "\(text) in \(encoding), declared \(declared)")
                    if declared == "UTF-8", encoding == .utf8 { #expect(isRight && !isTold, "\(text)") }
                    if isTold, isRight { ambiguous += 1 }
                }
            }
        }
        #expect(ambiguous > 0)
    }

    @Test func `JSON is UTF-8 whatever its carrier says, and GB18030 only where it can be nothing else`() throws {
        for name in ["gbk", "gb2312", "iso-8859-1", "utf-16", "big5"] {
            let document = try Document.parse(Array(#"{"xm":"测试"}"#.utf8), declaredEncoding: name)
            #expect(document.root.text == "测试")
            #expect(document.notes.map(\.code) == ["encodingMismatch"])
        }
        let gbk = try Document.parse(TextEncoding.gb18030.encode(#"{"xm":"测试甲"}"#), declaredEncoding: "gbk")
        #expect(gbk.root.text == "测试甲")
        #expect(gbk.notes.map(\.code) == ["encodingNotUTF8"])
    }

    @Test func `surrogates written one by one are joined and told, or refused with their place`() throws {
        // 𠮷 as CESU-8.
        let pair: [UInt8] = [0xED, 0xA1, 0x82, 0xED, 0xBE, 0xB7]
        let joined = try Document.parse(Array("{\n\"xm\":\"测".utf8) + pair + Array("\"}".utf8))
        #expect(joined.root.text == "测𠮷")
        #expect(joined.notes.map(\.code) == ["encodingCesu8"])
        #expect(joined.notes.first.map { [$0.line, $0.column] } == [2, 8])
        for broken in [Array(pair.prefix(3)), Array(pair.suffix(3)), [0xED, 0xA0, 0x80, 0xED, 0xB0, 0x80]] {
            let error = #expect(throws: DocumentError.self) {
                try Document.parse(Array("{\n\"xm\":\"测".utf8) + broken + Array("\"}".utf8))
            }
            #expect(error?.problem == .badEncoding)
            #expect(error?.location.line == 2)
        }
    }

    /// A field cut at a number of bytes leaves half a character.
    @Test(arguments: [TextEncoding.utf8, .gb18030])
    func `half a character is refused with its line, wherever it stands`(encoding: TextEncoding) throws {
        let lines = ["第一行的文字", "第二行的文字", "第三行的文字"]
        for (number, line) in lines.enumerated() {
            for length in 1..<line.count {
                var bytes: [UInt8] = try encoding.encode("<R>\n")
                for (index, text) in lines.enumerated() {
                    bytes += try encoding.encode("<a>")
                    bytes +=
                        index == number
                        ? try encoding.encode(String(text.prefix(length))).dropLast() : try encoding.encode(text)
                    bytes += try encoding.encode("</a>\n")
                }
                bytes += try encoding.encode("</R>")
                do throws(DocumentError) {
                    let document = try Document.parse(bytes)
                    // A byte of another encoding's may have been left, but then every other one would be wrong.
                    Issue.record("\(document.root.text) was read")
                } catch {
                    #expect(error.problem == .badEncoding || error.problem == .notWellFormed)
                    #expect(error.location.line == number + 2, "\(line.prefix(length))")
                }
            }
        }
    }
}

@Suite struct ToleratedDress {
    private static let inner = "<R><XM>测试甲</XM></R>"
    private static let declaration = #"<?xml version="1.0" encoding="UTF-8"?>"#
    private static let mark = "\u{FEFF}"

    @Test(arguments: ["\n", " ", "\r\n\r\n", "\t\n "])
    func `blanks before the declaration are told and move no place`(blanks: String) throws {
        let text = blanks + Self.declaration + "\n" + Self.inner
        let document = try Document.parse(Array(text.utf8))
        #expect(document.root.text == "测试甲")
        #expect(document.notes.map(\.code) == ["blankBeforeDeclaration"])
        let lines = blanks.count { $0.isNewline }
        #expect(document.root.children.first?.location.line == lines + 2)
        let error = #expect(throws: DocumentError.self) { try Document.parse(Array((text + "<").utf8)) }
        #expect(error?.location.line == lines + 2)
    }

    @Test func `doubled marks are told, one is usual and one inside is refused with its place`() throws {
        for (text, codes) in [
            (Self.mark + Self.declaration + Self.inner, []),
            (Self.mark + Self.mark + Self.declaration + Self.inner, ["byteOrderMarkRepeated"]),
            (Self.mark + Self.mark + Self.mark + Self.inner, ["byteOrderMarkRepeated"]),
            (
                Self.mark + "\n" + Self.mark + Self.declaration + Self.inner,
                ["byteOrderMarkRepeated", "blankBeforeDeclaration"]
            ),
            (Self.mark + Self.mark + #"{"a":"测试甲"}"#, ["byteOrderMarkRepeated"]),
        ] {
            let document = try Document.parse(Array(text.utf8))
            #expect(document.root.text == "测试甲")
            #expect(document.notes.map(\.code) == codes)
        }
        let error = #expect(throws: DocumentError.self) { try Document.parse(Array("<R>\n\(Self.mark)</R>".utf8)) }
        #expect(error?.problem == .byteOrderMarkInside)
        #expect(error?.location.line == 2)
    }

    /// At every place of a document.
    @Test func `control characters are left out and told, wherever they stand`() throws {
        for control in [0x00, 0x01, 0x07, 0x08, 0x0B, 0x1A, 0x1F] as [UInt8] {
            for text in ["<R><XM>测试甲</XM></R>", #"{"XM":"测试甲"}"#] {
                let bytes = Array(text.utf8)
                for offset in 1...bytes.count where offset == bytes.count || bytes[offset] & 0xC0 != 0x80 {
                    let document = try Document.parse(bytes[..<offset] + [control] + bytes[offset...])
                    #expect(document.root.text == "测试甲")
                    #expect(document.notes.map(\.code) == ["controlCharacter"])
                    #expect(document.notes.first?.column == String(decoding: bytes[..<offset], as: UTF8.self).count + 1)
                }
            }
        }
        let block = try Document.parse(Array(Self.inner.utf8) + Array(repeating: 0, count: 4096))
        #expect(block.root.text == "测试甲")
        #expect(throws: DocumentError.self) {
            try Document.parse(Array("<R>".utf8) + Array(repeating: 0, count: 99) + Array("</R>".utf8))
        }
    }

    @Test(arguments: ["&#30;", "&#0;", "&#x1E;", "&#x0;"])
    func `references to control characters are left out and told`(reference: String) throws {
        let document = try Document.parse(Array("<R>\n<XM a=\"x\(reference)y\">测\(reference)试</XM></R>".utf8))
        #expect(document.root.children.first?.text == "测试")
        #expect(document.root.children.first?.attribute("a") == "xy")
        #expect(document.notes.map(\.code) == ["controlCharacter"])
        #expect(document.notes.first?.line == 2)
        #expect(try Document.parse(Array("<R>&#10;&#x6D4B;</R>".utf8)).notes.isEmpty)
    }

    @Test func `a zero that is escaped in JSON cuts no value short`() throws {
        let document = try Document.parse(Array(#"{"a":"测\u0000试甲","b":{"c\u0000d":"x"}}"#.utf8))
        #expect(document.root.children.first?.text == "测\u{1}试甲")
        #expect(document.root.children.last?.text == "x")
    }

    @Test(arguments: ["<R><a/></R>\n", "<!-- x -->\n", "报文\n", "<R>\n"])
    func `a declaration behind something else has a code and a place of its own`(before: String) {
        let error = #expect(throws: DocumentError.self) {
            try Document.parse(Array((before + Self.declaration + Self.inner).utf8), format: .xml)
        }
        #expect(error?.problem == .declarationMisplaced)
        #expect(error?.location == SourceLocation(line: 2, column: 1, path: "/"))
    }

    @Test(arguments: [
        #"<R xmlns="urn:x"><XM>甲</XM><YM>乙</YM></R>"#, #"<n:R xmlns:n="urn:x"><n:XM>甲</n:XM><n:YM>乙</n:YM></n:R>"#,
        #"<R><n:XM xmlns:n="urn:x">甲</n:XM><YM>乙</YM></R>"#, "<n:R><n:XM>甲</n:XM><YM>乙</YM></n:R>",
    ])
    func `elements leave their namespaces when they are asked to`(xml: String) throws {
        let document = try Document.parse(Array(xml.utf8))
        #expect(document.ignoreNamespaces())
        #expect(try XPathExpression("/R/XM").string(at: document.root) == "甲")
        #expect(try XPathExpression("concat(/R/XM, /R/YM)").string(at: document.root) == "甲乙")
        #expect(document.root.children.first?.location.path == "/R/XM")
        #expect(!document.ignoreNamespaces())
    }

    @Test func `what is lost or private is told with its place`() throws {
        for (sign, code) in [("\u{FFFD}", "replacementCharacter"), ("\u{E000}", "privateUseCharacter")] {
            let document = try Document.parse(Array("<R>\n<XM>测\(sign)</XM></R>".utf8))
            #expect(document.notes.map(\.code) == [code])
            #expect(document.notes.first.map { [$0.line, $0.column] } == [2, 6])
            #expect(DocumentNote.codes.contains(code))
        }
    }
}
