import Messaging
import Storage
import Testing
import Vocabulary

@testable import Operations

/// Pages of running clocks.
@Suite struct ClockPages {
    /// Applications with three clocks each that end at one moment.
    private func lay(_ applications: Int, at due: Instant, in bench: Bench) async throws {
        try await bench.database.write { connection throws(StoreError) in
            try connection.run(
                """
                INSERT INTO referral (id, partner, message_id, is_invalid, digest, raw, media_type, outcome, answer, received_at)
                VALUES ('R', 'court', 'M', 0, '', x'', 'text/xml', 'accepted', x'7B7D', 0)
                """, [])
            for number in 0..<applications {
                try connection.run(
                    "INSERT INTO application (no, referral_id, content, queue) VALUES (?, 'R', x'7B7D', 'CZ-TN')",
                    [.text("LA-\(number)")])
                for id in ["CLK-05", "CLK-05#2", "CLK-050"] {
                    try connection.run(
                        """
                        INSERT INTO clock (application_no, id, content, due_at, soon_at, is_running)
                        VALUES (?, ?, ?, ?, ?, 1)
                        """,
                        [
                            .text("LA-\(number)"), .text(id), .blob(Self.clock(id, due: due)),
                            .integer(due.milliseconds),
                            .integer(due.milliseconds - (number == 0 ? 3_600_000 : 0)),
                        ])
                }
            }
        }
    }

    private static func clock(_ id: String, due: Instant) -> [UInt8] {
        let seconds = due.milliseconds / 1000
        return Array(
            """
            {"id":"\(id)","kind":"statutory","bound":"institution","unit":"calendarDay","amount":7,"rollsOver":true,
            "soonHours":24,"basis":"法律援助法 43","ruleVersion":1,"startedAt":0,"dueAt":\(seconds),
            "targetAt":\(seconds),"provisional":false,"derived":false}
            """.utf8)
    }

    @Test func `a page may end between two clocks of one moment and none is lost or shown twice`() async throws {
        let bench = try await Bench()
        let due = bench.clock.now.advanced(seconds: 600)
        try await lay(3, at: due, in: bench)
        var seen: [String] = []
        var cursor: ClockCursor?
        repeat {
            let page = try await bench.services.clocks.list(ClockFilter(), after: cursor, limit: 2)
            seen += page.clocks.map { "\($0.record.applicationNo) \($0.record.clock.id)" }
            let last = page.clocks.last?.record
            cursor =
                page.next == nil
                ? nil
                : last.map { ClockCursor(dueAt: $0.clock.dueAt, applicationNo: $0.applicationNo, id: $0.clock.id) }
        } while cursor != nil
        #expect(seen.count == 9 && Set(seen).count == 9)
        #expect(seen == seen.sorted())

        var numbered = ClockFilter()
        numbered.number = "CLK-05"
        let ofKind = try await bench.services.clocks.list(numbered, after: nil, limit: 50).clocks
        #expect(ofKind.count == 6 && ofKind.allSatisfy { $0.kind == "CLK-05" })
        var near = ClockFilter()
        near.nearBy = bench.clock.now
        let nearby = try await bench.services.clocks.list(near, after: nil, limit: 50).clocks
        #expect(nearby.count == 3 && nearby.allSatisfy { $0.isDueSoon && $0.record.applicationNo == "LA-0" })
        await bench.remove()
    }
}
