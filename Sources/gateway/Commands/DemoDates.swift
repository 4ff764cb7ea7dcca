import Canonical
import Foundation
import StrictJSON
import Vocabulary

/// Moves the dates that an example tells by as many days, so that it was sent a day ago. Days of birth stay, and so does what
/// lies years before: identity numbers spell the former, laws and earlier cases the latter.
struct DemoDates {
    /// The years around the example's own in which a date belongs to its story.
    private static let reach = 4

    private let from: CalendarDate
    private let days: Int
    private let years: Int
    private let births: Set<CalendarDate>

    /// - Parameter records: what the example says, canonical.
    init?(of records: [LegalAidApplication], sentOn day: CalendarDate) {
        let told = ["source.sentAt", "source.letterDate", "event.at", "firstContact.at", "source.reportedAt"]
        let sent = records.lazy.flatMap { record in told.compactMap { record.text($0) } }.first
        guard let sent, let from = CalendarDate(iso: String(sent.prefix(10))) else { return nil }
        self.from = from
        days = day.daysSince1970 - from.daysSince1970
        years = day.year - from.year
        births = Set(records.flatMap { Self.births(in: .object($0.content)) })
    }

    private static func births(in value: JSONValue) -> [CalendarDate] {
        if let items = value.array { return items.flatMap(births) }
        return (value.object?.members ?? []).flatMap { name, value in
            name == "birthDate" ? value.string.flatMap { CalendarDate(iso: $0) }.map { [$0] } ?? [] : births(in: value)
        }
    }

    func moved(_ text: String) -> String {
        let spelt = text.replacing(/(^|[^0-9])(20\d\d)([-.\/年])(\d{1,2})([-.\/月])(\d{1,2})(?!\d)/) { match in
            let (_, before, year, first, month, second, day) = match.output
            guard let moved = moved(year, month, day) else { return String(match.output.0) }
            return before + "\(moved.year)" + first + Self.digits(moved.month, like: month) + second
                + Self.digits(moved.day, like: day)
        }
        let compact = spelt.replacing(
            /(^|[^0-9A-Za-z])(20\d\d)(\d\d)(\d\d)(?=(?:\d{4}|\d{6})?(?:[^0-9A-Za-z]|$))/
        ) { match in
            let (_, before, year, month, day) = match.output
            guard let moved = moved(year, month, day) else { return String(match.output.0) }
            return before + moved.iso.replacing("-", with: "")
        }
        let stamps = compact.replacing(/(^|[^0-9])(1[67]\d{11})(?!\d)/) { match in
            let stamp = Int64(match.output.2).map { $0 + Int64(days) * 86_400_000 }
            return match.output.1 + (stamp.map { "\($0)" } ?? String(match.output.2))
        }
        return stamps.replacing(/([(（〔\[])(20\d\d)(?=[)）〕\]])/) { match in
            let year = Int(match.output.2).flatMap { isNear($0) ? $0 + years : nil }
            return match.output.1 + (year.map { "\($0)" } ?? String(match.output.2))
        }
    }

    private func moved(_ year: Substring, _ month: Substring, _ day: Substring) -> CalendarDate? {
        guard let year = Int(year), let month = Int(month), let day = Int(day), isNear(year),
            let date = CalendarDate(year: year, month: month, day: day), !births.contains(date)
        else { return nil }
        return date.adding(days: days)
    }

    private func isNear(_ year: Int) -> Bool { abs(year - from.year) <= Self.reach }

    private static func digits(_ number: Int, like text: Substring) -> String {
        number < 10 && text.count == 2 ? "0\(number)" : "\(number)"
    }
}
