import Foundation

/// A moment: milliseconds since 1970-01-01T00:00:00Z.
public struct Instant: Sendable, Hashable, Comparable {
    public let milliseconds: Int64

    public init(milliseconds: Int64) { self.milliseconds = milliseconds }
    public init(_ date: Date) { self.init(milliseconds: Int64((date.timeIntervalSince1970 * 1000).rounded(.down))) }

    public static func < (left: Instant, right: Instant) -> Bool { left.milliseconds < right.milliseconds }

    public func advanced(milliseconds: Int64) -> Instant { Instant(milliseconds: self.milliseconds + milliseconds) }
    public func advanced(seconds: Int) -> Instant { advanced(milliseconds: Int64(seconds) * 1000) }
    public func advanced(by duration: Duration) -> Instant {
        let (seconds, attoseconds) = duration.components
        return advanced(milliseconds: seconds * 1000 + attoseconds / 1_000_000_000_000_000)
    }

    /// RFC 3339 in China's time, which knows no summer time: always `+08:00`.
    public var rfc3339: String {
        let (year, month, day) = civil
        let rest = Int(local - localDays * 86_400_000)
        var text = Array("\(year)".utf8)
        text.reserveCapacity(32)
        func add(_ mark: StaticString, _ number: Int, digits: Int = 2) {
            text.append(mark.utf8Start.pointee)
            if digits > 2 { text.append(UInt8(48 + number / 100 % 10)) }
            text.append(UInt8(48 + number / 10 % 10))
            text.append(UInt8(48 + number % 10))
        }
        add("-", month)
        add("-", day)
        add("T", rest / 3_600_000)
        add(":", rest / 60_000 % 60)
        add(":", rest / 1000 % 60)
        add(".", rest % 1000, digits: 3)
        return String(decoding: text + Array("+08:00".utf8), as: UTF8.self)
    }

    /// Year * 4 + quarter (0 … 3), in China's time.
    public var quarter: Int64 {
        let (year, month, _) = civil
        return year * 4 + Int64(month - 1) / 3
    }

    private var local: Int64 { milliseconds + 8 * 3_600_000 }
    private var localDays: Int64 { (local >= 0 ? local : local - 86_399_999) / 86_400_000 }

    /// Civil date from days, by H. Hinnant's algorithm: exact for every Gregorian date.
    private var civil: (year: Int64, month: Int, day: Int) {
        let shifted = localDays + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
        let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), Int(month), Int(day))
    }
}
