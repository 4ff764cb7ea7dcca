import Foundation
import Messaging
import Observability
import Operations
import Storage
import Transport
import Vocabulary

enum Migrate: Command {
    static let name = "migrate"
    static let synopsis = "[--plan | --to CONNECTION --reason TEXT] [--config FILE]"
    static let summary = LocalizedText(
        "把存储升级到本版本的结构（没有则建立），并核对各项计数",
        "bring the store to this release's schema, making it if need be, and count what figures are kept of")
    static let details: [HelpLine] =
        [
            .item(
                "--plan", "逐步列出会做什么，不做任何改动；网关可照常运行。存储由更新的版本写成、本版本打不开的，退出码 1",
                "tell what would be done, step by step, and change nothing; beside a running gateway too. Exit 1 where the store is a newer release's, which this one does not open"
            ),
            .item(
                "--to CONNECTION",
                "再把文件中的存储移入一个空的 PostgreSQL 数据库，连接字符串如 “host=db dbname=legalaid user=gateway”；须先停网关，原文件不变",
                "then move a store in a file into an empty PostgreSQL database, named by a connection string such as `host=db dbname=legalaid user=gateway`; the gateway must be stopped, and the file stays as it is"
            ),
            .item("--reason TEXT", "与 --to 同用，须写明的理由，记入审计", "with --to, which needs it: why, for the audit trail"),
            .config,
        ]

    static func run(_ arguments: [String]) async throws -> Int32 {
        let arguments = try Arguments(arguments, valued: ["config", "to", "reason"], flags: ["plan"])
        try arguments.allowWords(0)
        if arguments.has("plan") { try arguments.allow(["plan", "config"], with: "--plan") }
        if arguments["reason"] != nil { _ = try arguments.required("to") }
        let reason = arguments["to"] == nil ? "" : try arguments.reason()
        let configuration = try Configuration(file: arguments["config"] ?? Defaults.configuration)
        if arguments.has("plan") { return try await tellPlan(of: configuration) }
        if let text = arguments["to"] { return try await move(configuration, to: try PostgreSQLSettings(text), reason) }
        let begins = configuration.postgreSQL == nil && !FileManager.default.fileExists(atPath: configuration.storePath)
        let database = try configuration.openStore()
        try await migrate(database)
        await database.close()
        // An empty store begins a trail of its own.
        if begins { try AuditTrailFile(besideKey: configuration.identityKeyFile).forget() }
        let place = configuration.storeName
        Terminal.print("\(place)：结构已是本版本的。", "\(place) is at this release's schema")
        return 0
    }

    // MARK: Beforehand

    private static func tellPlan(of configuration: Configuration) async throws -> Int32 {
        let isThere =
            configuration.postgreSQL != nil || FileManager.default.fileExists(atPath: configuration.storePath)
        guard isThere else {
            Terminal.print(
                LocalizedText(
                    zh: "\(configuration.storeName) 尚不存在，将按版本 \(Release.version) 新建。",
                    en:
                        "\(configuration.storeName) does not exist yet and would be made as release \(Release.version) has it."
                ))
            return 0
        }
        let database = try configuration.openStore()
        let plan: SchemaPlan
        do throws(StoreError) {
            plan = try await database.schemaPlan()
        } catch {
            await database.close()
            throw error
        }
        await database.close()
        tell(plan, of: configuration)
        return 0
    }

    private static func tell(_ plan: SchemaPlan, of configuration: Configuration) {
        guard plan.found < plan.wanted else {
            Terminal.print(
                LocalizedText(
                    zh: "\(configuration.storeName) 的结构（第 \(plan.found) 版）即为本版本的结构，无需变动。",
                    en: "\(configuration.storeName) has this release's schema (\(plan.found)); nothing would change."))
            return
        }
        Terminal.print(
            LocalizedText(
                zh: "\(configuration.storeName)：结构将由第 \(plan.found) 版升至第 \(plan.wanted) 版，在一个事务内完成：",
                en:
                    "\(configuration.storeName): the schema would go from \(plan.found) to \(plan.wanted), in one transaction:"
            ))
        for step in plan.steps { Terminal.print("  \(step.number)  \(step.purpose)") }
        Terminal.print(
            LocalizedText(
                zh: "升级后旧版本不能再打开该存储：请先停止网关并备份；退回须恢复备份。",
                en:
                    "An older release does not open the store afterwards: stop the gateway and make a backup first; the way back is to restore it."
            ))
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

    private static func move(
        _ configuration: Configuration, to settings: PostgreSQLSettings, _ reason: String
    ) async throws -> Int32 {
        let path = configuration.storePath
        guard FileManager.default.fileExists(atPath: path) || configuration.postgreSQL != nil else {
            throw CommandFailure(at: path, "不存在。", "does not exist.")
        }
        guard !StoreFiles.isInUse(path) else {
            throw CommandFailure(at: path, "正在使用，请先停止网关。", "is in use; stop the gateway first.")
        }
        let file = try configuration.openFile(
            insteadOfServer: LocalizedText(
                "已在 PostgreSQL 中，无需迁移。", "is in PostgreSQL already; --to moves a store in a file."))
        try await migrate(file)
        // What is left is one whole file.
        await file.close()
        let tables = try await takeOver(path, settings)
        for table in tables where table.rows > 0 { Terminal.print("\(table.name): \(table.rows)") }
        let database = try PostgreSQLDatabase(settings, maxPending: 16, encryption: configuration.encryption)
        try await SQLMessageStore(database: database).record(
            AuditAct(system: .moveStore, on: settings.name, detail: reason, at: Instant(Date())))
        await configuration.close(sealing: database)
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
