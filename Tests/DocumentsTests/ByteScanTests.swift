import StrictJSON
import Testing

@testable import Documents

/// Scans that look at eight bytes at a time must find what looking at each would find, wherever it stands.
@Suite struct ByteScans {
    private static let pieces = ["a", "é", "中", "𬱖", "\n", " ", "\u{E000}", "\u{A0}", "<", "z"]

    private static func text(_ count: Int, seed: Int) -> String {
        var state = UInt64(seed)
        return (0..<count).map { _ in
            state = state &* 6_364_136_223_846_793_005 &+ 1
            return pieces[Int(state >> 33) % pieces.count]
        }.joined()
    }

    @Test(arguments: 1...40)
    func `line and column are counted as character by character`(seed: Int) {
        let bytes = Array(Self.text(60, seed: seed).utf8)
        var place = TextPlace()
        var (line, column, done) = (1, 1, 0)
        for end in stride(from: 0, through: bytes.count + 9, by: seed % 13 + 1) {
            for byte in bytes[done..<min(end, bytes.count)] {
                if byte == 0x0A { (line, column) = (line + 1, 1) } else if byte & 0xC0 != 0x80 { column += 1 }
            }
            done = min(end, bytes.count)
            bytes.withUnsafeBytes { place.advance(to: end, in: $0) }
            #expect(place.line == line && place.column == column, "at \(end)")
        }
    }

    @Test(arguments: 0..<20)
    func `what should not be in a text is found at any place`(offset: Int) throws {
        let before = String(repeating: "x", count: offset)
        func notes(_ odd: String, in rest: String) throws -> [String] {
            try Document.parse(Array("<a>\(before)\(odd)\(rest)</a>".utf8)).notes.map(\.code)
        }
        for rest in ["", "中文一二三四五六", "abcdefghijklmnop"] {
            #expect(try notes("\u{E000}", in: rest) == ["privateUseCharacter"])
            #expect(try notes("\u{F8FF}", in: rest) == ["privateUseCharacter"])
            #expect(try notes("\u{F900}\u{D7A3}中", in: rest) == [])
            #expect(try notes("\u{FFFD}", in: rest) == ["replacementCharacter"])
            #expect(try notes("\0", in: rest) == ["controlCharacter"])
            #expect(try notes("\u{1F}", in: rest) == ["controlCharacter"])
            #expect(try notes("\t\n\r", in: rest) == [])
            #expect(throws: DocumentError.self) { try notes("\u{FEFF}", in: rest) }
        }
    }

    /// 丂 ends in a byte that is a sign of ASCII, 㐂 takes four bytes with two digits among them.
    @Test(arguments: [0, 1, 62, 63, 64, 65, 66, 71, 72, 73, 500])
    func `long runs of ASCII in GB18030 begin and end at characters`(length: Int) throws {
        let run = String(repeating: "QUFB", count: length / 4) + String(repeating: "=", count: length % 4)
        for before in 0..<9 {
            for rest in ["丂\(run)丂", "㐂\(run)㐂", "\(run)𬱖\(run)", "中丂\(run)", run + "中", "中中中\(run)㐂丂"] {
                let text = String(repeating: "x", count: before) + rest
                let bytes = try TextEncoding.gb18030.encode(text)
                #expect(TextEncoding.gb18030.decode(bytes[...]).map { String(decoding: $0, as: UTF8.self) } == text)
            }
        }
        // A character cut off before the run means nothing there, either.
        #expect(TextEncoding.gb18030.decode(([0x81, 0x20] + Array(run.utf8))[...]) == nil)
        #expect(TextEncoding.gb18030.decode((Array(run.utf8) + [0x81])[...]) == nil)
    }

    @Test(arguments: 0..<20)
    func `what must be escaped in JSON is escaped at any place`(offset: Int) throws {
        for sign in ["\"", "\\", "\n", "\r", "\t", "\u{1}", "\u{1F}", " ", "中", "\u{7F}", "\u{80}", "!", "#", "[", "]"]
        {
            for rest in ["", "1234567", "12345678一二三"] {
                let value = JSONValue.object(
                    JSONObject([(name: String(repeating: "n", count: offset) + sign + rest, value: .string(sign))]))
                #expect(try JSONValue(parsing: value.serialized()) == value)
                #expect(try JSONValue(parsing: value.serialized(pretty: true)) == value)
            }
        }
        let escaped = JSONValue.string(String(repeating: "a", count: offset) + "\u{1}\n\"\\/")
        #expect(escaped.text() == "\"" + String(repeating: "a", count: offset) + #"\u0001\n\"\\/""#)
    }

    @Test func `a text of many kilobytes is written whole`() throws {
        let value = JSONValue.array(
            (0..<3000).map { .string("\($0)\n中") } + [.string(String(repeating: "长", count: 9000))])
        #expect(try JSONValue(parsing: value.serialized()) == value)
    }
}

/// Long CDATA sections are read as plain text.
@Suite struct OpenedSections {
    private static let long = String(repeating: "QUFB", count: 100)

    private static func text(_ xml: String) throws -> String { try Document.parse(Array(xml.utf8)).root.text }

    @Test(arguments: [
        long, long + "]]", long + "]>", long + ">", long + "<b>", long + "&amp;", long + "&nbsp;", long + "\r\n中",
    ])
    func `their content stays what it is`(content: String) throws {
        let expected = content.replacing("\r\n", with: "\n")
        #expect(try Self.text("<a>一<![CDATA[\(content)]]>二&nbsp;</a>") == "一\(expected)二\u{A0}")
        #expect(
            try Self.text("<a><b><![CDATA[\(content)]]></b><![CDATA[x]]><![CDATA[\(content)]]></a>") == expected + "x"
                + expected)
    }

    @Test func `brackets around them and within join to no mark`() throws {
        #expect(try Self.text("<a>]]<![CDATA[>\(Self.long)]]></a>") == "]]>" + Self.long)
        #expect(try Self.text("<a><![CDATA[\(Self.long)]]]]><![CDATA[>]]></a>") == Self.long + "]]>")
    }

    @Test func `places behind them are those of the text as it came`() throws {
        let xml = "<a><b><![CDATA[\(Self.long)]]></b><c>x</c></a>"
        let document = try Document.parse(Array(xml.utf8))
        #expect(document.root.children[1].location.column == 1 + "<a><b><![CDATA[]]></b>".count + Self.long.count)
        #expect(document.notes.isEmpty)
    }

    @Test(arguments: [
        "<a><b><![CDATA[LONG]]></b><c></a>", "<a/><![CDATA[LONG]]>", "<![CDATA[LONG]]><a/>", "<a><![CDATA[LONG]]",
        "<a><![CDATA[LONG]]]></a>x<",
    ])
    func `what is not well-formed fails where the text as it came does`(xml: String) throws {
        let bytes = Array(xml.replacing("LONG", with: Self.long).utf8)
        let whole = #expect(throws: DocumentError.self) { try XMLParser.parse(bytes) }
        let opened = #expect(throws: DocumentError.self) { try Document.parse(bytes) }
        #expect(opened?.location == whole?.location)
        #expect(opened?.problem == whole?.problem)
    }
}
