import Testing
import Vocabulary

@testable import Messaging

private let now = Instant(milliseconds: 1_700_000_000_000)
private let later = now.advanced(seconds: 60)

private func after(_ state: DeliveryState, _ events: DeliveryEvent...) throws -> DeliveryState {
    try events.reduce(state) { try DeliveryMachine.transition(from: $0, on: $1) }
}

@Test func `a message that fails is queued again and counts its attempts`() throws {
    let queued = DeliveryMachine.beginning(at: now)
    let failed = try after(queued, .lease(now: now, ends: later), .release(notBefore: later, at: now))
    #expect(failed == .queued(attempt: 1, readyAt: later))
    #expect(throws: DeliveryMachine.Refusal.self) { try after(failed, .lease(now: now, ends: later)) }
    let leased = try after(failed, .lease(now: later, ends: later), .lease(now: later, ends: later))
    #expect(leased == .leased(attempt: 3, ends: later))
    let dead = try after(leased, .giveUp(.undeliverable(.http(503)), at: later))
    #expect(dead == .dead(attempt: 3, since: later))
    #expect(try after(dead, .requeue(at: later)) == .queued(attempt: 0, readyAt: later))
}

@Test func `every state is reached, every event happens, and what is delivered or discarded stays so`() throws {
    let events: [DeliveryEvent] = [
        .lease(now: later, ends: later), .extend(until: later), .release(notBefore: now, at: now), .hasten(at: now),
        .deliver(at: now), .giveUp(.expired, at: now), .requeue(at: now), .supersede(at: now), .discard(at: now),
    ]
    var reached: Set<DeliveryState.Name> = []
    var happened: Set<Int> = []
    var waiting = [DeliveryMachine.beginning(at: now)]
    while let state = waiting.popLast() {
        guard reached.insert(state.name).inserted else { continue }
        for (index, event) in events.enumerated() {
            guard let next = try? after(state, event) else { continue }
            #expect(![.delivered, .discarded].contains(state.name), "\(state) \(event)")
            happened.insert(index)
            waiting.append(next)
        }
    }
    #expect(reached == Set(DeliveryState.Name.allCases))
    #expect(happened == Set(events.indices))
}

@Test func `waits grow to the cap, are jittered down to nothing and honour Retry-After`() {
    let policy = RetryPolicy(base: 1000, cap: 60_000, maxAttempts: 10)
    #expect(policy.wait(afterAttempt: 1, random: 1) == .milliseconds(1000))
    #expect(policy.wait(afterAttempt: 4, random: 1) == .milliseconds(8000))
    #expect(policy.wait(afterAttempt: 9, random: 1) == .milliseconds(60_000))
    #expect(policy.wait(afterAttempt: 4, random: 0) == .milliseconds(1))
    #expect(policy.wait(afterAttempt: 1, random: 0, retryAfter: .seconds(30)) == .seconds(30))
    #expect(policy.wait(afterAttempt: 1, random: 0, retryAfter: .seconds(3000)) == .seconds(60))
    #expect(policy.wait(afterAttempt: 10, random: 0) == nil)
}

@Test func `identifiers only grow, even when the clock steps back`() {
    let source = IdentifierSource(random: { UInt64.random(in: .min ... .max) })
    var last = ""
    for step in 0..<2000 {
        let next = source.next(at: now.advanced(milliseconds: step % 7 == 0 ? -5000 : Int64(step / 10)))
        #expect(next > last)
        #expect(next.utf8.count == 26)
        last = next
    }
}

@Test(arguments: [
    (0, "1970-01-01T08:00:00.000+08:00"), (1_699_407_015_007, "2023-11-08T09:30:15.007+08:00"),
    (1_709_136_000_000, "2024-02-29T00:00:00.000+08:00"),
])
func `moments are written in China's time`(milliseconds: Int64, text: String) {
    #expect(Instant(milliseconds: milliseconds).rfc3339 == text)
}
