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

    /// The same moment to the second, as the canonical model writes it.
    public var timestamp: Timestamp { Timestamp(secondsSince1970: seconds) }

    public init(_ timestamp: Timestamp) { self.init(milliseconds: timestamp.secondsSince1970 * 1000) }

    /// RFC 3339 in China's time, which knows no summer time, to the millisecond: always `+08:00`.
    public var rfc3339: String {
        String(unsafeUninitializedCapacity: 29) { text in
            timestamp.write(to: text)
            text[19] = UInt8(ascii: ".")
            text.write(Int(milliseconds - seconds * 1000), digits: 3, at: 20)
            for (index, byte) in "+08:00".utf8.enumerated() { text[23 + index] = byte }
            return 29
        }
    }

    /// Reads a date and time with its offset as RFC 3339 (§5.6) writes it, to the millisecond. Nothing where there is no such
    /// day or time of day: 25:00 and 30 February are no moments. A leap second is none either.
    public init?(rfc3339 text: String) {
        let bytes = Array(text.utf8)
        guard bytes.count >= 20, bytes[10] == UInt8(ascii: "T"), bytes[13] == UInt8(ascii: ":"),
            bytes[16] == UInt8(ascii: ":"), let date = CalendarDate(iso: String(decoding: bytes[..<10], as: UTF8.self)),
            let hour = Self.number(bytes, at: 11, below: 24), let minute = Self.number(bytes, at: 14, below: 60),
            let second = Self.number(bytes, at: 17, below: 60)
        else { return nil }
        let fraction: ArraySlice<UInt8> =
            bytes[19] == UInt8(ascii: ".") ? bytes[20...].prefix { (0x30...0x39).contains($0) } : []
        guard bytes[19] != UInt8(ascii: ".") || (1...9).contains(fraction.count),
            let offset = Self.offset(bytes[(fraction.isEmpty ? 19 : fraction.endIndex)...])
        else { return nil }
        let milliseconds = (fraction.map { Int64($0) - 0x30 } + [0, 0, 0]).prefix(3).reduce(0) { $0 * 10 + $1 }
        let minutes = (date.daysSince1970 * 24 + hour) * 60 + minute - offset
        let seconds = Int64(minutes) * 60 + Int64(second)
        self.init(milliseconds: seconds * 1000 + milliseconds)
    }

    /// Reads when something happened: a moment as above, or a day, which is over with its end; today has come as far as now.
    public init?(happened text: String, by now: Instant) {
        guard let date = CalendarDate(iso: text) else {
            self.init(rfc3339: text)
            return
        }
        self = date == now.timestamp.date ? now : Instant(Timestamp(endOf: date))
    }

    /// Minutes that it is ahead of UTC: `Z`, or a sign with hours and minutes.
    private static func offset(_ bytes: ArraySlice<UInt8>) -> Int? {
        if bytes.elementsEqual([UInt8(ascii: "Z")]) { return 0 }
        let bytes = Array(bytes)
        guard bytes.count == 6, [UInt8(ascii: "+"), UInt8(ascii: "-")].contains(bytes[0]),
            bytes[3] == UInt8(ascii: ":"), let hours = number(bytes, at: 1, below: 24),
            let minutes = number(bytes, at: 4, below: 60)
        else { return nil }
        return (hours * 60 + minutes) * (bytes[0] == UInt8(ascii: "-") ? -1 : 1)
    }

    private static func number(_ bytes: [UInt8], at index: Int, below limit: Int) -> Int? {
        let digits = bytes[index...index + 1].map { Int($0) - 0x30 }
        guard digits.allSatisfy((0...9).contains) else { return nil }
        let number = digits[0] * 10 + digits[1]
        return number < limit ? number : nil
    }

    /// Year * 4 + quarter (0 … 3), in China's time.
    public var quarter: Int64 {
        let date = timestamp.date
        return Int64(date.year) * 4 + Int64(date.month - 1) / 3
    }

    /// Whole seconds, rounded down also before 1970.
    private var seconds: Int64 { (milliseconds >= 0 ? milliseconds : milliseconds - 999) / 1000 }
}
