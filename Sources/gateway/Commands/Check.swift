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
    static let summary = LocalizedText(
        "检查设置、映射、规则和存储，一次说出全部问题",
        "check settings, mappings, rules and store; tell every mistake at once")
    static let details: [HelpLine] =
        [
            .item(
                "--store", "通读存储：每页、索引、约束和行，审计链，计数；存得越多越久",
                "read the store through: every page, index, constraint and row, the audit trail, counts; it takes the longer the more is stored"
            ),
            .config,
        ]

    static func run(_ arguments: [String]) async throws -> Int32 {
        let arguments = try Arguments(arguments, valued: ["config"], flags: ["store"])
        try arguments.allowWords(0)
        let file = arguments["config"] ?? Defaults.configuration
        let configuration: Configuration
        do {
            configuration = try Configuration(file: file)
        } catch {
            error.complaints.forEach { Terminal.complain($0.description) }
            Terminal.complain(
                "\(error.complaints.count) 处错误；其余未检查。", "\(error.complaints.count) mistakes; nothing else was checked")
            return 1
        }
        var mistakes = complaints(aboutMappingsOf: configuration)
        mistakes += await complaints(aboutStoreOf: configuration, isThorough: arguments.has("store"))
        if let obstacle = configuration.auditHeadFile.map(AuditHeadFile.init)?.obstacle {
            mistakes.append(
                LocalizedText(
                    "审计链尾文件（<audit headFile>）无法写入：\(obstacle.text)",
                    "audit: the headFile cannot be written: \(obstacle.text)"
                ).spoken)
        }
        if configuration.credentials.callers.isEmpty && configuration.credentials.keys.isEmpty {
            Terminal.print(
                "凭证：还没有任何人可以调用；见 gateway help keys",
                "credentials: nobody may call yet; see `gateway help keys`")
        }
        if configuration.isPlainToOthers {
            Terminal.print(
                LocalizedText(
                    "监听地址 \(configuration.host) 对外使用明文 HTTP，请配置 <tls> 或置于代理之后。",
                    "plain HTTP on \(configuration.host) is open to others: use <tls>, or a proxy (proxies=…)"
                ).at("listen"))
        }
        for kind in RetentionKind.allCases {
            let rule = configuration.retention[kind]
            Terminal.print(
                "保存期限：\(kind.title.zh) \(rule.days.map { "\($0) 日" } ?? "永久")（\(rule.basis.zh)）",
                "retention: \(kind.title.en) \(rule.days.map { "\($0) days" } ?? "forever") (\(rule.basis.en))")
        }
        let now = Instant(Date())
        for (name, end) in configuration.tokenExpiries + configuration.keyExpiries
            + configuration.certificateExpiries()
        {
            let day = end.rfc3339.prefix(10)
            Terminal.print(
                "\(name)：\(end < now ? "已于" : "将于") \(day) 到期", "\(name): \(end < now ? "ended" : "ends") \(day)")
        }
        mistakes.forEach { Terminal.complain($0) }
        Terminal.print(
            mistakes.isEmpty
                ? LocalizedText("全部正常。", "everything is in order")
                : LocalizedText("\(mistakes.count) 处错误。", "\(mistakes.count) mistakes"))
        return mistakes.isEmpty ? 0 : 1
    }

    /// Without its master key a store stays shut, and that alone is told of it.
    private static func complaints(aboutStoreOf configuration: Configuration, isThorough: Bool) async -> [String] {
        do throws(StoreError) {
            _ = try configuration.encryption?.bytes()
        } catch {
            return [error.told.at("encryption").spoken]
        }
        if let lost = configuration.lostStore { return [lost.description] }
        guard configuration.postgreSQL != nil || FileManager.default.fileExists(atPath: configuration.storePath) else {
            Terminal.print(
                "存储：\(configuration.storeName) 尚不存在；serve 与 migrate 会建立它。",
                "store: \(configuration.storeName) does not exist yet; serve and migrate make it")
            return []
        }
        return await StoreCheck(configuration, isThorough: isThorough).mistakes
    }

    private static func complaints(aboutMappingsOf configuration: Configuration) -> [String] {
        do throws(ConfigurationError) {
            let inForce = try Gateway.pipeline(configuration)
            let today = Instant(Date()).timestamp.date
            for year in inForce.triage.missingCalendars(on: today) {
                let text = CalendarWarning.text(of: year)
                Terminal.print(text.at("calendar"))
            }
            for old in inForce.triage.oldThresholds(on: today) {
                Terminal.print(LocalizedText(zh: old.zh, en: old.en).at("rules"))
            }
            let count = inForce.translator.mappings.count
            Terminal.print(
                "映射：从 \(configuration.mappings) 载入 \(count) 个",
                "mappings: \(count) loaded from \(configuration.mappings)")
            return configuration.unknownMappings(among: inForce.translator).map(\.description)
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
