import Foundation
import Messaging
import StrictJSON
import Testing
import Vocabulary

@testable import Storage

/// Tells the same numbers in every run (SplitMix64).
private struct Dice: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = (state ^ (state >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }
}

/// Messages that come, die, and are dealt with, in any order.
private struct Doings {
    let home: TemporaryStore
    var dice: Dice
    var now = start
    private var number = 0

    init(_ home: TemporaryStore, seed: UInt64) {
        self.home = home
        dice = Dice(state: seed)
    }

    private static let partners = ["court", "police"]
    private static let queues = ["CZ-TN", "CZ-WJ"]

    mutating func step() async throws {
        now = now.advanced(seconds: Int.random(in: 0...2, using: &dice))
        switch Int.random(in: 0..<12, using: &dice) {
        case 0...2: try await receive(superseding: nil)
        case 3: try await receiveFollowUp()
        case 4: try await leaseInVain()
        case 5: try await tell()
        case 6: try await courierFails()
        case 7: _ = try await home.store.expireFollowUps(now: now, limit: 100)
        case 8: try await move()
        case 9:
            guard let (deadLetter, act) = try await anyDeadLetter() else { return }
            let queue = deadLetter.reason == .unroutable ? "CZ-TN" : nil
            _ = try await home.store.requeue(deadLetter.id, version: deadLetter.version, queue: queue, act)
        case 10:
            guard let (deadLetter, act) = try await anyDeadLetter() else { return }
            let first = try await home.store.discard(deadLetter.id, version: deadLetter.version, word: nil, act)
            let second = try await home.store.discard(deadLetter.id, version: deadLetter.version, word: nil, act)
            #expect(first.result == .done && second.result == .stale)
        default:
            guard let (deadLetter, act) = try await anyDeadLetter() else { return }
            if deadLetter.reason == .expired, deadLetter.channel == .referral {
                _ = try await home.store.retryFollowUp(
                    deadLetter.id, version: deadLetter.version, keepUntil: now.advanced(seconds: 5), work: PlainWork(),
                    act)
            } else {
                try await receive(
                    superseding: SupersededDeadLetter(
                        id: deadLetter.id, version: deadLetter.version, edited: Bool.random(using: &dice), act: act))
            }
        }
    }

    private mutating func receive(superseding old: SupersededDeadLetter?) async throws {
        number += 1
        let kind = Int.random(in: 0..<4, using: &dice)
        let code = Int.random(in: 0..<3, using: &dice)
        _ = try await home.store.accept(
            message(
                "M\(number)", partner: Self.partners.randomElement(using: &dice) ?? "court",
                queue: kind < 2 ? nil : Self.queues.randomElement(using: &dice),
                dead: kind == 0
                    ? .invalid(code: "missing\(code)", rule: "court/x:1") : kind == 1 ? .unroutable() : nil,
                supersedes: old,
                at: now))
    }

    private mutating func receiveFollowUp() async throws {
        number += 1
        _ = try await home.store.accept(
            message("F\(number)", about: .applicationNo("LA-nobody"), keepUntil: now.advanced(seconds: 3), at: now))
    }

    private mutating func leaseInVain() async throws {
        let queue = Self.queues.randomElement(using: &dice) ?? "CZ-TN"
        let leases = try await home.store.lease(
            queue: queue, max: 3, now: now, ends: now.advanced(seconds: 1))
        for lease in leases where Bool.random(using: &dice) {
            let settlement: LeaseSettlement =
                Bool.random(using: &dice) ? .acknowledge : .giveUp(.rejected, reason: "rejected")
            _ = try await home.store.settle(leaseID: lease.id, settlement, actor: queue, now: now)
        }
    }

