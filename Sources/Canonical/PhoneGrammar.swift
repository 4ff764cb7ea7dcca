/// What a field for telephone numbers holds:
///
///     text      := entry (("/" | "、" | "," | ";" | 或 | 和 | 及 | "|" | line break | blank) entry)*
///     entry     := [label] number [extension] [label]         (a label: 手机, 儿子, （办）; left aside)
///     number    := mobile | landline | service
///     mobile    := [country] 1[3-9] and nine digits
///     landline  := [country] area local | local                (eight digits: the area code is assumed, or the one before)
///     area      := 010 | 02x | 0xxx
///     local     := [2-9] and six or seven digits
///     service   := 110 | 12348 | 95xxx | 400xxxxxxx …          (an institution's, nobody's own)
///     country   := "+86" | "86" | "0086"                       (with another country's code, nothing is a number)
///     extension := ("-" | 转 | 分机 | "#" | "*" | ext) one to six digits
///
/// Digits of a number may be parted by blanks, hyphens and brackets.
struct PhoneGrammar {
    private(set) var numbers: [PhoneNumber] = []
    /// Digits that are no number.
    private(set) var hasLeftDigits = false
    /// Labels and names.
    private(set) var hasLeftWords = false

    private let areaCode: String

    /// - Parameter areaCode: for a landline written without one.
    init(_ raw: String, areaCode: String) {
        self.areaCode = areaCode
        for tokens in Self.entries(raw.unicodeScalars.prefix(400)) { read(tokens) }
    }

    // MARK: Tokens

    private enum Token: Equatable {
        /// Digits at a stretch.
        case digits(String)
        case hyphen, blank
        /// Before a country code.
        case plus
        /// Before an extension.
        case turn
        case word
    }

    private static func entries(_ text: some Sequence<Unicode.Scalar>) -> [[Token]] {
        var entries: [[Token]] = [[]]
        var digits = ""
        var latin = ""
        func flush() {
            if !digits.isEmpty { entries[entries.count - 1].append(.digits(digits)) }
            if !latin.isEmpty { entries[entries.count - 1].append(latin.hasPrefix("ext") ? .turn : .word) }
            (digits, latin) = ("", "")
        }
        for scalar in text {
            let scalar = scalar.narrowed
            let value = scalar.value
            switch value {
            case 0x30...0x39:
                if !latin.isEmpty { flush() }
                digits.unicodeScalars.append(Unicode.Scalar(UInt8(value)))
            case 0x41...0x5A, 0x61...0x7A:
                if !digits.isEmpty { flush() }
                latin.unicodeScalars.append(Unicode.Scalar(UInt8(value | 0x20)))
            default:
                flush()
                token(scalar, into: &entries)
            }
        }
        flush()
        return entries
    }

    private static func token(_ scalar: Unicode.Scalar, into entries: inout [[Token]]) {
        switch scalar {
        case "/", "、", ",", ";", "或", "和", "及", "|", "\n", "\r", "&": entries.append([])
        case "-", "‐", "‑", "‒", "–", "—", "―", "−", "─": entries[entries.count - 1].append(.hyphen)
        case "转", "轉", "#", "*": entries[entries.count - 1].append(.turn)
        case "+": entries[entries.count - 1].append(.plus)
        case " ", "\t", "\u{A0}", "\u{3000}", "(", ")", "[", "]", "【", "】", ".", "·", ":", "。":
            entries[entries.count - 1].append(.blank)
        case "\u{200B}"..."\u{200F}", "\u{2060}", "\u{FEFF}", "\u{AD}": break
        default: entries[entries.count - 1].append(.word)
        }
    }

    // MARK: Numbers

    private mutating func read(_ tokens: [Token]) {
        var index = 0
        // Behind digits that are no number, eight more are the rest of it: 00852 2100 0000.
        var isWhole = true
        while index < tokens.count {
            guard case .digits(let digits) = tokens[index] else {
                if tokens[index] == .word || tokens[index] == .turn { hasLeftWords = true }
                index += 1
                continue
            }
            let isAbroad = tokens[..<index].last { $0 != .blank } == .plus || digits.hasPrefix("00")
            if isAbroad, !digits.drop(while: { $0 == "0" }).hasPrefix("86") {
                // All that follows is a number of that country.
                hasLeftDigits = true
                return
            }
            if let (number, next) = number(tokens, at: index), isWhole || !number.areaCodeAssumed {
                numbers.append(number)
                index = next
            } else {
                hasLeftDigits = true
                isWhole = false
                index += 1
            }
        }
    }

    /// The longest number that the groups of digits from here on make.
    private func number(_ tokens: [Token], at start: Int) -> (PhoneNumber, next: Int)? {
        var joined = ""
        var found: (PhoneNumber, next: Int)?
        for index in start..<min(tokens.count, start + 12) {
            guard case .digits(let digits) = tokens[index] else {
                if tokens[index] == .word || tokens[index] == .turn { break }
                continue
            }
            joined += digits
            if joined.utf8.count > 16 { break }
            if let number = PhoneNumber(digits: joined, areaCode: assumedArea) {
                found = (number, index + 1)
            }
        }
        guard let (number, next) = found else { return nil }
        return withExtension(number, tokens, at: next)
    }

    /// Of 0519-80000002/80000003 the second lies where the first does.
    private var assumedArea: String { numbers.last { $0.kind == .landline }?.areaCode ?? areaCode }

    private func withExtension(_ number: PhoneNumber, _ tokens: [Token], at next: Int) -> (PhoneNumber, next: Int) {
        var index = next
        while index < tokens.count, tokens[index] == .blank { index += 1 }
        guard index < tokens.count, tokens[index] == .turn || tokens[index] == .hyphen, number.kind != .mobile else {
            return (number, next)
        }
        index += 1
        // 转分机801: one word may stand between.
        while index < tokens.count, tokens[index] == .blank || tokens[index] == .turn { index += 1 }
        guard index < tokens.count, case .digits(let digits) = tokens[index], (1...6).contains(digits.utf8.count) else {
            return (number, next)
        }
        return (number.extended(by: digits), index + 1)
    }
}
