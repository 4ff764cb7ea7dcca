import Canonical
import Foundation
import StrictJSON
import Vocabulary

/// The ways that senders write dates and times. GB/T 7408 (ISO 8601) is what they should write.
enum DateText {
    /// How a date was written, beside what it says.
    struct Manner {
        /// Year and month only: the first day was taken.
        var isMonth = false
        /// Codes of what a sender should mend.
        var tolerated: [String] = []
    }

    /// What a text says of a date.
    enum Answer {
        /// A word or filler for "no end" or "no date".
        case nothing
        case unreadable
        case date(CalendarDate, seconds: Int?, Manner)
    }

    static func read(_ raw: String) -> Answer {
        if let (date, seconds, manner) = plain(raw) {
            return fillers.contains(date) ? .nothing : .date(date, seconds: seconds, manner)
        }
        if meansNothing(raw) { return .nothing }
        return parse(raw).map { .date($0.0, seconds: $0.seconds, $0.manner) } ?? .unreadable
    }

    private static let fillers = [
        CalendarDate(year: 1900, month: 1, day: 1), CalendarDate(year: 9999, month: 12, day: 31),
    ].compactMap(\.self)

    /// The forms that the standard names, and a blank for the T: read by bytes, since most dates are written so.
    private static func plain(_ raw: String) -> (CalendarDate, seconds: Int?, manner: Manner)? {
        raw.lend { text in
            if text.count == 8 || text.count == 14 { return packed(text) }
            guard text.count >= 10, let date = CalendarDate(iso: UnsafeBufferPointer(rebasing: text[..<10])) else {
                return nil
            }
            if text.count == 10 { return (date, nil, Manner()) }
            let isBlank = text[10] == UInt8(ascii: " ")
            guard text.count == 19 || text.count == 16, isBlank || text[10] == UInt8(ascii: "T"),
                let hour = number(text, at: 11), text[13] == UInt8(ascii: ":"), let minute = number(text, at: 14),
                hour < 24, minute < 60
            else { return nil }
            var seconds = hour * 3600 + minute * 60
            if text.count == 19 {
                guard text[16] == UInt8(ascii: ":"), let second = number(text, at: 17), second < 60 else { return nil }
                seconds += second
            }
            return (date, seconds, Manner(tolerated: isBlank ? ["normalizedDate"] : []))
        }
    }

    /// The basic form, without separators: `yyyyMMdd` and `yyyyMMddHHmmss`.
    private static func packed(_ text: UnsafeBufferPointer<UInt8>) -> (CalendarDate, seconds: Int?, manner: Manner)? {
        guard let century = number(text, at: 0), let year = number(text, at: 2), let month = number(text, at: 4),
            let day = number(text, at: 6), let date = CalendarDate(year: century * 100 + year, month: month, day: day)
        else { return nil }
        if text.count == 8 { return (date, nil, Manner()) }
        guard let hour = number(text, at: 8), let minute = number(text, at: 10), let second = number(text, at: 12),
            hour < 24, minute < 60, second < 60
        else { return nil }
        return (date, hour * 3600 + minute * 60 + second, Manner())
    }

    private static func number(_ text: UnsafeBufferPointer<UInt8>, at index: Int) -> Int? {
        let (tens, ones) = (text[index], text[index + 1])
        guard (0x30...0x39).contains(tens), (0x30...0x39).contains(ones) else { return nil }
        return Int(tens - 0x30) * 10 + Int(ones - 0x30)
    }

    /// Words and fillers for "no end" and "no date", in whatever shape a sender's column forces on them.
    private static func meansNothing(_ raw: String) -> Bool {
        let text = Converter.narrowed(raw).0
        if text.hasPrefix("长期") || text.hasPrefix("永久") { return true }
        func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
        guard let first = text.utf8.first, isDigit(first) else { return false }
        let digits = text.utf8.filter(isDigit)
        return [8, 12, 14, 15, 17].contains(digits.count)
            && ["00000000", "19000101", "99991231"].contains { digits.starts(with: $0.utf8) }
    }

