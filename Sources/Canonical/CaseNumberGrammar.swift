/// What a field for court case numbers holds:
///
///     text     := [words] number (words number)* [words]
///     number   := ["("] year [年] [")"] court type [字] [第] no [号] [suffix]
///     year     := four digits
///     court    := 最高法 | province [two or four digits] | a short name (only with 字第, before 2016)
///     type     := one to six Chinese characters
///     no       := one to eight digits
///     suffix   := 之 (一 … 九十九 | 1 … 99)
///
/// Brackets of every shape are one, blanks are none, digits may be full-width.
struct CaseNumberGrammar {
    private(set) var numbers: [CourtCaseNumber] = []
    /// Something stands before, between or behind.
    private(set) var hasLeftWords = false
    /// Digits among it: perhaps more numbers, in short (321、322号).
    private(set) var hasLeftDigits = false

    /// A longer text is no number, and would cost too much.
    private static let longest = 400

    init(_ raw: String) {
        guard raw.utf8.count <= Self.longest else { return }
        let text = Self.folded(raw)
        var index = 0
        var left: [Unicode.Scalar] = []
        while index < text.count {
            if let (number, next) = Self.number(text, at: index) {
                numbers.append(number)
                index = next
            } else {
                // A run of digits is left whole: its tail is no year.
                repeat {
                    left.append(text[index])
                    index += 1
                } while index < text.count && text[index].isASCIIDigit && text[index - 1].isASCIIDigit
            }
        }
        hasLeftWords = left.contains { !",;:、.。()".unicodeScalars.contains($0) }
        hasLeftDigits = left.contains(where: \.isASCIIDigit)
    }

    static func folded(_ raw: String) -> [Unicode.Scalar] {
        var scalars: [Unicode.Scalar] = []
        scalars.reserveCapacity(raw.utf8.count)
        for scalar in raw.unicodeScalars {
            switch scalar {
            case "（", "〔", "[", "【", "［", "﹝", "{", "｛", "<", "＜", "《", "〈", "「", "『", "〖", "﹙": scalars.append("(")
            case "）", "〕", "]", "】", "］", "﹞", "}", "｝", ">", "＞", "》", "〉", "」", "』", "〗", "﹚": scalars.append(")")
            case " ", "\t", "\n", "\r", "\u{3000}", "\u{A0}": continue
            case _ where scalar.isInvisible: continue
            case "號": scalars.append("号")
            case "，", "；", "：", "．", "\u{FF10}"..."\u{FF19}": scalars.append(scalar.narrowed)
            default: scalars.append(scalar)
            }
        }
        return scalars
    }

    private static func number(
        _ text: [Unicode.Scalar], at start: Int
    ) -> (CourtCaseNumber, next: Int)? {
        var index = start
        if text[index] == "(" { index += 1 }
        guard index + 4 < text.count, text[index..<index + 4].allSatisfy(\.isASCIIDigit),
            !text[index + 4].isASCIIDigit, let year = Int(String(scalars: text[index..<index + 4])), year >= 1949
        else { return nil }
        index += 4
        if text[index] == "年" { index += 1 }
        if index < text.count, text[index] == ")" { index += 1 }
        let nameStart = index
        guard let (numberStart, numberEnd) = digits(text, from: &index) else { return nil }
        let name = text[nameStart..<numberStart]
        if index < text.count, text[index] == "号" { index += 1 }
        let suffix = suffix(text, from: &index)
        return CourtCaseNumber(year: year, name: name, number: text[numberStart..<numberEnd], suffix: suffix).map {
            ($0, index)
        }
    }

    /// The digits behind court and kind of case; a court's own digits may stand before them.
    private static func digits(_ text: [Unicode.Scalar], from index: inout Int) -> (Int, Int)? {
        func run(_ isPart: (Unicode.Scalar) -> Bool) -> Range<Int> {
            let start = index
            while index < text.count, isPart(text[index]) { index += 1 }
            return start..<index
        }
        guard !run({ $0.isHan && $0 != "号" }).isEmpty else { return nil }
        let first = run(\.isASCIIDigit)
        guard !first.isEmpty else { return nil }
        let between = run { $0.isHan && $0 != "号" }
        let second = run(\.isASCIIDigit)
        // 苏0402民初321, but 苏民终321至325号 ends with its first number.
        if !between.isEmpty, !second.isEmpty, first.count == 2 || first.count == 4, text[between.lowerBound] != "至" {
            return (second.lowerBound, second.upperBound)
        }
        index = first.upperBound
        return (first.lowerBound, first.upperBound)
    }

    private static func suffix(_ text: [Unicode.Scalar], from index: inout Int) -> String {
        guard index < text.count, text[index] == "之" else { return "" }
        let rest = text[(index + 1)...]
        let numerals = numeral(rest)
        if !numerals.isEmpty {
            index += 1 + numerals.count
            return "之" + String(scalars: numerals)
        }
        let digits = rest.prefix(while: \.isASCIIDigit)
        guard let number = Int(String(scalars: digits)), (1...99).contains(number) else { return "" }
        index += 1 + digits.count
        return "之" + chinese(number)
    }

    /// 一 … 九十九.
    private static func numeral(_ text: ArraySlice<Unicode.Scalar>) -> ArraySlice<Unicode.Scalar> {
        func isDigit(_ scalar: Unicode.Scalar?) -> Bool { scalar.map("一二三四五六七八九".unicodeScalars.contains) ?? false }
        var rest = text
        let hasDigit = isDigit(rest.first)
        if hasDigit { rest = rest.dropFirst() }
        guard rest.first == "十" else { return text.prefix(hasDigit ? 1 : 0) }
        rest = rest.dropFirst()
        if isDigit(rest.first) { rest = rest.dropFirst() }
        return text[..<rest.startIndex]
    }

    private static func chinese(_ number: Int) -> String {
        let digits = ["", "一", "二", "三", "四", "五", "六", "七", "八", "九"]
        let (tens, ones) = (number / 10, number % 10)
        return (tens > 1 ? digits[tens] : "") + (tens > 0 ? "十" : "") + digits[ones]
    }
}
