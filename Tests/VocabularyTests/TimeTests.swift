import Testing

@testable import Vocabulary

/// Moments and how they are written.
@Suite struct TimeTests {
    @Test func `a moment is read as it was written, to the second, also before 1970`() throws {
        var generator = SplitMix(state: 11)
        for _ in 0..<2000 {
            let instant = Instant(milliseconds: .random(in: -2_200_000_000_000...4_100_000_000_000, using: &generator))
            let timestamp = instant.timestamp
            #expect(Timestamp(rfc3339: timestamp.rfc3339) == timestamp)
            #expect(instant.rfc3339.prefix(19) == timestamp.rfc3339.prefix(19))
            let rest = instant.milliseconds - Instant(timestamp).milliseconds
            #expect((0..<1000).contains(rest) && Int64(instant.rfc3339.dropFirst(20).prefix(3)) == rest)
        }
    }

    /// What is no time is not taken for one: every byte of a written one, replaced by another.
    @Test func `a stored time with a wrong byte is none`() {
        let written = Array("2027-03-30T09:30:15+08:00".utf8)
        for index in written.indices {
            for wrong in ["x", "/", ":", "9", "-", " "].map({ Array($0.utf8)[0] }) where wrong != written[index] {
                var bytes = written
                bytes[index] = wrong
                let text = String(decoding: bytes, as: UTF8.self)
                if let read = Timestamp(rfc3339: text) { #expect(read.rfc3339 == text, "\(text)") }
            }
        }
    }
}

/// SplitMix64: the same seed gives the same moments.
private struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
