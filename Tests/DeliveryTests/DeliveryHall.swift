import Foundation
import Messaging
import Observability
import Storage
import StrictJSON
import Synchronization
import Transport
import Vocabulary

@testable import Delivery

/// A real store and a courier whose clock is the test's, for receivers that listen for real.
final class DeliveryHall: Sendable {
    let folder: URL
    let store: SQLMessageStore
    let courier: Courier
    let client: HTTPClient
    let metrics = Metrics()
    private let database: SQLiteDatabase
    private let clock: Mutex<Instant>
    private let identifiers = IdentifierSource(random: { UInt64.random(in: .min ... .max) })
    private let signedIn = Mutex<[String]>([])
    static let start = Instant(milliseconds: 1_700_000_000_000)

    init(
        partners: [Partner], institutions: [Institution] = [], folder: URL? = nil
    ) async throws {
        let folder = folder ?? FileManager.default.temporaryDirectory.appending(path: "hall-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        self.folder = folder
        database = try SQLiteDatabase(path: folder.appending(path: "store.sqlite").path, maxPending: 4096)
        let store = try await SQLMessageStore(database: database)
        self.store = store
        client = HTTPClient()
        clock = Mutex(Self.start)
        // The initialiser's closures must not hold what is not there yet.
        let box = Box()
        courier = Courier(
            store: store, client: client, registry: Registry(partners: partners, institutions: institutions),
            settings: Courier.Settings(), now: { box.hall?.now ?? DeliveryHall.start },
            bits: { UInt64.random(in: .min ... .max) }, cases: box, log: Log(sink: .none, now: { "" }),
            metrics: metrics)
        box.hall = self
        store.onQueued { [courier] in courier.wake($0) }
    }

    /// `@unchecked`: written once, before anybody reads.
    private final class Box: @unchecked Sendable, SignIn {
        weak var hall: DeliveryHall?

        func reason(of content: JSONValue, to institution: String) -> String { "new" }

        func signIn(applicationNo: String, leaseID: String, caller: Caller) async throws -> Int? {
            try await hall?.signIn(applicationNo, leaseID, caller) == true ? 1 : nil
        }
    }

    var now: Instant { clock.withLock { $0 } }
    func advance(seconds: Int) { clock.withLock { $0 = $0.advanced(seconds: seconds) } }
    var signedInApplications: [String] { signedIn.withLock { $0 } }

    private func signIn(_ applicationNo: String, _ leaseID: String, _ caller: Caller) async throws -> Bool {
        signedIn.withLock { $0.append(applicationNo) }
        return try await store.settle(leaseID: leaseID, .acknowledge, actor: caller.id, now: now)
    }

    /// An application that waits in a queue.
    func application(queue: String = "CZ-TN") async throws -> String {
        let id = identifiers.next(at: now)
        var record = IntakeRecord(id: identifiers.next(at: now), index: 0, outcome: .accepted)
        record.applicationNo = "LA-\(id)"
        record.queue = queue
        record.standing = ApplicationStanding(referral: .queued)
        record.content = CanonicalContent(JSONObject([("a", 1)]))
        var commit = IntakeCommit(
            referralID: id, partnerID: "court", messageID: id, digest: id, rawBytes: [], mediaType: "application/xml",
            encoding: nil, receivedAt: now, mappingID: nil, mappingVersion: nil, mappingDigest: nil,
            outcome: .accepted, isInvalid: false, answer: [], records: [record], supersedes: nil)
        commit.traceParent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
        _ = try await store.accept(commit)
        return "LA-\(id)"
    }

    /// A status about it, for a partner.
    @discardableResult
    func status(
        _ applicationNo: String, to partner: String, _ text: String, keep seconds: Int? = nil,
        change: (inout Envelope) -> Void = { _ in }
    ) async throws -> Envelope {
        var envelope = Envelope(
            id: identifiers.next(at: now), channel: .status, correlationID: applicationNo, sender: "CZ-TN",
            senderMessageID: "s", recipient: partner, payload: Array(text.utf8), mediaType: "application/json",
            createdAt: now, dueAt: nil, priority: 0, keepUntil: seconds.map { now.advanced(seconds: $0) })
        envelope.traceParent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
        change(&envelope)
        try await tell(envelope)
        return envelope
    }

    /// Queues a status in a step of its application.
    func tell(_ envelope: Envelope) async throws {
        guard let record = try await store.application(envelope.correlationID) else {
            throw StoreError.failed("unknown")
        }
        var change = CaseChange(
            of: record, nil, historyEvent: .entry(.answered), actor: "CZ-TN", at: now)
        change.statusMessage = envelope
        _ = try await store.changeCase(change)
    }

    func deadLetters() async throws -> [DeadLetterSummary] {
        try await store.deadLetters(DeadLetterFilter(), newestFirst: false, after: nil, limit: 500).deadLetters
    }

    func act(_ action: AuditAction, _ reason: String) -> AuditAct {
        AuditAct(
            at: now, actor: "wang", role: "operator", action: action, subject: "it", detail: reason,
            sm3: { Digest.hex(Digest.sm3($0)) })
    }

    func backlog() async throws -> Int { try await store.statistics().statusBacklog }

    func report(_ recipient: String) -> EndpointReport? { courier.reports.first { $0.endpoint.recipient == recipient } }

    func close() async {
        await client.close()
        await database.close()
    }

    func remove() async {
        await close()
        try? FileManager.default.removeItem(at: folder)
    }
}

/// Holds whoever comes until it is opened.
final class Gate: Sendable {
    private let wakeups = Wakeups()

