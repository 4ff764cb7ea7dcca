import Foundation
import Messaging
import Operations
import Storage
import StrictJSON
import Vocabulary

/// Works on the store itself, so that the trail can be checked without trusting a running gateway.
enum AuditCommand: Command {
    static let name = "audit"
    static let synopsis = "verify | export | head  [--config FILE] [--head FILE] [--json]"
    static let summary = "check the audit trail for any change, write it out, or print the head to be kept elsewhere"
    static let details = """
        verify   reads the whole chain; exit 1 when a row was changed, removed or moved
        export   the same, and writes every row as one line of JSON to standard output
        head     the end of the chain: keep it elsewhere, and give it back with --head

        --config FILE   settings (default config/gateway.xml)
        --head FILE     heads that were kept, one JSON object a line; the chain must pass through each
        """

    static func run(_ arguments: [String]) async throws -> Int32 {
        let arguments = try Arguments(arguments, valued: ["config", "head"], flags: ["json"])
        guard let action = arguments.words.first, ["verify", "export", "head"].contains(action),
            arguments.words.count == 1
        else { throw UsageError("say verify, export or head") }
        let configuration = try Configuration(file: arguments["config"] ?? Defaults.configuration)
        guard FileManager.default.fileExists(atPath: configuration.storePath) else {
            throw CommandFailure("\(configuration.storePath) does not exist")
        }
        let database = try SQLiteDatabase(path: configuration.storePath, maxPending: 16)
        let desk = AuditService(store: try await SQLMessageStore(database: database))
        let known = try arguments["head"].map { try heads(in: $0) } ?? []
        let code = try await run(action, desk, known, asJSON: arguments.has("json"))
        await database.close()
        return code
    }

    private static func run(
        _ action: String, _ desk: AuditService, _ known: [AuditHead], asJSON: Bool
    ) async throws -> Int32 {
        let verifier = try await desk.verify(against: known) { entry in
            if action == "export" { Terminal.print(entry.json.text()) }
        }
        let isIntact = verifier.broken == nil
        let head: JSONValue = ["seq": JSONValue(verifier.head.seq), "hash": .string(verifier.head.hash)]
        switch action {
        case "head" where isIntact: Terminal.print(head.text())
        case "verify" where asJSON:
            Terminal.print(
                JSONValue.compact([
                    ("intact", .bool(isIntact)), ("report", .string(verifier.report.en)), ("head", head),
                ]).text(pretty: true))
        case "verify" where isIntact: Terminal.print("\(verifier.report.en) Head \(verifier.head.hash).")
        default: if !isIntact { Terminal.complain("\(verifier.report.zh) \(verifier.report.en)") }
        }
        return isIntact ? 0 : 1
    }

    private static func heads(in file: String) throws -> [AuditHead] {
        try bytes(of: file).split(separator: 0x0A).map { line in
            guard let json = try? JSONValue(parsing: Array(line)), let seq = json["seq"]?.int,
                let hash = json["hash"]?.string
            else { throw CommandFailure("\(file) holds no heads as `gateway audit head` prints them") }
            return AuditHead(seq: seq, hash: hash)
        }
    }
}
