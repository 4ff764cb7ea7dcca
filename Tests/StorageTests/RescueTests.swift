import Messaging
import StrictJSON
import Testing
import Vocabulary

@testable import Storage

private let identifiers = IdentifierSource(random: { UInt64.random(in: .min ... .max) })

/// A document of several records, those at `failed` invalid.
private func document(
    _ messageID: String, digest: String, records count: Int = 3, failed: Set<Int>,
    supersedes: SupersededDeadLetter? = nil
) -> IntakeCommit {
    let id = identifiers.next(at: start)
    let records = (0..<count).map { index in
        var record = IntakeRecord(
            id: identifiers.next(at: start), index: index, outcome: failed.contains(index) ? .invalid : .accepted)
        if failed.contains(index) {
            record.deadLetter = .invalid(code: "missing", rule: "court/x:1")
            record.findings = Array("[]".utf8)
        } else {
            record.applicationNo = "LA-\(id)-\(index)"
            record.queue = "CZ-TN"
            record.content = CanonicalContent(JSONObject())
            record.standing = ApplicationStanding(referral: .queued)
        }
        return record
    }
    let isInvalid = failed.count == count
    var commit = IntakeCommit(
        referralID: id, partnerID: "court", messageID: messageID, digest: digest, rawBytes: Array(digest.utf8),
        mediaType: "application/xml", encoding: "utf-8", receivedAt: start, mappingID: nil, mappingVersion: nil,
        mappingDigest: nil, outcome: isInvalid ? .invalid : .accepted, isInvalid: isInvalid,
        answer: Array(digest.utf8), records: records, supersedes: supersedes)
    commit.correction = act(.correctedBySender, on: "")
    commit.work = PlainWork()
    return commit
}

extension TemporaryStore {
    fileprivate func applications(of messageID: String) async throws -> [String] {
        try await store.referral(partner: "court", messageID: messageID)?.applicationNos ?? []
    }

    fileprivate func audited(_ subject: String) async throws -> [String] {
        try await store.auditEntries(AuditFilter(subject: subject), after: nil, newestFirst: false, limit: 10)
            .map(\.action)
    }
}

@Suite struct RescueTests {
    @Test(arguments: StoreKind.tried)
    func `a sender that sends its message corrected under the same id ends the dead letter`(kind: StoreKind)
        async throws
    {
        let home = try await TemporaryStore(kind)
        let broken = document("M1", digest: "d1", records: 1, failed: [0])
        #expect(try await home.store.accept(broken) == .stored)
        #expect(try await home.store.accept(document("M1", digest: "d2", records: 1, failed: [])) == .stored)
        #expect(try await home.store.tray().isEmpty)
        #expect(try await home.audited(broken.referralID) == ["correctedBySender"])
        // Whoever still has the page open is told that it is over, and nothing more is made.
        let late = SupersededDeadLetter(
            id: broken.referralID, version: nil, edited: true, act: act(.editAndResend, on: broken.referralID))
        let again = document("M1", digest: "d3", records: 1, failed: [], supersedes: late)
        #expect(try await home.store.accept(again) == .superseded)
        #expect(try await home.applications(of: "M1").count == 1)
        #expect(try await home.database.deadLetterCountsAgree())
        await home.remove()
    }

