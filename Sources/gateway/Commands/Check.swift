import Foundation
import Journal
import Messaging
import Storage
import Transport

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
        var mistakes: [String] = []
        do {
            let pipeline = try House.pipeline(configuration)
            let known = Set(pipeline.translator.mappings.map(\.id))
            for partner in configuration.partners {
                for mapping in partner.mappings + [partner.statusMapping].compactMap(\.self)
                where !known.contains(mapping) {
                    mistakes.append("partners: \(partner.id) names the mapping \(mapping), which does not exist")
                }
            }
            Terminal.print("mappings: \(known.count) loaded from \(configuration.mappings)")
        } catch let error as ConfigurationError {
            mistakes += error.complaints.map(\.description)
        }
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

    private static func complaints(aboutStore path: String) async throws(StoreError) -> [String] {
        let database = try SQLiteDatabase(path: path, maxPending: 16)
        do {
            try await database.inspect()
            Terminal.print("store: \(path) was read through and is whole")
            let isMigrated = try await database.isMigrated()
            let isCounted = isMigrated ? try await database.lettersAreCounted() : true
            await database.close()
            if !isMigrated {
                Terminal.print("store: its schema is another release's; serve and migrate bring it up to date")
            }
            return isCounted ? [] : ["store: \(path): dead letters are miscounted; migrate counts them anew"]
        } catch {
            await database.close()
            throw error
        }
    }
}

enum Migrate: Command {
    static let name = "migrate"
    static let synopsis = "[--config FILE]"
    static let summary = "bring the store to this release's schema, making it if need be, and count its dead letters"
    static let details = "--config FILE   settings (default config/gateway.xml)"

    static func run(_ arguments: [String]) async throws -> Int32 {
        let arguments = try Arguments(arguments, valued: ["config"], flags: [])
        let configuration = try Configuration(file: arguments["config"] ?? Defaults.configuration)
        let database = try SQLiteDatabase(path: configuration.storePath, maxPending: 16)
        _ = try await SQLMessageStore(database: database)
        if try await !database.lettersAreCounted() {
            try await database.recountLetters()
            Terminal.print("dead letters were miscounted and are counted anew")
        }
        await database.close()
        Terminal.print("\(configuration.storePath) is at this release's schema")
        return 0
    }
}

enum Keys: Command {
    static let name = "keys"
    static let synopsis = "new (--partner ID | --institution CODE | --operator NAME) [--days N]"
    static let summary = "make a bearer token and the line for credentials.xml that lets its holder in"
    static let details = """
        --days N   the last day of the token, counted from today (1 to 3650); without it the token never ends
        The token is printed once; the gateway keeps only its SHA-256.
        """

    static func run(_ arguments: [String]) async throws -> Int32 {
        let arguments = try Arguments(arguments, valued: ["partner", "institution", "operator", "days"], flags: [])
        guard arguments.words == ["new"] else { throw UsageError("the only action is new") }
        let kinds = [("partner", "id"), ("institution", "code"), ("operator", "name")]
        guard
            let (element, attribute, id) = kinds.lazy.compactMap({ kind in
                arguments[kind.0].map { (kind.0, kind.1, $0) }
            }).first
        else { throw UsageError("say whose key it is") }
        var validity = ""
        if let days = arguments["days"] {
            guard let count = Int(days), (1...3650).contains(count) else { throw UsageError("--days takes 1 to 3650") }
            validity = " validUntil=\"\(Instant(Date()).advanced(seconds: count * 86_400).rfc3339.prefix(10))\""
        }
        let token = try Token.make()
        Terminal.print("token:  \(token)")
        Terminal.print("line:   <\(element) \(attribute)=\"\(id)\" tokenSha256=\"\(Token.hash(token))\"\(validity)/>")
        return 0
    }
}

/// Bearer tokens: 256 random bits, hexadecimal.
enum Token {
    static func make() throws -> String { Digest.hex(try SecureRandom.bytes(32)) }
    static func hash(_ token: String) -> String { Digest.hex(Digest.sha256(Array(token.utf8))) }
}
