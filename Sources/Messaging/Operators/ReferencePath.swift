import Vocabulary

/// A kind of number that somebody may quote, and where the canonical application has it.
public struct ReferencePath: Sendable, Hashable {
    public let name: String
    /// Dotted.
    public let path: String

    public init(name: String, path: String) {
        self.name = name
        self.path = path
    }

    /// So many of a number's last characters are looked up as its end.
    public static let endLength = 6

    /// The end by which somebody quotes a long number; nothing of a short one, which is quoted whole.
    public static func end(of number: String) -> String? {
        let plain = normalised(number)
        return plain.count > endLength ? String(plain.suffix(endLength)) : nil
    }

    /// A quoted number as it is looked up: case, width, blanks and the shape of brackets aside.
    public static func normalised(_ text: String) -> String {
        var plain = ""
        for scalar in text.unicodeScalars {
            switch scalar.value {
            case 0xFF01...0xFF5E: plain.unicodeScalars.append(Unicode.Scalar(UInt8(scalar.value - 0xFEE0)))
            case 0x3014, 0x3010: plain += "("
            case 0x3015, 0x3011: plain += ")"
            case 0x3000: continue
            case _ where scalar.properties.isWhitespace: continue
            case _: plain.unicodeScalars.append(scalar)
            }
        }
        return plain.uppercased().replacing("[", with: "(").replacing("]", with: ")")
    }
}