    /// Lays a status on the endpoint; some may only be kept for a moment.
    private mutating func tell() async throws {
        number += 1
        let partner = Self.partners.randomElement(using: &dice) ?? "court"
        let envelope = Envelope(
            id: "S\(100_000 + number)", channel: .status, correlationID: "LA-\(number)", sender: "CZ-TN",
            senderMessageID: "s\(number)", recipient: partner, payload: [1], mediaType: "application/xml",
            createdAt: now,
            dueAt: nil, priority: 0, keepUntil: Bool.random(using: &dice) ? now.advanced(seconds: 3) : nil)
        try await home.store.write { transaction throws(StoreError) in try Envelopes.queue(envelope, transaction) }
    }

    private mutating func courierFails() async throws {
        let rooms = Self.partners.map { EndpointCapacity(Endpoint(.status, $0), max: 2, isProbe: false) }
        for lease in try await home.store.lease(rooms, now: now, ends: now.advanced(seconds: 1)) {
            let status = Int.random(in: 400...402, using: &dice)
            _ = try await home.store.settle(
                leaseID: lease.id, .giveUp(.undeliverable(.refused(status)), reason: "HTTP \(status)"),
                actor: "courier",
                now: now)
        }
    }

    /// An application goes to another institution while the message that carries it is anywhere, the dead-letter queue included.
    private mutating func move() async throws {
        let numbers = try await home.database.read { connection throws(StoreError) in
            try connection.query("SELECT no FROM application ORDER BY no", []) {
                row throws(StoreError) in try row.text("no")
            }
        }
        guard let no = numbers.randomElement(using: &dice), let record = try await home.store.application(no) else {
            return
        }
        number += 1
        let event: ApplicationEvent = Bool.random(using: &dice) ? .senderCancels : .proposeHandover
        var change = CaseChange(of: record, event, historyEvent: .entry(.transferProposed), actor: "CZ-TN", at: now)
        change.handover = Handover(to: "CZ-WJ")
        change.applicationMessage = Envelope(
            id: "C\(100_000 + number)", channel: .application, correlationID: no, sender: "court",
            senderMessageID: "c\(number)", recipient: "CZ-WJ", payload: [], mediaType: "application/json",
            createdAt: now, dueAt: nil, priority: 0, keepUntil: nil)
        _ = try await home.store.changeCase(change)
    }

    private mutating func anyDeadLetter() async throws -> (DeadLetterSummary, AuditAct)? {
        try await home.store.tray().randomElement(using: &dice).map { ($0, act(.retry, on: $0.id, at: now)) }
    }
}

/// One with an application, an invalid one, or a follow-up that waits.
private func message(
    _ id: String, partner: String = "court", queue: String? = nil, dead: DeadLetterCause? = nil,
    about name: CaseName? = nil, keepUntil: Instant = start, supersedes: SupersededDeadLetter? = nil, at now: Instant
) -> IntakeCommit {
    let isInvalid = dead?.reason == .invalid
    var record = IntakeRecord(
        id: "R" + id, index: 0, outcome: isInvalid ? .invalid : name == nil ? .accepted : .parked)
    record.deadLetter = dead
    if isInvalid {
        record.findings = Array("[]".utf8)
    } else if name == nil {
        record.applicationNo = "LA-" + id
        record.queue = queue
        record.content = CanonicalContent(JSONObject())
        record.standing = ApplicationStanding(referral: queue == nil ? .routingManual : .queued)
    }
    record.followUp = name.map {
        FollowUp(
            id: record.id, kind: .supplement, partnerID: partner, content: StoredObject(JSONObject()), names: [$0],
            receivedAt: now, keepUntil: keepUntil)
    }
    var commit = IntakeCommit(
        referralID: "I" + id, partnerID: partner, messageID: id, digest: id, rawBytes: Array(id.utf8),
        mediaType: "application/json", encoding: nil, receivedAt: now, mappingID: nil, mappingVersion: nil,
        mappingDigest: nil, outcome: record.outcome, isInvalid: isInvalid, answer: Array("{}".utf8), records: [record],
        supersedes: supersedes)
    commit.work = PlainWork()
    return commit
}

