import StrictJSON

/// Bytes made into UTF-8 text, and what was found out on the way.
struct DecodedText {
    private(set) var utf8: [UInt8]
    let encoding: TextEncoding
    private(set) var notes: [DocumentNote] = []

    /// Follows a byte order mark first, then what the document or its carrier declares, then what the bytes allow. Where
    /// they allow two readings, the likelier one is taken and told.
    ///
    /// - Parameter isJSON: JSON is UTF-8 whatever its carrier declares (RFC 8259 §8.1); by the first character where it is
    ///   not told.
    init(_ bytes: [UInt8], declared: String?, isJSON: Bool? = nil) throws(DocumentError) {
        let (mark, length) = Self.byteOrderMark(bytes)
        let body = bytes[length...]
        guard !body.isEmpty else { throw DocumentError(.empty) }
        guard !bytes.starts(with: [0xFF, 0xFE, 0, 0]) else { throw DocumentError(.badEncoding, line: 1, column: 1) }
        let reading: Reading
        let named = Self.declaration(in: body) ?? declared
        if let wide = mark.flatMap({ $0.isWide ? $0 : nil }) ?? Self.wideGuess(body) {
            reading = try Reading(wide: wide, of: body)
        } else {
            let isJSON = isJSON ?? (body.first { $0 > 0x20 } != UInt8(ascii: "<"))
            let stated = isJSON ? nil : named.flatMap { TextEncoding(name: $0) }.flatMap { $0.isWide ? nil : $0 }
            reading = try Reading(of: body, stated: mark ?? stated ?? .utf8, isMarked: mark != nil)
        }
        (utf8, encoding) = (reading.utf8, reading.encoding)
        note(reading, stated: mark ?? (named.map { TextEncoding(name: $0) } ?? .utf8))
        dropLeadingMarks()
        try tidy()
    }

    /// - Parameter stated: nothing where the document names an encoding that is not known.
    private mutating func note(_ reading: Reading, stated: TextEncoding?) {
        if let pair = reading.surrogatePair { note("encodingCesu8", at: pair) }
        // Of ASCII alone, all readings are the same.
        guard !encoding.isWide, stated != encoding || reading.isDoubtful,
            let first = utf8.firstIndex(where: { $0 >= 0x80 })
        else { return }
        if stated != encoding {
            note("encodingMismatch", at: first)
        } else if reading.isDoubtful {
            note("encodingAmbiguous", at: first)
        }
    }

    private mutating func note(_ code: String, at offset: Int) {
        notes.append(DocumentNote(code: code, at: offset, of: utf8))
    }

    private static func byteOrderMark(_ bytes: [UInt8]) -> (TextEncoding?, Int) {
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { return (.utf8, 3) }
        if bytes.starts(with: [0xFF, 0xFE]) { return (.utf16LittleEndian, 2) }
        if bytes.starts(with: [0xFE, 0xFF]) { return (.utf16BigEndian, 2) }
        if bytes.starts(with: [0x84, 0x31, 0x95, 0x33]) { return (.gb18030, 4) }
        return (nil, 0)
    }

    /// UTF-16 without a mark shows by the zero bytes beside its ASCII characters, the first one's among them; a single zero
    /// is a control character.
    private static func wideGuess(_ bytes: ArraySlice<UInt8>) -> TextEncoding? {
        guard bytes.count >= 4, bytes.prefix(2).contains(0) else { return nil }
        let zeros = bytes.prefix(64).enumerated().filter { $0.element == 0 }.map { $0.offset % 2 }
        guard zeros.count > 1, Set(zeros).count == 1 else { return nil }
        return zeros[0] == 0 ? .utf16BigEndian : .utf16LittleEndian
    }

