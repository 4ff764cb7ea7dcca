import Canonical

/// A sum of money in yuan, or a count. All of a text is used up, or what is left is told; where it could change what the
/// number means, there is none.
///
///     text     := [words] amount ["(" amount ")"] [words]       (the second, as in 大写, must be the same)
///     amount   := [sign] [mark] [sign] part+ [sign] [rough]
///     part     := number [rough] [scale] ["(" scale ")"] [currency]    (scales fall: 1亿2000万, 3万5千, 3元5角2分)
///     number   := digits ["." digits] [("e") [sign] digits] | "." digits | grouped | numeral
///     grouped  := digit{1,3} ("," digit{3})+ | digit{1,4} ("," digit{4})+ | digit{1,3} (" " digit{3})+
///     numeral  := a Chinese numeral, everyday or of documents
///     scale    := 十 百 千 万 十万 百万 千万 亿 万亿 | w | k
///     mark     := ¥ | rmb | cny | 人民币 ;   currency := 元 块 | 角 毛 | 分 | 人民币 | rmb | cny
///     rough    := 余 多 来 几 + | 约 近 左右 以上 …              (told)
///
/// Another currency, a percentage, an amount per year, a range or a sum of several is no amount in yuan. A comma before
/// other than three or four digits is a decimal one or a slip, so there is no number either.
struct AmountGrammar {
    /// In units of 10⁻¹² yuan: no float comes near a sum of money.
    private(set) var picos: Int128 = 0
    private(set) var isNegative = false
    private(set) var isApproximate = false
    private(set) var hasLeftWords = false
    /// Of sums: for each month.
    private(set) var isPerMonth = false
    /// Of sums: for a year, a day or another time, as far as the words around it tell.
    private(set) var isForOtherPeriod = false
    /// Whether a part named a currency or a fraction of one.
    private(set) var isMoney = false
    /// Digits alone, perhaps with a point.
    private(set) var isPlain = false

    /// Why a text gives no amount: the code of the finding.
    struct Refusal: Error {
        let code: String

        static let unreadable = Refusal(code: "notANumber")
        static let foreign = Refusal(code: "foreignCurrency")
        static let unit = Refusal(code: "wrongUnit")
    }

    static let unit: Int128 = 1_000_000_000_000
    /// A thousand billion yuan: more is a slip.
    private static let most = 1_000_000_000_000_000 * unit

    private var scanner: TextScanner
    /// The words before the amount.
    private var before = 0..<0
    private let isCount: Bool

    /// - Parameter isCount: persons, copies or years are counted, not yuan.
    init(_ raw: String, isCount: Bool = false) throws(Refusal) {
        self.isCount = isCount
        guard let text = FoldedText.scalars(of: raw) else { throw .unreadable }
        isPlain = text.allSatisfy { $0.isDigitASCII || $0 == "." }
        scanner = TextScanner(AmountWords.joined(text))
        try lead()
        try amount()
        try tail()
        guard picos <= Self.most else { throw .unreadable }
    }

    // MARK: Before

    private mutating func lead() throws(Refusal) {
        let start = scanner.place
        while let next = scanner.next, !startsAmount {
            // 二百五: what looks like a numeral and is none.
            if TextScanner.isChineseDigit(next) { throw .unreadable }
            scanner.place += 1
        }
        let words = start..<scanner.place
        try AmountWords.check(scanner.text, words)
        guard !scanner.isAtEnd, !AmountWords.scales.isFound(in: scanner.text, words) else { throw .unreadable }
        if AmountWords.rough.isFound(in: scanner.text, words) { isApproximate = true }
        if AmountWords.isLeft(scanner.text, words) { hasLeftWords = true }
        before = words
        if !isCount, AmountWords.isPerMonth(scanner.text, words) { isPerMonth = true }
        // Letters and digits glued together are a name: B48000.
        let isNamed = scanner.previous?.isLetterASCII ?? false
        if isNamed, !AmountWords.marks.isFound(in: scanner.text, words) { throw .unreadable }
    }