    /// Date, seconds of the day where a time was given, and how both were written.
    static func parse(_ raw: String) -> (CalendarDate, seconds: Int?, manner: Manner)? {
        let text = Blanks.trimmed(Converter.narrowed(raw).0)
        if let date = CalendarDate(iso: text) { return (date, nil, Manner()) }
        if text.utf8.allSatisfy({ $0 >= 48 && $0 <= 57 }) { return digits(text) }
        if let serial = serial(text) { return serial }
        let numbers = numbers(in: text)
        if text.utf8.starts(with: "/Date(".utf8), let milliseconds = numbers.first {
            // Microsoft's JSON form; negative before 1970.
            return moment((holds(text, "(-") ? -milliseconds : milliseconds) / 1000)
        }
        guard let first = numbers.first else { return nil }
        if first > 19_000_000, let date = date(packed: first) {
            return result(date, time(numbers.dropFirst(), in: text), text, ["normalizedDate"])
        }
        return parts(numbers, text)
    }

    private static func parts(_ numbers: [Int], _ text: String) -> (CalendarDate, seconds: Int?, manner: Manner)? {
        guard var year = numbers.first, numbers.count >= 2 else { return nil }
        var tolerated = text.utf8.contains(UInt8(ascii: "T")) ? [] : ["normalizedDate"]
        if year < 100, numbers.count >= 3, hasTwoDigitYear(text) {
            year += year > 30 ? 1900 : 2000
            tolerated = ["twoDigitYear"]
        }
        guard year > 31 else { return nil }
        if numbers.count == 2 {
            return CalendarDate(year: year, month: numbers[1], day: 1).map {
                ($0, nil, Manner(isMonth: true, tolerated: ["monthOnly"]))
            }
        }
        guard let date = CalendarDate(year: year, month: numbers[1], day: numbers[2]) else { return nil }
        return result(date, time(numbers.dropFirst(3), in: text), text, tolerated)
    }

    private static func hasTwoDigitYear(_ text: String) -> Bool {
        let characters = Array(text.prefix(3))
        return characters.count == 3 && characters[0].isNumber && characters[1].isNumber && !characters[2].isNumber
    }

    /// A time with an offset from UTC (RFC 3339) is told in China's time.
    private static func result(
        _ date: CalendarDate, _ seconds: Int?, _ text: String, _ tolerated: [String]
    ) -> (CalendarDate, seconds: Int?, manner: Manner) {
        guard let seconds, let offset = offset(in: text) else { return (date, seconds, Manner(tolerated: tolerated)) }
        let local = date.daysSince1970 * 86_400 + seconds - offset + 8 * 3600
        let day = (local >= 0 ? local : local - 86_399) / 86_400
        return (CalendarDate(daysSince1970: day), local - day * 86_400, Manner(tolerated: tolerated))
    }

    private static func offset(in text: String) -> Int? {
        if text.hasSuffix("Z") { return 0 }
        let tail = Array(text.suffix(6))
        guard tail.count == 6, tail[0] == "+" || tail[0] == "-", tail[3] == ":",
            let hours = Int(String(tail[1...2])), let minutes = Int(String(tail[4...5])), hours < 15, minutes < 60
        else { return nil }
        return (tail[0] == "-" ? -1 : 1) * (hours * 3600 + minutes * 60)
    }

    private static func digits(_ text: String) -> (CalendarDate, Int?, Manner)? {
        guard let number = Int(text) else { return nil }
        switch text.utf8.count {
        case 5: return serial(text)
        case 6:
            return CalendarDate(year: number / 100, month: number % 100, day: 1).map {
                ($0, nil, Manner(isMonth: true, tolerated: ["monthOnly"]))
            }
        case 8: return date(packed: number).map { ($0, nil, Manner()) }
        case 10: return moment(number)
        case 13: return moment(number / 1000)
        case 14:
            let (hour, minute, second) = (number / 10_000 % 100, number / 100 % 100, number % 100)
            guard let date = date(packed: number / 1_000_000), hour < 24, minute < 60, second < 60 else { return nil }
            return (date, hour * 3600 + minute * 60 + second, Manner())
        default: return nil
        }
    }

