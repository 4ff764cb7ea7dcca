/// How likely a text is what its sender wrote, measured by its characters: of bytes that can be read in two ways, one
/// reading is of common Chinese characters and the other of rare ones or of foreign letters.
public enum TextPlausibility {
    /// The characters of GB 2312 (GB/T 2312-1980): level 1 holds the 3,755 in common use, level 2 3,008 others.
    private static let common = CharacterSet(rows: 0xB0...0xD7)
    private static let lessCommon = CharacterSet(rows: 0xD8...0xF7)

    /// The mean over all characters but ASCII's, from -5 to 2: about 1.5 and more for Chinese texts, below 1 for what was
    /// read in the wrong encoding. Nothing for a text of ASCII alone.
    public static func score(of text: [Unicode.Scalar]) -> Double? {
        var (sum, count) = (0.0, 0)
        for scalar in text where scalar.value >= 0x80 {
            sum += weight(of: scalar)
            count += 1
        }
        return count == 0 ? nil : sum / Double(count)
    }

    static func score(ofUTF8 text: [UInt8]) -> Double {
        score(of: Array(String(decoding: text, as: UTF8.self).unicodeScalars)) ?? 0
    }

    /// Whether the character is one of the 3,755 in common use.
    public static func isCommon(_ scalar: Unicode.Scalar) -> Bool { common.contains(scalar) }

    private static func weight(of scalar: Unicode.Scalar) -> Double {
        switch scalar.value {
        case 0x4E00...0x9FFF: common.contains(scalar) ? 2 : lessCommon.contains(scalar) ? 0 : -1
        // Chinese punctuation and full-width forms; half-width katakana are none of them.
        case 0x3000...0x303F, 0xFF01...0xFF5E, 0xFFE0...0xFFE6: 1
        // The middle dot, signs, dashes and quotation marks that Chinese texts use.
        case 0xA0, 0xA7, 0xAD, 0xB0, 0xB1, 0xB7, 0xD7, 0xF7, 0x200B...0x200F, 0x2010...0x203F, 0x2060, 0x2100...0x27BF:
            0.5
        case 0x80...0x9F, 0xE000...0xF8FF, 0xFFFD: -5
        case 0x3400...0x4DBF, 0x20000...0x323AF: -1
        default: -2
        }
    }

    /// A set of characters of the block of common ideographs, one bit each.
    private struct CharacterSet: Sendable {
        private static let first: UInt32 = 0x4E00
        private var bits = [UInt64](repeating: 0, count: (0x9FFF - 0x4E00) / 64 + 1)

        /// - Parameter rows: the first bytes in EUC-CN.
        init(rows: ClosedRange<UInt8>) {
            let codes = rows.flatMap { row in (UInt8(0xA1)...0xFE).flatMap { [row, $0] } }
            // The last row of level 1 is not full; its end is private use in GB 18030 and so no ideograph.
            let text = TextEncoding.gb18030.decode(codes[...]) ?? []
            for scalar in String(decoding: text, as: UTF8.self).unicodeScalars {
                guard let index = Self.index(of: scalar) else { continue }
                bits[index / 64] |= 1 << UInt64(index % 64)
            }
        }

        private static func index(of scalar: Unicode.Scalar) -> Int? {
            (first...0x9FFF).contains(scalar.value) ? Int(scalar.value - first) : nil
        }

        func contains(_ scalar: Unicode.Scalar) -> Bool {
            Self.index(of: scalar).map { bits[$0 / 64] & 1 << UInt64($0 % 64) != 0 } ?? false
        }
    }
}
