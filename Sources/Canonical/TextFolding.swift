/// A text as it is compared: characters of full width narrowed, blanks and invisible characters left out, capitals small.
///
/// For words of code lists, tests and tables only; a value that is kept is never folded.
public enum TextFolding {
    public static func bytes(of text: String) -> [UInt8] { text.lend { bytes(of: $0) } }

    public static func bytes(of text: UnsafeBufferPointer<UInt8>) -> [UInt8] {
        if isFolded(text) { return Array(text) }
        var folded: [UInt8] = []
        folded.reserveCapacity(text.count)
        for scalar in String(decoding: text, as: UTF8.self).unicodeScalars {
            if let kept = Self.folded(scalar) { folded += UTF8.encode(kept).map(Array.init) ?? [] }
        }
        return folded
    }

    public static func text(_ text: String) -> String { String(decoding: bytes(of: text), as: UTF8.self) }

    private static func folded(_ scalar: Unicode.Scalar) -> Unicode.Scalar? {
        switch scalar.value {
        case 0...0x20, 0x7F...0xA0, 0xAD, 0x61C, 0x3000, 0x2000...0x200F, 0x2028...0x202E, 0x2060, 0x2066...0x2069,
            0xFEFF:
            return nil
        case 0x41...0x5A: return Unicode.Scalar(scalar.value + 0x20)
        case 0xFF01...0xFF5E: return folded(scalar.narrowed)
        default: return scalar
        }
    }

    /// Whether folding would give the same bytes; said only of texts without any character that it could change.
    private static func isFolded(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        for byte in text {
            switch byte {
            case 0...0x20, 0x41...0x5A, 0x7F, 0xC2, 0xD8, 0xEF: return false
            // General punctuation and the ideographic blank; most Chinese characters begin with other bytes.
            case 0xE2, 0xE3: return false
            default: continue
            }
        }
        return true
    }
}
