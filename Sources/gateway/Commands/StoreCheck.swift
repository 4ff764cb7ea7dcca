import Foundation
import Messaging
import Operations
import Storage
import Vocabulary

/// What `gateway check` finds in the store.
struct StoreCheck {
    private let configuration: Configuration
    private let isThorough: Bool
    /// Each with what to do.
    private(set) var mistakes: [String] = []

    private var path: String { configuration.storeName }
    private var identityKeyFile: String { configuration.identityKeyFile }

    init(_ configuration: Configuration, isThorough: Bool) async {
        self.configuration = configuration
        self.isThorough = isThorough
        do {
            let mode = configuration.postgreSQL == nil ? Self.mode(of: path) : 0
            let database = try configuration.openStore()
            if mode & 0o077 != 0 {
                let mode = String(mode, radix: 8)
                Terminal.print(
                    "存储：\(path) 曾可被他人读取（权限 \(mode)），现已改正。",
                    "store: others could read \(path) (mode \(mode)); that is ended now")
            }
            do {
                try await look(into: database)
            } catch {
                complain(about: error)
            }
            await database.close()
        } catch {
            complain(about: error)
        }
    }

    private mutating func complain(_ text: LocalizedText) { mistakes.append(text.at("store: \(path)").spoken) }
    private mutating func complain(_ zh: String, _ en: String) { complain(LocalizedText(zh, en)) }

    private mutating func complain(about error: any Error) {
        let store = error as? StoreError
        if let damage = store?.damage, configuration.postgreSQL != nil {
            complain(
                "数据库已损坏（\(damage)）：请停止各节点，按 PostgreSQL 的办法恢复。",
                "the database is damaged (\(damage)): stop all nodes and restore it by PostgreSQL's own means"
            )
        } else if let damage = store?.damage {
            complain(
                "存储已损坏（\(damage)）：请停止网关，用最近一次完好的备份恢复（gateway restore）。",
                "the store is damaged (\(damage)): stop the gateway and restore the last good backup (gateway restore)"
            )
        } else {
            complain(store?.told ?? Complaints.text(of: error))
        }
    }

    private mutating func look(into database: any Database) async throws {
        if configuration.postgreSQL != nil, try await !database.isMade() {
            Terminal.print(
                "存储：\(path) 还是空的；serve 与 migrate 会建表。", "store: \(path) is empty yet; serve and migrate make its tables"
            )
            return
        }
        let isMigrated = try await database.isMigrated()
        if !isMigrated {
            Terminal.print(
                LocalizedText(
                    zh: "存储的结构属于较早的版本，serve 或 migrate 会升级它；请先备份。",
                    en:
                        "store: its schema is an earlier release's; serve and migrate bring it up to date. Back it up first."
                ))
        }
        try await lookAtIdentity(of: database)
        if isMigrated { try await tellEncryption(of: database) }
        guard isThorough else { return try await lookQuickly(at: database, isMigrated) }
        let survey = try await database.survey()
        guard survey.damage.isEmpty else {
            for damage in survey.damage { complain(about: StoreError.corrupt(damage)) }
            return
        }
        tellWhole()
        let report = try await StoreReport(
            of: database, survey, key: try IdentityKey.existing(identityKeyFile),
            memory: AuditTrailFile(besideKey: identityKeyFile))
        for table in survey.tables {
            Terminal.print("存储：\(table.name) \(table.rows) 行", "store: \(table.name): \(table.rows)")
        }
        if let head = report.auditHead {
            Terminal.print(
                LocalizedText(
                    zh: "审计记录：完整至第 \(head.seq) 条，摘要 \(head.hash)。",
                    en: "store: the audit trail is whole up to row \(head.seq), hash \(head.hash)."))
        }
        if isMigrated { try await tellDeadLetters(of: database) }
        for finding in report.findings { complain(finding) }
    }

    private mutating func lookQuickly(at database: any Database, _ isMigrated: Bool) async throws {
        try await database.inspect()
        tellWhole()
        guard isMigrated else { return }
        if try await !database.deadLetterCountsAgree() {
            complain("异常报文计数有误；migrate 会重新计数", "dead letters are miscounted; migrate counts them anew")
        }
        for planted in try await database.plantedObjects() {
            complain(
                "库中的 \(planted) 不是网关建立的，或已被改动：保留此存储，通知安全人员",
                "\(planted) in the store was not made by the gateway, or was changed: keep this store and tell whoever is responsible for security"
            )
        }
        if try await !database.talliesAgree() {
            complain(
                "月报计数有误；migrate 会重新计数", "the figures of the monthly bulletin are miscounted; migrate counts them anew")
        }
        for row in try await database.unreadableRows(limit: 100) {
            complain("\(row) 无法读取；请从备份恢复", "\(row) cannot be read; restore it from a backup")
        }
    }

    /// A server looks after its own pages.
    private func tellWhole() {
        Terminal.print(
            configuration.postgreSQL == nil
                ? LocalizedText("存储：\(path) 已通读，完好。", "store: \(path) was read through and is whole")
                : LocalizedText("存储：\(path) 有应答。", "store: \(path) answers"))
    }

    private mutating func lookAtIdentity(of database: any Database) async throws {
        guard let fingerprint = try await database.identityFingerprint() else { return }
        switch try IdentityKey.agrees(identityKeyFile, with: fingerprint) {
        case true?: return
        case false?: mistakes.append(IdentityKey.differs(identityKeyFile).description)
        case nil: mistakes.append(IdentityKey.missing(identityKeyFile).description)
        }
    }

    private func tellDeadLetters(of database: any Database) async throws {
        let counts = try await SQLMessageStore(database: database).statistics().deadLetters
        for (reason, count) in counts.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
            Terminal.print(
                "存储：异常报文（\(reason.rawValue)）\(count) 件；处置办法见 gateway dead-letters causes",
                "store: dead letters, \(reason.rawValue): \(count); gateway dead-letters causes tells what to do")
        }
    }

    private static func mode(of path: String) -> mode_t {
        var status = stat()
        return stat(path, &status) == 0 ? status.st_mode & 0o777 : 0
    }

    /// - Throws: `StoreError.failed` where its keys cannot be opened.
    private func tellEncryption(of database: any Database) async throws(StoreError) {
        switch try await database.encryptionState() {
        case .clear where configuration.encryption == nil: break
        case .clear:
            Terminal.print(
                "存储：尚未加密；serve 与 migrate 会建立数据密钥。",
                "store: it is not encrypted yet; serve and migrate make its data keys")
        case .sealed(let key):
            Terminal.print("存储：个人信息以数据密钥 \(key) 加密。", "store: personal data are sealed by data key \(key)")
        case .partly:
            Terminal.print(
                "存储：启用加密之前的个人信息仍是明文；请运行 gateway keys rotate-data --reason 理由",
                "store: personal data from before it was encrypted are in clear; run `gateway keys rotate-data --reason TEXT`"
            )
        }
    }
}
