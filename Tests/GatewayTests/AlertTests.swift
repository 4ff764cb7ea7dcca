import Foundation
import Messaging
import Observability
import Storage
import StrictJSON
import Synchronization
import Testing
import Transport
import Vocabulary

@testable import Operations

/// Somebody's alarm system, which takes what it is told and may be down.
private final class Pager: Sendable {
    private let received = Mutex<[JSONValue]>([])
    private let keys = Mutex<[String]>([])
    private let down = Mutex(false)
    private let server = Mutex<HTTPServer?>(nil)

    init() throws {
        let made = try HTTPServer(configuration: HTTPServerConfiguration(host: "127.0.0.1", port: 0)) {
            [self] request in
            if down.withLock({ $0 }) { return HTTPResponse(status: 503) }
            guard let notice = try? JSONValue(parsing: request.body) else { return HTTPResponse(status: 400) }
            received.withLock { $0.append(notice) }
            keys.withLock { $0.append(request.header("Idempotency-Key") ?? "") }
            return HTTPResponse(status: 200)
        }
        server.withLock { $0 = made }
    }

    var url: String { "http://127.0.0.1:\(server.withLock { $0?.port ?? 0 })/" }
    var phases: [String] {
        received.withLock { $0 }.map {
            "\($0["alert"]?.string ?? "") \($0["subject"]?.string ?? "") \($0["phase"]?.string ?? "")"
        }
    }
    var isKeyed: Bool { keys.withLock { $0 }.allSatisfy { !$0.isEmpty } }

    func setDown(_ isDown: Bool) { down.withLock { $0 = isDown } }
    func stop() async { await server.withLock { $0 }?.stop(drain: .seconds(1)) }
}

@Suite struct AlertTests {
    private func settings(_ pager: Pager) -> AlertSettings {
        var settings = AlertSettings()
        var webhook = ReturnAddress(url: pager.url, token: "t")
        // What is answered late on a busy machine is not told twice.
        webhook.timeout = .seconds(600)
        settings.webhook = webhook
        return settings
    }

    @Test func `a hundred dead deadLetters and two nodes make one message, and their end another`() async throws {
        let pager = try Pager()
        let bench = try await Bench(alerts: settings(pager))
        let other = try await Bench(sharing: bench, alerts: settings(pager))
        try await bench.lay(deadLetters: 100)
        for _ in 0..<3 {
            try await bench.services.alerts.round()
            try await other.services.alerts.round()
        }
        #expect(pager.phases == ["deadLetters all began"])
        try await bench.lay(deadLetters: 5)
        try await bench.services.alerts.round()
        #expect(pager.phases.count == 1)
        #expect(await bench.call("GET", "/v1/alerts", [("Authorization", "Bearer viewer")]).status == 200)

        try await bench.clearDeadLetterQueue()
        try await bench.services.alerts.round()
        bench.clock.advance(299)
        try await other.services.alerts.round()
        #expect(pager.phases.count == 1)
        bench.clock.advance(2)
        try await other.services.alerts.round()
        try await bench.services.alerts.round()
        #expect(pager.phases == ["deadLetters all began", "deadLetters all ended"])
        #expect(pager.isKeyed)
        await bench.remove()
        await pager.stop()
    }

    @Test func `what comes and goes within the settling time is one alert`() async throws {
        let pager = try Pager()
        let bench = try await Bench(alerts: settings(pager))
        for _ in 0..<4 {
            try await bench.lay(deadLetters: 1)
            try await bench.services.alerts.round()
            try await bench.clearDeadLetterQueue()
            bench.clock.advance(200)
            try await bench.services.alerts.round()
        }
        #expect(pager.phases == ["deadLetters all began"])
        await bench.remove()
        await pager.stop()
    }

    @Test func `a receiver that is down gets its message once it is back, once`() async throws {
        let pager = try Pager()
        pager.setDown(true)
        let bench = try await Bench(alerts: settings(pager))
        try await bench.lay(deadLetters: 1)
        for _ in 0..<5 {
            try await bench.services.alerts.round()
            bench.clock.advance(120)
        }
        #expect(pager.phases.isEmpty)
        pager.setDown(false)
        for _ in 0..<10 {
            bench.clock.advance(120)
            try await bench.services.alerts.round()
        }
        #expect(pager.phases == ["deadLetters all began"])
        await bench.remove()
        await pager.stop()
    }

    @Test func `circuits, clocks and expiring keys begin and end, and one node does not end another's`() async throws {
        let pager = try Pager()
        let connection = EndpointReport(
            endpoint: Endpoint(.status, "court"), circuit: .open(until: Instant(milliseconds: 0), openings: 1),
            nextProbe: nil, underway: 0, failingSince: nil,
            lastSuccess: nil, lastFailure: nil, lastProblem: nil)
        let connections = Mutex([connection])
        var caseServices = Bench.noCaseServices
        caseServices.connections = { connections.withLock { $0 } }
        caseServices.clocks = { [ClockFigures(clock: "CLK-04", dueSoon: 1, overdue: 0)] }
        caseServices.expiries = { [("tls", Instant(milliseconds: 1_800_000_000_000).advanced(seconds: 86_400))] }
        let bench = try await Bench(alerts: settings(pager), caseServices: caseServices)
        let other = try await Bench(sharing: bench, alerts: settings(pager), node: "b")
        try await bench.services.alerts.round()
        let began = ["circuitOpen a status:court began", "clocksDueSoon CLK-04 began", "expiry tls began"]
        #expect(pager.phases.sorted() == began)
        connections.withLock { $0 = [] }
        for _ in 0..<3 {
            bench.clock.advance(301)
            try await other.services.alerts.round()
        }
        #expect(!pager.phases.contains("circuitOpen a status:court ended"))
        for _ in 0..<2 {
            try await bench.services.alerts.round()
            bench.clock.advance(301)
        }
        #expect(pager.phases.filter { $0.hasPrefix("circuitOpen") } == [began[0], "circuitOpen a status:court ended"])
        await bench.remove()
        await pager.stop()
    }

    @Test func `a damaged store is told of although it has no answer about anything else, and by no other node`()
        async throws
    {
        let pager = try Pager()
        let condition = Mutex(StoreCondition.unknown)
        var caseServices = Bench.noCaseServices
        caseServices.store = { condition.withLock { $0 } }
        caseServices.clocks = { throw StoreError.corrupt("a table cannot be read") }
        let bench = try await Bench(alerts: settings(pager), caseServices: caseServices)
        let other = try await Bench(sharing: bench, alerts: settings(pager), node: "b")
        await bench.services.alerts.look()
        #expect(pager.phases == [])
        condition.withLock { $0 = .damaged(since: bench.clock.now) }
        for _ in 0..<2 {
            await bench.services.alerts.look()
            await other.services.alerts.look()
            bench.clock.advance(301)
        }
        #expect(pager.phases == ["storeDamaged a store began"])
        #expect(bench.services.attention.damage?.kind == .storeDamaged)
        await bench.remove()
        await pager.stop()
    }

    @Test(arguments: AlertRule.allCases)
    func `every alert says in two languages that it begins and that it is over`(rule: AlertRule) {
        let texts = AlertMessage.Phase.allCases.map { rule.text($0, "X") }
        #expect(Set(texts).count == 2)
        for text in texts { #expect(!text.zh.isEmpty && text.en.hasSuffix(".")) }
    }
}
