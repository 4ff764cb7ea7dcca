import Cases
import Foundation
import Intake
import Messaging
import Operations
import Storage
import Synchronization
import Transport
import Vocabulary

/// A gateway beside the gateway, for credentials marked as tests: the same mappings and rules, and a store of its own, which
/// begins empty with every start. Nothing of it can reach an institution, a queue, a figure or an alarm, since none of
/// those looks into that store; nothing is pushed, and no errand runs.
final class Rehearsal: Sendable {
    /// Bytes of bodies that are taken between two starts.
    private static let most = 256 << 20

    /// Calls that are open to anybody and tell nothing of a store.
    private static let open = ["/openapi.json", "/v1/schemas/{name}"]

    private let router: Router
    private let main: Surroundings
    private let around: Surroundings
    private let storing: StoreModule
    private let delivery: DeliveryModule
    private let path: String
    private let taken = Mutex(0)

    /// - Throws: what keeps the store shut.
    init?(
        _ main: Surroundings, _ settings: Configuration, _ pipeline: Pipeline, _ client: HTTPClient
    ) async throws {
        guard !settings.credentials.rehearsals.isEmpty else { return nil }
        self.main = main
        let around = Surroundings(settings.rehearsed, log: main.log)
        self.around = around
        path = around.configuration.storePath
        try Self.erase(path)
        storing = try await StoreModule(around)
        let intake = try await IntakeModule(around, pipeline, storing, isRehearsal: true)
        delivery = DeliveryModule(around, client, storing, intake)
        let operators = try OperatorModule(around, storing, intake, delivery)
        let calls = try OpenAPI(
            describing: Route.merged(intake.routes + delivery.routes + operators.routes),
            senderKinds: around.registry.senderKinds
        ).calls
        router = Router(
            routes: calls.filter { $0.roles.contains(.partner) || Self.open.contains($0.path) },
            doorkeeper: main.credentials.rehearsalDoorkeeper(now: main.now),
            rate: CallRate { main.credentials.callsPerMinute(of: $0) }, explain: { Listener.explain($0, $1, main.log) }
        ).asking { main.credentials.rehearsalDoorkeeper(now: main.now) }
    }

    /// Whether a call bears a token that is for rehearsals.
    func isMeant(by request: HTTPRequest) -> Bool {
        let parts = (request.header("Authorization") ?? "").split(separator: " ", maxSplits: 1)
        guard parts.count == 2, parts[0].lowercased() == "bearer" else { return false }
        return main.credentials.rehearsals[Token.hash(String(parts[1]))] != nil
    }

    /// Whoever is registered from now on may rehearse.
    func adopt(_ settings: Configuration) { around.adopt(settings.rehearsed) }

    func admit(_ head: HTTPRequest) -> Entrance { router.admit(head) }

    func respond(to request: HTTPRequest) async -> HTTPResponse {
        let isFull = taken.withLock { taken in
            taken += request.body.count
            return taken > Self.most
        }
        guard !isFull else {
            return Problem(
                .quotaExceeded, zh: "演练数据已满，网关重启后清空。",
                en: "The rehearsal is full; it is emptied when the gateway starts anew."
            ).response(to: request)
        }
        return await router.respond(to: request)
    }

    func endWaits() { delivery.endWaits() }

    func stop() async {
        await storing.close()
        do { try Self.erase(path) } catch {
            main.log.error(
                "what was rehearsed is left",
                [("file", .string(path)), ("error", .string("\((error as NSError).code)"))])
        }
    }

    /// - Throws: where a file stays: the next rehearsal would begin with it.
    private static func erase(_ path: String) throws {
        for file in [path] + StoreFiles.besides.map({ path + $0 }) where FileManager.default.fileExists(atPath: file) {
            try FileManager.default.removeItem(atPath: file)
        }
    }
}

/// The rehearsal in force: none before the first token for it.
final class CurrentRehearsal: Sendable {
    private let kept: Mutex<Rehearsal?>

    init(_ rehearsal: Rehearsal?) { kept = Mutex(rehearsal) }

    var value: Rehearsal? { kept.withLock { $0 } }
    func begin(_ rehearsal: Rehearsal?) { kept.withLock { $0 = rehearsal } }
}

extension Configuration {
    /// The same for a rehearsal: everybody fetches, and nobody is rung up.
    var rehearsed: Configuration {
        var configuration = self
        configuration.identityKey = identityKeyFile
        configuration.storePath = storePath + ".rehearsal"
        // Of each node alone: what is rehearsed is forgotten anyway.
        configuration.postgreSQL = nil
        for index in partners.indices {
            configuration.partners[index].returnAddress = nil
            configuration.partners[index].exchange = nil
        }
        for index in institutions.indices { configuration.institutions[index].push = nil }
        configuration.alerts.webhook = nil
        return configuration
    }
}
