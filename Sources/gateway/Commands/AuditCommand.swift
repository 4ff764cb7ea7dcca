import Foundation
import Messaging
import Operations
import Storage
import StrictJSON
import Transport
import Vocabulary

/// Works on the store itself, so that the trail can be checked without trusting a running gateway.
enum AuditCommand: Command {
    static let name = "audit"
    static let synopsis = "verify | export | head  [--config FILE] [--head FILE] [--json]"
    static let summary = LocalizedText(
        "核对审计记录有无改动，导出，或打印链尾以便另存",
        "check the audit trail for any change, write it out, or print the head to be kept elsewhere")
    static let details: [HelpLine] =
        [
            .item(
                "verify", "逐条核对整条链；有改动、缺失或移位则退出码 1",
                "reads the whole chain; exit 1 when a row was changed, removed or moved"),
            .item(
                "export", "同上，并把每条以一行 JSON 写到标准输出；导出本身也留一条",
                "the same, and writes every row as one line of JSON to standard output; the export is a row itself"),
            .item(
                "head", "链尾：请另存他处，以后用 --head 交回",
                "the end of the chain: keep it elsewhere, and give it back with --head"),
            .item(
                "--head FILE", "另存的链尾，一行一个 JSON，例如 <audit> 的 headFile 或日志；链须经过每一个",
                "heads that were kept, one JSON object a line, such as the headFile of <audit> in the settings or the log; the chain must pass through each"
            ),
            .json,
            .config,
            .note(
                "存储中由运行的网关用身份密钥盖的封印也一并核对。",
                "Seals in the store, which the running gateway makes under its identity key, are held against the chain too."
            ),
        ]

    static func run(_ arguments: [String]) async throws -> Int32 {
        let arguments = try Arguments(arguments, valued: ["config", "head"], flags: ["json"])
        guard let action = arguments.words.first, ["verify", "export", "head"].contains(action),
            arguments.words.count == 1
        else { throw UsageError("写 verify、export 或 head", "say verify, export or head") }
        try arguments.allow(["verify": ["head", "json"], "export": ["head"], "head": []], besides: ["config"])
        let configuration = try Configuration(file: arguments["config"] ?? Defaults.configuration)
        let database = try await configuration.openExistingStore()
        let store = try await SQLMessageStore(database: database)
        let key = try IdentityKey.existing(configuration.identityKeyFile)
        let service = AuditService(
            store: store, key: key, memory: AuditTrailFile(besideKey: configuration.identityKeyFile))
        let known = try arguments["head"].map { try heads(in: $0, key) } ?? []
        let code = try await run(action, service, known, asJSON: arguments.has("json"))
        if action == "export" {
            try await store.record(
                AuditAct(system: .exportAudit, on: "audit", detail: "exit \(code)", at: Instant(Date())))
            await configuration.sealTrail(of: database)
        }
        await database.close()
        return code
    }

    private static func run(
        _ action: String, _ service: AuditService, _ known: [AuditHead], asJSON: Bool
    ) async throws -> Int32 {
        let verifier = try await service.verify(against: known) { entry in
            if action == "export" { Terminal.print(entry.json.text()) }
        }
        let isIntact = verifier.isIntact
        let head: JSONValue = ["seq": JSONValue(verifier.head.seq), "hash": .string(verifier.head.hash)]
        switch action {
        case "head" where isIntact: Terminal.print(head.text())
        case "verify" where asJSON:
            Terminal.print(
                JSONValue.compact([
                    ("intact", .bool(isIntact)), ("report", .string(verifier.report.en)),
                    ("breaks", .array(verifier.breaks.map { .string($0.text.en) })), ("head", head),
                ]).text(pretty: true))
        case "verify" where isIntact:
            let report = verifier.report
            Terminal.print("\(report.zh)链尾 \(verifier.head.hash)。", "\(report.en) Head \(verifier.head.hash).")
        default: if !isIntact { verifier.breaks.forEach { Terminal.complain($0.text) } }
        }
        return isIntact ? 0 : 1
    }

    /// Of a file of heads, or of the log, whose other lines are passed over.
    private static func heads(in file: String, _ key: KeyedHash?) throws -> [AuditHead] {
        var heads: [AuditHead] = []
        for (index, line) in try bytes(of: file).split(separator: 0x0A, omittingEmptySubsequences: false).enumerated() {
            guard !line.allSatisfy({ $0 <= 0x20 }) else { continue }
            let json: JSONValue
            do { json = try JSONValue(parsing: Array(line)) } catch { throw noHead(file, index + 1) }
            if let event = json["event"]?.string, event != "audit head" { continue }
            let head = json["head"] ?? json
            guard let seq = head["seq"]?.int, let hash = head["hash"]?.string else { throw noHead(file, index + 1) }
            let kept = AuditHead(seq: seq, hash: hash)
            // One that the gateway handed out bears its code; one that `audit head` printed has none.
            if let key, let code = head["code"]?.string {
                guard let at = head["at"]?.string.flatMap({ Instant(rfc3339: $0) }),
                    Digest.isEqual(key.hash(AuditSeal.text(of: kept, at: at)), code)
                else {
                    throw CommandFailure(
                        at: "\(file):\(index + 1)", "不是用此网关的身份密钥签出的链尾：已被改动，或出自另一密钥。",
                        "was not handed out under this gateway's identity key: it was changed, or is another key's.")
                }
            }
            heads.append(kept)
        }
        guard !heads.isEmpty else {
            throw CommandFailure(
                at: file, "其中没有审计链尾，未核对任何内容。", "holds no head, so nothing was held against it.")
        }
        return heads
    }

    private static func noHead(_ file: String, _ line: Int) -> CommandFailure {
        CommandFailure(
            at: "\(file):\(line)", "不是审计链尾，也不是日志行。",
            "is neither a head, as `gateway audit head` prints it, nor a line of the log.")
    }
}
