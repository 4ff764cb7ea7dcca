import Foundation
import Messaging
import StrictJSON
import Synchronization
import Testing
import Vocabulary

@testable import Storage

/// Lays every follow-up beside whatever application it finds.
struct PlainWork: FollowUpHandling {
    func meant(_ found: [ApplicationRecord], by followUp: FollowUp) -> [ApplicationRecord] { found }
    func change(_ record: ApplicationRecord, clocks: [RunningClock], by followUp: FollowUp) -> CaseChange? {
        var change = CaseChange(
            of: record, nil, historyEvent: .entry(.materialsAdded), actor: followUp.partnerID, at: start)
        change.content = (try? JSONObject(stored: followUp.content, "follow-up")).map(CanonicalContent.init)
        return change
    }
    func isNotified(_ record: ApplicationRecord, clocks: [RunningClock], by notice: FollowUp) -> Bool { true }
    func relations(of record: ApplicationRecord, to old: ApplicationRecord) -> [Relation] {
        [Relation(applicationNo: old.applicationNo, rule: "DU-01")]
    }
    func change(_ record: ApplicationRecord, related: [Relation], isNew: Bool, at now: Instant) -> CaseChange {
        var change = CaseChange(of: record, nil, historyEvent: .entry(.related), actor: "gateway", at: now)
        change.content = CanonicalContent(
            JSONObject([("related", .string(related.map(\.applicationNo).joined(separator: " ")))]))
        return change
    }
    func answer(
        _ commit: IntakeCommit, attached: [String: [JoinedApplication]], kept: KeptRecords?
    ) -> IntakeAnswer {
        let isHere = attached.values.contains { !$0.isEmpty }
        return IntakeAnswer(outcome: isHere ? .accepted : .parked, bytes: Array((isHere ? "here" : "waits").utf8))
    }
}

/// One for each moment: a source only grows, and a later test would make another's messages later, too.
private let sources = Mutex<[Instant: IdentifierSource]>([:])

