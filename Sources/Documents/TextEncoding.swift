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
        let (bytes, isWhole) = Self.convert(utf8[...], from: .utf8, to: self)
        guard isWhole else { throw DocumentError(.unencodable) }
        return bytes
    }

    /// The bytes as UTF-8, or nothing where they are no text of this encoding.
    func decode(_ bytes: ArraySlice<UInt8>) -> [UInt8]? {
        switch self {
        case .utf8: UTF8Walk(bytes).fault == nil ? Array(bytes) : nil
        case .gb18030, .utf16LittleEndian, .utf16BigEndian:
            switch Self.convert(bytes, from: self, to: .utf8) {
            case (let text, true): text
            case (_, false): nil
            }
        }
    }

    /// Two bytes a character.
    var isWide: Bool {
        switch self {
        case .utf8, .gb18030: false
        case .utf16LittleEndian, .utf16BigEndian: true
        }
    }

    /// What can be read before the first byte that means nothing in this encoding.
    public func readableBeginning(of bytes: ArraySlice<UInt8>) -> [UInt8] {
        if self == .utf8 { return Array(bytes.prefix(UTF8Walk(bytes).fault ?? bytes.count)) }
        return Self.convert(bytes, from: self, to: .utf8).output
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
    private static func convert(
        _ bytes: ArraySlice<UInt8>, from: Self, to: Self
    ) -> (output: [UInt8], isWhole: Bool) {
        guard let descriptor = iconv_open(to.iconvName, from.iconvName), descriptor != iconv_t(bitPattern: -1) else {
            return ([], false)
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
                    if failed { return }
                    UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(buffer)[written...])
                        .copyMemory(from: UnsafeRawBufferPointer(rebasing: source[plain]))
                    written += plain.count
                    done = plain.upperBound
                }
            }
        }
        return (output, !failed)
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
}
