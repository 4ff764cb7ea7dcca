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
    /// What it says while it is down.
    private let down = Mutex<Int?>(nil)
    private let asked = Mutex(0)
    private let server = Mutex<HTTPServer?>(nil)

    init() throws {
        let made = try HTTPServer(configuration: HTTPServerConfiguration(host: "127.0.0.1", port: 0)) {
            [self] request in
            asked.withLock { $0 += 1 }
            if let status = down.withLock({ $0 }) { return HTTPResponse(status: status) }
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
    var counts: [Int] { received.withLock { $0 }.compactMap { $0["count"]?.int }.sorted() }
    var isKeyed: Bool { keys.withLock { $0 }.allSatisfy { !$0.isEmpty } }

    var tries: Int { asked.withLock { $0 } }

    func setDown(_ isDown: Bool, status: Int = 503) { down.withLock { $0 = isDown ? status : nil } }
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
            try await bench.look()
            try await other.look()
        }
        #expect(pager.phases == ["deadLetters all began"])
        try await bench.lay(deadLetters: 5)
        try await bench.look()
        #expect(pager.phases.count == 1)
        #expect(await bench.call("GET", "/v1/alerts", [("Authorization", "Bearer viewer")]).status == 200)

        try await bench.clearDeadLetterQueue()
        try await bench.look()
        bench.clock.advance(299)
        try await other.look()
        #expect(pager.phases.count == 1)
        bench.clock.advance(2)
        try await other.look()
        try await bench.look()
        #expect(pager.phases == ["deadLetters all began", "deadLetters all ended"])
        #expect(pager.isKeyed)
        await bench.remove()
        await pager.stop()
    }

    @Test func `files that wait too long, or cannot be read, ring by partner with their number, and end`() async throws
    {
        let pager = try Pager()
        let reports = Exchange()
        let bench = try await Bench(alerts: settings(pager), exchange: reports)
        let since = bench.clock.now
        func report(_ partner: String, late: Int, unread: Int, isAtFault: Bool = false) -> ExchangeReport {
            ExchangeReport(
                partnerID: partner, waiting: 9, oldest: since, late: late, unread: unread, isAtFault: isAtFault,
                troubledSince: since)
        }
        reports.said.withLock { $0 = [report("court", late: 3, unread: 2), report("well", late: 0, unread: 0)] }
        try await bench.look()
        #expect(Set(pager.phases) == ["receiptLate court began", "exchangeFolder court began"])
        #expect(pager.counts == [2, 3])
        let items = try await bench.services.attention.items()
        #expect(items.map(\.kind) == [.receiptLate, .exchangeFolder] && items.map(\.count) == [3, 2])
        #expect(items.allSatisfy { $0.subject == "court" && $0.since == since })
        reports.said.withLock { $0 = [report("court", late: 0, unread: 0), report("well", late: 0, unread: 0)] }
        try await bench.look()
        bench.clock.advance(301)
        try await bench.look()
        #expect(pager.phases.filter { $0.hasSuffix("ended") }.count == 2)
        // A folder that is out of use has no file to count.
        reports.said.withLock { $0 = [report("court", late: 0, unread: 0, isAtFault: true)] }
        #expect(try await bench.services.attention.items().map(\.count) == [1])
        await bench.remove()
        await pager.stop()
    }

    @Test func `what comes and goes within the settling time is one alert`() async throws {
        let pager = try Pager()
        let bench = try await Bench(alerts: settings(pager))
        for _ in 0..<4 {
            try await bench.lay(deadLetters: 1)
            try await bench.look()
            try await bench.clearDeadLetterQueue()
            bench.clock.advance(200)
            try await bench.look()
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
            try await bench.look()
            bench.clock.advance(120)
        }
        #expect(pager.phases.isEmpty)
        pager.setDown(false)
        for _ in 0..<10 {
            bench.clock.advance(120)
            try await bench.look()
        }
        #expect(pager.phases == ["deadLetters all began"])
        await bench.remove()
        await pager.stop()
    }

    @Test func `what is refused is told until it is taken, and who cannot be told is not told so`() async throws {
        let pager = try Pager()
        pager.setDown(true, status: 404)
        let bench = try await Bench(alerts: settings(pager))
        try await bench.lay(deadLetters: 1)
        for _ in 0..<20 {
            try await bench.look()
            bench.clock.advance(700)
        }
        #expect(pager.tries > 10)
        pager.setDown(false)
        bench.clock.advance(3600)
        try await bench.look()
        #expect(pager.phases == ["deadLetters all began"])
        #expect(try await bench.services.deadLetters.causes(DeadLetterFilter()).map(\.count) == [1])
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
        let bench = try await Bench(
            alerts: settings(pager),
            clocks: Clocks { [ClockFigures(clock: "CLK-04", dueSoon: 1, overdue: 0)] },
            endpoints: Endpoints { connections.withLock { $0 } },
            expiries: Expiries { [("tls", Instant(milliseconds: 1_800_000_000_000).advanced(seconds: 86_400))] })
        let other = try await Bench(sharing: bench, alerts: settings(pager), node: "b")
        try await bench.look()
        let began = ["circuitOpen a status:court began", "clocksDueSoon CLK-04 began", "expiry tls began"]
        #expect(pager.phases.sorted() == began)
        connections.withLock { $0 = [] }
        for _ in 0..<3 {
            bench.clock.advance(301)
            try await other.look()
        }
        #expect(!pager.phases.contains("circuitOpen a status:court ended"))
        for _ in 0..<2 {
            try await bench.look()
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
        let fault = Mutex<StoreFault?>(nil)
        let inspection = StoreInspection(now: { Instant(milliseconds: 0) }) { fault.withLock { $0 } }
        let bench = try await Bench(
            alerts: settings(pager), clocks: Clocks { throw StoreError.corrupt("a table cannot be read") },
            inspection: inspection)
        let other = try await Bench(sharing: bench, alerts: settings(pager), node: "b")
        await #expect(throws: StoreError.self) { try await bench.look() }
        #expect(pager.phases == [])
        fault.withLock { $0 = .damaged }
        for _ in 0..<2 {
            try await bench.look()
            try await other.look()
            bench.clock.advance(301)
        }
        #expect(pager.phases == ["storeDamaged a store began"])
        #expect(bench.services.attention.fault?.kind == .storeDamaged)
        await bench.remove()
        await pager.stop()
    }

    @Test func `a store that takes no alert is told of past it, once, as soon as the alarm system hears it`()
        async throws
    {
        let pager = try Pager()
        let fault = Mutex<StoreFault?>(nil)
        let inspection = StoreInspection(now: { Instant(milliseconds: 0) }) { fault.withLock { $0 } }
        let bench = try await Bench(alerts: settings(pager), inspection: inspection)
        /// As on a full device: whatever is written fails.
        func refuse(_ refuses: Bool) async throws {
            try await bench.database.write { connection throws(StoreError) in
                let statement =
                    refuses
                    ? "CREATE TRIGGER full BEFORE INSERT ON alert BEGIN SELECT raise(ABORT, 'full'); END"
                    : "DROP TRIGGER full"
                _ = try connection.run(statement, [])
            }
        }
        try await refuse(true)
        fault.withLock { $0 = .full }
        pager.setDown(true)
        for _ in 0..<2 { await #expect(throws: StoreError.self) { try await bench.look() } }
        #expect(pager.phases == [] && pager.tries == 2)
        pager.setDown(false)
        for _ in 0..<3 { await #expect(throws: StoreError.self) { try await bench.look() } }
        #expect(pager.phases == ["storeFull a store began"])
        try await refuse(false)
        // It is listed as open now, and not told once more.
        try await bench.look()
        #expect(try await bench.services.alerts.open().map(\.condition.rule) == ["storeFull"])
        fault.withLock { $0 = nil }
        try await bench.look()
        bench.clock.advance(301)
        try await bench.look()
        #expect(pager.phases == ["storeFull a store began", "storeFull a store ended"])
        // What comes and goes while nobody hears is not told of.
        pager.setDown(true)
        fault.withLock { $0 = .lost }
        try await bench.look()
        fault.withLock { $0 = nil }
        try await bench.look()
        bench.clock.advance(301)
        pager.setDown(false)
        for _ in 0..<2 { try await bench.look() }
        #expect(pager.phases.count == 2 && pager.isKeyed)
        await bench.remove()
        await pager.stop()
    }

    @Test func `an alert begins thirty days before an end and is over once that lies later`() async throws {
        // 2027-01-15.
        let start = HandClock().now
        let ends = Mutex([
            "certificate": start.advanced(seconds: 50 * 86_400), "token": start.advanced(seconds: 64 * 86_400),
        ])
        let bench = try await Bench(
            expiries: Expiries { ends.withLock { $0 }.sorted { $0.key < $1.key }.map { ($0.key, $0.value) } })
        func open() async throws -> [String] {
            try await bench.look()
            return try await bench.services.alerts.open().map(\.condition.subject)
        }
        #expect(try await open().isEmpty)
        bench.clock.advance(20 * 86_400)
        #expect(try await open() == ["certificate"])
        #expect(try await open() == ["certificate"])
        bench.clock.advance(20 * 86_400)
        #expect(try await open() == ["certificate", "token"])
        ends.withLock { $0["certificate"] = start.advanced(seconds: 9000 * 86_400) }
        _ = try await open()
        bench.clock.advance(301)
        #expect(try await open() == ["token"])
        await bench.remove()
    }

    @Test func `each case whose limit has passed rings by itself, however many of its limits have`() async throws {
        let late = Mutex([("CLK-04", ["LA-1", "LA-2"]), ("CLK-05", ["LA-1"])])
        let bench = try await Bench(
            clocks: Clocks {
                late.withLock { $0 }.map { ClockFigures(clock: $0.0, dueSoon: 0, overdue: $0.1.count, late: $0.1) }
            })
        func open() async throws -> [String] {
            try await bench.look()
            return try await bench.services.alerts.open().map { "\($0.condition.rule) \($0.condition.subject)" }
        }
        #expect(try await open() == ["clocksOverdue LA-1", "clocksOverdue LA-2"])
        late.withLock { $0 = [("CLK-05", ["LA-1"])] }
        _ = try await open()
        bench.clock.advance(301)
        #expect(try await open() == ["clocksOverdue LA-1"])
        await bench.remove()
    }

    @Test(arguments: AlertRule.allCases)
    func `every alert says in two languages that it begins and that it is over`(rule: AlertRule) {
        let texts = AlertMessage.Phase.allCases.map { rule.text($0, "X") }
        #expect(Set(texts).count == 2)
        for text in texts { #expect(!text.zh.isEmpty && text.en.hasSuffix(".")) }
    }
}
