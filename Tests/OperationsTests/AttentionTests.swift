import Foundation
import Messaging
import Storage
import Synchronization
import Testing
import Transport
import Vocabulary

@testable import Operations

/// What an operator sees at one glance.
@Suite struct AttentionTests {
    private func connection(_ partner: String, _ circuit: CircuitBreaker.State, since: Instant?) -> EndpointReport {
        EndpointReport(
            endpoint: Endpoint(.status, partner), circuit: circuit, nextProbe: nil, underway: 0, failingSince: since,
            lastSuccess: nil, lastFailure: nil, lastProblem: "not reached: timedOut")
    }

    @Test func `the most pressing comes first, with since when and whose turn it is`() async throws {
        let start = HandClock().now
        let endpoints = [
            connection("court", .open(until: start, openings: 1), since: start),
            connection("well", .closed(failures: 1), since: nil),
        ]
        let clocks = Clocks {
            [
                ClockFigures(
                    clock: "CLK-04", dueSoon: 2, overdue: 1, earliest: start.advanced(seconds: -60), bound: .institution
                ),
                ClockFigures(clock: "CLK-09", dueSoon: 1, overdue: 0, earliest: start, bound: .applicant),
                ClockFigures(clock: "CLK-10", dueSoon: 0, overdue: 0, earliest: start, bound: .lawyerUnit),
            ]
        }
        let bench = try await Bench(clocks: clocks, endpoints: Endpoints { endpoints })
        try await bench.lay(deadLetters: 3)
        let store = try await SQLMessageStore(database: bench.database)
        let administrator = Caller(role: .operator, id: "root", operatorRole: .administrator)
        _ = try await store.pause(
            Endpoint(.application, "CZ-TN"),
            AuditAct(
                .pauseChannel, on: "application:CZ-TN", by: administrator, detail: "x", at: bench.clock.now))
        bench.clock.advance(90)
        let items = try await bench.services.attention.items()
        #expect(
            items.map(\.kind) == [.clocksOverdue, .deadLetters, .circuitOpen, .clocksDueSoon, .clocksDueSoon, .paused])
        #expect(items.map(\.count) == [1, 3, 0, 2, 1, 0])
        #expect(
            items.map(\.subject) == [
                "CLK-04", "undeliverable/other", "status:court", "CLK-04", "CLK-09", "application:CZ-TN",
            ])
        #expect(items.allSatisfy { $0.since != nil && !$0.advice.zh.isEmpty && $0.advice.en.hasSuffix(".") })
        #expect(items.map(\.turn.en) == ["institution", "receiver", "receiver", "institution", "applicant", "gateway"])
        // Nobody is told to call an applicant.
        #expect(items[4].advice.en.hasPrefix("Ask the institution"))
        await bench.remove()
    }

    @Test func `where all goes its way there is nothing to see`() async throws {
        let bench = try await Bench()
        #expect(try await bench.services.attention.items() == [])
        await bench.remove()
    }

    @Test(arguments: AlertRule.allCases)
    func `every alert says in two languages what to do`(rule: AlertRule) {
        #expect(rule.advice.zh.hasSuffix("。") && rule.advice.en.hasSuffix("."))
    }
}
