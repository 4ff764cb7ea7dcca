import Canonical
import Vocabulary

/// What a text says of a date, and what its sender should be told of the way it was written.
struct DateReading {
    var date: CalendarDate
    /// Of the day in China; nothing where no time was given.
    var seconds: Int?
    /// The last day of a range, where the text is one.
    var end: CalendarDate?
    /// Year and month only: the first day was taken.
    var isMonth = false
    /// Several dates or times that are no range; this is the first.
    var isOneOfSeveral = false
    /// Codes of findings, in the order in which they are told.
    var told: [String] = []

    mutating func tell(_ code: String) {
        if !told.contains(code) { told.append(code) }
    }
}

/// Dates that stand where a column must be filled: what databases, spreadsheets and platforms write for "none", "since
/// ever" and "without end".
enum FillerDate {
    /// - Parameters:
    ///   - year: as written; noughts make no calendar date.
    static func isFiller(year: Int, month: Int, day: Int) -> Bool {
        // 0000-00-00, .NET's 0001-01-01, MySQL's 0002-11-30; 9999-12-31 and what time zones make of it.
        if year <= 2 || year >= 9999 { return true }
        return known.contains(year * 10_000 + month * 100 + day)
    }

    /// FILETIME, SQL Server, spreadsheets twice, the usual first day, and three usual last ones.
    private static let known: Set = [
        16_010_101, 17_530_101, 18_991_230, 18_991_231, 19_000_101, 20_991_231, 29_991_231, 22_221_222,
    ]
}
