import Foundation
import Messaging
import StrictJSON
import Testing

@testable import Storage

@Suite struct FlowStoreTests {
    /// Every question of the operator services with the index that must answer it.
    private static let questions: [(sql: String, values: Int, index: String)] = [
        (MessageQuerySQL.openByQueue, 0, "message_open_by_urgency"),
        (IdempotentReceiver.sameInvalidBytes, 3, "message_of_"),
        (MessageQuerySQL.lastSeen, 1, "referral_of_partner"), (MessageQuerySQL.backlog, 1, "message_open_by_urgency"),
        (MessageQuerySQL.deadByQueue, 0, "dead_letter_count"), (MessageQuerySQL.deadOfPartner, 1, "dead_letter_count"),
        (MessageQuerySQL.byMessageID, 2, "referral_same_message_once"),
        (MessageQuerySQL.messages, 1, "message_of_correlation"),
        (MessageQuerySQL.history, 1, "history_of_subject"), (MessageQuerySQL.acts, 1, "audit_of_subject"),
        (DeadLetterCountQuery.byCause(DeadLetterFilter()).sql, 3, "COVERING INDEX message_dead_by_count_row"),
        (
            DeadLetterCountQuery.byCause(DeadLetterFilter(queue: "CZ-TN", since: start)).sql, 3,
            "COVERING INDEX message_dead_by_count_row"
        ),
        (
            DeadLetterCountQuery.byCause(DeadLetterFilter(reason: .invalid, senderMessageID: "M1")).sql, 4,
            "message_dead_by_sender_id"
        ),
        (MessageQuerySQL.statuses, 1, "status_of_application"),
        (MessageQuerySQL.relatives, 2, "dead_letter_resend_successor"),
        (MessageQuerySQL.countReferrals, 2, "COVERING INDEX"),
        (Reconciliations.messages, 4, "referral_of_partner"), (Reconciliations.statuses, 4, "message_told"),
        (Reconciliations.named, 4, "referral_invalid_by_message_id"), (Reconciliations.statusCounts, 3, "message_told"),
        (OwnMessages.inTime, 4, "referral_of_partner"), (OwnMessages.byMessageID, 4, "referral_invalid_by_message_id"),
        (OwnMessages.letters, 1, "message_of_"),
        (ToldStatuses.page(ToldStatusFilter(partnerID: "P"), after: nil, limit: 9).sql, 3, "message_told"),
        (MessageQuerySQL.page(MessageFilter(partnerID: "P"), before: nil).sql, 3, "referral_of_partner"),
        (MessageQuerySQL.page(MessageFilter(), before: nil).sql, 2, "sqlite_autoindex_referral_1"),
        (MessageQuerySQL.page(everyFilter, before: nil).sql, 7, "sqlite_autoindex_referral_1"),
    ]

    private static let everyFilter = {
        var filter = MessageFilter()
        (filter.outcome, filter.mappingID, filter.queue, filter.caseState) = (.accepted, "M", "Q", .granted)
        (filter.from, filter.until) = (start, start)
        return filter
    }()

    @Test func `no question of the window reads a whole table`() async throws {
        let home = try await TemporaryStore()
        let searches = MessageQuerySQL.searches("X").map { (sql: $0.sql, values: 2, index: "INDEX") }
        for (sql, count, index) in Self.questions + searches {
            let values = Array(repeating: SQLValue.text("1"), count: count)
            let plan = try await home.database.read { connection throws(StoreError) in
                try connection.query("EXPLAIN QUERY PLAN " + sql, values) { row throws(StoreError) in
                    try row.text("detail")
                }
            }
            #expect(plan.contains { $0.contains(index) }, "\(sql): \(plan)")
            for step in plan where step.hasPrefix("SCAN") && step != "SCAN q" {
                // A partial index holds open messages only, and count rows are few.
                let isShort = ["message_open_by_urgency", "dead_letter_count", "SCAN p", "SCAN counted"].contains {
                    step.contains($0)
                }
                #expect(isShort, "\(sql): \(step)")
            }
        }
        await home.remove()
    }

