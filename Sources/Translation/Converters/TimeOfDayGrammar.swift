import Canonical
import Vocabulary

/// A time of day:
///
///     time     := [part] clock [part]
///     part     := 上午 | 下午 | 凌晨 | … | a.m. | p.m.             (`DayPart`)
///     clock    := H ":" mm [":" ss [("." | "," | ":") digit+]] [分 | 时]
///               | H "." mm ["." ss ["." digit+]]
///               | H (时 | 点 | 点钟) [minutes] [整 | 钟 | 正]
///               | HHmmss ["." digit+] | HHmm | HH                 (ISO 8601 basic and reduced; HH only behind a T, a part of
///                                                                   the day, or as two digits at the end)
///     minutes  := M 分 [S 秒] | mm | 半 | 一刻 | 三刻
///     H, M, S  := one or two digits, or a Chinese numeral
///
/// 24:00 is the end of the day. Sixty seconds are a leap second and count as fifty-nine.
struct TimeOfDayGrammar {
    struct Time {
        /// Of the day; 86,400 is its end.
        var seconds: Int
        var hasSeconds = false
        /// Two digits each with colons, or ISO's basic form.
        var isStandard = false
    }

    enum Outcome {
        /// No time begins here.
        case none
        /// One begins here that says no time of the day, or two.
        case unclear
        case time(Time)
    }

    private struct Clock {
        var hour: Int
        var minute = 0
        var second = 0
        var hasSeconds = false
        var isStandard = false
        /// Only a part of the day makes a time of it.
        var isBare = false
    }

    /// - Parameter isBehindT: the date ended with ISO 8601's T.
    static func read(_ scanner: inout TextScanner, isBehindT: Bool) -> Outcome {
        var part = scanner.take(DayPart.words)
        if part != nil { skipJoints(&scanner) }
        let start = scanner.place
        guard let clock = clock(&scanner) else {
            scanner.place = start
            return part == nil && !startsNumber(scanner) ? .none : .unclear
        }
        if part == nil {
            part = scanner.attempt { scanner in
                scanner.skipBlanks()
                _ = scanner.take("(")
                guard let part = scanner.take(DayPart.words), !(scanner.next?.isLetterASCII ?? false) else {
                    return nil
                }
                _ = scanner.take(")")
                return part
            }
        }
        if clock.isBare, part == nil, !isBehindT, !(scanner.isAtEnd && scanner.place - start == 2) { return .unclear }
        return time(clock, part)
    }

    private static func startsNumber(_ scanner: TextScanner) -> Bool {
        scanner.next.map { $0.isDigitASCII } ?? false
    }

    /// Blanks, brackets and words that say nothing: 上午（大约）9时.
    private static func skipJoints(_ scanner: inout TextScanner) {
        while let scalar = scanner.next, " ():,".unicodeScalars.contains(scalar) { scanner.place += 1 }
    }

    private static func time(_ clock: Clock, _ part: DayPart?) -> Outcome {
        var hour = clock.hour
        if let part {
            guard let meant = part.hour(hour) else { return .unclear }
            hour = meant
        }
        guard hour < 24 || hour == 24 && clock.minute == 0 && clock.second == 0, clock.minute < 60, clock.second <= 60
        else { return .unclear }
        return .time(
            Time(
                seconds: hour * 3600 + clock.minute * 60 + min(59, clock.second), hasSeconds: clock.hasSeconds,
                isStandard: clock.isStandard && part == nil))
    }

    private static func clock(_ scanner: inout TextScanner) -> Clock? {
        guard let hour = scanner.numeral(), !hour.isApproximate else { return nil }
        if !hour.isChinese, hour.width == 4 || hour.width == 6 { return basic(hour, &scanner) }
        guard hour.width <= 2 else { return nil }
        if let clock = withColons(hour, &scanner) ?? inWords(hour, &scanner) { return clock }
        guard !hour.isChinese, isBoundary(scanner) else { return nil }
        return Clock(hour: hour.value, isStandard: hour.width == 2, isBare: true)
    }

    private static func basic(_ number: TextScanner.Numeral, _ scanner: inout TextScanner) -> Clock? {
        let long = number.width == 6 ? number.value : number.value * 100
        if number.width == 6 { takeFraction(&scanner) }
        guard isBoundary(scanner) || scanner.next.map({ $0.isHan && !notMinutes.contains($0) }) ?? true else {
            return nil
        }
        return Clock(
            hour: long / 10_000, minute: long / 100 % 100, second: long % 100, hasSeconds: number.width == 6,
            isStandard: true)
    }

