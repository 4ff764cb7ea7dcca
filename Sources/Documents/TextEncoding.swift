import Foundation
import StrictJSON

/// The encodings that partners' documents come in.
public enum TextEncoding: String, Sendable, CaseIterable {
    case utf8 = "utf-8"
    /// GB2312 and GBK are read as GB18030 too, which holds them both: files that declare GB2312 contain GBK characters.
    case gb18030
    case utf16LittleEndian = "utf-16le"
    case utf16BigEndian = "utf-16be"

    /// The encoding that a declaration or a media type names.
    public init?(name: some StringProtocol) {
        switch name.lowercased() {
        case "utf-8", "utf8": self = .utf8
        case "gb18030", "gbk", "gb2312", "cp936", "gb_2312-80", "euc-cn": self = .gb18030
        case "utf-16le": self = .utf16LittleEndian
        case "utf-16be": self = .utf16BigEndian
        default: return nil
        }
    }

    /// The text in this encoding.
    ///
    /// - Throws: `DocumentError` `.unencodable`; GB18030 and the others hold all of Unicode, so only for lone surrogates.
    public func encode(_ text: String) throws(DocumentError) -> [UInt8] {
        let utf8 = Array(text.utf8)
        guard self != .utf8 else { return utf8 }
        guard let bytes = Self.convert(utf8[...], from: .utf8, to: self) else {
            throw DocumentError(.unencodable)
        }
        return bytes
    }

    /// The bytes as UTF-8, or nothing where they are no text of this encoding.
    func decode(_ bytes: ArraySlice<UInt8>) -> [UInt8]? {
        switch self {
        case .utf8: Self.isValidUTF8(bytes) ? Array(bytes) : nil
        case .gb18030, .utf16LittleEndian, .utf16BigEndian: Self.convert(bytes, from: self, to: .utf8)
        }
    }

    private var iconvName: String {
        switch self {
        case .utf8: "UTF-8"
        case .gb18030: "GB18030"
        case .utf16LittleEndian: "UTF-16LE"
        case .utf16BigEndian: "UTF-16BE"
        }
    }

    /// Strict: the first byte sequence that means nothing ends it.
    private static func convert(_ bytes: ArraySlice<UInt8>, from: Self, to: Self) -> [UInt8]? {
        guard let descriptor = iconv_open(to.iconvName, from.iconvName), descriptor != iconv_t(bitPattern: -1) else {
            return nil
        }
        defer { iconv_close(descriptor) }
        let keepsASCII = from.keepsASCII && to.keepsASCII
        // No character grows by more than twice from any of these encodings into another.
        let capacity = bytes.count * 2 + 16
        var failed = false
        let output = [UInt8](unsafeUninitializedCapacity: capacity) { buffer, written in
            bytes.withUnsafeBytes { source in
                var done = 0
                while done < source.count, !failed {
                    let plain = keepsASCII ? longRunOfASCII(in: source, from: done) : source.count..<source.count
                    // iconv asks for a mutable text and changes none.
                    var from = source.baseAddress.map {
                        UnsafeMutableRawPointer(mutating: $0 + done).assumingMemoryBound(to: CChar.self)
                    }
                    var fromLeft = plain.lowerBound - done
                    let rest = UnsafeMutableBufferPointer(rebasing: buffer[written...])
                    rest.withMemoryRebound(to: CChar.self) { target in
                        var to = target.baseAddress
                        var toLeft = target.count
                        failed = iconv(descriptor, &from, &fromLeft, &to, &toLeft) == -1 || fromLeft > 0
                        written += target.count - toLeft
                    }
                    UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(buffer)[written...])
                        .copyMemory(from: UnsafeRawBufferPointer(rebasing: source[plain]))
                    written += plain.count
                    done = plain.upperBound
                }
            }
        }
        return failed ? nil : output
    }

    /// Whether bytes below 128 stand for themselves, but for one that ends a longer character.
    private var keepsASCII: Bool {
        switch self {
        case .utf8, .gb18030: true
        case .utf16LittleEndian, .utf16BigEndian: false
        }
    }

    /// The next bytes of ASCII that are worth being copied as they are, such as an attachment's Base64; empty, at the
    /// end, where there are none. The run's first byte may end a character of several, so it is left out.
    private static func longRunOfASCII(in text: UnsafeRawBufferPointer, from start: Int) -> Range<Int> {
        var (first, index) = (start, start)
        while index + 8 <= text.count {
            let isPlain = EightBytes(text, at: index).isASCII
            if !isPlain, index - first >= 64 { break }
            index += 8
            if !isPlain { first = index }
        }
        guard index - first >= 64 else { return text.count..<text.count }
        while index < text.count, text[index] < 0x80 { index += 1 }
        return first + 1..<index
    }

    private static func isValidUTF8(_ bytes: ArraySlice<UInt8>) -> Bool {
        bytes.withUnsafeBufferPointer { buffer in
            if buffer.allSatisfy({ $0 < 0x80 }) { return true }
            return String(validating: buffer, as: UTF8.self) != nil
        }
    }
}

