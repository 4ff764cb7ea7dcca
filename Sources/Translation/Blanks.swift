import StrictJSON

/// Blanks, over bytes: every field of every document passes here.
enum Blanks {
    /// Blanks at the ends and invisible characters anywhere go; the rest, rare characters and all, stays.
    static func trimmed(_ raw: String) -> String { raw.lend { trimmed($0) } }

    static func trimmed(_ bytes: UnsafeBufferPointer<UInt8>) -> String {
        var (start, end) = (0, bytes.count)
        while start < end, case let length = blank(bytes, at: start), length > 0 { start += length }
        while start < end, case let length = blank(bytes, before: end), length > 0 { end -= length }
        let bare = UnsafeBufferPointer(rebasing: bytes[start..<max(start, end)])
        guard holdsInvisible(bare) else { return String(decoding: bare, as: UTF8.self) }
        var kept: [UInt8] = []
        var index = 0
        while index < bare.count {
            let length = invisible(bare, at: index)
            if length == 0 { kept.append(bare[index]) }
            index += max(1, length)
        }
        return String(decoding: kept, as: UTF8.self)
    }

    /// Without any blank, for codes.
    static func removed(from text: String) -> String {
        // Neither ASCII's blanks nor the first byte of any other.
        guard text.utf8.contains(where: { $0 <= 0x20 || $0 == 0xC2 || $0 == 0xE1 || $0 == 0xE2 || $0 == 0xE3 }) else {
            return text
        }
        return String(String.UnicodeScalarView(text.unicodeScalars.filter { !$0.properties.isWhitespace }))
    }

    /// Other control characters are no blanks: they are told.
    private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }

    /// How many bytes of a blank begin here: ASCII's, U+00A0, U+3000 and what is invisible.
    private static func blank(_ bytes: UnsafeBufferPointer<UInt8>, at index: Int) -> Int {
        let byte = bytes[index]
        if isSpace(byte) { return 1 }
        if byte == 0xC2, index + 1 < bytes.count, bytes[index + 1] == 0xA0 { return 2 }
        if byte == 0xE3, index + 2 < bytes.count, bytes[index + 1] == 0x80, bytes[index + 2] == 0x80 { return 3 }
        return invisible(bytes, at: index)
    }

    private static func blank(_ bytes: UnsafeBufferPointer<UInt8>, before end: Int) -> Int {
        if isSpace(bytes[end - 1]) { return 1 }
        for length in 2...3 where end >= length && blank(bytes, at: end - length) == length { return length }
        return 0
    }

    private static func holdsInvisible(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        let text = UnsafeRawBufferPointer(bytes)
        var index = 0
        while index < text.count {
            // None of them is ASCII, as the long texts of attachments are throughout.
            if index + 8 <= text.count, EightBytes(text, at: index).isASCII {
                index += 8
            } else if invisible(bytes, at: index) > 0 {
                return true
            } else {
                index += 1
            }
        }
        return false
    }

    /// How many bytes of an invisible character begin here.
    private static func invisible(_ bytes: UnsafeBufferPointer<UInt8>, at index: Int) -> Int {
        func following(_ offset: Int) -> UInt8 { index + offset < bytes.count ? bytes[index + offset] : 0 }
        switch bytes[index] {
        case 0xC2: return following(1) == 0xAD ? 2 : 0
        case 0xD8: return following(1) == 0x9C ? 2 : 0
        case 0xE2:
            let isInvisible =
                following(1) == 0x80
                && ((0x8B...0x8F).contains(following(2)) || (0xAA...0xAE).contains(following(2)))
                || following(1) == 0x81 && (following(2) == 0xA0 || (0xA6...0xA9).contains(following(2)))
            return isInvisible ? 3 : 0
        case 0xEF: return following(1) == 0xBB && following(2) == 0xBF ? 3 : 0
        default: return 0
        }
    }
}
