import Messaging
import Testing

@testable import Storage

extension TemporaryStore {
    fileprivate func addJob(_ id: String) async throws {
        let job = DeskJob(
            id: id, filter: DeadLetterFilter(), reason: "mended", actor: "wang", role: "operator", queue: nil, rate: 1,
            state: .running, total: 3, resent: 0, failedAgain: 0, skipped: 0, cursor: nil, claim: 0, createdAt: start,
            updatedAt: start)
        try await store.addJob(job, act(.bulkRetry, on: id))
    }

    fileprivate func claim(seconds: Int) async throws -> DeskJob? {
        try await store.claimJob(now: start.advanced(seconds: seconds), until: start.advanced(seconds: seconds + 5))
    }

    fileprivate func advance(_ job: DeskJob, seconds: Int) async throws -> DeskJob? {
        let now = start.advanced(seconds: seconds)
        return try await store.advanceJob(job, to: nil, skipped: 1, now: now, until: now.advanced(seconds: 5))
    }

    fileprivate func change(_ state: DeskJob.State) async throws -> Bool {
        try await store.changeJob("J", to: state, nil, now: start)
    }
}

/// Who works on a bulk job.
@Suite struct JobStoreTests {
    @Test func `a job that is paused and resumed at once stays with its worker`() async throws {
        let home = try await TemporaryStore()
        try await home.addJob("J")
        let job = try #require(try await home.claim(seconds: 0))
        #expect(try await home.claim(seconds: 1) == nil)
        #expect(try await home.change(.paused))
        #expect(try await home.change(.running))
        #expect(try await home.claim(seconds: 1) == nil)
        let next = try #require(try await home.advance(job, seconds: 2))
        #expect(next.state == .running && next.skipped == 1)
        await home.remove()
    }

    @Test func `a worker that hears of a pause lets the job go, and whoever resumes it has it at once`() async throws {
        let home = try await TemporaryStore()
        try await home.addJob("J")
        let job = try #require(try await home.claim(seconds: 0))
        #expect(try await home.change(.paused))
        let heard = try #require(try await home.advance(job, seconds: 1))
        #expect(heard.state == .paused && heard.skipped == 1)
        #expect(try await home.claim(seconds: 1) == nil)
        #expect(try await home.change(.running))
        #expect(try await home.claim(seconds: 1) != nil)
        await home.remove()
    }

    @Test func `who was away for too long has lost the job to another`() async throws {
        let home = try await TemporaryStore()
        try await home.addJob("J")
        let slow = try #require(try await home.claim(seconds: 0))
        let other = try #require(try await home.claim(seconds: 5))
        #expect(try await home.advance(slow, seconds: 6) == nil)
        #expect(try await home.advance(other, seconds: 6)?.skipped == 1)
        await home.remove()
    }
}
