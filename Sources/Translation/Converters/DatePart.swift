import Canonical
import Vocabulary

/// The day of a date as written, without its time (`DateGrammar` has the grammar).
struct DatePart {
    /// Nothing for a filler.
    var date: CalendarDate?
    var isMonth = false
    var isFiller = false
    /// Two digits of a year stand for four.
    var isCenturyAssumed = false
    /// One of ISO 8601's forms, or digits alone.
    var isStandard = false
    /// Where date and time are one number.
    var seconds: Int?

    /// Days of the week; Monday is 0.
    static let weekdays: WordTable<Int> = {
        var entries: [(words: String, meaning: Int)] = []
        for (index, names) in ["一1", "二2", "三3", "四4", "五5", "六6", "日天7"].enumerated() {
            for name in names { entries.append(("星期\(name) 礼拜\(name) 周\(name)", index)) }
        }
        let english = "monday mon/tuesday tue/wednesday wed/thursday thu/friday fri/saturday sat/sunday sun"
        return WordTable(entries + english.split(separator: "/").enumerated().map { (String($1), $0) })
    }()

    /// - Parameter isFirst: two-digit years count only where nothing stands before them.
    static func read(_ scanner: inout TextScanner, isFirst: Bool) -> DatePart? {
        scanner.attempt { scanner in
            let era = scanner.take(eras)
            scanner.skipBlanks()
            if era == 1911, scanner.take("元") { return parts(year: 1912, isCenturyAssumed: false, false, &scanner) }
            guard let number = scanner.numeral() else { return nil }
            if era == 1911 {
                guard (1...199).contains(number.value), scanner.next == "年" else { return nil }
                return parts(year: number.value + 1911, isCenturyAssumed: false, false, &scanner)
            }
            if !number.isChinese, let packed = packed(number, &scanner) { return packed }
            switch number.width {
            case 4: return parts(year: number.value, isCenturyAssumed: false, !number.isChinese, &scanner)
            case 2 where isFirst && isYear(number, scanner):
                let year = number.value + (number.value > 30 ? 1900 : 2000)
                return parts(year: year, isCenturyAssumed: true, false, &scanner)
            default: return nil
            }
        }
    }

    private static let eras = WordTable([("公元 西元 公历 阳历", 0), ("中华民国 民国", 1911)])

    /// 23年, 23-5-8 and 23.5.8, but 12/5/23 only where its first number can be nothing else.
    private static func isYear(_ number: TextScanner.Numeral, _ scanner: TextScanner) -> Bool {
        switch scanner.next {
        case "年", "-", ".": true
        case "/": number.value > 31
        default: false
        }
    }

    // MARK: Year, month and day apart

    private static func parts(
        year: Int, isCenturyAssumed: Bool, _ mayBeStandard: Bool, _ scanner: inout TextScanner
    ) -> DatePart? {
        guard let first = separator(&scanner) else { return nil }
        let isFirstMonth = scanner.take("元")
        guard let month = isFirstMonth ? one : scanner.numeral(), month.width <= 2, !isFirstMonth || scanner.next == "月"
        else { return nil }
        let monthEnd = scanner.place
        guard let second = separator(&scanner), second != " " || first == " " || first == "年",
            !isMonthRange(scanner, second), let day = scanner.numeral()
        else {
            scanner.place = monthEnd
            return self.month(year, month, behind: first, isCenturyAssumed, &scanner)
        }
        if day.width == 4, !day.isChinese, second == "-" {
            // The year of a range's end: 2023.05-2023.08.
            scanner.place = monthEnd
            return self.month(year, month, behind: first, isCenturyAssumed, &scanner)
        }
        guard day.width <= 2 else { return nil }
        let isMarked = scanner.takeBehindBlanks("日") || scanner.takeBehindBlanks("号")
        guard isMarked || scanner.next != "月" && scanner.next != ":" else { return nil }
        let isStandard =
            mayBeStandard && first == "-" && second == "-" && month.width == 2 && day.width == 2 && !isMarked
        return self.day(year, month.value, day.value, isCenturyAssumed, isStandard: isStandard)
    }

    private static let one = TextScanner.Numeral(value: 1, width: 1, isChinese: true, start: 0)

    private static func separator(_ scanner: inout TextScanner) -> Unicode.Scalar? {
        scanner.attempt { scanner in
            scanner.skipBlanks()
            let isBlank = scanner.previous == " "
            guard let sign = scanner.next, "年月-/._".unicodeScalars.contains(sign) else { return isBlank ? " " : nil }
            scanner.place += 1
            scanner.skipBlanks()
            return sign
        }
    }

