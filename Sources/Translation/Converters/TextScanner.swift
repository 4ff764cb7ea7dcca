/// A place in a folded text, and what grammars ask there. Whatever does not match leaves the place as it is.
struct TextScanner {
    /// A number as it was written.
    struct Numeral {
        let value: Int
        /// How many digits it had; of a numeral with tens and hundreds, how many its value has.
        let width: Int
        let isChinese: Bool
        /// Where it begins.
        let start: Int
        /// Two digits side by side that may be 两三, two or three: 七八, 三五.
        var isApproximate = false
    }

    let text: [Unicode.Scalar]
    var place = 0

    init(_ text: [Unicode.Scalar], at place: Int = 0) {
        self.text = text
        self.place = place
    }

    var isAtEnd: Bool { place >= text.count }
    var next: Unicode.Scalar? { place < text.count ? text[place] : nil }
    var previous: Unicode.Scalar? { place > 0 ? text[place - 1] : nil }

    func peek(_ offset: Int) -> Unicode.Scalar? { place + offset < text.count ? text[place + offset] : nil }

    mutating func take(_ scalar: Unicode.Scalar) -> Bool {
        guard next == scalar else { return false }
        place += 1
        return true
    }

    mutating func takeBehindBlanks(_ scalar: Unicode.Scalar) -> Bool {
        let start = place
        skipBlanks()
        if take(scalar) { return true }
        place = start
        return false
    }

    mutating func take<Meaning>(_ table: WordTable<Meaning>) -> Meaning? {
        guard let (length, meaning) = table.match(in: text, at: place) else { return nil }
        place += length
        return meaning
    }

    mutating func skipBlanks() { while next == " " { place += 1 } }

    /// Tries a grammar, and goes back where it gives nothing.
    mutating func attempt<Result>(_ grammar: (inout TextScanner) -> Result?) -> Result? {
        let start = place
        if let result = grammar(&self) { return result }
        place = start
        return nil
    }

    /// So many ASCII digits, no more and no fewer.
    mutating func digits(_ count: Int) -> Int? {
        guard let numeral = attempt({ $0.asciiNumeral() }) else { return nil }
        guard numeral.width == count else {
            place = numeral.start
            return nil
        }
        return numeral.value
    }

    /// A run of ASCII digits, or a Chinese numeral up to 9999.
    mutating func numeral() -> Numeral? { asciiNumeral() ?? chineseNumeral() }

    mutating func asciiNumeral() -> Numeral? {
        let start = place
        var value = 0
        while let digit = next.flatMap(Self.asciiDigit) {
            // A run of more than eighteen digits is told by its width alone.
            if place - start < 18 { value = value * 10 + digit }
            place += 1
        }
        guard place > start else { return nil }
        return Numeral(value: value, width: place - start, isChinese: false, start: start)
    }

    static func asciiDigit(_ scalar: Unicode.Scalar) -> Int? {
        (0x30...0x39).contains(scalar.value) ? Int(scalar.value) - 0x30 : nil
    }
}

extension Unicode.Scalar {
    var isDigitASCII: Bool { (0x30...0x39).contains(value) }
    var isLetterASCII: Bool { (0x61...0x7A).contains(value | 0x20) }
}
