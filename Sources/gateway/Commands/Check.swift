import Foundation
import Messaging
import Observability
import Operations
import Storage
import Transport
import Vocabulary

enum Check: Command {
    static let name = "check"
    static let synopsis = "[--store] [--config FILE]"
    static let summary = "check settings, mappings, rules and store; tell every mistake at once"
    static let details = """
        --store         read the store through: every page, index, constraint and row, the audit trail, counts; it takes
                        the longer the more is stored
        --config FILE   settings (default config/gateway.xml)
        """

    static func run(_ arguments: [String]) async throws -> Int32 {
        let arguments = try Arguments(arguments, valued: ["config"], flags: ["store"])
        try arguments.allowWords(0)
        let file = arguments["config"] ?? Defaults.configuration
        let configuration: Configuration
        do {
            configuration = try Configuration(file: file)
        } catch {
            error.complaints.forEach { Terminal.complain($0.description) }
            Terminal.complain("\(error.complaints.count) mistakes; nothing else was checked")
            return 1
        }
        var mistakes = complaints(aboutMappingsOf: configuration)
        mistakes += await complaints(aboutStoreOf: configuration, isThorough: arguments.has("store"))
        if let obstacle = configuration.auditHeadFile.map(AuditHeadFile.init)?.obstacle {
            mistakes.append("审计链尾文件无法写入。audit: the headFile cannot be written: \(obstacle.text)")
        }
        if configuration.credentials.callers.isEmpty && configuration.credentials.keys.isEmpty {
            Terminal.print("credentials: nobody may call yet; see `gateway keys --help`")
        }
        for kind in RetentionKind.allCases {
            let rule = configuration.retention[kind]
            Terminal.print(
                "retention: \(kind.rawValue) \(rule.days.map { "\($0) days" } ?? "forever") (\(rule.basis.zh) \(rule.basis.en))"
            )
        }
        let now = Instant(Date())
        for (name, end) in configuration.tokenExpiries + configuration.keyExpiries
            + configuration.certificateExpiries()
        {
            Terminal.print("\(name): \(end < now ? "ended" : "ends") \(end.rfc3339.prefix(10))")
        }
        mistakes.forEach { Terminal.complain($0) }
        Terminal.print(mistakes.isEmpty ? "everything is in order" : "\(mistakes.count) mistakes")
        return mistakes.isEmpty ? 0 : 1
    }

    /// Without its master key a store stays shut, and that alone is told of it.
    private static func complaints(aboutStoreOf configuration: Configuration, isThorough: Bool) async -> [String] {
        do throws(StoreError) {
            _ = try configuration.encryption?.bytes()
        } catch {
            return ["encryption: \(error.told)"]
        }
        guard configuration.postgreSQL != nil || FileManager.default.fileExists(atPath: configuration.storePath) else {
            Terminal.print("store: \(configuration.storeName) does not exist yet; serve and migrate make it")
            return []
        }
        return await StoreCheck(configuration, isThorough: isThorough).mistakes
    }

    private static func complaints(aboutMappingsOf configuration: Configuration) -> [String] {
        do throws(ConfigurationError) {
            let inForce = try Gateway.pipeline(configuration)
            let known = Set(inForce.translator.mappings.map(\.id))
            let today = Instant(Date()).timestamp.date
            for year in inForce.triage.missingCalendars(on: today) {
                let text = CalendarWarning.text(of: year)
                Terminal.print("calendar: \(text.zh) \(text.en)")
            }
            for old in inForce.triage.oldThresholds(on: today) {
                Terminal.print("rules: \(old.zh) \(old.en)")
            }
            Terminal.print("mappings: \(known.count) loaded from \(configuration.mappings)")
            return configuration.partners.flatMap { partner in
                (partner.mappings + [partner.statusMapping].compactMap(\.self)).filter { !known.contains($0) }.map {
                    "partners: \(partner.id) names the mapping \($0), which does not exist"
                }
            }
        } catch {
            return error.complaints.map(\.description)
        }
    }
}

/// Bearer tokens: 256 random bits, hexadecimal.
enum Token {
    static func make() throws -> String { Digest.hex(try SecureRandom.bytes(32)) }
    static func hash(_ token: String) -> String { Digest.hex(Digest.sha256(Array(token.utf8))) }
}
