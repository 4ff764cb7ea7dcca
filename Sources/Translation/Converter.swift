import Canonical
import Foundation
import StrictJSON

/// What a converter made of a text.
struct Conversion {
    var value: JSONValue?
    /// Codes of the dirt that was tolerated.
    var tolerated: [String] = []
    /// Why there is no value.
    var problem: String?

    static func value(_ value: JSONValue, _ tolerated: [String] = []) -> Conversion {
        Conversion(value: value, tolerated: tolerated)
    }
    static func failed(_ problem: String) -> Conversion { Conversion(problem: problem) }
}

/// The conversions that a mapping may name in `as`.
enum Converter: String, CaseIterable {
    case text, personName, residentId, uscc, caseNumber, letterNo, phone, date, dateTime, monthStart, monthEnd
    case money, integer, boolean, fullText, upper

    func convert(_ raw: String) -> Conversion {
        switch self {
        case .text: .value(.string(raw))
        case .personName:
            .value(.string(raw.replacing("•", with: "·").replacing("．", with: "·").replacing("・", with: "·")))
        case .residentId: Self.residentID(raw)
        case .uscc: Self.creditCode(raw)
        case .caseNumber: .value(.string(Self.caseNumber(raw)))
        case .letterNo: .value(.string(Self.caseNumber(raw)))
        case .phone: Self.phone(raw)
        case .date: Self.date(raw)
        case .dateTime: Self.dateTime(raw)
        case .monthStart: Self.date(raw)
        case .monthEnd: Self.monthEnd(raw)
        case .money: Self.money(raw)
        case .integer: Self.integer(raw)
        case .boolean: Self.boolean(raw)
        case .fullText: Self.fullText(raw)
        case .upper: .value(.string(raw.uppercased()))
        }
    }

    private static func residentID(_ raw: String) -> Conversion {
        let (value, tolerated) = ResidentID.normalize(raw)
        return .value(.string(value), tolerated.map(\.rawValue))
    }

    private static func creditCode(_ raw: String) -> Conversion {
        let (narrow, changed) = narrowed(raw)
        let value = narrow.filter { $0 != " " }.uppercased()
        let tolerated = changed ? ["normalizedFullWidth"] : []
        let check = UnifiedSocialCreditCode.check(value)
        return .value(.string(value), tolerated + (check == .valid ? [] : [check.rawValue]))
    }

    /// Folds brackets to the full-width ones that courts write and digits to narrow ones (最高法案号规定 art. 2).
    static func caseNumber(_ raw: String) -> String {
        var (text, _) = narrowed(raw)
        text = text.filter { $0 != " " }
        guard let first = text.first, "([【〔".contains(first),
            let end = text.firstIndex(where: { ")]】〕".contains($0) }),
            text[text.index(after: text.startIndex)..<end].allSatisfy(\.isNumber)
        else { return text }
        let year = text[text.index(after: text.startIndex)..<end]
        return "（\(year)）\(text[text.index(after: end)...])"
    }

    private static func phone(_ raw: String) -> Conversion {
        let (narrow, changed) = narrowed(raw)
        var tolerated = changed ? ["normalizedFullWidth"] : []
        // Two numbers, or a name behind the number: the first number counts.
        let first = narrow.prefix { !"、，,;；/(".contains($0) || $0 == "(" && narrow.hasPrefix("(") }
        var digits = first.filter { $0.isASCII && $0.isNumber }
        if digits.hasPrefix("86"), digits.count == 13 { digits = String(digits.dropFirst(2)) }
        if first.count < narrow.count { tolerated.append("blanksRemoved") }
        guard (5...14).contains(digits.count) else { return .failed("formatError") }
        return .value(.string(digits), tolerated)
    }

    private static func date(_ raw: String) -> Conversion {
        guard let (date, _, isClean) = DateText.parse(raw) else { return .failed("notADate") }
        return .value(.string(date.iso), isClean ? [] : ["normalizedDate"])
    }

