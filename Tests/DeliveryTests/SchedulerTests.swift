import Foundation
import Messaging
import Observability
import Synchronization
import Testing

@testable import Delivery

private let quiet = Log(sink: .none, now: { "" })

private struct Refusal: Error {}

@Suite struct SchedulerTests {
    @Test func `an errand that fails is told of and stops none of the others`() async throws {
        let file = FileManager.default.temporaryDirectory.appending(path: "errands-\(UUID().uuidString)")
        let done = Mutex<[String]>([])
        let scheduler = Scheduler(
            [
                Errand("first", every: .seconds(600), limit: 5) { _ in throw StoreError.diskFull },
                Errand("second", every: .seconds(600), limit: 5) { _ in throw Refusal() },
                Errand("third", every: .seconds(600), limit: 5) { limit in
                    done.withLock { $0.append("third \(limit)") }
                    return 0
                },
            ], log: Log(sink: .file(file.path), now: { "" }))
        await scheduler.runOnce()
        #expect(done.withLock { $0 } == ["third 5"])
        let log = try String(contentsOf: file, encoding: .utf8)
        #expect(log.contains(#""errand":"first","error":"diskFull""#))
        #expect(log.contains(#""errand":"second","error":"Refusal""#))
        try FileManager.default.removeItem(at: file)
    }

    @Test func `a turn that was full is followed by the next at once, each within its bound`() async {
        let (turns, turn) = AsyncStream<Int>.makeStream()
        let left = Mutex(25)
        let scheduler = Scheduler(
            [
                Errand("many", every: .seconds(600), limit: 10) { limit in
                    let count = left.withLock { left in
                        let count = min(limit, left)
                        left -= count
                        return count
                    }
                    turn.yield(count)
                    if count < limit { turn.finish() }
                    return count
                }
            ], log: quiet)
        let running = Task { await scheduler.run() }
        var counts: [Int] = []
        for await count in turns { counts.append(count) }
        #expect(counts == [10, 10, 5])
        running.cancel()
        await running.value
    }

    @Test func `one that takes its time holds up no other, and a stop finishes it`() async {
        let gate = Gate()
        let (entered, enter) = AsyncStream<Void>.makeStream()
        let isFinished = Mutex(false)
        let scheduler = Scheduler(
            [
                Errand("slow", every: .seconds(600), limit: 1) { _ in
                    // Work on the store is not cancelled either.
                    await Task { await gate.pass() }.value
                    isFinished.withLock { $0 = true }
                    return 0
                },
                Errand("quick", every: .seconds(600), limit: 1) { _ in
                    enter.yield()
                    return 0
                },
            ], log: quiet)
        let running = Task { await scheduler.run() }
        for await _ in entered { break }
        running.cancel()
        #expect(!isFinished.withLock { $0 })
        gate.open()
        await running.value
        #expect(isFinished.withLock { $0 })
    }
}

/// What time asks of the real store.
@Suite struct StoreErrandTests {
    @Test func `leases in vain end in the dead-letter queue unless the queue is pushed to`() async throws {
        let hall = try await DeliveryHall(partners: [])
        for queue in ["CZ-TN", "CZ-WJ"] { _ = try await hall.application(queue: queue) }
        for _ in 0..<3 {
            for queue in ["CZ-TN", "CZ-WJ"] {
                let leases = try await hall.store.lease(
                    queue: queue, max: 9, now: hall.now, ends: hall.now.advanced(seconds: 10))
                #expect(leases.count == 1)
            }
            hall.advance(seconds: 10)
        }
        let errand = Errand.exhaustLeases(
            every: .seconds(1), of: { ["CZ-TN"] }, maxAttempts: 3, in: hall.store, now: { hall.now }, log: quiet)
        await Scheduler([errand], log: quiet).runOnce()
        #expect(try await hall.deadLetters().map(\.queue) == ["CZ-TN"])
        #expect(try await hall.deadLetters().map(\.reason) == [.exhausted])
        await hall.remove()
    }

    @Test func `what is past its keep-by time goes to nobody and ends as a dead letter, however much it is`()
        async throws
    {
        let receiver = try Receiver()
        let hall = try await DeliveryHall(partners: [partner("court", receiver.url)])
        for number in 0..<5 { try await hall.status(try await hall.application(), to: "court", "\(number)", keep: 60) }
        try await hall.status(try await hall.application(), to: "court", "kept", keep: 600)
        hall.advance(seconds: 60)
        #expect(try await hall.courier.drain() == 1)
        #expect(receiver.confirmed == ["kept"])
        #expect(try await hall.store.expireMessages(now: hall.now, limit: 2) == 2)
        let errand = Errand.expireMessages(every: .seconds(1), in: hall.store, now: { hall.now }, log: quiet)
        await Scheduler([errand], log: quiet).runOnce()
        #expect(try await hall.deadLetters().map(\.reason) == Array(repeating: .expired, count: 5))
        await receiver.stop()
        await hall.remove()
    }
}