/// Bytes made into UTF-8 text, and what was found out on the way.
struct DecodedText {
    var utf8: [UInt8]
    let encoding: TextEncoding
    var notes: [DocumentNote] = []

    /// Follows a byte order mark first, then what the document or its carrier declares, then what the bytes allow.
    init(_ bytes: [UInt8], declared: String?) throws(DocumentError) {
        let (mark, length) = Self.byteOrderMark(bytes)
        let body = bytes[length...]
        guard !body.isEmpty else { throw DocumentError(.empty) }
        let named = (Self.declaration(in: body) ?? declared).flatMap { TextEncoding(name: $0) }
        let guess = mark ?? Self.wideGuess(body) ?? named ?? .utf8
        if let text = guess.decode(body) {
            (utf8, encoding) = (text, guess)
        } else {
            // A declaration that lies: try the other encoding that Chinese systems use, and believe it only if it reads
            // as text.
            let other: TextEncoding = guess == .utf8 ? .gb18030 : .utf8
            guard let text = other.decode(body), !Self.hasControls(text) else { throw DocumentError(.badEncoding) }
            (utf8, encoding) = (text, other)
            notes.append(DocumentNote(code: "encodingMismatch"))
        }
        let oddities = Self.oddities(in: utf8)
        guard !oddities.mark else { throw DocumentError(.byteOrderMarkInside) }
        guard !oddities.zero else { throw DocumentError(.notWellFormed) }
        if oddities.privateUse { notes.append(DocumentNote(code: "privateUseCharacter")) }
    }

    private static func byteOrderMark(_ bytes: [UInt8]) -> (TextEncoding?, Int) {
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { return (.utf8, 3) }
        if bytes.starts(with: [0xFF, 0xFE]) { return (.utf16LittleEndian, 2) }
        if bytes.starts(with: [0xFE, 0xFF]) { return (.utf16BigEndian, 2) }
        if bytes.starts(with: [0x84, 0x31, 0x95, 0x33]) { return (.gb18030, 4) }
        return (nil, 0)
    }

    /// UTF-16 without a mark shows by the zero byte beside its first ASCII character.
    private static func wideGuess(_ bytes: ArraySlice<UInt8>) -> TextEncoding? {
        guard bytes.count >= 4 else { return nil }
        let start = bytes.startIndex
        if bytes[start] == 0, bytes[start + 1] != 0 { return .utf16BigEndian }
        if bytes[start] != 0, bytes[start + 1] == 0 { return .utf16LittleEndian }
        return nil
    }

    /// The encoding named in an XML declaration (XML 1.0 §4.3.3), looked for in the first 200 bytes.
    private static func declaration(in bytes: ArraySlice<UInt8>) -> String? {
        let head = bytes.prefix(200)
        guard head.starts(with: "<?xml".utf8), let end = head.firstIndex(of: UInt8(ascii: ">")) else { return nil }
        let word = Array("encoding".utf8)
        guard let name = head[..<end].indices.first(where: { head[$0..<end].starts(with: word) }) else { return nil }
        let rest = head[(name + word.count)..<end].drop { $0 == 0x20 || $0 == UInt8(ascii: "=") }
        guard let quote = rest.first, quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'") else { return nil }
        return String(decoding: rest.dropFirst().prefix { $0 != quote }, as: UTF8.self)
    }

    private static func hasControls(_ utf8: [UInt8]) -> Bool {
        utf8.contains { $0 < 0x20 && $0 != 0x09 && $0 != 0x0A && $0 != 0x0D || $0 == 0x7F }
    }

    /// What should not be in a text: U+0000, a byte order mark inside, and U+E000…U+F8FF, which mean something only on the
    /// sender's own machines.
    private static func oddities(in utf8: [UInt8]) -> (zero: Bool, mark: Bool, privateUse: Bool) {
        var found = (zero: false, mark: false, privateUse: false)
        utf8.withUnsafeBytes { text in
            var index = 0
            while index < text.count {
                let byte = text[index]
                if byte == 0 {
                    found.zero = true
                } else if byte >= 0xEE, index + 2 < text.count {
                    let next = text[index + 1]
                    if byte == 0xEE || byte == 0xEF && next < 0xA4 { found.privateUse = true }
                    if byte == 0xEF, next == 0xBB, text[index + 2] == 0xBF { found.mark = true }
                }
                index += 1
                // Hardly any byte is the first of one of them.
                while index + 8 <= text.count, case let eight = EightBytes(text, at: index), !eight.holds(0),
                    !eight.holds(from: 0xEE)
                {
                    index += 8
                }
            }
        }
        return found
    }
}
