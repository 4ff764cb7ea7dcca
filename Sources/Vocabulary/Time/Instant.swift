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

    /// Year * 4 + quarter (0 … 3), in China's time.
    public var quarter: Int64 {
        let date = timestamp.date
        return Int64(date.year) * 4 + Int64(date.month - 1) / 3
    }

    /// Whole seconds, rounded down also before 1970.
    private var seconds: Int64 { (milliseconds >= 0 ? milliseconds : milliseconds - 999) / 1000 }
}