    private static func monthEnd(_ raw: String) -> Conversion {
        guard let (date, _, _) = DateText.parse(raw) else { return .failed("notADate") }
        let isMonth = raw.filter(\.isNumber).count <= 6
        return .value(.string((isMonth ? date.endOfMonth : date).iso))
    }

    private static func dateTime(_ raw: String) -> Conversion {
        guard let (date, seconds, isClean) = DateText.parse(raw) else { return .failed("notADate") }
        guard let seconds else { return .value(.string(date.iso), isClean ? [] : ["normalizedDate"]) }
        let moment = Timestamp(date, hour: 0, minute: 0, second: seconds)
        return .value(.string(moment.rfc3339), isClean ? [] : ["normalizedDate"])
    }

    private static func money(_ raw: String) -> Conversion {
        let (narrow, _) = narrowed(raw)
        let isTenThousands = narrow.contains("万")
        let digits = narrow.filter { $0.isASCII && ($0.isNumber || $0 == "." || $0 == "-") }
        guard let number = Decimal(string: digits), !digits.isEmpty, number >= 0 else { return .failed("notANumber") }
        var yuan = isTenThousands ? number * 10_000 : number
        var rounded = Decimal()
        NSDecimalRound(&rounded, &yuan, 2, .plain)
        var text = "\(rounded)"
        let decimals = text.firstIndex(of: ".").map { text.distance(from: $0, to: text.endIndex) - 1 } ?? 0
        if decimals == 0 { text += "." }
        text += String(repeating: "0", count: 2 - decimals)
        return .value(.string(text), text == raw || digits == raw ? [] : ["normalizedNumber"])
    }

    private static func integer(_ raw: String) -> Conversion {
        let (narrow, _) = narrowed(raw)
        let digits = narrow.filter { $0.isASCII && $0.isNumber }
        guard let number = Int(digits) else { return .failed("notANumber") }
        return .value(JSONValue(number), digits == raw ? [] : ["normalizedNumber"])
    }

    private static func boolean(_ raw: String) -> Conversion {
        switch narrowed(raw).0.lowercased() {
        case "是", "1", "y", "yes", "true", "有", "√", "已", "同意": .value(true)
        case "否", "0", "n", "no", "false", "无", "×", "未", "不同意": .value(false)
        default: .failed("notABoolean")
        }
    }

    /// Free text: control characters and markup go, the rest stays as it is.
    private static func fullText(_ raw: String) -> Conversion {
        var text = ""
        var rest = raw[...]
        var removed = false
        while let start = rest.firstIndex(of: "<") {
            let following = rest[rest.index(after: start)...].first
            // Only what looks like a tag: claims such as “<不低于800元>” are the sender's words.
            guard let following, following.isASCII, following.isLetter || following == "/",
                let end = rest[start...].firstIndex(of: ">")
            else {
                text += rest[...start]
                rest = rest[rest.index(after: start)...]
                continue
            }
            text += rest[..<start]
            rest = rest[rest.index(after: end)...]
            removed = true
        }
        text += rest
        let clean = String(String.UnicodeScalarView(text.unicodeScalars.filter { $0.value >= 0x20 || $0 == "\n" }))
        return .value(.string(clean), removed ? ["markupRemoved"] : [])
    }

    /// Full-width ASCII made narrow; only for coded fields, since it would change rare characters' punctuation.
    static func narrowed(_ raw: String) -> (String, changed: Bool) {
        guard raw.utf8.contains(0xEF) || raw.utf8.contains(0xE3) else { return (raw, false) }
        var text = ""
        var changed = false
        for scalar in raw.unicodeScalars {
            if (0xFF01...0xFF5E).contains(scalar.value), let narrow = Unicode.Scalar(scalar.value - 0xFEE0) {
                text.unicodeScalars.append(narrow)
                changed = true
            } else if scalar == "\u{3000}" {
                text += " "
                changed = true
            } else {
                text.unicodeScalars.append(scalar)
            }
        }
        return (text, changed)
    }
}