    /// The encoding named in an XML declaration (XML 1.0 §4.3.3), looked for in the first 200 bytes.
    private static func declaration(in bytes: ArraySlice<UInt8>) -> String? {
        // Blanks and doubled marks before it are tolerated and told.
        let head = bytes.prefix(200).drop { $0 <= 0x20 || $0 == 0xEF || $0 == 0xBB || $0 == 0xBF }
        guard head.starts(with: "<?xml".utf8), let end = head.firstIndex(of: UInt8(ascii: ">")) else { return nil }
        let word = Array("encoding".utf8)
        guard let name = head[..<end].indices.first(where: { head[$0..<end].starts(with: word) }) else { return nil }
        let rest = head[(name + word.count)..<end].drop { $0 == 0x20 || $0 == UInt8(ascii: "=") }
        guard let quote = rest.first, quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'") else { return nil }
        return String(decoding: rest.dropFirst().prefix { $0 != quote }, as: UTF8.self)
    }

    // MARK: What should not be in a text

    private static let mark: [UInt8] = [0xEF, 0xBB, 0xBF]

    /// Marks that were written before another one, with or without a blank between.
    private mutating func dropLeadingMarks() {
        let blanks = utf8.prefix { $0 <= 0x20 && $0 != 0 }.count
        guard utf8[blanks...].starts(with: Self.mark) else { return }
        note("byteOrderMarkRepeated", at: blanks)
        utf8.removeSubrange(blanks..<blanks + 3)
        while utf8[blanks...].starts(with: Self.mark) { utf8.removeSubrange(blanks..<blanks + 3) }
    }

    /// Leaves out control characters, and tells of them and of what is lost or means something on other machines only.
    private mutating func tidy() throws(DocumentError) {
        let oddities = Oddities(in: utf8)
        if let mark = oddities.mark {
            let place = DocumentNote(code: "", at: mark, of: utf8)
            throw DocumentError(.byteOrderMarkInside, line: place.line, column: place.column)
        }
        if let lost = oddities.replacement { note("replacementCharacter", at: lost) }
        if let privateUse = oddities.privateUse { note("privateUseCharacter", at: privateUse) }
        guard let control = oddities.control else { return }
        let isEnd = utf8[control...].allSatisfy { $0 == 0 || $0 == 0x1A || $0 <= 0x20 }
        let rest = utf8[control...].filter { !Self.isControl($0) }
        // A text of which so much is none was never this encoding.
        guard isEnd || utf8.count - control - rest.count <= 16 + utf8.count / 4 else {
            let place = DocumentNote(code: "", at: control, of: utf8)
            throw DocumentError(.badEncoding, line: place.line, column: place.column)
        }
        note("controlCharacter", at: control)
        utf8.replaceSubrange(control..., with: rest)
    }

    static func isControl(_ byte: UInt8) -> Bool { byte < 0x20 && byte != 0x09 && byte != 0x0A && byte != 0x0D }

    /// Where the first of each stands: control characters, U+0000 among them; a byte order mark inside; U+FFFD; and
    /// U+E000…U+F8FF, which mean something only on the sender's own machines.
    private struct Oddities {
        var control: Int?
        var mark: Int?
        var replacement: Int?
        var privateUse: Int?

        init(in utf8: [UInt8]) {
            utf8.withUnsafeBytes { text in
                var index = 0
                while index < text.count {
                    look(at: index, in: text)
                    index += 1
                    // Hardly any byte is the first of one of them.
                    while index + 8 <= text.count, case let eight = EightBytes(text, at: index), !eight.holdsControl,
                        !eight.holds(from: 0xEE)
                    {
                        index += 8
                    }
                }
            }
        }

        private mutating func look(at index: Int, in text: UnsafeRawBufferPointer) {
            let byte = text[index]
            if isControl(byte), control == nil { control = index }
            guard byte >= 0xEE, index + 2 < text.count else { return }
            let (second, third) = (text[index + 1], text[index + 2])
            if byte == 0xEE || byte == 0xEF && second < 0xA4 { privateUse = privateUse ?? index }
            if byte == 0xEF, second == 0xBB, third == 0xBF { mark = mark ?? index }
            if byte == 0xEF, second == 0xBF, third == 0xBD { replacement = replacement ?? index }
        }
    }
}

