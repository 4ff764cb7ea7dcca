import Vocabulary

/// A partner's document with its structure kept and every value masked, for lists and for marking a place in it.
///
/// Names of elements, attributes and members stay; of values, digits become `#`, letters `x`, all other characters `*`,
/// and ASCII punctuation stays, one character for one, so that columns still fit. The document may be broken: whatever is
/// not surely a name counts as a value. For a reader who may see no personal data names that are no ASCII are masked too:
/// people's names can stand in the place of a field's.
public struct MaskedText: Sendable {
    public let lines: [String]

    /// - Parameters:
    ///   - utf8: XML, JSON or any other text.
    ///   - last: lines after this one, counted from 1, are left out.
    public init(_ utf8: [UInt8], through last: Int = .max) {
        var masker = Masker(utf8, lastLine: last)
        let first = utf8.first { $0 > 0x20 }
        switch first {
        case UInt8(ascii: "<"): masker.maskXML()
        case UInt8(ascii: "{"), UInt8(ascii: "["): masker.maskJSON()
        case _?, nil: masker.maskRest()
        }
        lines = String(decoding: masker.output, as: UTF8.self).split(
            separator: "\n", omittingEmptySubsequences: false
        ).prefix(last).map { String($0.hasSuffix("\r") ? $0.dropLast() : $0) }
    }

    /// Lines around a place, cut to a window around its column.
    ///
    /// - Parameters:
    ///   - context: lines before and after.
    ///   - width: characters of a line at most.
    public func excerpt(line: Int, column: Int?, context: Int = 3, width: Int = 160) -> [ExcerptLine] {
        guard line >= 1, !lines.isEmpty else { return [] }
        let marked = min(line, lines.count)
        let start = max(0, (column ?? 1) - 1 - width / 2)
        return (max(1, marked - context)...min(lines.count, marked + context)).map { number in
            let text = lines[number - 1]
            let cut = text.count <= width ? 0 : min(start, max(0, text.count - width))
            return ExcerptLine(
                number: number, firstColumn: cut + 1, text: String(text.dropFirst(cut).prefix(width)),
                markedColumn: number == marked ? column : nil)
        }
    }
}

/// One masked line of an excerpt.
public struct ExcerptLine: Sendable, Hashable {
    /// Counted from 1, in the document.
    public let number: Int
    /// The column of the text's first character.
    public let firstColumn: Int
    public let text: String
    /// The offending column, on the line that holds it.
    public let markedColumn: Int?
}

/// Walks over a text once and writes its masked form.
private struct Masker {
    private let text: [UInt8]
    private let lastLine: Int
    private var index = 0
    private var line = 1
    private(set) var output: [UInt8] = []

    private let keepsASCIIOnly = Sight.isMasked

    /// Longer than any name in a schema.
    private static let longestName = 64
    /// As many digits in a row are a number of somebody's.
    private static let longestDigits = 5

    init(_ text: [UInt8], lastLine: Int) {
        self.text = text
        self.lastLine = lastLine
        output.reserveCapacity(min(text.count, 1 << 20))
    }

    private var isDone: Bool { index >= text.count || line > lastLine }

    mutating func maskRest() { while !isDone { mask() } }

    mutating func maskXML() {
        while !isDone {
            guard text[index] == UInt8(ascii: "<") else {
                maskCharacterData()
                continue
            }
            if take("<!--") {
                mask(through: "-->")
            } else if take("<![CDATA[") {
                mask(through: "]]>")
            } else if starts("<?xml ") {
                keepDeclaration()
            } else if take("<?") {
                mask(through: "?>")
            } else if take("<!") {
                mask(through: ">")
            } else {
                maskTag()
            }
        }
    }

