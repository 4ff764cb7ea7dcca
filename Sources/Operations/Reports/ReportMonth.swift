import Canonical
import Messaging
import StrictJSON
import Transport
import Triage
import Vocabulary

/// A month in China's time.
public struct ReportMonth: Sendable, Hashable {
    public let year: Int
    public let month: Int

    /// `2026-03`
    public init?(_ text: String) {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard text.utf8.count == 7, parts.count == 2, let year = Int(parts[0]), let month = Int(parts[1]),
            (2000...2200).contains(year), (1...12).contains(month)
        else { return nil }
        self.year = year
        self.month = month
    }

    public var text: String { "\(year)-\(month < 10 ? "0" : "")\(month)" }
    public var start: Instant? { Instant(dayOrMoment: text + "-01") }
    public var end: Instant? {
        ReportMonth(month == 12 ? "\(year + 1)-01" : "\(year)-\(month < 9 ? "0" : "")\(month + 1)")?.start
    }

    /// So many months earlier.
    public func earlier(by months: Int) -> ReportMonth? {
        let count = year * 12 + month - 1 - months
        let rest = count % 12 + 1
        return ReportMonth("\(count / 12)-\(rest < 10 ? "0" : "")\(rest)")
    }
}
