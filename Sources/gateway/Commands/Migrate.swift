import Foundation
import Messaging
import Observability
import Storage
import Transport

enum Migrate: Command {
    static let name = "migrate"
    static let synopsis = "[--config FILE]"
    static let summary =
        "bring the store to this release's schema, making it if need be, and count what figures are kept of"
    static let details = "--config FILE   settings (default config/gateway.xml)"

    static func run(_ arguments: [String]) async throws -> Int32 {
        let arguments = try Arguments(arguments, valued: ["config"], flags: [])
        try arguments.allowWords(0)
        let configuration = try Configuration(file: arguments["config"] ?? Defaults.configuration)
        let database = try configuration.openStore()
        _ = try await SQLMessageStore(database: database)
        if try await !database.deadLetterCountsAgree() {
            try await database.recountDeadLetters()
            Terminal.print("dead letters were miscounted and are counted anew")
        }
        if try await !database.talliesAgree() {
            try await database.recountTallies()
            Terminal.print("the figures of the monthly bulletin were miscounted and are counted anew")
        }
        await database.close()
        Terminal.print("\(configuration.storeName) is at this release's schema")
        return 0
    }
}
