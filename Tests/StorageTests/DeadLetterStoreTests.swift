import Foundation
import Messaging
import Testing
import Vocabulary

@testable import Storage

/// Stands for SM3 where only the chaining matters.
func digest(_ bytes: [UInt8]) -> String {
    let hash = bytes.reduce(0xcbf2_9ce4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
    return String(hash, radix: 16)
}

func act(_ action: AuditAction, on subject: String, at: Instant = start) -> AuditAct {
    AuditAct(
        at: at, actor: "wang", role: "operator", action: action, subject: subject, detail: "because",
        sm3: { digest($0) })
}

extension SQLMessageStore {
    func tray(_ filter: DeadLetterFilter = DeadLetterFilter()) async throws(StoreError) -> [DeadLetterSummary] {
        try await deadLetters(filter, newestFirst: false, after: nil, limit: 100).deadLetters
    }
}

extension TemporaryStore {
    /// Dead letters of both kinds, straight into their table.
    func fill(_ count: Int) async throws {
        try await database.write { connection throws(StoreError) in
            for number in 0..<count {
                let isRare = number % 1000 == 7
                let cause = isRare ? DeadLetterCause.undeliverable(.http(503)) : .leasesEnded
                let partner = number % 2 == 0 ? "court" : "police"
                let countRow = try DeadLetterCounts.increment(
                    cause, of: partner, isRare ? .status : .application, recipient: "CZ-TN", connection)
                try connection.run(
                    """
                    INSERT INTO message (id, channel, correlation_id, partner, sender_message_id, recipient, media_type,
                    created_at, due_at, priority, state, reason, dead_since, cause, count_row)
                    VALUES (?, ?, 'c', ?, ?, ?, 'application/xml', 0, 0, 0, 'dead', ?, ?, ?, ?)
                    """,
                    [
                        .text("L\(100_000 + number)"), .text(isRare ? "status" : "application"), .text(partner),
                        .text("M\(number)"), .text("CZ-TN"), .text(cause.reason.rawValue), .integer(Int64(number / 3)),
                        .text(cause.name), .integer(countRow),
                    ])
            }
        }
    }

    func plan(_ sql: String, _ values: [SQLValue]) async throws -> String {
        try await database.read { connection throws(StoreError) in
            try connection.query("EXPLAIN QUERY PLAN " + sql, values) { row throws(StoreError) in try row.text("detail")
            }
        }.joined(separator: "; ")
    }
}

@Suite struct DeadLetterQueueTests {
    private static let filters: [(DeadLetterFilter, index: String)] = [
        (DeadLetterFilter(), "message_dead_by_age"),
        (DeadLetterFilter(since: start), "message_dead_by_age"),
        (DeadLetterFilter(reason: .invalid), "message_dead_by_reason"),
        (DeadLetterFilter(partnerID: "court"), "message_dead_by_partner"),
        (DeadLetterFilter(partnerID: "court", senderMessageID: "M1"), "message_dead_by_sender_id"),
        (DeadLetterFilter(cause: .rejected, since: start, senderMessageID: "M1"), "message_dead_by_sender_id"),
    ]

    @Test(arguments: [false, true])
    func `every page is one seek in an index that holds the page's order, or one for each count row`(newestFirst: Bool)
        async throws
    {
        let home = try await TemporaryStore()
        let cursor = DeadLetterCursor(since: start, id: "L1")
        for (filter, index) in Self.filters {
            let page = DeadLetterPageQuery(filter, newestFirst: newestFirst, after: cursor, limit: 50)
            let (sql, values) = try #require(page.seek)
            let plan = try await home.plan(sql, values)
            #expect(plan.contains("SEARCH m USING INDEX \(index) ("), "\(filter.json.text()): \(plan)")
            #expect(!plan.contains("TEMP B-TREE"), "\(filter.json.text()): \(plan)")
        }
        let page = DeadLetterPageQuery(
            DeadLetterFilter(queue: "CZ-TN"), newestFirst: newestFirst, after: cursor, limit: 50)
        #expect(page.seek == nil)
        let plan = try await home.plan(page.ofCountRow, [])
        #expect(plan.contains("COVERING INDEX message_dead_by_count_row (count_row=? AND (dead_since,id)"), "\(plan)")
        #expect(!plan.contains("TEMP B-TREE"), "\(plan)")
        await home.remove()
    }

    @Test(arguments: StoreKind.tried)
    func `pages in both directions hold every deadLetter once, and rare ones make one page`(kind: StoreKind)
        async throws
    {
        let home = try await TemporaryStore(kind)
        try await home.fill(5_000)
        for newestFirst in [false, true] {
            var ids: [String] = []
            var cursor: DeadLetterCursor?
            repeat {
                let page = try await home.store.deadLetters(
                    DeadLetterFilter(), newestFirst: newestFirst, after: cursor, limit: 499)
                ids += page.deadLetters.map(\.id)
                cursor = page.next
            } while cursor != nil
            #expect(ids.count == 5_000)
            #expect(ids == (newestFirst ? ids.sorted(by: >) : ids.sorted()))
        }
        let rare = try await home.store.deadLetters(
            DeadLetterFilter(channel: .status), newestFirst: false, after: nil, limit: 5)
        #expect(rare.deadLetters.count == 5)
        #expect(rare.next == nil)
        let window = DeadLetterFilter(
            since: Instant(milliseconds: 100), until: Instant(milliseconds: 102))
        #expect(try await home.store.tray(window).count == 6)
        let causes = try await home.store.deadLetterCauses(DeadLetterFilter(partnerID: "police"))
        #expect(causes.map(\.cause.name) == ["exhausted/leaseEnded", "undeliverable/http-503"])
        #expect(causes.map(\.count) == [2_495, 5])
        await home.remove()
    }

    @Test(arguments: StoreKind.tried)
    func `the second of two operators is refused, and so is one whose dead letter died again meanwhile`(kind: StoreKind)
        async throws
    {
        let home = try await TemporaryStore(kind)
        _ = try await home.store.accept(referral("M1", queue: nil, deadLetter: .unroutable()))
        let seen = try #require(try await home.store.tray().first)
        let first = try await home.store.requeue(
            seen.id, version: seen.version, queue: "CZ-TN", act(.chooseQueue, on: seen.id))
        #expect(first == .done)
        let second = try await home.store.discard(
            seen.id, version: seen.version, word: nil, act(.discard, on: seen.id))
        #expect(second.result == .stale)
        let later = start.advanced(seconds: 5)
        let lease = try #require(
            try await home.store.lease(
                queue: "CZ-TN", max: 1, now: later, ends: later.advanced(seconds: 60)
            ).first)
        _ = try await home.store.settle(
            leaseID: lease.id, .giveUp(.rejected, reason: "no"), actor: "CZ-TN", now: later)
        #expect(
            try await home.store.discard(seen.id, version: seen.version, word: nil, act(.discard, on: seen.id)).result
                == .stale)
        #expect(
            try await home.store.discard("nobody", version: nil, word: nil, act(.discard, on: "x")).result == .notFound)
        #expect(try await home.store.tray().map(\.id) == [seen.id])
        #expect(try await home.store.auditHead()?.seq == 1)
        await home.remove()
    }

    @Test(arguments: StoreKind.tried)
    func `looking a hundred times changes nothing`(kind: StoreKind) async throws {
        let home = try await TemporaryStore(kind)
        let broken = referral("M1", invalid: true, deadLetter: .invalid(code: nil))
        _ = try await home.store.accept(broken)
        let before = try #require(try await home.store.deadLetter(broken.referralID))
        for _ in 0..<100 { _ = try await home.store.deadLetter(broken.referralID) }
        let after = try #require(try await home.store.deadLetter(broken.referralID))
        #expect(after.summary.version == before.summary.version)
        #expect(after.history == before.history)
        #expect(after.payload == broken.rawBytes)
        #expect(try await home.store.auditHead() == .start)
        await home.remove()
    }
}
