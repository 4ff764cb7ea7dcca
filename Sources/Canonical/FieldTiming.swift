import Vocabulary

/// When the day of a field can lie, seen from the moment at which the document was received (domain §4, §6.6).
public enum FieldTiming: Sendable, Hashable {
    /// From 1900 to the day of receipt.
    case birth
    /// Something that has happened: not after receipt.
    case past
    /// When a message was sent: at most five minutes after receipt, since clocks differ.
    case sent
    /// A hearing: from five years before receipt, as papers come late, to two years after.
    case hearing
    /// Begin or end of something, perhaps in years to come.
    case open

    /// What is to be thought of a day.
    public enum Verdict: Sendable, Hashable {
        case plausible
        /// Kept and told.
        case doubtful(String)
        /// Cannot be meant; told instead of kept.
        case impossible(String)
    }

    /// What clocks may differ by.
    public static let skewSeconds: Int64 = 300

    private static let future = "dateInFuture"
    private static let odd = "dateImplausible"

    /// - Parameter text: `yyyy-MM-dd`, perhaps with a time of China (RFC 3339).
    public func verdict(of text: String, received: Timestamp) -> Verdict {
        guard let date = CalendarDate(iso: text.prefix(10)) else { return .plausible }
        let latest = Timestamp(secondsSince1970: received.secondsSince1970 + Self.skewSeconds)
        let today = latest.date
        // The day from which computers count, unless somebody was born on it.
        if date.daysSince1970 == 0 { return self == .birth ? .doubtful(Self.odd) : .impossible(Self.odd) }
        switch self {
        case .birth:
            if date.year < 1900 { return .impossible(Self.odd) }
            return date > today ? .impossible(Self.future) : .plausible
        case .past:
            if date.year < 1900 { return .impossible(Self.odd) }
            return date > today ? Self.future(date, today) : .plausible
        case .sent:
            if date.year < 2000 { return .impossible(Self.odd) }
            let isLater = Timestamp(rfc3339: text).map { $0 > latest } ?? (date > today)
            return isLater ? Self.future(date, today) : .plausible
        case .hearing:
            if date.year < 1990 || date > today.adding(days: 3660) { return .impossible(Self.odd) }
            let isNear = date >= today.adding(days: -1830) && date <= today.adding(days: 732)
            return isNear ? .plausible : .doubtful(Self.odd)
        case .open:
            return date.year < 1900 || date > today.adding(days: 36_600) ? .impossible(Self.odd) : .plausible
        }
    }

    /// A few months ahead is a slip or a date to come; years ahead is nothing at all.
    private static func future(_ date: CalendarDate, _ today: CalendarDate) -> Verdict {
        date > today.adding(days: 366) ? .impossible(future) : .doubtful(future)
    }
}