    /// 2023年5-8月.
    private static func isMonthRange(_ scanner: TextScanner, _ separator: Unicode.Scalar) -> Bool {
        guard separator == "-" else { return false }
        var ahead = scanner
        return ahead.numeral() != nil && ahead.next == "月"
    }

    private static func month(
        _ year: Int, _ month: TextScanner.Numeral, behind separator: Unicode.Scalar, _ isCenturyAssumed: Bool,
        _ scanner: inout TextScanner
    ) -> DatePart? {
        let isMarked = scanner.takeBehindBlanks("月")
        // Behind a blank or a two-digit year it takes more than a number to be a month.
        guard isMarked || separator != " " && !isCenturyAssumed, isMarked || isMonthEnd(scanner) else { return nil }
        var part = day(year, month.value, 1, isCenturyAssumed, isStandard: false)
        part?.isMonth = true
        return part
    }

    private static func isMonthEnd(_ scanner: TextScanner) -> Bool {
        guard let next = scanner.next else { return true }
        return " )-~至到".unicodeScalars.contains(next)
    }

    private static func day(
        _ year: Int, _ month: Int, _ day: Int, _ isCenturyAssumed: Bool, isStandard: Bool
    ) -> DatePart? {
        if FillerDate.isFiller(year: year, month: month, day: day) { return DatePart(isFiller: true) }
        guard year >= 1000, let date = CalendarDate(year: year, month: month, day: day) else { return nil }
        return DatePart(date: date, isCenturyAssumed: isCenturyAssumed, isStandard: isStandard)
    }

    // MARK: Digits alone

    private static func packed(_ number: TextScanner.Numeral, _ scanner: inout TextScanner) -> DatePart? {
        let value = number.value
        func day(_ packed: Int) -> DatePart? {
            self.day(packed / 10_000, packed / 100 % 100, packed % 100, false, isStandard: true)
        }
        switch number.width {
        case 8: return day(value)
        case 10:
            // 2026110309:30 has its minutes behind a colon.
            let minutes = scanner.attempt { $0.takeBehindBlanks(":") ? $0.digits(2) : nil }
            return day(value / 100)?.at((value % 100 * 100 + (minutes ?? 0)) * 100)
        case 12: return day(value / 10_000)?.at(value % 10_000 * 100)
        case 14: return day(value / 1_000_000)?.at(value % 1_000_000)
        case 17: return day(value / 1_000_000_000)?.at(value / 1000 % 1_000_000)
        case 6:
            guard isMonthEnd(scanner) || scanner.next == "t" else { return nil }
            if (1900...2100).contains(value / 100), var month = day(value * 100 + 1) {
                month.isMonth = true
                return month
            }
            let year = value / 10_000
            return self.day(
                year + (year > 30 ? 1900 : 2000), value / 100 % 100, value % 100, true, isStandard: false)
        default: return nil
        }
    }

    /// - Parameter time: `HHmmss`.
    private func at(_ time: Int) -> DatePart? {
        let (hour, minute, second) = (time / 10_000, time / 100 % 100, time % 100)
        if isFiller { return self }
        guard let date, date.year >= 1900, date.year <= 2100, minute < 60, second <= 60,
            hour < 24 || hour == 24 && minute == 0 && second == 0
        else { return nil }
        var part = self
        part.date = hour == 24 ? date.adding(days: 1) : date
        part.seconds = hour == 24 ? 0 : hour * 3600 + minute * 60 + min(59, second)
        return part
    }

    /// Seconds or milliseconds since 1970; nothing for any other number of digits, and for what is a date and an hour.
    static func instant(_ text: [Unicode.Scalar]) -> DateGrammar.Answer? {
        var scanner = TextScanner(text)
        guard text.count == 10 || text.count == 13, let number = scanner.asciiNumeral(),
            packed(number, &scanner) == nil
        else { return nil }
        return moment(text.count == 10 ? number.value : number.value / 1000)
    }

    /// A moment in seconds since 1970, told in China's time.
    static func moment(_ seconds: Int) -> DateGrammar.Answer {
        var reading = DateReading(date: CalendarDate(daysSince1970: 0), seconds: seconds)
        guard abs(seconds) < 300_000_000_000 else { return .unreadable }
        reading.move(bySeconds: 0)
        let written = reading.date
        reading.move(bySeconds: DateZone.china)
        if FillerDate.isFiller(year: written.year, month: written.month, day: written.day)
            || FillerDate.isFiller(year: reading.date.year, month: reading.date.month, day: reading.date.day)
        {
            return .nothing
        }
        guard (1000...9998).contains(reading.date.year) else { return .unreadable }
        return .date(reading)
    }
}
