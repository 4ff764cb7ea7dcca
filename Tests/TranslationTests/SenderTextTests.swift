import Canonical
import Documents
import Foundation
import StrictJSON
import Testing
import Vocabulary

@testable import Translation

/// The shipped mappings and their examples.
private struct Shipped: Sendable {
    static let translator = Result {
        try Translator(directory: repository.appending(path: "Mappings").path, digests: .fixed)
    }

    static let examples: [(name: String, bytes: [UInt8])] = {
        let folder = repository.appending(path: "Mappings")
        let paths = (try? FileManager.default.subpathsOfDirectory(atPath: folder.path)) ?? []
        return paths.sorted().compactMap { path in
            guard path.contains("/examples/"), path.hasSuffix(".xml") || path.hasSuffix(".json"),
                !path.hasSuffix(".expected.json"),
                let data = try? Data(contentsOf: folder.appending(path: path)),
                let text = try? ReadableText([UInt8](data)), text.encoding == .utf8
            else { return nil }
            return (path, text.utf8)
        }
    }()

    static func translate(_ bytes: [UInt8]) throws -> TranslatedDocument {
        try translator.get().translate(
            bytes, format: nil, declaredEncoding: nil, mapping: nil, among: nil,
            receivedAt: Timestamp(try #require(CalendarDate(iso: "2026-11-27")), hour: 9, minute: 0, second: 0),
            limits: ParseLimits(), explain: false)
    }
}

/// Where Chinese characters stand in a document's text: each a place at which a leaf may be hurt.
private func chinesePlaces(in bytes: [UInt8]) -> [Int] {
    let isXML = bytes.first { $0 > 0x20 } == UInt8(ascii: "<")
    var inValue = !isXML
    return bytes.indices.filter { index in
        if isXML, bytes[index] == UInt8(ascii: ">") { inValue = true }
        if isXML, bytes[index] == UInt8(ascii: "<") { inValue = false }
        // Behind a character of three bytes, and before another one.
        return inValue && index > 3 && (0xE4...0xE9).contains(bytes[index]) && (0xE4...0xE9).contains(bytes[index - 3])
    }
}

@Suite struct HurtValues {
    /// What was put into a value is out of it again, or it is told.
    @Test(arguments: ["\u{0}", "\u{1B}", "\u{FFFD}", "\u{E123}", #"\u0000"#, #"\u001b"#, #"\ufffd"#, #"\uE123"#])
    func `nothing strange in any value of any example passes in silence`(strange: String) throws {
        var tried = 0
        for (name, bytes) in Shipped.examples {
            let isJSON = bytes.first { $0 > 0x20 } != UInt8(ascii: "<")
            if strange.hasPrefix("\\"), !isJSON { continue }
            let places = chinesePlaces(in: bytes)
            for place in places.enumerated().filter({ $0.offset % 41 == 7 }).map(\.element) {
                let hurt = Array(bytes[..<place]) + Array(strange.utf8) + Array(bytes[place...])
                let result = try Shipped.translate(hurt)
                let findings = result.findings + result.records.flatMap(\.findings)
                let told = findings.filter { $0.severity != .info && $0.location != nil }
                let codes: Set = ["controlCharacter", "replacementCharacter", "privateUseCharacter"]
                // A hurt key of JSON or a hurt name is an error of its own.
                #expect(told.contains { codes.contains($0.code) || $0.severity == .error }, "\(name) at \(place)")
                tried += 1
            }
        }
        #expect(tried > 100)
    }

    @Test func `a zero never makes two identifiers of one, nor cuts one`() throws {
        for (raw, id) in [(#"A\u0000B"#, "AB"), (#"\u0000AB"#, "AB"), (#"AB\u0000"#, "AB"), (#"A\u0000"#, "A")] {
            let text = #"{"ywlsh":"\#(raw)","fsdwdm":"320404","ywlx":"FLYZ_ZJ","sqr":{"xm":"测试甲"}}"#
            let result = try Shipped.translate(Array(text.utf8))
            let record = try #require(result.records.first)
            #expect(record.application.messageID == id)
            #expect(record.findings.contains { $0.code == "controlCharacter" && $0.path == "source.messageId" })
        }
    }

    @Test func `what the shipped examples hold is in order`() throws {
        for (name, bytes) in Shipped.examples {
            let document = try? Document.parse(bytes)
            func look(_ node: Node) {
                let children = node.children
                if children.isEmpty {
                    let text = SenderText(Blanks.trimmed(node.text), isName: false)
                    let told = Set(text.told).subtracting(["escapedTwice"])
                    #expect(!told.contains("garbledText") && !told.contains("questionMarks"), "\(name): \(node.name)")
                }
                children.forEach(look)
            }
            if let document { look(document.root) }
        }
    }
}

@Suite struct MisreadTexts {
    private static let names: [String] = {
        let surnames = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧"
        let given = ["伟", "秀英", "建国", "晓明", "志强", "玉兰", "文娟", "海涛"]
        return surnames.flatMap { surname in given.map { "\(surname)\($0)" } }
    }()

    private func latin(_ bytes: [UInt8]) -> String {
        String(String.UnicodeScalarView(bytes.map { Unicode.Scalar($0) }))
    }

    /// Names and short texts as another system would have hurt them.
    @Test func `what was read in the wrong encoding before it came is told`() throws {
        var counts = (tried: 0, told: 0)
        for name in Self.names {
            let (utf8, gbk) = (Array(name.utf8), try TextEncoding.gb18030.encode(name))
            var hurt = [latin(utf8), latin(gbk)]
            let misread = String(decoding: TextEncoding.gb18030.readableBeginning(of: utf8[...]), as: UTF8.self)
            if misread.count > 2 { hurt.append(misread) }
            if let text = String(validating: gbk, as: UTF8.self) { hurt.append(text) }
            for text in hurt {
                counts.tried += 1
                let read = SenderText(text, isName: true)
                if read.told.contains("garbledText") || read.told.contains("controlCharacter") { counts.told += 1 }
            }
            #expect(SenderText(name, isName: true).told == [], "\(name)")
        }
        #expect(counts.told * 100 >= counts.tried * 95, "\(counts)")
    }

    @Test(arguments: ["㛃䶮𬱖", "古丽·艾比", "龘犇骉", "José Müller", "Ελένη", "测试甲", "尉迟琭", "欧阳娜娜", "Χ"])
    func `rare and foreign names are in order`(name: String) {
        #expect(!SenderText(name, isName: true).told.contains("garbledText"))
    }

    @Test(arguments: [
        ("锟斤拷锟斤拷", "garbledText"), ("张□", "questionMarks"), ("张〓", "questionMarks"), ("烫烫烫烫", "garbledText"),
        ("娴嬭瘯", "garbledText"), ("???", "questionMarks"),
        ("张?", "questionMarks"), ("张？", "questionMarks"), ("测\u{FFFD}", "replacementCharacter"),
    ])
    func `known signs are told`(text: String, code: String) {
        #expect(SenderText(text, isName: true).told == [code])
    }

    @Test(arguments: ["什么时候开庭?", "是否赔偿？", "a & b", "工资?元"])
    func `punctuation of free texts is in order`(text: String) { #expect(SenderText(text, isName: false).told == []) }

    @Test(arguments: [
        ("测试甲&nbsp;", "测试甲"), ("测试&amp;甲", "测试&甲"), ("测&amp;amp;试", "测&试"), ("&#27979;&#x8BD5;", "测试"),
        (#"\u6d4b\u8bd5"#, "测试"), ("A&lt;B", "A<B"),
    ])
    func `what was escaped twice is read once and told`(raw: String, text: String) {
        let read = SenderText(raw, isName: false)
        #expect(read.text == text)
        #expect(read.told == ["escapedTwice"])
        #expect(SenderText(#"C:\temp\data & co; <a>&nbsp;</a>"#, isName: false).told == [])
    }
}

@Suite struct Base64Texts {
    private static func bytes(_ count: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 167 &+ count) }
    }

    private static func chunks(_ text: String, _ size: Int) -> [String] {
        let digits = Array(text)
        return stride(from: 0, to: digits.count, by: size).map { String(digits[$0..<min($0 + size, digits.count)]) }
    }

    @Test(arguments: 1...60)
    func `every way to write it gives the same bytes`(count: Int) {
        let bytes = Self.bytes(count)
        let plain = Data(bytes).base64EncodedString()
        let bare = plain.replacing("=", with: "")
        let url = plain.replacing("+", with: "-").replacing("/", with: "_")
        let percent = plain.replacing("+", with: "%2B").replacing("/", with: "%2F").replacing("=", with: "%3D")
        let parts = stride(from: 0, to: count, by: 7).map {
            Data(bytes[$0..<min($0 + 7, count)]).base64EncodedString()
        }
        for text in [
            plain, bare, url, url.replacing("=", with: ""), Self.chunks(plain, 4).joined(separator: "\r\n"),
            Self.chunks(plain, 76).joined(separator: " "), Self.chunks(bare, 5).joined(separator: "\n\t"),
            parts.joined(), parts.joined(separator: "\n"), "data:application/pdf;base64,\(plain)",
            "DATA:application/pdf;charset=utf-8;base64,\(bare)", "data:;base64,\(percent)",
        ] { #expect(Base64Text.decode(text).bytes == bytes, "\(text)") }
        #expect(Base64Text.decode("data:application/pdf;base64,\(plain)").claimed == "application/pdf")
        if plain.contains("+"), !plain.hasPrefix("+"), !plain.hasSuffix("+") {
            let mended = Base64Text.decode(plain.replacing("+", with: " ")).bytes
            #expect(mended == bytes || mended == nil)
        }
    }

    @Test(arguments: [
        "A", "AAAAA", "====", "A===", "AB=C", "AAAA=", "AA==A", "AB==", "QUI=Q=", "你好", "AAA*", "data:text/plain,AAAA",
        "AAF",
    ])
    func `what cannot be all of some bytes is none`(text: String) { #expect(Base64Text.decode(text).bytes == nil) }
}

@Suite struct Namespaces {
    /// Each shipped example of XML in a namespace that its mapping does not know.
    @Test func `a document in a foreign namespace is read, and told at its root`() throws {
        var tried = 0
        for (name, bytes) in Shipped.examples {
            let text = String(decoding: bytes, as: UTF8.self)
            guard text.hasPrefix("<"), let start = text.firstRange(of: /<[^?!\s>\/]+/), !text.contains("xmlns") else {
                continue
            }
            let plain = try Shipped.translate(bytes)
            guard plain.mapping != nil else { continue }
            let dressed = text[..<start.upperBound] + " xmlns=\"urn:foreign\"" + text[start.upperBound...]
            let result = try Shipped.translate(Array(dressed.utf8))
            #expect(result.mapping == plain.mapping, "\(name)")
            #expect(result.records.map(\.application) == plain.records.map(\.application), "\(name)")
            #expect(result.findings.contains { $0.code == "namespaceIgnored" && $0.location?.line != nil })
            tried += 1
        }
        #expect(tried > 5)
    }
}

@Suite struct CourtsOfADocument {
    private func translate(number: String, code: String, name: String = "") throws -> TranslatedRecord {
        let text = """
            <ROOT><RECORD><BSXX><XXBH>M1</XXBH><FSDW>320402</FSDW><FSDWMC>\(name)</FSDWMC><LEIX>TZBH</LEIX></BSXX>
            <AJXX><AH>\(number)</AH><FYDM>\(code)</FYDM><AJLX>刑事一审</AJLX></AJXX>
            <DSRXX><RECORD><XM>测试甲</XM></RECORD></DSRXX></RECORD></ROOT>
            """
        return try #require(try Shipped.translate(Array(text.utf8)).records.first)
    }

    private static let codes = ["苏04", "苏0402", "苏0404", "苏0412", "苏0413", "苏0482", "苏0481", "苏0492", "苏0405"]

    @Test(arguments: codes, codes)
    func `number and code agree by what they mean, and the number wins`(court: String, code: String) throws {
        let isSame =
            court == code || [["苏0413", "苏0482"], ["苏0405", "苏0492"]].contains([court, code].sorted())
        let wide = code.replacing(/[0-9]/) {
            String(Unicode.Scalar(($0.output.unicodeScalars.first?.value ?? 0) + 0xFEE0) ?? "?")
        }
        for written in [code, wide, " \(code.prefix(1)) \(code.dropFirst()) "] {
            let record = try translate(number: "（2026）\(court)刑初188号", code: written)
            let told = record.findings.filter {
                $0.path == "proceeding.handlingOrgan.code" && $0.code == "courtConflict"
            }
            #expect(told.isEmpty == isSame)
            #expect(told.allSatisfy { $0.location?.line == 2 && $0.location?.path.hasSuffix("/FYDM") ?? false })
            #expect(record.application.text("proceeding.handlingOrgan.code") == (isSame ? code : court))
            #expect(
                record.application.text("proceeding.handlingOrgan.level")
                    == (court.count == 3 ? "intermediate" : "basic"))
        }
    }

    @Test(arguments: ["无", "", "（2015）钟刑初字第1659号", "不详"])
    func `a number that names no court contradicts none`(number: String) throws {
        let record = try translate(number: number, code: "苏０４０４")
        #expect(record.application.text("proceeding.handlingOrgan.code") == "苏0404")
        #expect(!record.findings.contains { $0.code == "courtConflict" })
    }

    @Test func `a name that disagrees is told, and changes nothing`() throws {
        let record = try translate(number: "（2026）苏0404刑初188号", code: "苏0404", name: "常州市天宁区人民法院")
        #expect(record.findings.contains { $0.code == "courtConflict" && $0.path == "proceeding.handlingOrgan.name" })
        #expect(record.application.text("proceeding.handlingOrgan.code") == "苏0404")
    }
}

@Suite struct Custody {
    @Test(arguments: ["取保候审", "监视居住", "指定居所监视居住"], ["常州市看守所", "取保候审", "监视居住", "其住所"])
    func `on bail or under surveillance nobody is in custody`(measure: String, place: String) throws {
        let text = """
            <ROOT><RECORD><BSXX><XXBH>M1</XXBH><FSDW>320402</FSDW><LEIX>ZJSQ</LEIX></BSXX>
            <SQXX><SQSJ>2023-11-01 09:00</SQSJ><SQYY>本人自愿</SQYY></SQXX>
            <DSRXX><RECORD><XM>测试甲</XM><QZCS>\(measure)</QZCS><JYCS>\(place)</JYCS></RECORD></DSRXX></RECORD></ROOT>
            """
        let record = try #require(try Shipped.translate(Array(text.utf8)).records.first)
        #expect(!record.application.isInCustody)
        let told = record.findings.contains { $0.code == "contradiction" && $0.path == "recipient.custody.kind" }
        // A dwelling is named as not in custody: it contradicts nothing.
        #expect(told == (place == "常州市看守所"))
    }

    @Test func `what a relief's state cannot be read as is told`() throws {
        for (word, state) in [
            ("Y", "inForce"), ("在保", "inForce"), ("停保", "ended"), ("已退出", "ended"), ("待审批", "pending"),
        ] {
            #expect(try relief(word).application.value("reliefStatuses")?.array?.first?["status"]?.string == state)
        }
        let record = try relief("暂缓一阵")
        #expect(record.application.value("reliefStatuses")?.array?.first?["status"] == "unknown")
        #expect(
            record.findings.contains { $0.severity == .warning && $0.path == "reliefStatuses[0].status" })
    }

    private func relief(_ state: String) throws -> TranslatedRecord {
        let text =
            #"{"ywlsh":"M1","fsdwdm":"320404","ywlx":"FLYZ_ZJ","sqr":{"xm":"测试甲"},"jzxx":[{"jzlb":"低保","sfyxq":"\#(state)"}]}"#
        return try #require(try Shipped.translate(Array(text.utf8)).records.first)
    }
}
