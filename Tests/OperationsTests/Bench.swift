import Foundation
import Messaging
import Observability
import StrictJSON
import Synchronization
import Transport
import Vocabulary

@testable import Delivery
@testable import Operations
@testable import Storage

/// A clock that the test turns.
final class HandClock: Sendable {
    private let instant = Mutex(Instant(milliseconds: 1_800_000_000_000))

    var now: Instant { instant.withLock { $0 } }
    func advance(_ seconds: Int) { instant.withLock { $0 = $0.advanced(seconds: seconds) } }
}

/// The operator services over a store of its own, or over another bench's.
struct Bench {
    let folder: URL
    let clock: HandClock
    let database: SQLiteDatabase
    let services: OperatorServices
    let router: Router
    let client = HTTPClient()
    private let courier: Courier

    init(
        sharing other: Bench? = nil, alerts: AlertSettings = AlertSettings(), node: String = "a",
        clocks: any ClockFigureSource = NoClocks(), endpoints: any EndpointReportSource = NoEndpoints(),
        exchange: any ExchangeReportSource = NoExchange(), expiries: any CredentialExpirySource = NoExpiries(),
        inspection: StoreInspection = StoreInspection(now: { Instant(milliseconds: 0) }),
        institutions: [Institution] = [], rules: NoRules = NoRules()
    ) async throws {
        folder =
            other?.folder ?? FileManager.default.temporaryDirectory.appending(path: "window-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        database =
            try other?.database ?? SQLiteDatabase(path: folder.appending(path: "store.sqlite").path, maxPending: 256)
        let clock = other?.clock ?? HandClock()
        self.clock = clock
        let store = try await SQLMessageStore(database: database)
        let registry = Registry(partners: [], institutions: institutions, alarmSystem: alerts.webhook)
        courier = Courier(
            store: store, client: client, registry: registry, settings: Courier.Settings(), now: { clock.now },
            bits: { UInt64.random(in: .min ... .max) }, cases: NoCases(), log: Log(sink: .none, now: { "" }),
            metrics: Metrics())
        let services = OperatorServices(
            store: store, registry: registry,
            identifiers: IdentifierSource(random: { UInt64.random(in: .min ... .max) }), now: { clock.now },
            ports: OperatorPorts(
                cases: NoCases(), text: PlainText(), rules: rules, endpoints: endpoints, exchange: exchange,
                expiries: expiries,
                clocks: clocks, inspection: inspection,
                alertSender: PushedAlerts(
                    push: AlertPush(
                        client: client, address: alerts.webhook, now: { clock.now },
                        log: Log(sink: .none, now: { "" }))),
                connections: NoConnections(), catalogue: NoMappings(),
                auditKey: try KeyedHash(key: [UInt8](repeating: 7, count: 32)), auditMemory: nil, findsNames: false),
            alerts: alerts,
            node: node,
            log: Log(sink: .none, now: { "" }),
            metrics: Metrics())
        self.services = services
        var callers = [
            "partner": Caller(role: .partner, id: "court"), "institution": Caller(role: .institution, id: "C"),
        ]
        for role in OperatorRole.allCases {
            callers[role.rawValue] = Caller(role: .operator, id: role.rawValue, operatorRole: role)
        }
        router = Router(
            routes: services.routes,
            doorkeeper: Doorkeeper(
                callers: Dictionary(
                    uniqueKeysWithValues: callers.map { (Digest.hex(Digest.sha256(Array($0.key.utf8))), $0.value) })),
            session: { try await services.signIn.caller(of: $0) },
            explain: { error, _ in Problem(.internalError, zh: "", en: "\(error)") })
    }

    /// Looks for alerts, and tells the alarm system what there is to tell.
    func look() async throws {
        try await services.alerts.look()
        _ = try await courier.drain()
    }

    func remove() async {
        await database.close()
        await client.close()
        try? FileManager.default.removeItem(at: folder)
    }

    func call(
        _ method: String, _ path: String, _ headers: [(name: String, value: String)] = [], body: JSONValue? = nil,
        peer: String = "192.0.2.1"
    ) async -> HTTPResponse {
        await router.respond(
            to: HTTPRequest(
                method: method, path: path, query: [], headers: headers, body: body?.serialized() ?? [], peer: peer))
    }

    func signIn(_ name: String, _ password: String, peer: String = "192.0.2.1") async -> HTTPResponse {
        await call("POST", "/v1/session", body: ["name": .string(name), "password": .string(password)], peer: peer)
    }

    /// Statuses that could not be delivered, straight into the dead-letter queue.
    func lay(deadLetters count: Int) async throws {
        let now = clock.now.milliseconds
        try await database.write { connection throws(StoreError) in
            let cause = DeadLetterCause.undeliverable(.other)
            for _ in 0..<count {
                let countRow = try DeadLetterCounts.increment(cause, of: "court", .status, recipient: nil, connection)
                try connection.run(
                    """
                    INSERT INTO message (id, channel, correlation_id, partner, media_type, created_at, due_at, priority,
                    state, reason, dead_since, cause, count_row)
                    VALUES (?, 'status', 'LA-1', 'court', 'text/xml', 0, 0, 0, 'dead', 'undeliverable', ?, ?, ?)
                    """, [.text(UUID().uuidString), .integer(now), .text(cause.name), .integer(countRow)])
            }
        }
    }

    func clearDeadLetterQueue() async throws {
        try await database.write { connection throws(StoreError) in
            try connection.run("DELETE FROM message WHERE state = 'dead'", [])
            try connection.run("DELETE FROM dead_letter_count", [])
        }
    }
}
