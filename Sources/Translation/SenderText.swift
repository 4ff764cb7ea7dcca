import Documents
import StrictJSON

/// One value's text on its way from the sender's document: what was written twice is read once, what is no text is left
/// out, and what shows that it was hurt before it came is told.
struct SenderText {
    private(set) var text: String
    /// Findings' codes, each once.
    private(set) var told: [String] = []

    /// - Parameter isName: of a person; a question mark in a free text is punctuation, in a name a character that was lost.
    init(_ raw: String, isName: Bool) {
        text = raw
        let signs = raw.lend(Signs.init(in:))
        if signs.areEscapes { unescape() }
        // What was escaped may be anything.
        if signs.areControls || signs.areEscapes { dropControls() }
        if signs.areForeign || signs.areEscapes { tellDamage(isName: isName) }
    }

    /// What a text must be looked through for: nearly all are figures or Chinese characters in common use.
    private struct Signs {
        var areEscapes = false
        /// Or may be: some of their first bytes begin other characters, too.
        var areControls = false
        /// Other than ASCII's, or question marks.
        var areForeign = false

        init(in text: UnsafeBufferPointer<UInt8>) {
            for byte in text {
                switch byte {
                case UInt8(ascii: "&"), UInt8(ascii: "\\"): areEscapes = true
                case UInt8(ascii: "?"): areForeign = true
                case 0..<0x20, 0x7F: areControls = true
                case 0xC2, 0xEF: (areControls, areForeign) = (true, true)
                case 0x80...: areForeign = true
                default: continue
                }
            }
        }
    }

    private mutating func tell(_ code: String) {
        if !told.contains(code) { told.append(code) }
    }

    // MARK: Escaped twice

    /// `&amp;nbsp;` in XML and `&nbsp;` or `\\u6d4b` in JSON: two programs escaped one after the other.
    private mutating func unescape() {
        // Markup within the text has entities of its own.
        guard !text.utf8.contains(UInt8(ascii: "<")) else { return }
        // Thrice is enough; each round takes one layer off.
        for _ in 0..<3 {
            let plain = Self.unescaped(text)
            guard plain != text else { return }
            tell("escapedTwice")
            text = Blanks.trimmed(plain)
        }
    }

    private static let entities: [String: Character] = ["amp": "&", "lt": "<", "gt": ">", "quot": "\"", "apos": "'"]

    private static func unescaped(_ text: String) -> String {
        text.replacing(/&(#[xX]?[0-9A-Fa-f]{1,6}|[A-Za-z]{2,8});/) { match in
            let name = match.output.1
            if name.first == "#" {
                let scalar = HTMLEntity.number(name.dropFirst()).flatMap(Unicode.Scalar.init)
                return scalar.map { String(Character($0)) } ?? String(match.output.0)
            }
            let character = entities[String(name)] ?? HTMLEntity.character(named: String(name))
            return character.map { String($0) } ?? String(match.output.0)
        }.replacing(/(?:\\u[0-9A-Fa-f]{4})+/) { match in
            let units = match.output.split(separator: "\\u").compactMap { UInt16($0, radix: 16) }
            return String(validating: units, as: UTF16.self) ?? String(match.output)
        }
    }

    // MARK: Control characters

    private mutating func dropControls() {
        guard text.unicodeScalars.contains(where: Self.isControl) else { return }
        tell("controlCharacter")
        text = Blanks.trimmed(String(String.UnicodeScalarView(text.unicodeScalars.filter { !Self.isControl($0) })))
    }

    private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x09, 0x0A, 0x0D: false
        case 0x00...0x1F, 0x7F...0x9F, 0xFFFE, 0xFFFF: true
        default: false
        }
    }

    // MARK: Damage

    private mutating func tellDamage(isName: Bool) {
        var (count, marks, run, longestRun, uncommon, filling) = (0, 0, 0, 0, 0, 0)
        for scalar in text.unicodeScalars {
            count += 1
            // 烫 and 屯 in a row are memory that a C program never filled.
            filling = scalar == "烫" || scalar == "屯" ? filling + 1 : 0
            if filling == 3 { tell("garbledText") }
            switch scalar.value {
            case 0x3F:
                marks += 1
                run += 1
                longestRun = max(run, longestRun)
                continue
            // □, ■ and 〓 are printed for a character that a font or an encoding lacks.
            case 0xFF1F where isName, 0x25A0 where isName, 0x25A1 where isName, 0x3013 where isName: marks += 1
            case 0xFFFD: tell("replacementCharacter")
            case 0xE000...0xF8FF, 0xF0000...0x10FFFD: tell("privateUseCharacter")
            case 0x80...: if !TextPlausibility.isCommon(scalar) { uncommon += 1 }
            default: break
            }
            run = 0
        }
        let isLost = isName ? marks > 0 : longestRun > 1 && (marks * 3 >= count || longestRun > 3 && run == 0)
        if isLost { tell("questionMarks") }
        if uncommon > 0, MisreadText.isLikely(text) { tell("garbledText") }
    }
}

/// A text that another system read in the wrong encoding before it sent it on.
enum MisreadText {
    /// What U+FFFD gives in UTF-8 read as GBK.
    private static let signs = ["锟斤", "斤拷锟"].map { Array($0.unicodeScalars) }

    static func isLikely(_ text: String) -> Bool {
        let scalars = Array(text.unicodeScalars)
        if scalars.contains("锟"), signs.contains(where: { scalars.firstRange(of: $0) != nil }) { return true }
        guard scalars.count(where: { $0.value >= 0x80 }) > 1, let own = TextPlausibility.score(of: scalars) else {
            return false
        }
        // A text of common characters was read rightly.
        guard own < 1 else { return false }
        return readings(of: scalars).contains { TextPlausibility.score(of: $0) ?? -5 >= max(1.5, own + 1) }
    }

    /// What the sender's bytes may have meant: UTF-8 that was read as GBK, GBK that was read as UTF-8, and either that was
    /// read as Latin-1.
    private static func readings(of text: [Unicode.Scalar]) -> [[Unicode.Scalar]] {
        let string = String(String.UnicodeScalarView(text))
        var readings: [[UInt8]] = []
        if let bytes = try? TextEncoding.gb18030.encode(string) {
            readings.append(TextEncoding.utf8.readableBeginning(of: bytes[...]))
        }
        // Accented letters of a Latin name read as Chinese characters one by one, too.
        if !text.contains(where: { $0.isASCII && $0.properties.isAlphabetic }) {
            readings.append(TextEncoding.gb18030.readableBeginning(of: Array(string.utf8)[...]))
        }
        if text.allSatisfy({ $0.value <= 0xFF }) {
            let bytes = text.map { UInt8(truncatingIfNeeded: $0.value) }
            readings.append(TextEncoding.utf8.readableBeginning(of: bytes[...]))
            readings.append(TextEncoding.gb18030.readableBeginning(of: bytes[...]))
        }
        // The half of a character at the end may have been lost; the rest must be there.
        return readings.map { Array(String(decoding: $0, as: UTF8.self).unicodeScalars) }
            .filter { $0.count * 3 >= text.count }
    }
}
