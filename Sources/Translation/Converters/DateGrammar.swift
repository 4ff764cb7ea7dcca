import Canonical
import Vocabulary

/// Dates and times as senders write them; GB/T 7408 (ISO 8601) is what they should write. All of a text is used up, or
/// what is left is told; where something left could change what the date means, there is no date.
///
///     text     := [words] date [joint time] [zone] [range] [words]
///     date     := [era] year sep month sep day [日 | 号] [weekday]
///               | [era] year 年 month 月 | yyyy sep MM              (a month)
///               | yyyyMMdd | yyyyMM | yyMMdd
///               | yyyyMMddHH | yyyyMMddHHmm | yyyyMMddHHmmss | yyyyMMddHHmmssSSS
///               | seconds (10 digits) | milliseconds (13 digits) | "/Date(" milliseconds [offset] ")/"
///     era      := 公元 | 民国                                        (民国112年 is 2023)
///     year     := four digits | two digits (told) | a Chinese numeral
///     sep      := 年 | 月 | "-" | "/" | "." | "_" | blank
///     weekday  := 星期二 | 周二 | 礼拜二 …                             (told where it is another day)
///     joint    := "T" | blank | brackets | 于 | 大约 …
///     time     := `TimeOfDayGrammar`
///     zone     := "Z" | [UTC | GMT] (+ | -) hh [[:] mm] | 北京时间
///     range    := (至 | 到 | ~ | -) (date [time] | [month 月] day 日 [time] | month 月 | time)
///
/// Ten digits that are a date and an hour are one: as seconds since 1970 they would lie in 2030 or later.
struct DateGrammar {
    /// What a text says.
    enum Answer {
        /// A word or a filler for "no date" or "no end".
        case nothing
        case unreadable
        case date(DateReading)
    }

    private var scanner: TextScanner
    private var reading: DateReading
    private var isStandard = true
    /// Where date and time are one number.
    private let packedSeconds: Int?

    static func read(_ raw: String) -> Answer {
        guard let text = FoldedText.scalars(of: raw), !text.isEmpty else { return .unreadable }
        if meansNothing(text) { return .nothing }
        if text.starts(with: "/date(".unicodeScalars) { return microsoft(text) }
        if text.allSatisfy(\.isDigitASCII), let answer = DatePart.instant(text) { return answer }
        var scanner = TextScanner(text)
        while !scanner.isAtEnd {
            let start = scanner.place
            if let part = DatePart.read(&scanner, isFirst: start == 0) {
                guard isLeading(text, until: start) else { return .unreadable }
                if part.isFiller { return .nothing }
                guard let day = part.date else { return .unreadable }
                var grammar = DateGrammar(scanner, DateReading(date: day, isMonth: part.isMonth), part)
                if !isEmptyLead(text, until: start) { grammar.reading.tell("textLeftAside") }
                return grammar.finish()
            }
            scanner.place = start
            // A number is left whole: its tail is no date.
            if scanner.numeral() == nil { scanner.place += 1 }
        }
        return .unreadable
    }

    private init(_ scanner: TextScanner, _ reading: DateReading, _ part: DatePart) {
        self.scanner = scanner
        self.reading = reading
        isStandard = part.isStandard
        if part.isMonth { self.reading.tell("monthOnly") }
        if part.isCenturyAssumed { self.reading.tell("twoDigitYear") }
        self.reading.seconds = part.seconds
        packedSeconds = part.seconds
    }

    // MARK: What stands for nothing

    private static func meansNothing(_ text: [Unicode.Scalar]) -> Bool {
        if nothing.match(in: text, at: 0) != nil, !text.contains(where: \.isDigitASCII) { return true }
        // Noughts in whatever shape a column forces on them.
        return text.contains("0") && text.count >= 4
            && text.allSatisfy { $0 == "0" || "-/.:年月日时分秒 tz".unicodeScalars.contains($0) }
    }

    private static let nothing = WordTable("长期 永久 至今 无期限 无固定期限 不限期 现在")

    private static func microsoft(_ text: [Unicode.Scalar]) -> Answer {
        var scanner = TextScanner(text, at: "/date(".unicodeScalars.count)
        let isNegative = scanner.take("-")
        guard let number = scanner.asciiNumeral(), number.width <= 15 else { return .unreadable }
        // The offset says how the sender's clock stood; the moment is the same.
        _ = scanner.attempt { $0.take("+") || $0.take("-") ? $0.digits(4) : nil }
        guard scanner.take(")"), scanner.take("/"), scanner.isAtEnd else { return .unreadable }
        return DatePart.moment((isNegative ? -number.value : number.value) / 1000)
    }

