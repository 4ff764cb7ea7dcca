import Testing
import Vocabulary

@testable import Messaging

private let now = Instant(milliseconds: 1_700_000_000_000)
private let later = now.advanced(seconds: 60)

@Test func `a message that fails is queued again and counts its attempts`() throws {
    var state = DeliveryState.queued(attempt: 0, notBefore: now)
    try state.apply(.claim(now: now, leaseEnds: later))
    try state.apply(.fail(retryAt: later))
    #expect(state == .queued(attempt: 1, notBefore: later))
    #expect(throws: DeliveryState.IllegalTransition.self) { try state.apply(.claim(now: now, leaseEnds: later)) }
    try state.apply(.claim(now: later, leaseEnds: later))
    try state.apply(.claim(now: later, leaseEnds: later))
    #expect(state == .claimed(attempt: 3, leaseEnds: later))
    try state.apply(.giveUp(.undeliverable))
    try state.apply(.requeue(at: later))
    #expect(state == .queued(attempt: 0, notBefore: later))
}

@Test func `what is delivered or discarded stays so`() {
    for final in [DeliveryState.delivered(at: now), .discarded(at: now)] {
        for event: DeliveryState.Event in [
            .claim(now: now, leaseEnds: later), .deliver(at: now), .fail(retryAt: now), .giveUp(.expired),
            .requeue(at: now), .discard(at: now),
        ] {
            var state = final
            #expect(throws: DeliveryState.IllegalTransition(state: final, event: event)) { try state.apply(event) }
        }
    }
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