    /// A spreadsheet's day number, counted from 1899-12-30, with the time as its fraction.
    private static func serial(_ text: String) -> (CalendarDate, Int?, Manner)? {
        guard text.utf8.allSatisfy({ $0 < 0x3A }) else { return nil }
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count <= 2, parts[0].utf8.count == 5, let days = Int(parts[0]), days < 80_000,
            let number = Double(text)
        else { return nil }
        let seconds = Int(((number - Double(days)) * 86_400).rounded())
        return (
            CalendarDate(daysSince1970: days - 25_569), seconds > 0 && seconds < 86_400 ? seconds : nil,
            Manner(tolerated: ["normalizedDate"])
        )
    }

    private static func date(packed number: Int) -> CalendarDate? {
        CalendarDate(year: number / 10_000, month: number / 100 % 100, day: number % 100)
    }

    /// A moment given in seconds since 1970, told in China's time.
    private static func moment(_ seconds: Int) -> (CalendarDate, Int?, Manner)? {
        let local = seconds + 8 * 3600
        let day = (local >= 0 ? local : local - 86_399) / 86_400
        guard day > -70_000, day < 70_000 else { return nil }
        return (CalendarDate(daysSince1970: day), local - day * 86_400, Manner())
    }

    private static func time(_ numbers: ArraySlice<Int>, in text: String) -> Int? {
        guard let hour = numbers.first, hour < 24 else { return nil }
        let rest = Array(numbers.dropFirst().prefix(2)) + [0, 0]
        guard rest[0] < 60, rest[1] < 61 else { return nil }
        // Digits and signs alone say nothing of the afternoon.
        let isAfternoon =
            text.utf8.contains { $0 >= 0x80 || $0 | 0x20 == UInt8(ascii: "m") }
            && ["下午", "晚上", "PM", "pm"].contains { holds(text, $0) }
        let minute = numbers.count == 1 && text.hasSuffix("半") ? 30 : rest[0]
        return (isAfternoon && hour < 12 ? hour + 12 : hour) * 3600 + minute * 60 + min(59, rest[1])
    }

    /// Over bytes: Swift's own search costs fifty times as much.
    private static func holds(_ text: String, _ word: StaticString) -> Bool {
        text.lend { text in
            let count = word.utf8CodeUnitCount
            guard let start = text.baseAddress, text.count >= count else { return false }
            return (0...text.count - count).contains { memcmp(start + $0, word.utf8Start, count) == 0 }
        }
    }

    private static let zeros: Set<Unicode.Scalar> = ["〇", "○", "零", "O", "o"]
    private static let ones: [Unicode.Scalar: Int] = [
        "一": 1, "二": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9, "元": 1, "两": 2,
    ]
    private static let tens: [Unicode.Scalar: Int] = ["十": 10, "廿": 20, "卅": 30]

    /// The numbers in a text, Chinese digits read place by place (二〇二三) or as tens (二十三, 廿三).
    private static func numbers(in text: String) -> [Int] {
        var found: [Int] = []
        var current: Int?
        var isTens = false
        // The letter O stands for 〇 where Chinese digits stand around it.
        lazy var isChinese = text.unicodeScalars.contains { ones[$0] != nil && $0 != "元" }
        for scalar in text.unicodeScalars {
            if let digit = scalar.isASCII ? digit(scalar) : ones[scalar] {
                current = isTens ? (current ?? 0) + digit : (current ?? 0) * 10 + digit
            } else if zeros.contains(scalar), !scalar.isASCII || isChinese {
                current = (current ?? 0) * 10
            } else if let ten = scalar.isASCII ? nil : tens[scalar] {
                current = ten == 10 ? (current ?? 1) * 10 : ten
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

    private static func digit(_ scalar: Unicode.Scalar) -> Int? {
        (0x30...0x39).contains(scalar.value) ? Int(scalar.value) - 0x30 : nil
    }
}
