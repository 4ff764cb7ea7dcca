import Foundation
import Messaging
import StrictJSON
import Synchronization
import Testing
import Vocabulary

@testable import Storage

let start = Instant(milliseconds: 1_700_000_000_000)
private let identifiers = IdentifierSource(random: { UInt64.random(in: .min ... .max) })

func referral(
    _ messageID: String?, partner: String = "court", digest: String = "d1", queue: String? = "CZ-TN",
    dueAt: Instant? = nil, content: JSONObject = JSONObject([("a", 1)]), invalid: Bool = false,
    deadLetter: DeadLetterCause? = nil,
    supersedes: SupersededDeadLetter? = nil
) -> IntakeCommit {
    let id = identifiers.next(at: start)
    var record = IntakeRecord(
        id: identifiers.next(at: start), index: 0, outcome: invalid ? .invalid : .accepted)
    record.dueAt = dueAt
    record.deadLetter = deadLetter
    if invalid {
        record.findings = Array("[]".utf8)
    } else {
        record.applicationNo = "LA-\(id)"
        record.queue = queue
        record.content = CanonicalContent(content)
        record.standing = ApplicationStanding(referral: queue == nil ? .routingManual : .queued)
    }
    return IntakeCommit(
        referralID: id, partnerID: partner, messageID: messageID, digest: digest, rawBytes: Array("raw".utf8),
        mediaType: "application/xml", encoding: "utf-8", receivedAt: start, mappingID: nil, mappingVersion: nil,
        mappingDigest: nil, outcome: record.outcome, isInvalid: invalid, answer: Array(id.utf8), records: [record],
        supersedes: supersedes)
}

func status(_ applicationNo: String, partner: String = "court") -> Envelope {
    Envelope(
        id: identifiers.next(at: start), channel: .status, correlationID: applicationNo, sender: "CZ-TN",
        senderMessageID: "s", recipient: partner, payload: Array("<MESSAGE/>".utf8), mediaType: "application/xml",
        createdAt: start, dueAt: nil, priority: 0, keepUntil: nil)
}

@Suite struct StoreTests {
    @Test(arguments: StoreKind.tried)
    func `two hundred copies at once give one referral and one receipt`(kind: StoreKind) async throws {
        let home = try await TemporaryStore(kind)
        let answers = try await withThrowingTaskGroup(of: Acceptance.self) { group in
            for _ in 0..<200 { group.addTask { try await home.store.accept(referral("M1")) } }
            return try await group.reduce(into: [Acceptance]()) { $0.append($1) }
        }
        #expect(answers.filter { $0 == .stored }.count == 1)
        #expect(Set(answers.filter { $0 != .stored }).count == 1)
        let leases = try await home.store.lease(
            queue: "CZ-TN", max: 100, now: start, ends: start.advanced(seconds: 60))
        #expect(leases.count == 1)
        await home.remove()
    }

    @Test(arguments: StoreKind.tried)
    func `the same id from another partner is another referral and other bytes are a conflict`(kind: StoreKind)
        async throws
    {
        let home = try await TemporaryStore(kind)
        let first = referral("M1")
        #expect(try await home.store.accept(first) == .stored)
        #expect(try await home.store.accept(referral("M1", partner: "police")) == .stored)
        #expect(try await home.store.accept(referral("M1", digest: "d2")) == .conflict(referralID: first.referralID))
        await home.remove()
    }

    @Test(arguments: StoreKind.tried)
    func `an invalid message waits as a dead letter and leaves its id to the corrected one`(kind: StoreKind)
        async throws
    {
        let home = try await TemporaryStore(kind)
        let broken = referral("M1", invalid: true, deadLetter: .invalid(code: nil))
        #expect(try await home.store.accept(broken) == .stored)
        let again = try await home.store.accept(referral("M1", invalid: true, deadLetter: .invalid(code: nil)))
        #expect(again == .replayed(referralID: broken.referralID, answer: broken.answer))
        let deadLetter = try #require(try await home.store.deadLetter(broken.referralID))
        #expect(deadLetter.payload == Array("raw".utf8))
        let old = SupersededDeadLetter(
            id: broken.referralID, version: nil, edited: true, act: act(.editAndResend, on: broken.referralID))
        #expect(try await home.store.accept(referral("M1", digest: "d2", supersedes: old)) == .stored)
        #expect(try await home.store.tray().isEmpty)
        #expect(try await home.store.accept(referral("M9", digest: "d3", supersedes: old)) == .superseded)
        await home.remove()
    }

