import Synchronization

/// Makes ULIDs: 48 bits of milliseconds and 80 random bits in Crockford's Base32, 26 characters.
///
/// Within one source they only ever grow, so that indexes over them stay sequential; a clock that steps back does not
/// step them back.
public final class IdentifierSource: Sendable {
    private struct Last {
        var milliseconds: UInt64 = 0
        var high: UInt16 = 0
        var low: UInt64 = 0
    }

    private let random: @Sendable () -> UInt64
    private let last = Mutex(Last())

    /// - Parameter random: 64 fresh random bits a call.
    public init(random: @escaping @Sendable () -> UInt64) { self.random = random }

    /// Sorts before every identifier made at that moment or later, and after every earlier one.
    public static func floor(_ instant: Instant) -> String {
        encoded(upper: UInt64(max(0, instant.milliseconds)) << 16, lower: 0)
    }

    public func next(at instant: Instant) -> String {
        let (milliseconds, high, low) = last.withLock { last in
            let now = UInt64(max(0, instant.milliseconds))
            if now > last.milliseconds {
                // The top bit stays free, so that counting up within a millisecond cannot overflow.
                last = Last(milliseconds: now, high: UInt16(truncatingIfNeeded: random()) & 0x7FFF, low: random())
            } else {
                let (sum, overflow) = last.low.addingReportingOverflow(1 + random() & 0xFFFF)
                last.low = sum
                if overflow { last.high &+= 1 }
            }
            return (last.milliseconds, last.high, last.low)
        }
        return Self.encoded(upper: milliseconds << 16 | UInt64(high), lower: low)
    }

    private static func encoded(upper: UInt64, lower: UInt64) -> String {
        var (upper, lower) = (upper, lower)
        var characters = [UInt8](repeating: 0, count: 26)
        for index in stride(from: 25, through: 0, by: -1) {
            characters[index] = alphabet[Int(lower & 31)]
            lower = lower >> 5 | upper << 59
            upper >>= 5
        }
        return String(decoding: characters, as: UTF8.self)
    }

    private static let alphabet = Array("0123456789ABCDEFGHJKMNPQRSTVWXYZ".utf8)
}
