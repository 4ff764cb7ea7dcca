import Foundation
import Vocabulary

enum Backup: Command {
    static let name = "backup"
    static let synopsis = "DIR [--without-keys] [--config FILE] | --verify ARCHIVE"
    static let summary = LocalizedText(
        "把存储、密钥和配置备份成一个核对过的归档；网关可照常运行",
        "copy store, keys and configuration into one verified archive, beside a running gateway")
    static let details: [HelpLine] =
        [
            .item(
                "DIR", "归档是文件夹 DIR/<UTC 时间>，只有属主可读；全部读回核对无误后才有这个名字",
                "the archive is the folder DIR/<UTC time>, which its owner alone may read; it bears that name only when all of it was read back and is right"
            ),
            .item(
                "--without-keys", "不含身份密钥、密钥与令牌文件；恢复时须另行放回",
                "leave out the identity key, key and token files; restoring needs them then from elsewhere"),
            .item(
                "--verify ARCHIVE", "通读一个归档：摘要、存储的页与约束、计数、审计链",
                "read an archive through: digests, the store's pages and constraints, counts, audit trail"),
            .config,
            .note(
                "已损坏的存储不予备份（退出码 1），不留下半个归档。归档已成而其中有事要人处理的，也是 1。",
                "A damaged store is refused (exit 1), and nothing is left of that archive. Exit 1 also where an archive was made and something in its store wants a person."
            ),
        ]

    static func run(_ arguments: [String]) async throws -> Int32 {
        let arguments = try Arguments(arguments, valued: ["config", "verify"], flags: ["without-keys"])
        if let archive = arguments["verify"] {
            guard arguments.words.isEmpty else {
                throw UsageError("写 DIR 或 --verify ARCHIVE", "say DIR or --verify ARCHIVE")
            }
            try arguments.allow(["verify"], with: "--verify")
            return try await verify(URL(filePath: archive))
        }
        guard let folder = arguments.words.first, arguments.words.count == 1 else {
            throw UsageError("写出存放归档的文件夹", "say the folder that archives lie in")
        }
        let configuration = try Configuration(file: arguments["config"] ?? Defaults.configuration)
        let writer = ArchiveWriter(
            configuration: configuration, withKeys: !arguments.has("without-keys"), now: Instant(Date()))
        let (archive, verification) = try await writer.write(into: URL(filePath: folder))
        Terminal.print(archive.path)
        tell(verification)
        for file in verification.manifest.missingKeys {
            Terminal.print(
                LocalizedText(
                    zh: "未放入备份、恢复时需另行放回：\(file.origin)。", en: "Left out, and needed for restoring: \(file.origin)."))
        }
        return verification.findings.isEmpty ? 0 : 1
    }

    private static func verify(_ archive: URL) async throws -> Int32 {
        let verification = try await ArchiveVerification(of: archive)
        verification.faults.forEach { Terminal.complain($0) }
        guard verification.faults.isEmpty else {
            Terminal.complain(
                LocalizedText(zh: "此备份不能用于恢复。", en: "Nothing can be restored from this archive."))
            return 1
        }
        tell(verification)
        return verification.findings.isEmpty ? 0 : 1
    }

    private static func tell(_ verification: ArchiveVerification) {
        let manifest = verification.manifest
        let rows = manifest.tables.reduce(0) { $0 + $1.rows }
        let bytes = manifest.files.reduce(0) { $0 + ($1.content?.bytes ?? 0) }
        Terminal.print(
            LocalizedText(
                zh:
                    "备份完好：\(manifest.madeAt.rfc3339)，\(manifest.files.count) 个文件，\(bytes) 字节，\(rows) 行，结构第 \(manifest.schema) 版。",
                en:
                    "The archive is whole: \(manifest.files.count) files, \(bytes) bytes, \(rows) rows, schema \(manifest.schema)."
            ))
        if let digest = manifest.digest {
            Terminal.print(
                LocalizedText(
                    zh: "清单摘要 SM3：\(digest)（另处留存，可辨认归档是否被换）。",
                    en: "Digest of the manifest, SM3: \(digest). Kept elsewhere, it tells the archive from another one."
                ))
        } else {
            Terminal.complain(
                LocalizedText(
                    zh: "清单没有自身的摘要：归档由较早的版本写成。",
                    en: "The manifest has no digest of its own: the archive is an earlier release's."))
        }
        if let head = manifest.auditHead {
            Terminal.print(
                LocalizedText(
                    zh: "审计链尾（请另存他处）：{\"seq\":\(head.seq),\"hash\":\"\(head.hash)\"}",
                    en: "Audit head, to be kept elsewhere: {\"seq\":\(head.seq),\"hash\":\"\(head.hash)\"}"))
        }
        verification.findings.forEach { Terminal.complain($0) }
    }
}
