import Canonical
import Foundation
import Synchronization
import Vocabulary

/// The holidays of every year by law (《全国年节及纪念日放假办法》, 2024 revision, art. 2): what is known before the State
/// Council's plan. Days that the plan swaps for weekends are not among them.
enum StatutoryHolidays {
    /// The first year of the revised list: before, New Year's Eve and 2 May were working days.
    static let since = 2025

    /// A year's holidays, once reckoned, are always the same.
    private static let known = Mutex<[Int: Set<CalendarDate>]>([:])

    static func days(of year: Int) -> Set<CalendarDate> {
        if let days = known.withLock({ $0[year] }) { return days }
        let days = Set(solar(year) + lunar(year))
        known.withLock { $0[year] = days }
        return days
    }

    /// 元旦、清明、劳动节、国庆.
    private static func solar(_ year: Int) -> [CalendarDate] {
        [(1, 1), (4, clearBrightness(year)), (5, 1), (5, 2), (10, 1), (10, 2), (10, 3)].compactMap {
            CalendarDate(year: year, month: $0, day: $1)
        }
    }

    /// The day of April on which 清明 falls, by the rule for the years 2000 to 2099.
    private static func clearBrightness(_ year: Int) -> Int {
        let place = year % 100
        return Int(Double(place) * 0.2422 + 4.81) - place / 4
    }

    /// 春节 (除夕至初三)、端午、中秋.
    private static func lunar(_ year: Int) -> [CalendarDate] {
        var calendar = Calendar(identifier: .chinese)
        guard let china = TimeZone(secondsFromGMT: 8 * 3600) else { return [] }
        calendar.timeZone = china
        func days(from first: CalendarDate?, _ count: Int, lunarMonth: Int, day: Int) -> [CalendarDate] {
            guard let first else { return [] }
            return (0..<count).map { first.adding(days: $0) }.filter { date in
                let noon = Date(timeIntervalSince1970: Double(date.daysSince1970) * 86_400 + 4 * 3600)
                let parts = calendar.dateComponents([.month, .day], from: noon)
                return parts.month == lunarMonth && parts.day == day && parts.isLeapMonth != true
            }
        }
        let spring = days(from: CalendarDate(year: year, month: 1, day: 20), 34, lunarMonth: 1, day: 1)
        return spring.flatMap { first in (-1...2).map { first.adding(days: $0) } }
            + days(from: CalendarDate(year: year, month: 5, day: 25), 36, lunarMonth: 5, day: 5)
            + days(from: CalendarDate(year: year, month: 9, day: 5), 36, lunarMonth: 8, day: 15)
    }
}
