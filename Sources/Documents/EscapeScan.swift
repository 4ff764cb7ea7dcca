import Glibc

/// What escapes of JSON stand for that should not be in a text: in the bytes themselves it is not seen.
enum EscapeScan {
    /// The first of each, with its place.
    static func notes(on text: [UInt8]) -> [DocumentNote] {
        var first: [(code: String, offset: Int)] = []
        text.withUnsafeBufferPointer { text in
            guard let start = text.baseAddress else { return }
            var index = 0
            while let found = memchr(start + index, Int32(UInt8(ascii: "\\")), text.count - index) {
                index = UnsafeRawPointer(found) - UnsafeRawPointer(start)
                if let code = code(of: text, at: index), !first.contains(where: { $0.code == code }) {
                    first.append((code, index))
                }
                // The sign that is escaped is none that begins an escape.
                index = min(index + 2, text.count)
            }
        }
        return first.map { DocumentNote(code: $0.code, at: $0.offset, of: text) }
    }

    private static func code(of text: UnsafeBufferPointer<UInt8>, at index: Int) -> String? {
        guard index + 1 < text.count else { return nil }
        switch text[index + 1] {
        case UInt8(ascii: "b"), UInt8(ascii: "f"): return "controlCharacter"
        case UInt8(ascii: "u"): break
        default: return nil
        }
        guard index + 6 <= text.count,
            let unit = UInt16(String(decoding: text[(index + 2)..<(index + 6)], as: UTF8.self), radix: 16)
        else { return nil }
        switch unit {
        case 0x09, 0x0A, 0x0D: return nil
        case 0x00...0x1F: return "controlCharacter"
        case 0xFFFD: return "replacementCharacter"
        case 0xE000...0xF8FF: return "privateUseCharacter"
        default: return nil
        }
    }
}
