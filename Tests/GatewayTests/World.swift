import Foundation
import Messaging
import Observability
import StrictJSON
import Synchronization
import Transport
import Vocabulary

@testable import Canonical
@testable import Cases
@testable import Intake
@testable import Storage
@testable import gateway

/// What time it is.
final class Watch: Sendable {
    let time = Mutex(Instant(milliseconds: 1_764_000_000_000))
}

/// Both doors over a real store, with time and chance in the test's hands.
final class World: Sendable {
    let folder: URL
    let database: SQLiteDatabase
    let store: SQLMessageStore
    let front: HTTPIntake
    let back: BackDoor
    private let watch: Watch

    static let partners = [("court", "court"), ("civil", "civil-affairs"), ("relief", "relief-platform")]
    private static let identityKey = [UInt8](repeating: 7, count: 32)
    static let institutions = ["CZ-SZ", "CZ-TN", "CZ-ZL", "CZ-WJ"]

    /// - Parameter settings: the file of settings; the shipped one where nothing is said.
    init(seed: UInt64, settings: URL? = nil) async throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "world-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        database = try SQLiteDatabase(path: folder.appending(path: "store.sqlite").path, maxPending: 4096)
        store = try await SQLMessageStore(database: database)
        let configuration = try Configuration(
            file: (settings ?? repository.appending(path: "config/gateway.xml")).path)
        let chance = Mutex(Chance(seed: seed))
        let hash = try KeyedHash(key: Self.identityKey)
        let pipeline = try Gateway.pipeline(configuration)
        let clerk = CaseClerk(
            pipeline.current,
            identifiers: IdentifierSource(random: { chance.withLock { $0.next() } }), registry: configuration.registry,
            keys: CaseKeys(hash: hash))
        let watch = Watch()
        self.watch = watch
        let now: @Sendable () -> Instant = { watch.time.withLock { $0 } }
        let log = Log(sink: .file("/dev/null"), now: { "" })
        let metrics = Metrics()
        front = HTTPIntake(
            IntakeService(
                pipeline, clerk: clerk, store: store, now: now, log: log, metrics: metrics,
                drift: DriftWatch(store: store, hash: hash, log: log, metrics: metrics)),
            referrals: ReferralView(store: store, registry: configuration.registry, now: now))
        back = BackDoor(clerk: clerk, store: store, now: now, log: log)
    }

    /// A test that threw half-way leaves no folder behind either.
    deinit { try? FileManager.default.removeItem(at: folder) }

    /// Gives a gateway that is to start the store as it is now, with its key.
    func lend(to gateway: GatewayProcess) throws {
        let target = gateway.folder.appending(path: "store.sqlite")
        try FileManager.default.copyItem(at: folder.appending(path: "store.sqlite"), to: target)
        try GatewayProcess.writeKey(Self.identityKey, to: URL(filePath: target.path + ".identity-key"))
    }

    var now: Instant { watch.time.withLock { $0 } }
    func go(to moment: Instant) { watch.time.withLock { $0 = moment } }
    func pass(seconds: Int) { watch.time.withLock { $0 = $0.advanced(seconds: seconds) } }

    func lastEvent(of applicationNo: String) async throws -> HistoryEvent? {
        try await database.read { connection throws(StoreError) in
            try connection.query(
                "SELECT event FROM history WHERE subject = ? ORDER BY rowid DESC LIMIT 1", [.text(applicationNo)]
            ) { row throws(StoreError) in HistoryEvent(rawValue: try row.text("event")) }
        }.first ?? nil
    }

    func remove() async {
        await database.close()
        try? FileManager.default.removeItem(at: folder)
    }
}

/// SplitMix64: the same seed gives the same story.
struct Chance: RandomNumberGenerator {
    private var state: UInt64
    init(seed: UInt64) { state = seed }
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
    mutating func one<Item>(of items: [Item]) -> Item { items[Int.random(in: items.indices, using: &self)] }
}

func post(_ body: JSONValue) -> HTTPRequest {
    HTTPRequest(method: "POST", path: "/", query: [], headers: [], body: body.serialized())
}
