import Canonical

/// Which days are worked, by the State Council's yearly plan (《全国年节及纪念日放假办法》). It cannot be computed.
public struct WorkingCalendar: Sendable {
    /// One year's plan.
    public struct Year: Sendable {
        let off: Set<CalendarDate>
        let makeupWorkdays: Set<CalendarDate>

        public init(off: Set<CalendarDate>, makeupWorkdays: Set<CalendarDate>) {
            self.off = off
            self.makeupWorkdays = makeupWorkdays
        }
    }

    private let years: [Int: Year]

    public init(years: [Int: Year]) { self.years = years }

    /// Years with a plan. A date beyond them is reckoned by weekends alone, and is provisional.
    public func isPlanned(_ date: CalendarDate) -> Bool { years[date.year] != nil }

    public func isWorkday(_ date: CalendarDate) -> Bool {
        guard let year = years[date.year] else { return !date.isWeekend }
        return year.makeupWorkdays.contains(date) || (!date.isWeekend && !year.off.contains(date))
    }

    /// The last day of a period whose first day does not count (民法典 201, 203).
    public func end(
        of amount: Int, _ unit: ClockUnit, from start: CalendarDate, rollsOver: Bool
    ) -> CalendarDate {
        switch unit {
        case .calendarDay:
            var end = start.adding(days: amount)
            while rollsOver, !isWorkday(end) { end = end.adding(days: 1) }
            return end
        case .workingDay:
            var end = start
            var left = amount
            while left > 0 {
                end = end.adding(days: 1)
                if isWorkday(end) { left -= 1 }
            }
            return end
        case .hour: return start
        }
    }
}

/// What a clock counts.
public enum ClockUnit: String, Sendable, CaseIterable {
    /// From the minute of receipt; never moved.
    case hour
    case calendarDay
    case workingDay
}