    // MARK: What stands before the date

    /// Whether a date may begin here: no letter, digit or separator is glued to it, and nothing before changes its meaning.
    private static func isLeading(_ text: [Unicode.Scalar], until start: Int) -> Bool {
        guard start > 0 else { return true }
        let before = text[start - 1]
        guard !before.isLetterASCII, !"-/.+~_".unicodeScalars.contains(before) else { return false }
        let solid = text[..<start].last { $0 != " " && $0 != ":" } ?? " "
        return !solid.isDigitASCII && !DateTail.changesMeaning(text, 0..<start, isLead: true)
            && !DateTail.isTemporal(text, 0..<start)
    }

    private static func isEmptyLead(_ text: [Unicode.Scalar], until start: Int) -> Bool {
        text[..<start].allSatisfy { " (".unicodeScalars.contains($0) }
    }

    // MARK: What stands behind it

    private mutating func finish() -> Answer {
        let dayEnd = scanner.place
        let isBehindT = scanner.attempt { $0.take("t") && $0.next?.isDigitASCII ?? false ? true : nil } ?? false
        var isApproximate = false
        if !isBehindT { isApproximate = joints() }
        // Letters or digits glued to a bare day make another word of it: 2023-11-3O.
        if scanner.place == dayEnd, !isBehindT, isGlued { return .unreadable }
        if reading.seconds == nil, !reading.isMonth {
            switch time(isBehindT: isBehindT) {
            case .none: break
            case .unclear: reading.tell("timeNotRead")
            case .refused: return .unreadable
            }
        }
        if reading.seconds == nil { dayZone() }
        if let seconds = packedSeconds, !zone(of: seconds) { return .unreadable }
        // A weekday or a rough word may stand behind the time, too.
        if reading.seconds != nil, joints() { isApproximate = true }
        if isApproximate || approximation() { reading.tell("approximateValue") }
        range()
        return tail()
    }

    /// XML Schema lets a day have an offset: 2023-11-28+08:00. The day is the one that is written.
    private mutating func dayZone() {
        guard scanner.next == "z" || scanner.next == "+" else { return }
        let midnight = TimeOfDayGrammar.Time(seconds: 0, hasSeconds: true, isStandard: true)
        _ = scanner.attempt { scanner -> Void? in
            guard case .offset = DateZone.read(&scanner, behind: midnight, isBehindT: true), scanner.isAtEnd else {
                return nil
            }
            return ()
        }
    }

    /// 20231128013000+0000.
    private mutating func zone(of seconds: Int) -> Bool {
        let time = TimeOfDayGrammar.Time(seconds: seconds, hasSeconds: true, isStandard: true)
        switch DateZone.read(&scanner, behind: time, isBehindT: true) {
        case .none: break
        case .ambiguous: return false
        case .offset(let offset): reading.move(bySeconds: DateZone.china - offset)
        }
        return true
    }

    private var isGlued: Bool {
        guard let next = scanner.next, let previous = scanner.previous, previous.isDigitASCII else { return false }
        return next.isLetterASCII && DayPart.words.match(in: scanner.text, at: scanner.place) == nil && next != "z"
    }

    /// Blanks, brackets, weekdays and words between the date and its time.
    ///
    /// - Returns: whether one of the words says that the time is a rough one.
    private mutating func joints() -> Bool {
        var isApproximate = false
        while true {
            if let scalar = scanner.next, " (),.:;".unicodeScalars.contains(scalar) {
                scanner.place += 1
            } else if let weekday = scanner.take(DatePart.weekdays) {
                isStandard = false
                if weekday != reading.date.weekday { reading.tell("weekdayConflict") }
            } else if scanner.take(DateTail.approximate) != nil {
                isApproximate = true
            } else if scanner.take(Self.connectors) == nil {
                return isApproximate
            }
        }
    }

    private static let connectors = WordTable("北京时间 当日 当天 定于 于 在 的")

    private enum TimeOutcome { case none, unclear, refused }

    private mutating func time(isBehindT: Bool) -> TimeOutcome {
        let start = scanner.place
        switch TimeOfDayGrammar.read(&scanner, isBehindT: isBehindT) {
        case .none: return .none
        case .unclear:
            scanner.place = start
            // The day itself may hang on an offset that stands behind.
            return scanner.text[start...].contains { $0 == "+" || $0 == "z" } && isBehindT ? .refused : .unclear
        case .time(let time):
            if !time.isStandard || !isBehindT { isStandard = false }
            if scanner.place < scanner.text.count, scanner.next?.isLetterASCII ?? false, scanner.next != "z",
                DateZone.words.match(in: scanner.text, at: scanner.place) == nil
            {
                return .unclear
            }
            reading.seconds = time.seconds
            switch DateZone.read(&scanner, behind: time, isBehindT: isBehindT) {
            case .none: break
            case .ambiguous: return .refused
            case .offset(let offset): reading.move(bySeconds: DateZone.china - offset)
            }
            if reading.seconds == 86_400 { reading.move(bySeconds: 0) }
            return .none
        }
    }

