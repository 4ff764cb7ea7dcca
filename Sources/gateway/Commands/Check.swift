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
                mistakes += try await complaints(aboutStore: configuration.storePath)
            } catch {
                mistakes.append("store: \(configuration.storePath): \(error)")
            }
        } else {
            Terminal.print("store: \(configuration.storePath) does not exist yet; serve and migrate make it")
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
            let pipeline = try Gateway.pipeline(configuration)
            let known = Set(pipeline.translator.mappings.map(\.id))
            let today = Timestamp(secondsSince1970: Instant(Date()).milliseconds / 1000).date
            for year in pipeline.triage.missingCalendars(on: today) {
                let text = CalendarWarning.text(of: year)
                Terminal.print("calendar: \(text.zh) \(text.en)")
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

    private static func complaints(aboutStore path: String) async throws(StoreError) -> [String] {
        let database = try SQLiteDatabase(path: path, maxPending: 16)
        do {
            try await database.inspect()
            Terminal.print("store: \(path) was read through and is whole")
            let isMigrated = try await database.isMigrated()
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

/// Bearer tokens: 256 random bits, hexadecimal.
enum Token {
    static func make() throws -> String { Digest.hex(try SecureRandom.bytes(32)) }
    static func hash(_ token: String) -> String { Digest.hex(Digest.sha256(Array(token.utf8))) }
}