    @Test(arguments: StoreKind.tried)
    func `a failed record is rescued by its sender, and what was accepted is not made again`(kind: StoreKind)
        async throws
    {
        let home = try await TemporaryStore(kind)
        _ = try await home.store.accept(document("M1", digest: "d1", failed: [1, 2]))
        let first = try await home.applications(of: "M1")
        #expect(first.count == 1)
        let waiting = try await home.store.tray()
        #expect(waiting.count == 2)
        // One of the two is right now.
        guard case .resolved = try await home.store.accept(document("M1", digest: "d2", failed: [2])) else {
            Issue.record("the corrected record was not taken")
            return
        }
        let second = try await home.applications(of: "M1")
        #expect(second.count == 2 && Set(first).isSubset(of: second))
        #expect(try await home.store.tray().count == 1)
        // The same bytes once more change nothing.
        guard case .replayed = try await home.store.accept(document("M1", digest: "d2", failed: [2])) else {
            Issue.record("a correction was taken twice")
            return
        }
        _ = try await home.store.accept(document("M1", digest: "d3", failed: []))
        #expect(try await home.applications(of: "M1").count == 3)
        #expect(try await home.store.tray().isEmpty)
        for deadLetter in waiting { #expect(try await home.audited(deadLetter.id) == ["correctedBySender"]) }
        // Nothing has failed any more: other content is another message.
        guard case .conflict = try await home.store.accept(document("M1", digest: "d4", failed: [])) else {
            Issue.record("an accepted message was changed")
            return
        }
        // A document with another number of records says nothing about the place of one.
        _ = try await home.store.accept(document("M2", digest: "e1", failed: [0]))
        guard case .conflict = try await home.store.accept(document("M2", digest: "e2", records: 2, failed: [])) else {
            Issue.record("a record was taken for another one")
            return
        }
        #expect(try await home.database.deadLetterCountsAgree())
        await home.remove()
    }

    @Test(arguments: [false, true], StoreKind.tried)
    func `a failed record is rescued by an operator, edited or as it is`(isEdited: Bool, kind: StoreKind) async throws {
        let home = try await TemporaryStore(kind)
        _ = try await home.store.accept(document("M1", digest: "d1", failed: [1]))
        let deadLetter = try #require(try await home.store.tray().first)
        func resend(failed: Set<Int>) async throws -> Acceptance {
            let current = try #require(try await home.store.tray().first)
            let old = SupersededDeadLetter(
                id: current.id, version: current.version, edited: isEdited,
                act: act(isEdited ? .editAndResend : .retry, on: current.id))
            return try await home.store.accept(
                document("M1", digest: isEdited ? "d2" : "d1", failed: failed, supersedes: old))
        }
        guard case .resolved(let answer) = try await resend(failed: [1]) else {
            Issue.record("a record that fails again was not stored")
            return
        }
        #expect(answer.outcome == .parked || answer.outcome == .invalid)
        let again = try #require(try await home.store.tray().first)
        #expect(again.id != deadLetter.id)
        guard case .resolved = try await resend(failed: []) else {
            Issue.record("the record was not rescued")
            return
        }
        #expect(try await home.store.tray().isEmpty)
        #expect(try await home.applications(of: "M1").count == 3)
        #expect(try await home.audited(deadLetter.id) == [isEdited ? "editAndResend" : "retry"])
        await home.remove()
    }

    @Test(arguments: StoreKind.tried)
    func `discarding tells the sender nothing while its message lives on`(kind: StoreKind) async throws {
        let home = try await TemporaryStore(kind)
        _ = try await home.store.accept(document("M1", digest: "d1", failed: [1]))
        let record = try #require(try await home.store.tray().first)
        let word = status("LA-x")
        let kept = try await home.store.discard(record.id, version: nil, word: word, act(.discard, on: record.id))
        #expect(kept == (.done, false))
        // A message of which nothing was accepted is returned.
        let broken = document("M2", digest: "d2", records: 1, failed: [0])
        _ = try await home.store.accept(broken)
        let told = try await home.store.discard(
            broken.referralID, version: nil, word: word, act(.discard, on: broken.referralID))
        #expect(told == (.done, true))
        #expect(try await home.store.statistics().statusBacklog == 1)
        await home.remove()
    }

    @Test(arguments: StoreKind.tried)
    func `an application that nobody can be found for is returned to its sender, and is over then`(kind: StoreKind)
        async throws
    {
        let home = try await TemporaryStore(kind)
        let commit = referral("M1", queue: nil, deadLetter: .unroutable())
        _ = try await home.store.accept(commit)
        let deadLetter = try #require(try await home.store.tray().first)
        let told = try await home.store.discard(
            deadLetter.id, version: nil, word: status("LA-x"), act(.discard, on: deadLetter.id))
        #expect(told == (.done, true))
        let record = try #require(try await home.store.application("LA-\(commit.referralID)"))
        #expect(record.standing.referral == .returnedToSender && record.standing.isOver)
        await home.remove()
    }

    @Test(
        arguments: [
            "UPDATE application SET referral_state = 'parked'",
            "UPDATE application SET handover_state = 'collected', aid_route = 'byMagic'",
        ], StoreKind.tried)
    func `an unknown stored word is corrupt and no plausible case`(sql: String, kind: StoreKind) async throws {
        let home = try await TemporaryStore(kind)
        let commit = referral("M1")
        _ = try await home.store.accept(commit)
        try await home.database.write { connection throws(StoreError) in _ = try connection.run(sql, []) }
        await #expect(throws: StoreError.self) {
            _ = try await home.store.application("LA-\(commit.referralID)")
        }
        await home.remove()
    }
}