/// One way to read bytes as a text.
private struct Reading {
    let utf8: [UInt8]
    let encoding: TextEncoding
    /// Another encoding would have given a text, too.
    var isDoubtful = false
    /// Where characters were written as two surrogates.
    var surrogatePair: Int?

    /// The zero bytes of UTF-16 leave no doubt.
    init(wide encoding: TextEncoding, of body: ArraySlice<UInt8>) throws(DocumentError) {
        guard let text = encoding.decode(body) else { throw DocumentError(.badEncoding, line: 1, column: 1) }
        (utf8, self.encoding) = (text, encoding)
    }

    /// - Parameters:
    ///   - stated: what the document says it is, UTF-8 where it says nothing.
    ///   - isMarked: a byte order mark says so.
    init(of body: ArraySlice<UInt8>, stated: TextEncoding, isMarked: Bool) throws(DocumentError) {
        let walk = UTF8Walk(body)
        let isUTF8 = walk.fault == nil
        if isUTF8, walk.isASCII || stated == .utf8 && (isMarked || walk.shortLetters == 0) {
            (utf8, encoding) = (Array(body), stated)
        } else if stated == .gb18030, isMarked || !isUTF8 && walk.longCharacters == 0, let text = stated.decode(body) {
            (utf8, encoding) = (text, stated)
        } else if isUTF8 {
            self = Self.likelier(of: body, stated: stated)
        } else if let (joined, first) = SurrogateBytes.joined(body), UTF8Walk(joined[...]).fault == nil {
            (utf8, encoding, surrogatePair) = (joined, .utf8, first)
        } else {
            (utf8, encoding) = (try Self.chinese(body, walk, stated: stated), .gb18030)
        }
    }

    /// Bytes that are UTF-8, but may be GB18030.
    private static func likelier(of body: ArraySlice<UInt8>, stated: TextEncoding) -> Reading {
        let own = Reading(Array(body), .utf8)
        guard let text = TextEncoding.gb18030.decode(body), !text.contains(where: DecodedText.isControl) else {
            return own
        }
        let (asUTF8, asGB18030) = (TextPlausibility.score(ofUTF8: own.utf8), TextPlausibility.score(ofUTF8: text))
        // Where the measure does not tell them apart, what the sender says does.
        let difference = asGB18030 - asUTF8 + (stated == .gb18030 ? 0.25 : -0.25)
        var reading = difference > 0 ? Reading(text, .gb18030) : own
        reading.isDoubtful = stated == .gb18030 || abs(difference) < 1 || difference > 0
        return reading
    }

    private init(_ utf8: [UInt8], _ encoding: TextEncoding) {
        (self.utf8, self.encoding) = (utf8, encoding)
    }

    /// Bytes that are no UTF-8, read as GB18030. A UTF-8 text with a character cut in half may read as one, too, and is
    /// none.
    private static func chinese(
        _ body: ArraySlice<UInt8>, _ walk: UTF8Walk, stated: TextEncoding
    ) throws(DocumentError) -> [UInt8] {
        let (characters, faults) = UTF8Walk.balance(of: body)
        let isDamagedUTF8 = characters > 4 * faults
        guard let text = TextEncoding.gb18030.decode(body), !text.contains(where: DecodedText.isControl),
            !isDamagedUTF8,
            characters == 0 || TextPlausibility.score(ofUTF8: text) >= 0.75
        else {
            let isUTF8 = isDamagedUTF8 || characters >= faults && stated == .utf8
            let before = (isUTF8 ? TextEncoding.utf8 : .gb18030).readableBeginning(of: body)
            let place = DocumentNote(code: "", at: before.count, of: before)
            throw DocumentError(.badEncoding, line: place.line, column: place.column)
        }
        return text
    }
}