    private mutating func readPeriod(_ behind: Range<Int>) throws(Refusal) {
        let period = AmountPeriod.read(scanner.text[before], scanner.text[behind])
        if period == .refused { throw .unit }
        guard !isCount else { return }
        if AmountWords.isPerMonth(scanner.text, behind) { isPerMonth = true }
        if period == .other { isForOtherPeriod = true }
    }

    private var startsAmount: Bool {
        guard let next = scanner.next else { return true }
        if next.isDigitASCII { return true }
        if TextScanner.isChineseDigit(next) {
            var ahead = scanner
            return ahead.chineseNumeral() != nil
        }
        if "-+.(".unicodeScalars.contains(next) || next == "负" {
            guard let behind = scanner.peek(1) else { return false }
            return behind.isDigitASCII || ".¥-".unicodeScalars.contains(behind)
                || next == "负" && TextScanner.isChineseDigit(behind)
        }
        return next == "¥"
    }

    // MARK: The amount

    private mutating func amount() throws(Refusal) {
        let start = scanner.place
        let isBracketed = scanner.take("(")
        sign()
        if scanner.take(AmountWords.marks) != nil { isMoney = true }
        scanner.skipBlanks()
        sign()
        try parts()
        if isBracketed {
            // Bookkeepers bracket what is negative: (48,000.00). A bracket around a unit is no such thing.
            let isBare = !scanner.text[start..<scanner.place].contains(where: \.isHan)
            guard scanner.take(")") else { throw .unreadable }
            if isBare { isNegative = true }
        }
        // Some systems write the sign behind.
        if scanner.next == "-" {
            scanner.place += 1
            guard scanner.isAtEnd || scanner.next == "元" else { throw .unreadable }
            isNegative = true
        }
        if picos == 0 { isNegative = false }
    }

    private mutating func sign() {
        if scanner.take("-") || scanner.take("负") { isNegative = true } else { _ = scanner.take("+") }
    }

    private mutating func parts() throws(Refusal) {
        var least = Int128.max
        var last: Scaled?
        while let part = try part(isFirst: last == nil) {
            // 3万5千, but not 3千5万, and not 5万8: 58,000 in speech and 50,008 in writing.
            // 1.5万5千 says twice what the thousands are.
            guard part.scale < least, !(last?.isFractional ?? false),
                last == nil || part.picos < least && (part.isClear || part.picos >= least / 10)
            else { throw .unreadable }
            picos += part.picos
            guard picos <= Self.most * 10 else { throw .unreadable }
            least = part.scale
            last = part
            if part.isRough { isApproximate = true }
            if part.isMoney { isMoney = true }
            guard part.hasUnit else { break }
            // A part goes on at once; a number behind a blank is another one.
            guard scanner.next.map({ $0.isDigitASCII || TextScanner.isChineseDigit($0) }) ?? false else { break }
        }
        guard last != nil else { throw .unreadable }
    }

    private struct Scaled {
        var picos: Int128
        /// Of the unit behind it, in picos; that of a bare number is 10⁻¹² yuan's.
        var scale: Int128
        var hasUnit: Bool
        /// A unit, a nought before it or a numeral's last place says how much it is.
        var isClear: Bool
        var isMoney: Bool
        var isRough: Bool
        var isFractional: Bool
    }