    private static func withColons(_ hour: TextScanner.Numeral, _ scanner: inout TextScanner) -> Clock? {
        scanner.attempt { scanner in
            guard !hour.isChinese, let mark = Self.mark(&scanner) else { return nil }
            guard let minute = scanner.digits(2) else { return nil }
            var clock = Clock(hour: hour.value, minute: minute, isStandard: mark == ":" && hour.width == 2)
            if let second = scanner.attempt({ Self.mark(&$0) == mark ? $0.digits(2) : nil }) {
                (clock.second, clock.hasSeconds) = (second, true)
                takeFraction(&scanner)
            }
            _ = scanner.take("分") || scanner.take("时")
            return scanner.next.map { $0.isDigitASCII || $0 == ":" } ?? false ? nil : clock
        }
    }

    /// Blanks may stand around a colon, but not beside a point: 9 : 30.
    private static func mark(_ scanner: inout TextScanner) -> Unicode.Scalar? {
        scanner.attempt { scanner in
            if scanner.take(".") { return "." }
            guard scanner.takeBehindBlanks(":") else { return nil }
            scanner.skipBlanks()
            return ":"
        }
    }

    private static func takeFraction(_ scanner: inout TextScanner) {
        _ = scanner.attempt { scanner -> Void? in
            guard let mark = scanner.next, ".,:".unicodeScalars.contains(mark) else { return nil }
            scanner.place += 1
            guard let digits = scanner.asciiNumeral(), (1...9).contains(digits.width), mark != ":" || digits.width == 3
            else { return nil }
            return ()
        }
    }

    private static func inWords(_ hour: TextScanner.Numeral, _ scanner: inout TextScanner) -> Clock? {
        let isHour = scanner.attempt { scanner -> Bool? in
            scanner.skipBlanks()
            return scanner.take(hours) == nil ? nil : true
        }
        guard isHour ?? false, scanner.next != "差", scanner.next != "过" else { return nil }
        var clock = Clock(hour: hour.value)
        let start = scanner.place
        scanner.skipBlanks()
        if scanner.take("半") {
            clock.minute = 30
        } else if let quarter = scanner.attempt({ scanner -> Int? in
            guard let count = scanner.numeral(), scanner.take("刻"), count.value == 1 || count.value == 3 else {
                return nil
            }
            return count.value * 15
        }) {
            clock.minute = quarter
        } else if let minute = scanner.attempt({ takeZero(&$0) ? $0.numeral() : nil }) ?? scanner.numeral() {
            guard minutes(minute, of: &clock, &scanner) else {
                // Behind the hour something else begins: 9时三号法庭. One lone digit could be minutes or tens of them.
                scanner.place = start
                return isLone(minute, scanner) ? nil : clock
            }
        } else {
            scanner.place = start
        }
        _ = scanner.take(endings)
        return clock
    }

    /// The nought before figures: 9点零5分.
    private static func takeZero(_ scanner: inout TextScanner) -> Bool {
        (scanner.take("零") || scanner.take("〇")) && scanner.next?.isDigitASCII ?? false
    }

    private static func minutes(
        _ minute: TextScanner.Numeral, of clock: inout Clock, _ scanner: inout TextScanner
    ) -> Bool {
        guard minute.width <= 2 else { return false }
        if scanner.takeBehindBlanks("分") {
            clock.minute = minute.value
            _ = scanner.attempt { scanner -> Void? in
                scanner.skipBlanks()
                guard let second = scanner.numeral(), second.width <= 2, scanner.take("秒") else { return nil }
                clock.second = second.value
                clock.hasSeconds = true
                return ()
            }
            return true
        }
        // A number of two places, unless what follows counts rooms or persons by it.
        guard minute.width == 2, scanner.next.map({ !notMinutes.contains($0) }) ?? true else { return false }
        clock.minute = minute.value
        return true
    }

    /// One digit with nothing behind it that says what it counts.
    private static func isLone(_ minute: TextScanner.Numeral, _ scanner: TextScanner) -> Bool {
        var behind = scanner
        behind.skipBlanks()
        guard behind.numeral() != nil else { return true }
        return !(behind.next.map { $0.isHan || $0 == "-" } ?? false) || notRooms.contains(behind.next ?? " ")
    }

    private static func isBoundary(_ scanner: TextScanner) -> Bool {
        guard let next = scanner.next else { return true }
        if " ()-~+,至到、;/".unicodeScalars.contains(next) || next == "z" { return true }
        var ahead = scanner
        return ahead.take(DayPart.words) != nil || ahead.take(zones) != nil
    }

    private static let zones = WordTable("utc gmt")
    private static let hours = WordTable("点钟 时 点")
    private static let endings = WordTable("整点 整 钟 正")
    private static let notMinutes = Set("号楼室层庭座栋人名件日月年时点法审".unicodeScalars)
    private static let notRooms = Set("分秒刻半左许前后".unicodeScalars)
}
