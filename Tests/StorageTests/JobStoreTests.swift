import Messaging
import Testing

@testable import Storage

extension TemporaryStore {
    fileprivate func addJob(_ id: String) async throws {
        let job = BulkJob(
            id: id, filter: DeadLetterFilter(), reason: "mended", actor: "wang", role: .operator, queue: nil, rate: 1,
            state: .running, total: 3, resent: 0, failedAgain: 0, skipped: 0, cursor: nil, lockCount: 0,
            createdAt: start,
            updatedAt: start)
        try await store.addJob(job, act(.bulkRetry, on: id))
    }

    fileprivate func lock(seconds: Int) async throws -> BulkJob? {
        try await store.lockJob(now: start.advanced(seconds: seconds), until: start.advanced(seconds: seconds + 5))
    }

    fileprivate func advance(_ job: BulkJob, seconds: Int) async throws -> BulkJob? {
        let now = start.advanced(seconds: seconds)
        return try await store.advanceJob(job, to: nil, skipped: 1, now: now, until: now.advanced(seconds: 5))
    }

    fileprivate func change(_ state: BulkJob.State) async throws -> Bool {
        try await store.changeJob("J", to: state, nil, now: start)
    }
}

/// Who works on a bulk job.
@Suite struct JobStoreTests {
    @Test(arguments: [BulkJob.State.paused, .stopped], StoreKind.tried)
    func `a pause or a stop takes the job from its worker at once`(state: BulkJob.State, kind: StoreKind) async throws {
        let home = try await TemporaryStore(kind)
        try await home.addJob("J")
        let job = try #require(try await home.lock(seconds: 0))
        #expect(try await home.lock(seconds: 1) == nil)
        #expect(try await home.change(state))
        #expect(try await home.advance(job, seconds: 1) == nil)
        #expect(try await home.lock(seconds: 60) == nil)
        #expect(try await home.store.job("J")?.skipped == 0)
        await home.remove()
    }

    @Test(arguments: StoreKind.tried)
    func `whoever resumes a job has it at once, and who worked on it before has not`(kind: StoreKind) async throws {
        let home = try await TemporaryStore(kind)
        try await home.addJob("J")
        let job = try #require(try await home.lock(seconds: 0))
        #expect(try await home.change(.paused))
        #expect(try await home.change(.running))
        let other = try #require(try await home.lock(seconds: 1))
        #expect(try await home.advance(job, seconds: 1) == nil)
        #expect(try await home.advance(other, seconds: 1)?.skipped == 1)
        await home.remove()
    }

    @Test(arguments: StoreKind.tried)
    func `no dead letter leaves the tray for a worker whose job was taken away`(kind: StoreKind) async throws {
        let home = try await TemporaryStore(kind)
        let store = home.store
        _ = try await store.accept(referral("M1", digest: "d1", invalid: true, deadLetter: .invalid(code: nil)))
        _ = try await store.accept(referral("M2", digest: "d2", queue: nil, deadLetter: .unroutable()))
        _ = try await store.accept(caseMessage("F1", about: .applicationNo("LA-nobody")))
        _ = try await store.expireFollowUps(now: start.advanced(seconds: 60), limit: 10)
        let tray = try await store.tray()
        #expect(Set(tray.map(\.reason)) == [.invalid, .unroutable, .expired])

        /// - Returns: whether the dead letter left.
        func retry(_ deadLetter: DeadLetterSummary, _ job: BulkJob) async throws -> Bool {
            var act = act(.retry, on: deadLetter.id)
            act.job = JobStep(job)
            switch deadLetter.reason {
            case .invalid:
                let old = SupersededDeadLetter(id: deadLetter.id, version: deadLetter.version, edited: false, act: act)
                return try await store.accept(referral("M1", digest: "d1", supersedes: old)) == .stored
            case .expired:
                return try await store.retryFollowUp(
                    deadLetter.id, version: deadLetter.version, keepUntil: start, work: PlainWork(), act) == .done
            case .unroutable, .exhausted, .undeliverable:
                return try await store.requeue(deadLetter.id, version: deadLetter.version, queue: "CZ-TN", act) == .done
            }
        }

        try await home.addJob("J")
        let before = try #require(try await home.lock(seconds: 0))
        #expect(try await home.change(.paused))
        for deadLetter in tray { #expect(try await !retry(deadLetter, before)) }
        #expect(try await home.change(.running))
        let job = try #require(try await home.lock(seconds: 1))
        for deadLetter in tray { #expect(try await !retry(deadLetter, before)) }
        #expect(try await store.tray().map(\.id) == tray.map(\.id))
        for deadLetter in tray { #expect(try await retry(deadLetter, job)) }
        #expect(try await store.tray().isEmpty)
        #expect(try await store.job("J")?.resent == 3)
        await home.remove()
    }

    @Test(arguments: StoreKind.tried)
    func `who was away for too long has lost the job to another`(kind: StoreKind) async throws {
        let home = try await TemporaryStore(kind)
        try await home.addJob("J")
        let slow = try #require(try await home.lock(seconds: 0))
        let other = try #require(try await home.lock(seconds: 5))
        #expect(try await home.advance(slow, seconds: 6) == nil)
        #expect(try await home.advance(other, seconds: 6)?.skipped == 1)
        await home.remove()
    }
}