    private mutating func part(isFirst: Bool) throws(Refusal) -> Scaled? {
        let start = scanner.place
        let isBehindZero = !isFirst && scanner.next.map { "零〇".unicodeScalars.contains($0) } ?? false
        if isBehindZero { scanner.place += 1 }
        guard let number = try number() else {
            scanner.place = start
            return nil
        }
        var isRough = scanner.take(AmountWords.more) != nil
        let scale = try self.scale()
        if scanner.take(AmountWords.more) != nil { isRough = true }
        let (size, isTooMuch) = number.multipliedReportingOverflow(by: scale.map { Int128($0) } ?? 1)
        guard !isTooMuch else { throw .unreadable }
        let currency = try self.currency()
        if scanner.take(AmountWords.more) != nil { isRough = true }
        let (divisor, factor) = (currency ?? 1, Int128(scale ?? 1))
        let hasUnit = scale != nil || currency != nil
        let endsInUnit = scanner.previous.map { "十百千拾佰仟".unicodeScalars.contains($0) } ?? false
        return Scaled(
            picos: size / divisor, scale: factor * Self.unit / divisor, hasUnit: hasUnit,
            isClear: hasUnit || isBehindZero || endsInUnit, isMoney: currency != nil, isRough: isRough,
            isFractional: number % Self.unit != 0)
    }

    /// The scale behind a number, perhaps in brackets: 4.8(万元).
    private mutating func scale() throws(Refusal) -> Int? {
        let start = scanner.place
        scanner.skipBlanks()
        let isBracketed = scanner.take("(")
        if isBracketed { _ = scanner.take(AmountWords.unitLabels) }
        guard let scale = scanner.take(AmountWords.scales) else {
            if isBracketed, scanner.take(AmountWords.currencies) != nil, scanner.take(")") {
                isMoney = true
                return nil
            }
            scanner.place = start
            return nil
        }
        // The letters count only as the last of a number: 4.8w, 4.8w元.
        if scanner.previous?.isLetterASCII ?? false, scanner.next?.isLetterASCII ?? false { throw .unreadable }
        if isBracketed {
            _ = scanner.take(AmountWords.currencies)
            guard scanner.take(")") else { throw .unreadable }
            isMoney = true
        }
        return scale
    }

    /// How many of the unit make a yuan.
    private mutating func currency() throws(Refusal) -> Int128? {
        let start = scanner.place
        scanner.skipBlanks()
        let isBracketed = scanner.take("(")
        guard AmountWords.foreign.match(in: scanner.text, at: scanner.place) == nil,
            AmountWords.foreignUnits.match(in: scanner.text, at: scanner.place) == nil
        else { throw .foreign }
        guard let parts = scanner.take(AmountWords.currencies) else {
            scanner.place = start
            return nil
        }
        if isBracketed, !scanner.take(")") {
            scanner.place = start
            return nil
        }
        return parts
    }

    // MARK: Numbers

    /// In picos.
    private mutating func number() throws(Refusal) -> Int128? {
        let start = scanner.place
        let isSome = scanner.previous.map { "几数".unicodeScalars.contains($0) } ?? false
        if let chinese = scanner.chineseNumeral() {
            // 七八万 and 几十万 name no sum.
            guard !chinese.isApproximate, !isSome else { throw .unreadable }
            return try chineseDecimals(chinese)
        }
        var digits: [Int] = []
        while let digit = scanner.next.flatMap(TextScanner.asciiDigit) {
            digits.append(digit)
            scanner.place += 1
        }
        try groups(&digits)
        var decimals = 0
        if scanner.next == ".", scanner.peek(1)?.isDigitASCII ?? false || !digits.isEmpty {
            scanner.place += 1
            while let digit = scanner.next.flatMap(TextScanner.asciiDigit) {
                digits.append(digit)
                decimals += 1
                scanner.place += 1
            }
        }
        guard !digits.isEmpty else {
            scanner.place = start
            return nil
        }
        guard scanner.next != ".", scanner.next != "," || !(scanner.peek(1)?.isDigitASCII ?? false) else {
            throw .unreadable
        }
        return try Self.picos(digits, shift: try exponent() - decimals)
    }

