import Foundation
import Messaging
import Observability
import Operations
import Storage
import Transport
import Vocabulary

enum Check: Command {
    static let name = "check"
    static let synopsis = "[--config FILE]"
    static let summary = "check settings, mappings, rules and store; tell every mistake at once"
    static let details = "--config FILE   settings (default config/gateway.xml)"

    static func run(_ arguments: [String]) async throws -> Int32 {
        let arguments = try Arguments(arguments, valued: ["config"], flags: [])
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
        if FileManager.default.fileExists(atPath: configuration.storePath) {
            do {
                mistakes += try await complaints(aboutStoreOf: configuration)
            } catch {
                mistakes.append("store: \(configuration.storePath): \(error)")
            }
        } else {
            Terminal.print("store: \(configuration.storePath) does not exist yet; serve and migrate make it")
        }
        do throws(StoreError) {
            _ = try configuration.encryption?.bytes()
        } catch {
            mistakes.append("encryption: \(error)")
        }
        if configuration.callers.isEmpty {
            Terminal.print("credentials: nobody may call yet; see `gateway keys --help`")
        }
        let now = Instant(Date())
        for (name, end) in configuration.tokenExpiries + configuration.certificateExpiries() {
            Terminal.print("\(name): \(end < now ? "ended" : "ends") \(end.rfc3339.prefix(10))")
        }
        mistakes.forEach { Terminal.complain($0) }
        Terminal.print(mistakes.isEmpty ? "everything is in order" : "\(mistakes.count) mistakes")
        return mistakes.isEmpty ? 0 : 1
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

    private static func complaints(aboutStoreOf configuration: Configuration) async throws(StoreError) -> [String] {
        let path = configuration.storePath
        let mode = mode(of: path)
        let database = try configuration.openStore()
        if mode & 0o077 != 0 {
            Terminal.print("store: others could read \(path) (mode \(String(mode, radix: 8))); that is ended now")
        }
        do {
            try await database.inspect()
            Terminal.print("store: \(path) was read through and is whole")
            let isMigrated = try await database.isMigrated()
            if isMigrated { try await tell(aboutEncryptionOf: database, configuration) }
            let isCounted = isMigrated ? try await database.deadLetterCountsAgree() : true
            let unreadable = isMigrated ? try await database.unreadableRows(limit: 100) : []
            await database.close()
            if !isMigrated {
                Terminal.print("store: its schema is another release's; serve and migrate bring it up to date")
            }
            let miscounted = isCounted ? [] : ["dead letters are miscounted; migrate counts them anew"]
            return (miscounted + unreadable.map { "\($0) cannot be read; restore it from a backup" }).map {
                "store: \(path): \($0)"
            }
        } catch {
            await database.close()
            throw error
        }
    }
}

extension Check {
    private static func mode(of path: String) -> mode_t {
        var status = stat()
        return stat(path, &status) == 0 ? status.st_mode & 0o777 : 0
    }

    /// - Throws: `StoreError.failed` where its keys cannot be opened.
    fileprivate static func tell(
        aboutEncryptionOf database: SQLiteDatabase, _ configuration: Configuration
    ) async throws(StoreError) {
        switch try await database.encryptionState() {
        case .clear where configuration.encryption == nil: break
        case .clear: Terminal.print("store: it is not encrypted yet; serve and migrate make its data keys")
        case .sealed(let key): Terminal.print("store: personal data are sealed by data key \(key)")
        case .partly:
            Terminal.print(
                "store: personal data from before it was encrypted are in clear; run `gateway keys rotate-data`")
        }
    }
}

/// Bearer tokens: 256 random bits, hexadecimal.
enum Token {
    static func make() throws -> String { Digest.hex(try SecureRandom.bytes(32)) }
    static func hash(_ token: String) -> String { Digest.hex(Digest.sha256(Array(token.utf8))) }
}
