import Delivery
import Foundation
import Messaging
import Observability
import StrictJSON
import Testing
import Transport
import Vocabulary

@testable import Cases
@testable import Intake
@testable import gateway

/// A gateway's calls over HTTP on loopback, at times that a test hands in: the same routes, store and settings as the
/// program's, whose clock nobody can hand in.
final class DatedFlow: Sendable {
    let world: World
    private let settings: URL
    private let server: HTTPServer

    init(at time: String) async throws {
        settings = FileManager.default.temporaryDirectory.appending(path: "dated-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: settings, withIntermediateDirectories: true)
        try FlowGateway.writeSettings(into: settings, 9)
        let made = try await World(seed: 13, settings: settings.appending(path: "gateway.xml"))
        made.go(to: try Walk.moment(time))
        world = made
        let leases = LeaseService(
            store: made.store, limits: LeaseService.Limits(), wakeups: Wakeups(), now: { made.now },
            cases: made.back, log: Log(sink: .none, now: { "" }))
        let callers =
            FlowGateway.partners.map { (Token.hash($0.id), Caller(role: .partner, id: $0.id)) }
            + FlowGateway.institutions.map { (Token.hash($0), Caller(role: .institution, id: $0)) }
        let router = Router(
            routes: Route.merged(
                made.front.routes + made.front.referrals.routes + made.back.routes + leases.routes),
            doorkeeper: Doorkeeper(callers: Dictionary(uniqueKeysWithValues: callers)),
            explain: { error, _ in Problem(.overloaded, zh: "\(error)", en: "\(error)") })
        server = try HTTPServer(
            configuration: HTTPServerConfiguration(host: "127.0.0.1", port: 0), admit: { router.admit($0) }
        ) { await router.respond(to: $0) }
    }

    func go(to time: String) throws { world.go(to: try Walk.moment(time)) }

    func remote(_ id: String) -> Remote { Remote(url: "http://127.0.0.1:\(server.port)", token: id) }

    /// A message of a test's own kind (`FlowGateway.mapping`).
    func send(_ kind: String, _ id: String, from partner: String, _ members: [(String, JSONValue)]) async throws
        -> JSONValue
    {
        let body = JSONObject([("flow", .string(kind)), ("id", .string(id))] + members)
        return try await remote(partner).ask("POST", "/v1/referrals", body: JSONValue.object(body).serialized())
    }

    /// One step of the case, with what every sender must be told of it.
    @discardableResult
    func step(_ event: String, of number: String, by code: String, _ members: [(String, JSONValue)] = []) async throws
        -> JSONValue
    {
        let named = Set(members.map(\.0))
        let rest = (FlowGateway.told[event] ?? []).filter { !named.contains($0.0) }
        let body = JSONValue.object(JSONObject([("event", .string(event))] + members + rest)).serialized()
        return try await remote(code).ask("POST", "/v1/applications/\(number)/status", body: body)
    }

    /// Takes everything that lies in an institution's queue; returns it.
    ///
    /// - Parameter queue: that of its leads, or its own.
    @discardableResult
    func signIn(_ code: String, queue: String? = nil) async throws -> [JSONValue] {
        let leases = try await remote(code).leases(of: queue ?? code)
        for lease in leases { try await remote(code).acknowledge(lease) }
        return leases
    }

    /// The status codes that a partner is told of its referral's first application, in order.
    func codes(_ receipt: JSONValue, of partner: String) async throws -> [String] {
        let referral = try await remote(partner).ask("GET", "/v1/referrals/\(receipt["referralId"]?.string ?? "")")
        return (referral["applications"]?[0]?["statuses"]?.array ?? []).compactMap { $0["code"]?.string }
    }

    func end() async {
        await server.stop(drain: .seconds(1))
        await world.remove()
        try? FileManager.default.removeItem(at: settings)
    }
}

/// A flow of the domain description as a table: at what time who does what, and how the case stands then.
struct FlowStory: Sendable, CustomTestStringConvertible {
    struct Line: Sendable {
        let time: String
        let what: String
        /// The state of the case, or nothing where there is none yet.
        let state: String
        /// Such as `CLK-05 2026-03-09` (runs until then), `CLK-05 paused` or `CLK-05 over`; several with a comma.
        let clocks: [(id: String, word: String)]
    }

    let name: String
    let partner: String
    /// The codes that the sender is told, in order.
    let told: String
    let lines: [Line]
    var testDescription: String { name }

    /// - Parameter table: `TIME | EVENT | STATE | CLOCKS`, a line each.
    init(_ name: String, from partner: String, told: String, _ table: String) {
        self.name = name
        self.partner = partner
        self.told = told
        lines = table.split(separator: "\n").map { line in
            let cells = line.split(separator: "|", omittingEmptySubsequences: false).map {
                $0.trimmingCharacters(in: .whitespaces)
            }
            let clocks = cells[3].split(separator: ",").map { cell in
                let words = cell.split(separator: " ").map(String.init)
                return (id: words[0], word: words[1])
            }
            return Line(time: cells[0], what: cells[1], state: cells[2], clocks: clocks)
        }
    }
}
