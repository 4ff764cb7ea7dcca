import StrictJSON

/// A moment in China's time (UTC+8, no summer time), to the second.
public struct Timestamp: Sendable, Hashable, Comparable {
    public let secondsSince1970: Int64

    public init(secondsSince1970: Int64) { self.secondsSince1970 = secondsSince1970 }

    /// The given wall-clock time in China.
    public init(_ date: CalendarDate, hour: Int, minute: Int, second: Int) {
        let seconds = (date.daysSince1970 * 24 + hour - 8) * 3600 + minute * 60 + second
        secondsSince1970 = Int64(seconds)
    }

    /// Reads what `rfc3339` writes; nothing where there is no time or another offset.
    public init?(rfc3339 text: String) {
        guard text.utf8.count == 25, text.hasSuffix("+08:00"), let moment = Instant(rfc3339: text) else { return nil }
        self = moment.timestamp
    }

    /// The day in China.
    public var date: CalendarDate { CalendarDate(daysSince1970: Int((local - secondOfDay) / 86_400)) }

    /// The day's last second: until when something due that day may come.
    public init(endOf date: CalendarDate) { self.init(date, hour: 23, minute: 59, second: 59) }

    public func adding(hours: Int) -> Timestamp { Timestamp(secondsSince1970: secondsSince1970 + Int64(hours) * 3600) }

    /// RFC 3339 with China's offset.
    public var rfc3339: String {
        String(unsafeUninitializedCapacity: 25) { text in
            write(to: text)
            for (index, byte) in "+08:00".utf8.enumerated() { text[19 + index] = byte }
            return 25
        }
    }

    /// Writes `yyyy-MM-ddTHH:mm:ss` in China's time to the first nineteen bytes.
    func write(to text: UnsafeMutableBufferPointer<UInt8>) {
        date.write(to: text)
        let second = Int(secondOfDay)
        for (index, sign, number) in [(10, "T", second / 3600), (13, ":", second / 60 % 60), (16, ":", second % 60)]
            as [(Int, Unicode.Scalar, Int)]
        {
            text[index] = UInt8(ascii: sign)
            text.write(number, digits: 2, at: index + 1)
        }
    }

    private var local: Int64 { secondsSince1970 + 8 * 3600 }
    private var secondOfDay: Int64 { ((local % 86_400) + 86_400) % 86_400 }

    public static func < (left: Timestamp, right: Timestamp) -> Bool {
        left.secondsSince1970 < right.secondsSince1970
    }
}
