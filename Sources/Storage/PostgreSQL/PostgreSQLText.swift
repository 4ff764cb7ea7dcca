/// Statements and texts as PostgreSQL takes them.
enum PostgreSQLText {
    /// The statement with `$1`, `$2` … for its question marks. A bare one is the next after the highest before it, one with a
    /// number is that one, as in SQLite; those within quotes are no marks.
    static func numbered(_ sql: String) -> String {
        var result: [UInt8] = []
        var quote: UInt8?
        var (highest, digits) = (0, 0)
        let bytes = Array(sql.utf8)
        for (index, byte) in bytes.enumerated() {
            if digits > 0 {
                digits -= 1
                continue
            }
            if let open = quote {
                if byte == open { quote = nil }
            } else if byte == UInt8(ascii: "'") || byte == UInt8(ascii: "\"") {
                quote = byte
            } else if byte == UInt8(ascii: "?") {
                let number = bytes[(index + 1)...].prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
                digits = number.count
                let place = Int(String(decoding: number, as: UTF8.self)) ?? highest + 1
                highest = max(highest, place)
                result += Array("$\(place)".utf8)
                continue
            }
            result.append(byte)
        }
        return String(decoding: result, as: UTF8.self)
    }

    // PostgreSQL's texts hold no NUL, and SQLite's do. U+FFFE, which is no character, stands before what takes its place.
    private static let mark = "\u{FFFE}"
    private static let markBytes = Array(mark.utf8)

    static func stored(_ text: String) -> String {
        guard text.utf8.contains(where: { $0 == 0 || $0 == markBytes[0] }) else { return text }
        return String(
            String.UnicodeScalarView(
                text.unicodeScalars.flatMap { scalar -> [Unicode.Scalar] in
                    switch scalar {
                    case "\0": ["\u{FFFE}", "0"]
                    case "\u{FFFE}": ["\u{FFFE}", "\u{FFFE}"]
                    default: [scalar]
                    }
                }))
    }

    static func read(_ text: String) -> String {
        guard text.utf8.contains(markBytes[0]), text.unicodeScalars.contains("\u{FFFE}") else { return text }
        var scalars = String.UnicodeScalarView()
        var isMarked = false
        for scalar in text.unicodeScalars {
            if isMarked {
                scalars.append(scalar == "0" ? "\0" : scalar)
                isMarked = false
            } else if scalar == "\u{FFFE}" {
                isMarked = true
            } else {
                scalars.append(scalar)
            }
        }
        return String(scalars)
    }
}
