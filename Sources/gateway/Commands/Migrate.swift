import Foundation
import Messaging
import Observability
import Storage
import Transport
import Vocabulary

enum Migrate: Command {
    static let name = "migrate"
    static let synopsis = "[--to CONNECTION] [--config FILE]"
    static let summary = LocalizedText(
        "把存储升级到本版本的结构（没有则建立），并核对各项计数",
        "bring the store to this release's schema, making it if need be, and count what figures are kept of")
    static let details: [HelpLine] =
        [
            .item("--to CONNECTION", "再把文件中的存储移入一个空的 PostgreSQL 数据库，连接字符串如 “host=db dbname=legalaid user=gateway”；须先停网关，原文件不变", "then move a store in a file into an empty PostgreSQL database, named by a connection string such as `host=db dbname=legalaid user=gateway`; the gateway must be stopped, and the file stays as it is"),
            .config,
        ]

    static func run(_ arguments: [String]) async throws -> Int32 {
        let arguments = try Arguments(arguments, valued: ["config", "to"], flags: [])
        try arguments.allowWords(0)
        let configuration = try Configuration(file: arguments["config"] ?? Defaults.configuration)
        if let text = arguments["to"] { return try await move(configuration, to: try PostgreSQLSettings(text)) }
        let database = try configuration.openStore()
        try await migrate(database)
        await database.close()
        let place = configuration.storeName
        Terminal.print("\(place)：结构已是本版本的。", "\(place) is at this release's schema")
        return 0
    }

    private static func migrate(_ database: any Database) async throws {
        _ = try await SQLMessageStore(database: database)
        if try await !database.deadLetterCountsAgree() {
            try await database.recountDeadLetters()
            Terminal.print("异常报文的计数有误，已重新计数。", "dead letters were miscounted and are counted anew")
        }
        if try await !database.talliesAgree() {
            try await database.recountTallies()
            Terminal.print(
                "月报的计数有误，已重新计数。", "the figures of the monthly bulletin were miscounted and are counted anew")
        }
    }

    // MARK: From a file to a server

    private static func move(_ configuration: Configuration, to settings: PostgreSQLSettings) async throws -> Int32 {
        let path = configuration.storePath
        guard FileManager.default.fileExists(atPath: path) || configuration.postgreSQL != nil else {
            throw CommandFailure(at: path, "不存在。", "does not exist.")
        }
        guard !StoreFiles.isInUse(path) else {
            throw CommandFailure(at: path, "正在使用，请先停止网关。", "is in use; stop the gateway first.")
        }
        let file = try configuration.openFile(
            insteadOfServer: LocalizedText("已在 PostgreSQL 中，无需迁移。", "is in PostgreSQL already; --to moves a store in a file."))
        try await migrate(file)
        // What is left is one whole file.
        await file.close()
        let tables = try await takeOver(path, settings)
        for table in tables where table.rows > 0 { Terminal.print("\(table.name): \(table.rows)") }
        let database = try PostgreSQLDatabase(settings, maxPending: 16, encryption: configuration.encryption)
        try await SQLMessageStore(database: database).record(
            AuditAct(system: .moveStore, on: settings.name, detail: "", at: Instant(Date())))
        await database.close()
        Terminal.print(
            """
            \(settings.name)：各表行数与摘要均与 \(path) 一致。请在 gateway.xml 中以 <store postgresql="…"/> 取代 <store path="…"/>，\
            各节点用同一身份密钥（<identityKey path="\(configuration.identityKeyFile)"/>），并不要再用旧文件启动。
            """,
            """
            \(settings.name) holds what \(path) holds, by count and digest of every table. Put <store postgresql="…"/> in \
            the place of <store path="…"/> in gateway.xml, give every node the same identity key \
            (<identityKey path="\(configuration.identityKeyFile)"/>), and never start with the old file again.
            """)
        return 0
    }

    /// Without the master key: sealed values go as they stand, and their keys with them.
    private static func takeOver(_ path: String, _ settings: PostgreSQLSettings) async throws -> [StoreSurvey.Table] {
        let database = try PostgreSQLDatabase(settings, maxPending: 16)
        do throws(StoreError) {
            try await database.migrate()
            let tables = try await database.takeOver(file: path) {
                Digest.hex(Digest.sm3($0))
            } progress: {
                Terminal.progress("\($0): \($1)")
            }
            Terminal.progress("")
            await database.close()
            return tables
        } catch {
            await database.close()
            Terminal.progress("")
            throw CommandFailure(
                at: settings.name, "未迁移任何内容：\(error.told.zh)", "nothing was moved: \(error.told.en)")
        }
    }
}