    @Test(arguments: StoreKind.tried)
    func `a referral is found by every number of its own, and by an indexed one however it is written`(kind: StoreKind)
        async throws
    {
        let home = try await TemporaryStore(kind)
        let commit = referral(
            "M1", digest: "abc123",
            content: JSONObject([
                ("source", ["letterNo": "（2024）常援字第7号"]), ("x", ["no": "苏0402 刑初1"]),
            ]))
        _ = try await home.store.accept(commit)
        _ = try await home.store.accept(referral("M2", digest: "d2"))
        let broken = referral("M3", digest: "d3", invalid: true, deadLetter: .invalid(code: nil))
        _ = try await home.store.accept(broken)
        let paths = [ReferencePath(name: "letterNo", path: "source.letterNo"), ReferencePath(name: "x", path: "x.no")]
        #expect(try await home.store.indexReferences(ReferencePaths(paths), before: start, limit: 10) == 0)
        let later = start.advanced(seconds: 1)
        #expect(try await home.store.indexReferences(ReferencePaths(paths), before: later, limit: 2) == 2)
        #expect(try await home.store.indexReferences(ReferencePaths(paths), before: later, limit: 2) == 1)
        #expect(try await home.store.indexReferences(ReferencePaths(paths), before: later, limit: 2) == 0)
        let lease = try #require(
            try await home.store.lease(
                queue: "CZ-TN", max: 1, now: start, ends: later
            ).first)
        for quoted in [
            commit.referralID, "LA-\(commit.referralID)", "M1", "ABC123", "(2024)常援字第７号", "〔2024〕常援字第7号", "苏0402刑初1",
            lease.id, lease.envelope.id,
        ] {
            let found = try await home.store.findReferrals(quoted, partners: ["court"], limit: 10)
            #expect(found.map(\.id) == [commit.referralID], "\(quoted)")
        }
        let invalid = try await home.store.findReferrals("M3", partners: [], limit: 10)
        #expect(invalid.map(\.id) == [broken.referralID])
        #expect(try await home.store.findReferrals("M1 OR 1=1", partners: ["court"], limit: 10).isEmpty)
        await home.remove()
    }

    @Test(arguments: StoreKind.tried)
    func `figures count what is there, by queue, partner and outcome`(kind: StoreKind) async throws {
        let home = try await TemporaryStore(kind)
        for number in 0..<3 { _ = try await home.store.accept(referral("M\(number)", digest: "d\(number)")) }
        _ = try await home.store.accept(referral("bad", digest: "x", invalid: true, deadLetter: .invalid(code: nil)))
        let urgent = start.advanced(seconds: 60)
        _ = try await home.store.accept(referral("M9", digest: "d9", queue: "CZ-WJ", dueAt: urgent))
        let queues = try await home.store.queueFigures()
        #expect(queues.map(\.queue) == ["CZ-TN", "CZ-WJ"])
        #expect(queues.map(\.depth) == [3, 1])
        #expect(queues.map(\.oldest) == [start, start])
        #expect(queues.map(\.mostUrgent) == [nil, urgent])
        let court = try await home.store.partnerFigures("court", since: start)
        #expect(court.lastSeen == start)
        #expect(court.outcomes == [.accepted: 4, .invalid: 1])
        #expect(court.errorRate == 0.2)
        #expect(court.deadLetters == 1)
        let nobody = try await home.store.partnerFigures("nobody", since: start)
        #expect(nobody.lastSeen == nil && nobody.errorRate == nil)
        #expect(try await home.store.countReferrals(from: start, to: start.advanced(seconds: 1)) == 5)
        #expect(try await home.store.countReferrals(from: start.advanced(seconds: 1), to: urgent) == 0)
        let today = try await home.store.messageTallies(from: start, to: start.advanced(seconds: 86_400))
        #expect(today == [.accepted: 4, .invalid: 1])
        await home.remove()
    }
}
