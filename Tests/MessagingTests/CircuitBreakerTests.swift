import Testing
import Vocabulary

@testable import Messaging

private let now = Instant(milliseconds: 1_700_000_000_000)

private func breaker(failures: Int = 0) -> CircuitBreaker {
    var breaker = CircuitBreaker(policy: CircuitBreaker.Policy(threshold: 3, rest: 30_000, cap: 100_000))
    for _ in 0..<failures { breaker.failed(at: now) }
    return breaker
}

@Test func `a circuit opens after failures in a row, and a success in between starts the count again`() {
    var circuit = breaker(failures: 2)
    #expect(circuit.admits(4, at: now) == 4)
    let wasGone = circuit.succeeded()
    #expect(!wasGone)
    circuit.failed(at: now)
    circuit.failed(at: now)
    #expect(circuit.state == .closed(failures: 2))
    circuit.failed(at: now)
    #expect(circuit.state == .open(until: now.advanced(seconds: 30), openings: 1))
    #expect(circuit.admits(4, at: now.advanced(milliseconds: 29_999)) == 0)
}

@Test func `an open circuit lets one probe through when its rest is over, and closes on success`() {
    var circuit = breaker(failures: 3)
    let later = now.advanced(seconds: 30)
    #expect(circuit.admits(4, at: later) == 1)
    #expect(circuit.admits(0, at: later) == 0)
    circuit.began(at: later)
    #expect(circuit.admits(4, at: later) == 0)
    let isBack = circuit.succeeded()
    #expect(isBack)
    #expect(circuit.admits(4, at: later) == 4)
}

@Test func `each failing probe doubles the rest, up to the cap`() {
    var circuit = breaker(failures: 3)
    var at = now
    for seconds in [60, 100, 100] {
        at = circuit.reopens ?? at
        circuit.began(at: at)
        circuit.failed(at: at)
        #expect(circuit.reopens == at.advanced(seconds: seconds))
    }
}

@Test func `an address that asks to be left alone is, and a late failure does not lengthen the rest`() {
    var circuit = breaker()
    circuit.failed(at: now, asked: .seconds(5))
    #expect(circuit.reopens == now.advanced(seconds: 5))
    circuit.failed(at: now.advanced(seconds: 1))
    #expect(circuit.reopens == now.advanced(seconds: 5))
    circuit = breaker()
    circuit.failed(at: now, asked: .seconds(100_000))
    #expect(circuit.reopens == now.advanced(seconds: 100))
}
