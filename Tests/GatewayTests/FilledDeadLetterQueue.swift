import Canonical
import Cases
import Foundation
import Intake
import Messaging
import Observability
import Storage
import Testing
import Transport
import Vocabulary

@testable import gateway

/// Thousands of dead letters laid into a gateway's dead-letter queue before it starts: each is taken in as a file from
/// an exchange folder is, many sharing one commit.
enum FilledDeadLetterQueue {
    /// Gives the gateway mappings of its own, of which the court's look for the name where no court writes it.
    static func breakMapping(of gateway: GatewayProcess) throws {
        let mappings = gateway.folder.appending(path: "Mappings")
        let shipped = repository.appending(path: "Mappings")
        try FileManager.default.copyItem(at: shipped, to: mappings)
        try rewrite(gateway.folder.appending(path: "gateway.xml"), shipped.path, with: mappings.path)
        try rewrite(rules(of: gateway), sound, with: broken)
    }

    static func mendMapping(of gateway: GatewayProcess) throws {
        try rewrite(rules(of: gateway), broken, with: sound)
    }

    private static let sound = #"from="XM" as="personName" required"#
    private static let broken = #"from="XINGMING" as="personName" required"#

    private static func rules(of gateway: GatewayProcess) -> URL {
        gateway.folder.appending(path: "Mappings/court/fragments/person.xml")
    }

    private static func rewrite(_ file: URL, _ old: String, with new: String) throws {
        let text = try String(contentsOf: file, encoding: .utf8)
        try #require(text.contains(old), "\(file.lastPathComponent) holds no \(old)")
        try text.replacing(old, with: new, maxReplacements: 1).write(to: file, atomically: true, encoding: .utf8)
    }

    /// Hands documents of the court's in, as many at once as share a commit.
    static func fill(_ gateway: GatewayProcess, _ documents: [[UInt8]]) async throws {
        let configuration = try Configuration(file: gateway.folder.appending(path: "gateway.xml").path)
        let database = try SQLiteDatabase(path: configuration.storePath, maxPending: 4096)
        let store = try await SQLMessageStore(database: database)
        let log = Log(sink: .none, now: { "" })
        let metrics = Metrics()
        let hash = try await IdentityKey.load(configuration.identityKeyFile, for: store)
        let pipeline = try Gateway.pipeline(configuration)
        let intake = IntakeService(
            pipeline,
            clerk: CaseClerk(
                pipeline.current,
                identifiers: IdentifierSource(random: { UInt64.random(in: .min ... .max) }),
                registry: configuration.registry,
                keys: CaseKeys(hash: hash)),
            store: store, now: { Instant(Date()) }, log: log, metrics: metrics,
            drift: DriftWatch(store: store, hash: hash, log: log, metrics: metrics))
        try await inConnections(256, documents) { document in
            let submission = Submission(
                document, mediaType: nil, from: Caller(role: .partner, id: "court"), receivedAt: Instant(Date()))
            guard case .invalid = try await intake.submit(submission) else {
                Issue.record("a document did not fail")
                return
            }
        }
        await database.close()
    }
}