    mutating func maskJSON() {
        var previous: UInt8 = 0
        while !isDone {
            let byte = text[index]
            if byte == UInt8(ascii: "\"") {
                let end = endOfString()
                let isKey =
                    (previous == UInt8(ascii: "{") || previous == UInt8(ascii: ","))
                    && nextSignificant(from: end) == UInt8(ascii: ":")
                keep()
                if isKey { keepName(to: end - 1) } else { while index < end - 1, !isDone { mask() } }
                if index < end { keep() }
                previous = byte
            } else if let word = ["true", "false", "null"].first(where: { starts($0) }) {
                for _ in word.utf8 { keep() }
                previous = byte
            } else {
                if byte > 0x20 { previous = byte }
                mask()
            }
        }
    }

    // MARK: Parts of XML

    private mutating func maskCharacterData() {
        // References to markup characters are structure; a numeric one spells a value.
        if text[index] == UInt8(ascii: "&"),
            let known = ["&amp;", "&lt;", "&gt;", "&quot;", "&apos;", "&nbsp;"].first(where: { starts($0) })
        {
            for _ in known.utf8 { keep() }
        } else {
            mask()
        }
    }

    private mutating func keepDeclaration() {
        var length = 0
        while !isDone, length < 120 {
            let isEnd = starts("?>")
            keep()
            length += 1
            if isEnd {
                keep()
                return
            }
        }
    }

    private mutating func maskTag() {
        keep()
        if index < text.count, text[index] == UInt8(ascii: "/") { keep() }
        // `<` before anything but a name is text.
        guard index < text.count, Self.isNamePart(text[index]) else { return }
        keepName(to: endOfName())
        while !isDone {
            let byte = text[index]
            switch byte {
            case UInt8(ascii: ">"):
                keep()
                return
            case UInt8(ascii: "<"): return
            case UInt8(ascii: "\""), UInt8(ascii: "'"):
                keep()
                while !isDone, text[index] != byte { mask() }
                if !isDone { keep() }
            case _ where Self.isNamePart(byte):
                let end = endOfName()
                if nextSignificant(from: end) == UInt8(ascii: "=") {
                    keepName(to: end)
                } else {
                    while index < end, !isDone { mask() }
                }
            default: mask()
            }
        }
    }

    private func endOfName() -> Int {
        var end = index
        while end < text.count, Self.isNamePart(text[end]) { end += 1 }
        return end
    }

    private static func isNamePart(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "."),
            UInt8(ascii: ":"), 0x80...0xFF:
            true
        default: false
        }
    }

    // MARK: Steps

    private func endOfString() -> Int {
        var end = index + 1
        while end < text.count, text[end] != UInt8(ascii: "\"") {
            end += text[end] == UInt8(ascii: "\\") ? 2 : 1
        }
        return min(end + 1, text.count)
    }

    private func nextSignificant(from start: Int) -> UInt8? {
        text[min(start, text.count)...].first { $0 > 0x20 }
    }

    private func starts(_ word: String) -> Bool { text[index...].starts(with: word.utf8) }

    private mutating func take(_ word: String) -> Bool {
        guard starts(word) else { return false }
        for _ in word.utf8 { keep() }
        return true
    }

    private mutating func mask(through word: String) {
        while !isDone {
            if take(word) { return }
            mask()
        }
    }

    /// A name stays unless it is too long or holds a long number: then it is a value in a name's place.
    private mutating func keepName(to end: Int) {
        let name = text[index..<max(index, end)]
        var digits = 0
        let isPlain = name.allSatisfy { byte in
            digits = (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) ? digits + 1 : 0
            return digits <= Self.longestDigits && (byte < 0x80 || !keepsASCIIOnly)
        }
        let isName = isPlain && name.count <= Self.longestName
        while index < end, !isDone { if isName { keep() } else { mask() } }
    }

    private mutating func keep() {
        guard index < text.count else { return }
        if text[index] == 0x0A { line += 1 }
        output.append(text[index])
        index += 1
    }

    private mutating func mask() {
        let byte = text[index]
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): output.append(UInt8(ascii: "#"))
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"):
            output.append(UInt8(ascii: "x"))
        case 0x80...0xBF: break
        case 0xC0...0xFF: output.append(UInt8(ascii: "*"))
        default: return keep()
        }
        index += 1
    }
}
