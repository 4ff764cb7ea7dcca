/// A text as it is compared: characters of full width narrowed, blanks and invisible characters left out, capitals small.
///
/// For words of code lists, tests and tables only; a value that is kept is never folded.
public enum TextFolding {
    public static func bytes(of text: String) -> [UInt8] { text.lend { bytes(of: $0) } }

    public static func bytes(of text: UnsafeBufferPointer<UInt8>) -> [UInt8] {
        if isFolded(text) { return Array(text) }
        var folded: [UInt8] = []
        folded.reserveCapacity(text.count)
        var index = 0
        while index < text.count {
            let byte = text[index]
            switch byte {
            case 0...0x20, 0x7F: index += 1
            case 0x41...0x5A:
                folded.append(byte + 0x20)
                index += 1
            case 0xC2, 0xD8, 0xE2, 0xE3, 0xEF: index += fold(text, at: index, into: &folded)
            default:
                folded.append(byte)
                index += 1
            }
        }
        return folded
    }

    /// Lends the folded text while it is used; one that folding leaves as it is, without a copy.
    public static func withBytes<Result>(
        of text: UnsafeBufferPointer<UInt8>, _ use: (UnsafeBufferPointer<UInt8>) -> Result
    ) -> Result {
        isFolded(text) ? use(text) : bytes(of: text).withUnsafeBufferPointer(use)
    }

    public static func text(_ text: String) -> String { String(decoding: bytes(of: text), as: UTF8.self) }

    /// The characters that begin with these bytes: some are left out, those of full width are narrowed.
    ///
    /// - Returns: how many bytes were read.
    private static func fold(_ text: UnsafeBufferPointer<UInt8>, at index: Int, into folded: inout [UInt8]) -> Int {
        func following(_ offset: Int) -> UInt8 { index + offset < text.count ? text[index + offset] : 0 }
        switch (text[index], following(1), following(2)) {
        // U+0080 to U+00A0, U+00AD, U+061C.
        case (0xC2, 0x80...0xA0, _), (0xC2, 0xAD, _), (0xD8, 0x9C, _): return 2
        // U+2000 to U+200F, U+2028 to U+202E, U+2060, U+2066 to U+2069, U+3000, U+FEFF.
        case (0xE2, 0x80, 0x80...0x8F), (0xE2, 0x80, 0xA8...0xAE), (0xE2, 0x81, 0xA0), (0xE2, 0x81, 0xA6...0xA9),
            (0xE3, 0x80, 0x80), (0xEF, 0xBB, 0xBF):
            return 3
        // U+FF01 to U+FF3F and U+FF40 to U+FF5E are ASCII's signs from `!` to `~`.
        case (0xEF, 0xBC, let last) where last > 0x80: folded.append(small(last - 0x60))
        case (0xEF, 0xBD, let last) where (0x80...0x9E).contains(last): folded.append(small(last - 0x20))
        default:
            folded.append(text[index])
            return 1
        }
        return 3
    }

    private static func small(_ byte: UInt8) -> UInt8 { (0x41...0x5A).contains(byte) ? byte + 0x20 : byte }

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