    func pass() async { await wakeups.listen(at: []).wait(atMost: .seconds(600)) }
    func open() { wakeups.close() }
}

func partner(_ id: String, _ url: String, _ change: (inout ReturnAddress) -> Void = { _ in }) -> Partner {
    var address = ReturnAddress(url: url, token: nil)
    // What is answered late on a busy machine is not sent twice.
    address.timeout = .seconds(600)
    change(&address)
    return Partner(
        id: id, name: id, kind: SenderKind(code: "court", name: LocalizedText(zh: "法院", en: "court"), audience: .court),
        senderCodes: [], mappings: [], statusMapping: nil,
        returnAddress: address, retryPolicy: RetryPolicy())
}

/// A receiver that listens for real, remembers what it confirmed and answers as it is told.
final class Receiver: Sendable {
    private struct Seen {
        var confirmed: [String] = []
        var requests: [HTTPRequest] = []
    }

    /// Shared with the listener's closure.
    private final class Notes: Sendable { let seen = Mutex(Seen()) }

    private let notes: Notes
    private let server: HTTPServer
    private let arrived: AsyncStream<Void>

    /// - Parameter answer: what to say to a body; 2xx means that it is remembered.
    init(
        port: UInt16 = 0,
        answer: @escaping @Sendable (String) async -> HTTPResponse = { _ in HTTPResponse(status: 200) }
    ) throws {
        let (arrived, arrive) = AsyncStream<Void>.makeStream()
        self.arrived = arrived
        let notes = Notes()
        self.notes = notes
        server = try HTTPServer(configuration: HTTPServerConfiguration(host: "127.0.0.1", port: port)) { request in
            let text = String(decoding: request.body, as: UTF8.self)
            notes.seen.withLock { $0.requests.append(request) }
            let response = await answer(text)
            if (200..<300).contains(response.status) { notes.seen.withLock { $0.confirmed.append(text) } }
            arrive.yield()
            return response
        }
    }

    var port: UInt16 { server.port }
    var url: String { "http://127.0.0.1:\(server.port)/" }
    /// What was confirmed, in order.
    var confirmed: [String] { notes.seen.withLock { $0.confirmed } }
    var requests: [HTTPRequest] { notes.seen.withLock { $0.requests } }

    /// Returns when so many requests were answered.
    func answers(_ count: Int) async {
        var answered = 0
        for await _ in arrived {
            answered += 1
            if answered == count { return }
        }
    }

    func stop() async { await server.stop(drain: .seconds(1)) }
}
