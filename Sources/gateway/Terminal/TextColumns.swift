/// Text as a terminal lays it out: a Chinese character is two columns wide.
enum TextColumns {
    static func width(_ text: String) -> Int { text.unicodeScalars.reduce(0) { $0 + width($1) } }

    private static func width(_ scalar: Unicode.Scalar) -> Int {
        switch scalar.value {
        // Wave dashes and the like stand between the wide ones and are narrow.
        case 0xFF5E: 1
        case 0x2E80..<0xFFE0: 2
        // Emoji and the rarer Chinese characters.
        case 0x1F300..<0x1FB00, 0x20000..<0x32000: 2
        // Marks that stand on the character before them.
        case 0x0300..<0x0370, 0x200B..<0x2010, 0xFE00..<0xFE10: 0
        default: 1
        }
    }

    static func padded(_ text: String, to columns: Int) -> String {
        text + String(repeating: " ", count: max(0, columns - width(text)))
    }

    /// Cut with a mark where it is wider.
    static func cut(_ text: String, to columns: Int) -> String {
        guard width(text) > columns else { return text }
        var cut = ""
        var used = 0
        for character in text {
            let next = width(String(character))
            guard used + next <= columns - 1 else { break }
            cut.append(character)
            used += next
        }
        return cut + "…"
    }

    /// Lines no wider than asked for, broken at blanks and between Chinese characters; a longer word stays whole.
    static func wrapped(_ text: String, to columns: Int) -> [String] {
        text.split(separator: "\n", omittingEmptySubsequences: false).flatMap { wrappedLine(String($0), to: columns) }
    }

    private static func wrappedLine(_ text: String, to columns: Int) -> [String] {
        var lines: [String] = []
        var line = ""
        var used = 0
        for piece in pieces(of: text) {
            let width = width(piece)
            if used > 0, used + Self.width(piece.trimmed) > columns {
                lines.append(line.trimmed)
                line = piece
                used = width
            } else {
                line += piece
                used += width
            }
        }
        return lines + [line.trimmed]
    }

    /// What is not broken: a word with the blanks behind it, a Chinese character with the punctuation behind it.
    private static func pieces(of text: String) -> [String] {
        var pieces: [String] = []
        var endsPiece = true
        for character in text {
            let isBound = "，。；：、）》」”’！？…".contains(character) || character == " "
            if isBound, let last = pieces.popLast() {
                pieces.append(last + String(character))
                endsPiece = true
            } else {
                let isWide = width(String(character)) == 2
                if endsPiece || isWide {
                    pieces.append(String(character))
                } else {
                    pieces.append((pieces.popLast() ?? "") + String(character))
                }
                // An opening bracket stays with what it opens.
                endsPiece = isWide && !"（《「“‘".contains(character)
            }
        }
        return pieces
    }
}

extension String {
    /// Without the blanks behind.
    fileprivate var trimmed: String {
        var text = self
        while text.hasSuffix(" ") { text.removeLast() }
        return text
    }
}
