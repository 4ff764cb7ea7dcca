import StrictJSON

/// A day of the Gregorian calendar.
public struct CalendarDate: Sendable, Hashable, Comparable {
    public let year: Int
    public let month: Int
    public let day: Int

    /// Nothing where there is no such day, such as 30 February.
    public init?(year: Int, month: Int, day: Int) {
        guard (1...12).contains(month), (1...9999).contains(year), day >= 1,
            day <= Self.length(ofMonth: month, year: year)
        else { return nil }
        self.year = year
        self.month = month
        self.day = day
    }

    /// Reads `yyyy-MM-dd`.
    public init?(iso: String) {
        guard let date = iso.lend({ Self(iso: $0) }) else { return nil }
        self = date
    }

    public init?(iso: Substring) { self.init(iso: String(iso)) }

    /// Reads UTF-8; dates are the commonest values of all, so not by way of characters.
    public init?(iso: UnsafeBufferPointer<UInt8>) {
        guard iso.count == 10 else { return nil }
        var numbers = (year: 0, month: 0, day: 0)
        for (index, byte) in iso.enumerated() {
            if index == 4 || index == 7 {
                guard byte == UInt8(ascii: "-") else { return nil }
                continue
            }
            guard (0x30...0x39).contains(byte) else { return nil }
            let digit = Int(byte - 0x30)
            if index < 4 {
                numbers.year = numbers.year * 10 + digit
            } else if index < 7 {
                numbers.month = numbers.month * 10 + digit
            } else {
                numbers.day = numbers.day * 10 + digit
            }
        }
        self.init(year: numbers.year, month: numbers.month, day: numbers.day)
    }

    /// Days since 1970-01-01, by H. Hinnant's algorithm.
    public init(daysSince1970 days: Int) {
        let shifted = days + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let fromMarch = (5 * dayOfYear + 2) / 153
        day = dayOfYear - (153 * fromMarch + 2) / 5 + 1
        month = fromMarch < 10 ? fromMarch + 3 : fromMarch - 9
        year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    }

    public var daysSince1970: Int {
        let shiftedYear = month <= 2 ? year - 1 : year
        let era = (shiftedYear >= 0 ? shiftedYear : shiftedYear - 399) / 400
        let yearOfEra = shiftedYear - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    public var iso: String {
        String(unsafeUninitializedCapacity: 10) { text in
            write(to: text)
            return 10
        }
    }

    /// Writes `yyyy-MM-dd` to the first ten bytes.
    func write(to text: UnsafeMutableBufferPointer<UInt8>) {
        text.write(year, digits: 4, at: 0)
        text[4] = UInt8(ascii: "-")
        text.write(month, digits: 2, at: 5)
        text[7] = UInt8(ascii: "-")
        text.write(day, digits: 2, at: 8)
    }

    public func adding(days: Int) -> CalendarDate { CalendarDate(daysSince1970: daysSince1970 + days) }

    /// 0 is Monday; 1970-01-01 was a Thursday.
    public var weekday: Int { ((daysSince1970 + 3) % 7 + 7) % 7 }

    /// Saturday or Sunday.
    public var isWeekend: Bool { weekday >= 5 }

    /// The ISO 8601 week that holds this day, such as `2024-W07`; its year is that of the week's Thursday.
    public var isoWeek: String {
        let monday = adding(days: -weekday)
        let thursday = monday.adding(days: 3)
        guard let newYear = CalendarDate(year: thursday.year, month: 1, day: 1) else { return "" }
        let week = (thursday.daysSince1970 - newYear.daysSince1970) / 7 + 1
        return "\(thursday.year)-W" + (week < 10 ? "0\(week)" : "\(week)")
    }

    /// The Monday of a week such as `2024-W07`; nothing where there is no such week.
    public init?(isoWeek text: String) {
        let parts = text.split(separator: "-W", omittingEmptySubsequences: false)
        guard parts.count == 2, parts[0].utf8.count == 4, parts[1].utf8.count == 2, let year = Int(parts[0]),
            let week = Int(parts[1]), let fourth = CalendarDate(year: year, month: 1, day: 4)
        else { return nil }
        // 4 January lies in the first week.
        let monday = fourth.adding(days: -fourth.weekday + (week - 1) * 7)
        guard monday.isoWeek == text else { return nil }
        self = monday
    }

    /// Full years completed at `date`: an age. A birthday counts from its own day (民法典 art. 1259 ¶2 reads "满").
    public func years(until date: CalendarDate) -> Int {
        let hadBirthday = (date.month, date.day) >= (month, day)
        return date.year - year - (hadBirthday ? 0 : 1)
    }

    /// The last day of this date's month.
    public var endOfMonth: CalendarDate { adding(days: Self.length(ofMonth: month, year: year) - day) }

    private static func length(ofMonth month: Int, year: Int) -> Int {
        switch month {
        case 2: (year % 4 == 0 && year % 100 != 0) || year % 400 == 0 ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    public static func < (left: CalendarDate, right: CalendarDate) -> Bool {
        (left.year, left.month, left.day) < (right.year, right.month, right.day)
    }
}

extension UnsafeMutableBufferPointer<UInt8> {
    func write(_ number: Int, digits: Int, at start: Int) {
        var rest = number
        for index in (start..<start + digits).reversed() {
            self[index] = UInt8(ascii: "0") + UInt8(rest % 10)
            rest /= 10
        }
    }
}