    @Test(arguments: StoreKind.tried)
    func `leases give the most urgent clock first and end in the tray after too many attempts`(kind: StoreKind)
        async throws
    {
        let home = try await TemporaryStore(kind)
        _ = try await home.store.accept(referral("late", dueAt: start.advanced(seconds: 900)))
        _ = try await home.store.accept(referral("soon", dueAt: start.advanced(seconds: 60)))
        var now = start
        for attempt in 1...3 {
            let leases = try await home.store.lease(
                queue: "CZ-TN", max: 1, now: now, ends: now.advanced(seconds: 10))
            #expect(leases.first?.envelope.senderMessageID == "soon")
            #expect(leases.first?.attempt == attempt)
            now = now.advanced(seconds: 10)
        }
        #expect(try await home.store.exhaustLeases(of: ["CZ-TN"], now: now, maxAttempts: 3, limit: 10) == 1)
        let next = try await home.store.lease(
            queue: "CZ-TN", max: 1, now: now, ends: now.advanced(seconds: 10))
        #expect(next.first?.envelope.senderMessageID == "late")
        let dead = try await home.store.tray(DeadLetterFilter(reason: .exhausted))
        #expect(dead.map(\.senderMessageID) == ["soon"])
        await home.remove()
    }

    @Test(arguments: StoreKind.tried)
    func `an ended or settled lease cannot be settled`(kind: StoreKind) async throws {
        let home = try await TemporaryStore(kind)
        _ = try await home.store.accept(referral("M1"))
        let lease = try #require(
            try await home.store.lease(
                queue: "CZ-TN", max: 1, now: start, ends: start.advanced(seconds: 10)
            ).first)
        let late = start.advanced(seconds: 10)
        #expect(try await home.store.settle(leaseID: lease.id, .acknowledge, actor: "CZ-TN", now: late) == false)
        #expect(try await home.store.lease(id: lease.id, now: late) == nil)
        let again = try #require(
            try await home.store.lease(
                queue: "CZ-TN", max: 1, now: late, ends: late.advanced(seconds: 10)
            ).first)
        #expect(try await home.store.settle(leaseID: again.id, .acknowledge, actor: "CZ-TN", now: late))
        #expect(try await home.store.settle(leaseID: again.id, .acknowledge, actor: "CZ-TN", now: late) == false)
        await home.remove()
    }

    @Test(arguments: StoreKind.tried)
    func `statuses go in order per application and a dead one no longer holds the next back`(kind: StoreKind)
        async throws
    {
        let home = try await TemporaryStore(kind)
        let one = referral("M1")
        let two = referral("M2")
        _ = try await home.store.accept(one)
        _ = try await home.store.accept(two)
        for (commit, version) in [(one, 1), (one, 2), (two, 1)] {
            let number = "LA-\(commit.referralID)"
            let record = try #require(try await home.store.application(number))
            #expect(record.version == version)
            var change = CaseChange(of: record, nil, historyEvent: .entry(.caseEvent), actor: "CZ-TN", at: start)
            change.statusMessage = status(number)
            #expect(try await home.store.changeCase(change) == .changed)
        }
        let ends = start.advanced(seconds: 60)
        let room = [EndpointCapacity(Endpoint(.status, "court"), max: 10, isProbe: false)]
        let first = try await home.store.lease(room, now: start, ends: ends)
        #expect(Set(first.map(\.envelope.correlationID)).count == 2)
        #expect(try await home.store.lease(room, now: start, ends: ends).isEmpty)
        let held = try #require(first.first { $0.envelope.correlationID == "LA-\(one.referralID)" })
        _ = try await home.store.settle(
            leaseID: held.id, .giveUp(.undeliverable(.refused(400)), reason: "HTTP 400"), actor: "courier", now: start)
        let second = try await home.store.lease(room, now: start, ends: ends)
        #expect(second.map(\.envelope.correlationID) == ["LA-\(one.referralID)"])
        let dead = try await home.store.tray(DeadLetterFilter(channel: .status))
        #expect(dead.map(\.reason) == [.undeliverable])
        #expect(
            try await home.store.requeue(dead[0].id, version: nil, queue: nil, act(.retry, on: dead[0].id)) == .done)
        await home.remove()
    }

    @Test(arguments: StoreKind.tried)
    func `a step from an old version changes nothing, not even its lease`(kind: StoreKind) async throws {
        let home = try await TemporaryStore(kind)
        let commit = referral("M1")
        _ = try await home.store.accept(commit)
        let ends = start.advanced(seconds: 60)
        let lease = try #require(
            try await home.store.lease(queue: "CZ-TN", max: 1, now: start, ends: ends).first)
        let number = "LA-\(commit.referralID)"
        let record = try #require(try await home.store.application(number))
        let touch = CaseChange(of: record, nil, historyEvent: .entry(.caseEvent), actor: "x", at: start)
        #expect(try await home.store.changeCase(touch) == .changed)
        var change = CaseChange(of: record, .signIn, historyEvent: .entry(.signedIn), actor: "CZ-TN", at: start)
        change.statusMessage = status(number)
        change.leaseID = lease.id
        #expect(try await home.store.changeCase(change) == .stale)
        #expect(try await home.store.lease(id: lease.id, now: start) != nil)
        #expect(try await home.store.statistics().statusBacklog == 0)
        await home.remove()
    }

    @Test(arguments: StoreKind.tried)
    func `each lease that nobody settled stands in the history, at the moment it ended`(kind: StoreKind) async throws {
        let home = try await TemporaryStore(kind)
        let commit = referral("M1")
        _ = try await home.store.accept(commit)
        for attempt in 0..<3 {
            let now = start.advanced(seconds: attempt * 100)
            let spent = try await home.store.exhaustLeases(of: ["CZ-TN"], now: now, maxAttempts: 2, limit: 10)
            #expect(spent == (attempt < 2 ? 0 : 1))
            let leases = try await home.store.lease(
                queue: "CZ-TN", max: 1, now: now, ends: now.advanced(seconds: 60))
            #expect(leases.count == (attempt < 2 ? 1 : 0))
        }
        let trace = try #require(try await home.store.trace(referral: commit.referralID))
        let steps = trace.history.filter { $0.subject == commit.records[0].id }.map(\.entry)
        #expect(steps.map(\.event) == [.entry(.leaseEnded), .entry(.leaseEnded), .entry(.dead)])
        #expect(steps.prefix(2).map(\.detail) == ["attempt 1", "attempt 2"])
        #expect(steps.prefix(2).map(\.at) == [60, 160].map { start.advanced(seconds: $0) })
        await home.remove()
    }

    @Test(arguments: StoreKind.tried)
    func `an unroutable application waits for a person who chooses its queue`(kind: StoreKind) async throws {
        let home = try await TemporaryStore(kind)
        _ = try await home.store.accept(referral("M1", queue: nil, deadLetter: .unroutable()))
        let deadLetter = try #require(
            try await home.store.tray(DeadLetterFilter(reason: .unroutable)).first)
        #expect(
            try await home.store.requeue(
                deadLetter.id, version: deadLetter.version, queue: "CZ-WJ", act(.chooseQueue, on: deadLetter.id))
                == .done)
        let leases = try await home.store.lease(
            queue: "CZ-WJ", max: 1, now: start, ends: start.advanced(seconds: 60))
        #expect(leases.count == 1)
        let application = try await home.store.application(deadLetter.correlationID)
        #expect(application?.queue == "CZ-WJ")
        await home.remove()
    }

    @Test func `a file of another program and a damaged one are refused`() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "foreign-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let garbage = folder.appending(path: "garbage.sqlite").path
        try Data(repeating: 0x41, count: 8192).write(to: URL(filePath: garbage))
        #expect(throws: StoreError.self) { try SQLiteDatabase(path: garbage, maxPending: 1) }
        let foreign = folder.appending(path: "foreign.sqlite").path
        try SQLiteConnection(path: foreign, isNew: true).execute("CREATE TABLE somebody_elses (x)")
        #expect(throws: StoreError.corrupt("this SQLite file belongs to another program")) {
            try SQLiteDatabase(path: foreign, maxPending: 1)
        }
    }

    @Test func `a large file opens at once, and reading it through finds the damage`() async throws {
        let home = try await TemporaryStore()
        let content = JSONObject([("a", .string(String(repeating: "x", count: 4 << 20)))])
        for number in 0..<17 { _ = try await home.store.accept(referral("M\(number)", content: content)) }
        try await home.database.inspect()
        let root = try await home.database.read { connection throws(StoreError) in
            try connection.query(
                "SELECT rootpage, (SELECT page_size FROM pragma_page_size) AS page_size FROM sqlite_schema WHERE name = 'history'",
                []
            ) { row throws(StoreError) in UInt64((try row.integer("rootpage") - 1) * (try row.integer("page_size"))) }
            .first
        }
        await home.database.close()
        let path = home.folder.appending(path: "store.sqlite").path
        let file = try FileHandle(forWritingTo: URL(filePath: path))
        #expect(try file.seekToEnd() > UInt64(SQLiteDatabase.readThroughBytes))
        try file.seek(toOffset: try #require(root) + 8)
        try file.write(contentsOf: Data(repeating: 0xFF, count: 200))
        try file.close()
        let opened = try SQLiteDatabase(path: path, maxPending: 4)
        await #expect {
            try await opened.inspect()
        } throws: { error in
            if case .corrupt? = error as? StoreError { true } else { false }
        }
        await opened.close()
        await home.remove()
    }

    @Test(arguments: StoreKind.tried)
    func `what was acknowledged is there after reopening, and migrating twice changes nothing`(kind: StoreKind)
        async throws
    {
        let home = try await TemporaryStore(kind)
        let commit = referral("M1")
        _ = try await home.store.accept(commit)
        await home.database.close()
        let again = try home.opened()
        let store = try await SQLMessageStore(database: again)
        #expect(try await store.referral(partner: "court", messageID: "M1")?.id == commit.referralID)
        await again.close()
        await #expect(throws: StoreError.closed) { try await store.ping(now: start) }
        await home.remove()
    }
}