extension DeadLetterFilter {
    /// What a list must hold, told dead letter by dead letter.
    fileprivate func matches(_ deadLetter: DeadLetterSummary) -> Bool {
        (reason == nil || reason == deadLetter.reason) && (partnerID == nil || partnerID == deadLetter.partnerID)
            && (queue == nil || queue == deadLetter.queue) && (channel == nil || channel == deadLetter.channel)
            && (cause == nil || cause == deadLetter.cause)
            && (senderMessageID == nil || senderMessageID == deadLetter.senderMessageID)
            && since.map { deadLetter.since >= $0 } ?? true && until.map { deadLetter.since < $0 } ?? true
    }

    /// Some of a dead letter's own words, or of none.
    fileprivate static func any(of deadLetter: DeadLetterSummary?, _ dice: inout Dice) -> DeadLetterFilter {
        guard let deadLetter else { return DeadLetterFilter(reason: .invalid, queue: "CZ-TN") }
        func some<Word>(_ word: Word?, _ dice: inout Dice) -> Word? {
            Int.random(in: 0..<3, using: &dice) == 0 ? word : nil
        }
        return DeadLetterFilter(
            reason: some(deadLetter.reason, &dice), partnerID: some(deadLetter.partnerID, &dice),
            queue: some(deadLetter.queue, &dice), channel: some(deadLetter.channel, &dice),
            cause: some(deadLetter.cause, &dice), since: some(deadLetter.since, &dice),
            until: some(deadLetter.since.advanced(seconds: 4), &dice),
            senderMessageID: Int.random(in: 0..<8, using: &dice) == 0 ? deadLetter.senderMessageID : nil)
    }
}

@Suite struct DeadLetterCountTests {
    @Test(arguments: [1, 2, 3] as [UInt64], StoreKind.tried)
    func `whatever happens to messages, lists and figures tell what a count of the deadLetters tells`(
        seed: UInt64, kind: StoreKind
    ) async throws {
        let home = try await TemporaryStore(kind)
        var doings = Doings(home, seed: seed)
        var reasons: Set<DeadLetterReason> = []
        for round in 0..<400 {
            try await doings.step()
            #expect(try await home.database.deadLetterCountsAgree(), "round \(round)")
            let deadLetters = try await home.store.tray()
            reasons.formUnion(deadLetters.map(\.reason))
            let filter = DeadLetterFilter.any(of: deadLetters.randomElement(using: &doings.dice), &doings.dice)
            try await compare(home, deadLetters, filter, newestFirst: Bool.random(using: &doings.dice))
        }
        #expect(reasons == Set(DeadLetterReason.allCases))
        await home.remove()
    }