/// A commit with keys, clocks or a follow-up instead of an application.
func caseMessage(
    _ id: String, keys: [String] = [], clocks: [RunningClock] = [], about name: CaseName? = nil, at now: Instant = start
) -> IntakeCommit {
    let identifiers = sources.withLock { sources in
        let source = sources[now] ?? IdentifierSource(random: { UInt64.random(in: .min ... .max) })
        sources[now] = source
        return source
    }
    let referralID = identifiers.next(at: now)
    let recordID = identifiers.next(at: now)
    var record = IntakeRecord(id: recordID, index: 0, outcome: name == nil ? .accepted : .parked)
    if name == nil {
        record.applicationNo = "LA-\(id)"
        record.queue = "CZ-TN"
        record.content = CanonicalContent(JSONObject())
        record.standing = ApplicationStanding(referral: .queued)
    }
    record.keys = keys
    record.personKeys = keys.filter { $0.hasPrefix("person") }
    record.clocks = clocks
    record.followUp = name.map {
        FollowUp(
            id: recordID, kind: .supplement, partnerID: "court",
            content: StoredObject(Array(#"{"said":"\#(id)"}"#.utf8)),
            names: [$0], receivedAt: now, keepUntil: now.advanced(seconds: 60))
    }
    var commit = IntakeCommit(
        referralID: referralID, partnerID: "court", messageID: id, digest: id, rawBytes: Array(id.utf8),
        mediaType: "application/json", encoding: nil, receivedAt: now, mappingID: nil, mappingVersion: nil,
        mappingDigest: nil, outcome: record.outcome, isInvalid: false, answer: Array("answer".utf8), records: [record],
        supersedes: nil)
    commit.work = PlainWork()
    return commit
}

private func clock(_ id: String, due: Int, soon: Int, isRunning: Bool = true) -> RunningClock {
    RunningClock(
        id: id, content: Array("{}".utf8), dueAt: start.advanced(seconds: due), soonAt: start.advanced(seconds: soon),
        isRunning: isRunning)
}

@Suite struct CaseStoreTests {
    @Test func `what an application says is what its row holds, whoever wrote that`() async throws {
        let home = try await TemporaryStore()
        _ = try await home.store.accept(caseMessage("K-1", keys: ["person-1"]))
        #expect(try await home.store.application("LA-K-1")?.canonical["said"] == nil)
        _ = try await home.database.write { connection throws(StoreError) in
            try connection.run(
                "UPDATE application SET content = ? WHERE no = 'LA-K-1'", [.blob(Array(#"{"said":"anew"}"#.utf8))])
        }
        #expect(try await home.store.application("LA-K-1")?.canonical["said"] == "anew")
        await home.remove()
    }

    @Test(arguments: StoreKind.tried)
    func `what follows a referral waits for it and joins it in the transaction that brings it`(kind: StoreKind)
        async throws
    {
        let home = try await TemporaryStore(kind)
        let name = CaseName.message(partner: "court", id: "M1")
        let waits = IntakeAnswer(outcome: .parked, bytes: Array("waits".utf8))
        #expect(try await home.store.accept(caseMessage("F1", about: name)) == .resolved(waits))
        #expect(try await home.store.accept(caseMessage("F2", about: name)) == .resolved(waits))
        #expect(try await home.store.parkedFollowUps(limit: 10).count == 2)
        #expect(try await home.store.accept(caseMessage("M1")) == .stored)
        #expect(try await home.store.parkedFollowUps(limit: 10).isEmpty)
        let record = try #require(try await home.store.application("LA-M1"))
        // In the order in which they came: the later one had the last word.
        #expect(record.content == Array(#"{"said":"F2"}"#.utf8) && record.version == 3)
        let here = IntakeAnswer(outcome: .accepted, bytes: Array("here".utf8))
        #expect(try await home.store.accept(caseMessage("F3", about: name)) == .resolved(here))
        // A copy of what waited gets the first answer again.
        guard case .replayed = try await home.store.accept(caseMessage("F1", about: name)) else {
            Issue.record("a copy was stored again")
            return
        }
        await home.remove()
    }

    @Test(arguments: StoreKind.tried)
    func `what waits too long is a dead letter with its bytes and waits no more`(kind: StoreKind) async throws {
        let home = try await TemporaryStore(kind)
        _ = try await home.store.accept(caseMessage("F1", about: .applicationNo("LA-M1")))
        #expect(try await home.store.expireFollowUps(now: start.advanced(seconds: 59), limit: 10) == 0)
        #expect(try await home.store.expireFollowUps(now: start.advanced(seconds: 60), limit: 10) == 1)
        #expect(try await home.store.expireFollowUps(now: start.advanced(seconds: 60), limit: 10) == 0)
        let counts = try await home.store.statistics().deadLetters
        #expect(counts == [.expired: 1])
        _ = try await home.store.accept(caseMessage("M1"))
        #expect(try await home.store.application("LA-M1")?.version == 1)
        await home.remove()
    }

    @Test(arguments: StoreKind.tried)
    func `applications of one person are related both ways, over a year and no longer`(kind: StoreKind) async throws {
        let home = try await TemporaryStore(kind)
        let day = 86_400
        _ = try await home.store.accept(caseMessage("M1", keys: ["person1", "case1"]))
        _ = try await home.store.accept(
            caseMessage("M2", keys: ["person1", "case1"], at: start.advanced(seconds: 300 * day)))
        _ = try await home.store.accept(caseMessage("M3", keys: ["person2", "case1"]))
        _ = try await home.store.accept(
            caseMessage("M4", keys: ["person1", "case1"], at: start.advanced(seconds: 800 * day)))
        func related(_ number: String) async throws -> String? {
            try await home.store.application(number)?.canonical["related"]?.string
        }
        #expect(try await related("LA-M1") == "LA-M2")
        #expect(try await related("LA-M2") == "LA-M1")
        #expect(try await related("LA-M3") == nil)
        #expect(try await related("LA-M4") == nil)
        await home.remove()
    }

    @Test(arguments: StoreKind.tried)
    func `however many applications a person has, one of them learns of the next`(kind: StoreKind) async throws {
        let home = try await TemporaryStore(kind)
        for number in 1...30 { _ = try await home.store.accept(caseMessage("M\(number + 100)", keys: ["person1"])) }
        for number in 101...130 {
            let record = try #require(try await home.store.application("LA-M\(number)"))
            // Told of the next one, and naming those before it, the newest first and no more than were compared.
            let named = (max(101, number - 3)..<number).reversed().map { "LA-M\($0)" }
            let told = number == 130 ? named : ["LA-M\(number + 1)"]
            #expect(try record.canonical["related"]?.string == told.joined(separator: " "))
            #expect(record.version == (number == 101 ? 1 : 2) + (number == 130 ? 0 : 1))
        }
        await home.remove()
    }

    @Test(arguments: StoreKind.tried)
    func `two nodes raise a clock once between them, and once more when its end has moved`(kind: StoreKind) async throws
    {
        let home = try await TemporaryStore(kind)
        let other = try await SQLMessageStore(database: home.opened())
        let clocks = (1...20).map { clock("CLK-\($0)", due: 100, soon: 50) }
        _ = try await home.store.accept(
            caseMessage("M1", clocks: clocks + [clock("CLK-99", due: 1, soon: 1, isRunning: false)]))
        func raised(at seconds: Int) async throws -> [ClockAlarm] {
            try await withThrowingTaskGroup(of: [ClockAlarm].self) { group in
                for store in [home.store, other, home.store, other] {
                    group.addTask { try await store.markDueClocks(now: start.advanced(seconds: seconds), limit: 100) }
                }
                return try await group.reduce(into: []) { $0 += $1 }
            }
        }
        #expect(try await raised(at: 49).isEmpty)
        let soon = try await raised(at: 60)
        #expect(soon.count == 20 && Set(soon.map(\.clock.clock.id)).count == 20)
        #expect(soon.allSatisfy { $0.kind == .dueSoon })
        #expect(try await raised(at: 70).isEmpty)
        // A pause moved one end: that one is near again later, and only that one.
        let record = try #require(try await home.store.application("LA-M1"))
        var change = CaseChange(
            of: record, nil, historyEvent: .entry(.materialsAdded), actor: "CZ-TN", at: start)
        change.clocks = [clock("CLK-1", due: 500, soon: 450)]
        #expect(try await home.store.changeCase(change) == .changed)
        let overdue = try await raised(at: 101)
        #expect(overdue.count == 19 && overdue.allSatisfy { $0.kind == .overdue })
        let again = try await raised(at: 460)
        #expect(again.map(\.clock.clock.id) == ["CLK-1"] && again.first?.kind == .dueSoon)
        let trace = try #require(try await home.store.trace(referral: record.referralID))
        let history = trace.history.filter { $0.subject == "LA-M1" }.map(\.entry.event)
        #expect(
            history.filter { $0 == .entry(.dueSoon) }.count == 21
                && history.filter { $0 == .entry(.overdue) }.count == 19)
        await home.remove()
    }

    @Test(arguments: StoreKind.tried)
    func `a step from an older version changes nothing and keeps the lease`(kind: StoreKind) async throws {
        let home = try await TemporaryStore(kind)
        _ = try await home.store.accept(caseMessage("M1"))
        let record = try #require(try await home.store.application("LA-M1"))
        let lease = try #require(
            try await home.store.lease(
                queue: "CZ-TN", max: 1, now: start, ends: start.advanced(seconds: 60)
            ).first)
        #expect(
            try await home.store.changeCase(
                CaseChange(
                    of: record, nil, historyEvent: .entry(.caseEvent), actor: "x", at: start)) == .changed
        )
        var late = CaseChange(of: record, .signIn, historyEvent: .entry(.signedIn), actor: "CZ-TN", at: start)
        late.leaseID = lease.id
        #expect(try await home.store.changeCase(late) == .stale)
        #expect(try await home.store.lease(id: lease.id, now: start) != nil)
        #expect(try await home.store.application("LA-M1")?.standing.caseState == nil)
        await home.remove()
    }

    @Test(arguments: StoreKind.tried)
    func `evidence is found by person until its retention ends`(kind: StoreKind) async throws {
        let home = try await TemporaryStore(kind)
        var share = caseMessage("S1", about: .key("nobody"))
        share = {
            var record = share.records[0]
            record.followUp = nil
            record.evidence = Evidence(
                id: record.id, person: "p1", content: Array("[]".utf8), partnerID: "civil", receivedAt: start,
                keepUntil: start.advanced(seconds: 100))
            return IntakeCommit(
                referralID: share.referralID, partnerID: "civil", messageID: "S1", digest: "S1", rawBytes: [],
                mediaType: "application/json", encoding: nil, receivedAt: start, mappingID: nil, mappingVersion: nil,
                mappingDigest: nil, outcome: .shared, isInvalid: false, answer: [], records: [record], supersedes: nil)
        }()
        _ = try await home.store.accept(share)
        #expect(try await home.store.evidence(of: ["p1", "p2"], now: start).count == 1)
        #expect(try await home.store.evidence(of: ["p2"], now: start).isEmpty)
        #expect(try await home.store.evidence(of: ["p1"], now: start.advanced(seconds: 100)).isEmpty)
        for (seconds, erased) in [(99, 0), (100, 1), (101, 0)] {
            let step = try await home.store.eraseRecords(
                of: .shareEvidence, by: RetentionSchedule()[.shares], after: nil, limit: 10,
                act(.eraseByRetention, on: "", at: start.advanced(seconds: seconds)))
            #expect(step.due == erased)
        }
        await home.remove()
    }
}
