import Canonical
import Vocabulary

/// Which days are worked, by the State Council's yearly plan (《全国年节及纪念日放假办法》). It cannot be computed.
public struct WorkingCalendar: Sendable {
    /// One year's plan.
    public struct Year: Sendable, Hashable {
        let off: Set<CalendarDate>
        let makeupWorkdays: Set<CalendarDate>

        public init(off: Set<CalendarDate>, makeupWorkdays: Set<CalendarDate>) {
            self.off = off
            self.makeupWorkdays = makeupWorkdays
        }
    }

    private let years: [Int: Year]

    public init(years: [Int: Year]) { self.years = years }

    /// Years with a plan. A date beyond them is reckoned by weekends and the holidays that the law fixes, and is
    /// provisional.
    public func isPlanned(_ date: CalendarDate) -> Bool { years[date.year] != nil }

    /// The years whose plan is another, or no plan, in a calendar that takes this one's place.
    func yearsChanged(in new: WorkingCalendar) -> [Int] {
        Set(years.keys).union(new.years.keys).filter { years[$0] != new.years[$0] }.sorted()
    }

    public func isWorkday(_ date: CalendarDate) -> Bool {
        guard let year = years[date.year] else {
            return !date.isWeekend && !StatutoryHolidays.days(of: date.year).contains(date)
        }
        return year.makeupWorkdays.contains(date) || (!date.isWeekend && !year.off.contains(date))
    }

    /// The last day of a period whose first day does not count (民法典 201, 203).
    public func end(
        of amount: Int, _ unit: ClockUnit, from start: CalendarDate, rollsOver: Bool
    ) -> CalendarDate {
        switch unit {
        case .minute, .hour: return start
        case .calendarDay: return rolled(start.adding(days: amount), rollsOver)
        case .month: return rolled(start.adding(months: amount), rollsOver)
        case .year: return rolled(start.adding(months: amount * 12), rollsOver)
        case .workingDay:
            var end = start
            var left = amount
            while left > 0 {
                end = end.adding(days: 1)
                if isWorkday(end) { left -= 1 }
            }
            return end
        }
    }

    /// Workdays after the first day, up to and with the last.
    public func workdays(after first: CalendarDate, through last: CalendarDate) -> Int {
        var count = 0
        var day = first
        while day < last {
            day = day.adding(days: 1)
            if isWorkday(day) { count += 1 }
        }
        return count
    }

    /// A last day that is a day off moves to the next workday (民法典 203; 民诉法 85; 刑诉法 105).
    func rolled(_ end: CalendarDate, _ rollsOver: Bool = true) -> CalendarDate {
        var end = end
        while rollsOver, !isWorkday(end) { end = end.adding(days: 1) }
        return end
    }
}

/// What a clock counts.
public enum ClockUnit: String, Sendable, CaseIterable {
    case minute
    /// From the minute of the trigger; never moved (民法典 201 ¶2).
    case hour
    case calendarDay
    /// Only where the law says so, as 行政复议法 88 does.
    case workingDay
    /// To the day of the same number; to the month's last where there is none (民法典 202).
    case month
    case year

    /// Counted from the moment rather than from the day.
    var isMoment: Bool { self == .minute || self == .hour }
}

extension CalendarDate {
    /// The same day of another month, or that month's last day.
    func adding(months: Int) -> CalendarDate {
        let index = year * 12 + month - 1 + months
        for day in stride(from: day, to: 27, by: -1) {
            if let date = CalendarDate(year: index / 12, month: index % 12 + 1, day: day) { return date }
        }
        return CalendarDate(year: index / 12, month: index % 12 + 1, day: day) ?? self
    }
}

extension Timestamp {
    /// Reads a day, taken as its end, or RFC 3339 in China's time, as canonical fields hold them.
    public init?(canonical text: String) {
        if let date = CalendarDate(iso: text) {
            self.init(endOf: date)
            return
        }
        // The seconds may be missing.
        let whole = text.utf8.count == 22 ? "\(text.prefix(16)):00\(text.suffix(6))" : text
        guard text.hasSuffix("+08:00"), let moment = Instant(rfc3339: whole) else { return nil }
        self = moment.timestamp
    }
}