    private mutating func approximation() -> Bool {
        let start = scanner.place
        scanner.skipBlanks()
        if scanner.take(DateTail.approximate) != nil { return true }
        scanner.place = start
        return false
    }

    // MARK: Ranges

    private mutating func range() {
        let start = scanner.place
        while let scalar = scanner.next, " ):,".unicodeScalars.contains(scalar) { scanner.place += 1 }
        guard scanner.take(Self.until) != nil else {
            scanner.place = start
            return
        }
        scanner.skipBlanks()
        guard rangeEnd() else {
            scanner.place = start
            return
        }
        reading.tell("dateRange")
    }

    private static let until = WordTable("-- - ~~ ~ 至 到 起至")
    private static let now = WordTable("今 现在 目前 长期 永久")

    private mutating func rangeEnd() -> Bool {
        if scanner.take(Self.now) != nil { return true }
        if let part = scanner.attempt({ DatePart.read(&$0, isFirst: true) }) {
            if part.isFiller { return true }
            guard let end = part.date, end >= reading.date else { return false }
            reading.end = part.isMonth ? end.endOfMonth : end
            skipEndTime()
            return true
        }
        if let end = scanner.attempt({ Self.partialEnd(&$0, from: reading) }) {
            reading.end = end
            skipEndTime()
            return true
        }
        guard reading.seconds != nil else { return false }
        return scanner.attempt { scanner -> Bool? in
            guard case .time = TimeOfDayGrammar.read(&scanner, isBehindT: true) else { return nil }
            return true
        } ?? false
    }

    private mutating func skipEndTime() {
        _ = scanner.attempt { scanner -> Void? in
            _ = scanner.take("t")
            scanner.skipBlanks()
            guard case .time = TimeOfDayGrammar.read(&scanner, isBehindT: false) else { return nil }
            return ()
        }
    }

    /// 12月5日, 8日 or 8月 of the same year.
    private static func partialEnd(_ scanner: inout TextScanner, from reading: DateReading) -> CalendarDate? {
        guard var number = scanner.numeral(), number.width <= 2 else { return nil }
        var month = reading.date.month
        if scanner.take("月") {
            month = number.value
            guard let day = scanner.numeral() else {
                let end = CalendarDate(year: reading.date.year, month: month, day: 1)?.endOfMonth
                return reading.isMonth ? end.flatMap { $0 >= reading.date ? $0 : nil } : nil
            }
            number = day
        }
        guard scanner.take("日") || scanner.take("号"),
            let end = CalendarDate(year: reading.date.year, month: month, day: number.value), end >= reading.date
        else { return nil }
        return end
    }

    // MARK: The rest

    private mutating func tail() -> Answer {
        if isApproximateTail() { reading.tell("approximateValue") }
        let kind = DateTail.read(scanner, hasTime: reading.seconds != nil)
        // A month with digits behind it may have been a day: 2023-05-081.
        if reading.isMonth, kind == .time || scanner.next == "-" { return .unreadable }
        switch kind {
        case .empty: break
        case .words: reading.tell("textLeftAside")
        case .time: reading.tell(reading.seconds == nil ? "timeNotRead" : "severalDates")
        case .dates:
            reading.tell("severalDates")
            reading.isOneOfSeveral = true
        case .meaning: return .unreadable
        }
        if reading.told.isEmpty, !isStandard { reading.tell("normalizedDate") }
        return .date(reading)
    }

    private mutating func isApproximateTail() -> Bool {
        if reading.isMonth, !DateTail.changesMeaning(scanner.text, scanner.place..<scanner.text.count, isLead: false),
            scanner.take(DateTail.monthParts) != nil
        {
            return true
        }
        return approximation()
    }
}

extension DateReading {
    /// Into the day that the seconds reach.
    mutating func move(bySeconds shift: Int) {
        guard let seconds else { return }
        let total = seconds + shift
        let days = total >= 0 ? total / 86_400 : -((86_399 - total) / 86_400)
        date = CalendarDate(daysSince1970: date.daysSince1970 + days)
        self.seconds = total - days * 86_400
    }
}
