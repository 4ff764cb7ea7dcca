/// The named entities of HTML 4 that office programs leave in texts; XML knows five names of its own only.
public enum HTMLEntity {
    public static func character(named name: String) -> Character? { characters[name] }

    /// What a reference such as `#30` or `#x1E` is the number of.
    ///
    /// - Parameter digits: what stands behind the number sign.
    public static func number(_ digits: some StringProtocol) -> UInt32? {
        digits.first == "x" || digits.first == "X" ? UInt32(digits.dropFirst(), radix: 16) : UInt32(digits)
    }

    private static let characters: [String: Character] = [
        "nbsp": "\u{A0}", "copy": "©", "reg": "®", "deg": "°", "plusmn": "±", "middot": "·", "times": "×",
        "divide": "÷",
        "laquo": "«", "raquo": "»", "para": "¶", "sect": "§", "yen": "¥", "cent": "¢", "pound": "£", "euro": "€",
        "ensp": "\u{2002}", "emsp": "\u{2003}", "thinsp": "\u{2009}", "ndash": "–", "mdash": "—", "lsquo": "‘",
        "rsquo": "’", "ldquo": "“", "rdquo": "”", "bull": "•", "hellip": "…", "permil": "‰", "trade": "™", "larr": "←",
        "rarr": "→", "ge": "≥", "le": "≤", "ne": "≠", "shy": "\u{AD}", "zwnj": "\u{200C}", "zwj": "\u{200D}",
    ]
}