    private func compare(
        _ home: TemporaryStore, _ deadLetters: [DeadLetterSummary], _ filter: DeadLetterFilter, newestFirst: Bool
    ) async throws {
        let expected = deadLetters.filter { filter.matches($0) }
        var listed: [String] = []
        var cursor: DeadLetterCursor?
        repeat {
            let page = try await home.store.deadLetters(filter, newestFirst: newestFirst, after: cursor, limit: 3)
            #expect(page.deadLetters.count == 3 || page.next == nil)
            listed += page.deadLetters.map(\.id)
            cursor = page.next
        } while cursor != nil
        #expect(listed == (newestFirst ? expected.reversed() : expected).map(\.id), "\(filter.json.text())")

        let causes = try await home.store.deadLetterCauses(filter)
        let mine = Dictionary(grouping: expected, by: \.cause)
        #expect(Set(causes.map(\.cause)) == Set(mine.keys), "\(filter.json.text())")
        for count in causes {
            let alike = mine[count.cause] ?? []
            #expect(count.count == alike.count, "\(filter.json.text())")
            #expect(count.oldest == alike.first?.since && count.newest == alike.last?.since, "\(filter.json.text())")
        }
        let statistics = try await home.store.statistics().deadLetters
        #expect(statistics == Dictionary(deadLetters.map { ($0.reason, 1) }) { $0 + $1 })
        let police = try await home.store.partnerFigures("police", since: start).deadLetters
        #expect(police == deadLetters.count { $0.partnerID == "police" })
        let queues = try await home.store.queueFigures().filter { $0.deadLetters > 0 }
        #expect(
            Dictionary(uniqueKeysWithValues: queues.map { ($0.queue, $0.deadLetters) })
                == Dictionary(deadLetters.compactMap { deadLetter in deadLetter.queue.map { ($0, 1) } }) { $0 + $1 })
    }

    @Test(arguments: StoreKind.tried)
    func `no dead letter can be made or ended past its count row`(kind: StoreKind) async throws {
        let home = try await TemporaryStore(kind)
        _ = try await home.store.accept(referral("M1"))
        _ = try await home.store.accept(referral("M2", digest: "d2", invalid: true, deadLetter: .invalid(code: nil)))
        for sql in [
            "UPDATE message SET state = 'dead', ready_at = NULL, reason = 'exhausted', dead_since = 1 WHERE state = 'queued'",
            "UPDATE message SET state = 'delivered', finished_at = 1 WHERE state = 'dead'",
            "DELETE FROM dead_letter_count", "UPDATE dead_letter_count SET messages = 0",
        ] {
            await #expect(throws: StoreError.self, "\(sql)") {
                try await home.database.write { connection throws(StoreError) in _ = try connection.run(sql, []) }
            }
        }
        #expect(try await home.database.deadLetterCountsAgree())
        await home.remove()
    }

    @Test(arguments: StoreKind.tried)
    func `a wrong count is found, and a recount mends it`(kind: StoreKind) async throws {
        let home = try await TemporaryStore(kind)
        try await home.fill(3_000)
        for sql in [
            "UPDATE dead_letter_count SET messages = messages + 1",
            "UPDATE message SET partner = 'relief' WHERE id < 'L100100'",
            "UPDATE message SET count_row = (SELECT max(id) FROM dead_letter_count) WHERE id < 'L100100'",
            "INSERT INTO dead_letter_count VALUES (99, 'a', 'b', 'c', 'd', 'e', 1)",
        ] {
            try await home.database.write { connection throws(StoreError) in _ = try connection.run(sql, []) }
            #expect(try await !home.database.deadLetterCountsAgree(), "\(sql)")
            try await home.database.recountDeadLetters()
            #expect(try await home.database.deadLetterCountsAgree(), "\(sql)")
        }
        #expect(try await home.store.deadLetterCauses(DeadLetterFilter()).reduce(0) { $0 + $1.count } == 3_000)
        await home.remove()
    }

    @Test func `deadLetters from before there were countRows are laid on them`() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "store-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let database = try SQLiteDatabase(path: folder.appending(path: "store.sqlite").path, maxPending: 16)
        try await database.write { connection throws(StoreError) in
            for migration in Migration.all.prefix(8) {
                for statement in migration.statements { try connection.run(statement, []) }
            }
            try connection.run("PRAGMA user_version=8", [])
            for (id, queue) in [("A", SQLValue.text("CZ-TN")), ("B", .text("CZ-TN")), ("C", .null)] {
                try connection.run(
                    """
                    INSERT INTO message (id, channel, correlation_id, partner, recipient, media_type, created_at, due_at,
                    priority, state, reason, dead_since, cause)
                    VALUES (?, 'application', 'c', 'court', ?, 'x', 0, 0, 0, 'dead', 'exhausted', 5, 'exhausted/rejected')
                    """, [.text(id), queue])
            }
        }
        #expect(try await !database.isMigrated())
        let store = try await SQLMessageStore(database: database)
        #expect(try await database.isMigrated())
        #expect(try await database.deadLetterCountsAgree())
        #expect(try await store.tray(DeadLetterFilter(queue: "CZ-TN")).map(\.id) == ["A", "B"])
        #expect(try await store.tray().count == 3)
        await database.close()
        try FileManager.default.removeItem(at: folder)
    }
}