/// The ways that senders write dates.
enum DateText {
    /// Date, seconds of the day where a time was given, and whether it was written as the standards do.
    static func parse(_ raw: String) -> (CalendarDate, seconds: Int?, isClean: Bool)? {
        let text = Converter.narrowed(raw).0.trimmingCharacters(in: .whitespaces)
        if let date = CalendarDate(iso: text) { return (date, nil, true) }
        if text.utf8.allSatisfy({ $0 >= 48 && $0 <= 57 }) { return digits(text) }
        let isOffset = text.contains("T")
        let numbers = numbers(in: text)
        if text.contains("/Date("), let milliseconds = numbers.first { return moment(milliseconds / 1000) }
        guard let year = numbers.first, year > 31 else { return nil }
        if year > 19_000_000, let date = date(packed: year) {
            return (date, time(numbers.dropFirst(), isAfternoon: text.contains("下午")), false)
        }
        guard numbers.count >= 2,
            let date = CalendarDate(year: year, month: numbers[1], day: numbers.count > 2 ? numbers[2] : 1)
        else { return nil }
        let seconds = time(numbers.dropFirst(3), isAfternoon: text.contains("下午"))
        return (date, seconds, isOffset)
    }

    private static func digits(_ text: String) -> (CalendarDate, Int?, Bool)? {
        guard let number = Int(text) else { return nil }
        switch text.count {
        case 5: return (CalendarDate(daysSince1970: number - 25_569), nil, false)  // a spreadsheet's day number
        case 6: return CalendarDate(year: number / 100, month: number % 100, day: 1).map { ($0, nil, false) }
        case 8: return date(packed: number).map { ($0, nil, true) }
        case 10: return moment(number)
        case 13: return moment(number / 1000)
        case 14:
            let time = number % 1_000_000
            guard let date = date(packed: number / 1_000_000) else { return nil }
            return (date, time / 10_000 * 3600 + time / 100 % 100 * 60 + time % 100, true)
        default: return nil
        }
    }

    private static func date(packed number: Int) -> CalendarDate? {
        CalendarDate(year: number / 10_000, month: number / 100 % 100, day: number % 100)
    }

    private static func moment(_ seconds: Int) -> (CalendarDate, Int?, Bool)? {
        let local = seconds + 8 * 3600
        guard local > 0 else { return nil }
        return (CalendarDate(daysSince1970: local / 86_400), local % 86_400, true)
    }

    private static func time(_ numbers: ArraySlice<Int>, isAfternoon: Bool) -> Int? {
        guard let hour = numbers.first, hour < 24 else { return nil }
        let rest = Array(numbers.dropFirst().prefix(2)) + [0, 0]
        let shifted = isAfternoon && hour < 12 ? hour + 12 : hour
        return shifted * 3600 + min(59, rest[0]) * 60 + min(59, rest[1])
    }

    /// The numbers in a text, Chinese digits read place by place (二〇二三) or as tens (二十三).
    private static func numbers(in text: String) -> [Int] {
        var found: [Int] = []
        var current: Int?
        var isTens = false
        func digit(_ character: Character) -> Int? {
            if character == "〇" || character == "○" || character == "零" { return 0 }
            return character.isASCII
                ? character.wholeNumberValue
                : "一二三四五六七八九".firstIndex(of: character).map {
                    "一二三四五六七八九".distance(from: "一二三四五六七八九".startIndex, to: $0) + 1
                }
        }
        for character in text {
            if let digit = digit(character) {
                current = isTens ? (current ?? 0) + digit : (current ?? 0) * 10 + digit
            } else if character == "十" {
                current = (current ?? 1) * 10
                isTens = true
            } else if let number = current {
                found.append(number)
                (current, isTens) = (nil, false)
            }
            if (current ?? 0) > 100_000_000_000_000 { return found }
        }
        if let current { found.append(current) }
        return found
    }
}
