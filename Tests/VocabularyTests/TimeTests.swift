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

    @Test func `a moment is read with any offset, to the millisecond`() throws {
        let noon = try #require(Instant(rfc3339: "2026-03-02T12:00:00+08:00"))
        for (text, later) in [
            ("2026-03-02T04:00:00Z", 0), ("2026-03-02T04:00:00.5Z", 500), ("2026-03-01T23:30:00-04:30", 0),
            ("2026-03-02T12:00:00.123456789+08:00", 123), ("2026-03-02T04:00:00.001-00:00", 1),
        ] as [(String, Int64)] {
            #expect(Instant(rfc3339: text) == noon.advanced(milliseconds: later), "\(text)")
        }
        #expect(Instant(rfc3339: "1969-12-31T23:59:59.999Z")?.milliseconds == -1)
    }

    @Test(arguments: [
        "2026-03-02T25:00:00+08:00", "2026-03-02T24:00:00+08:00", "2026-03-02T12:60:00+08:00",
        "2026-03-02T12:00:60+08:00", "2026-02-30T12:00:00+08:00", "2026-02-29T12:00:00Z", "2026-03-02T12:00:00",
        "2026-03-02T12:00:00.Z",
        "2026-03-02T12:00:00.1234567890Z", "2026-03-02T12:00:00+24:00", "2026-03-02T12:00:00+08:60",
        "2026-03-02T12:00:00+8",
        "2026-03-02T12:00Z", "2026-03-02 12:00:00Z", "2026-03-02", "2026-03-02T12:00:00ZZ", "2026-03-02T12:00:00.5", "",
        "2026-03-02T12:00:00+0800", "2026-3-2T12:00:00Z", "２026-03-02T12:00:00Z", " 2026-03-02T12:00:00Z",
    ])
    func `what is no moment is read as none`(text: String) {
        #expect(Instant(rfc3339: text) == nil)
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