    /// 一点五: the point between Chinese digits.
    private mutating func chineseDecimals(_ whole: TextScanner.Numeral) throws(Refusal) -> Int128 {
        guard scanner.next == "点", let first = scanner.peek(1), TextScanner.isChineseDigit(first) else {
            return Int128(whole.value) * Self.unit
        }
        scanner.place += 1
        guard let behind = scanner.chineseNumeral(), behind.width <= 9 else { throw .unreadable }
        let scale = (0..<behind.width).reduce(Int128(1)) { scale, _ in scale * 10 }
        return Int128(whole.value) * Self.unit + Int128(behind.value) * Self.unit / scale
    }

    private mutating func groups(_ digits: inout [Int]) throws(Refusal) {
        guard let mark = scanner.next, mark == "," || mark == " ", let behind = scanner.peek(1), behind.isDigitASCII,
            !digits.isEmpty
        else { return }
        var size: Int?
        let first = digits.count
        while scanner.next == mark, scanner.peek(1)?.isDigitASCII ?? false {
            scanner.place += 1
            guard let group = scanner.asciiNumeral(), size == nil || group.width == size,
                group.width == 3 || group.width == 4 && mark == ",", first <= group.width
            else { throw .unreadable }
            size = group.width
            let text = scanner.text[group.start..<scanner.place]
            digits += text.compactMap(TextScanner.asciiDigit)
        }
    }

    private mutating func exponent() throws(Refusal) -> Int {
        guard scanner.next == "e" else { return 0 }
        scanner.place += 1
        let isNegative = scanner.take("-")
        if !isNegative { _ = scanner.take("+") }
        guard let power = scanner.asciiNumeral(), power.width <= 3 else { throw .unreadable }
        return isNegative ? -power.value : power.value
    }

    private static func picos(_ digits: [Int], shift: Int) throws(Refusal) -> Int128 {
        let significant = digits.drop { $0 == 0 }
        guard significant.count <= 400 else { throw .unreadable }
        var value: Int128 = 0
        // What lies below a pico is left out; it rounds to nothing.
        let kept = max(0, min(significant.count, significant.count + shift + 12))
        guard kept <= 30 else { throw .unreadable }
        for digit in significant.prefix(kept) { value = value * 10 + Int128(digit) }
        let zeros = significant.count - kept + shift + 12
        guard value != 0 else { return 0 }
        guard zeros <= 30 else { throw .unreadable }
        for _ in 0..<max(0, zeros) {
            let (next, isTooMuch) = value.multipliedReportingOverflow(by: 10)
            guard !isTooMuch else { throw .unreadable }
            value = next
        }
        return value
    }

    // MARK: Behind

    private mutating func tail() throws(Refusal) {
        if isCount { _ = scanner.take(AmountWords.counters) }
        let range = scanner.place..<scanner.text.count
        try AmountWords.check(scanner.text, range)
        if AmountWords.rough.isFound(in: scanner.text, range) || scanner.next == "+" { isApproximate = true }
        try readPeriod(range)
        if AmountWords.wrongBehind.match(in: scanner.text, at: scanner.place) != nil { throw .unit }
        if !isCount, !isMoney, scanner.previous.map({ !"()".unicodeScalars.contains($0) }) ?? false,
            AmountWords.measures.match(in: scanner.text, at: scanner.place) != nil
        {
            throw .unit
        }
        if let second = AmountWords.firstNumber(scanner.text, range) {
            guard AmountWords.sameAgain.isFound(in: scanner.text, range.lowerBound..<second) else { throw .unreadable }
            // 30000元（大写：叁万元整）: the same again.
            var again = self
            again.scanner = TextScanner(scanner.text, at: second)
            again.picos = 0
            try again.amount()
            guard again.picos == picos,
                AmountWords.firstNumber(scanner.text, again.scanner.place..<range.upperBound) == nil
            else { throw .unreadable }
            return
        }
        let isScaled = AmountWords.scales.isFound(in: scanner.text, range)
        if isScaled || scanner.next?.isLetterASCII ?? false { throw .unreadable }
        if AmountWords.isLeft(scanner.text, range) { hasLeftWords = true }
    }
}
