import Foundation
import Vocabulary

enum Restore: Command {
    static let name = "restore"
    static let synopsis = "ARCHIVE (--in-place [--force] | --to DIR)"
    static let summary = LocalizedText(
        "核对 gateway backup 的归档并放回原处，或在别处展开",
        "verify an archive of `gateway backup` and put it in place, or lay it out elsewhere")
    static let details: [HelpLine] =
        [
            .item(
                "ARCHIVE", "gateway backup 所建的文件夹；有任何一处不对即拒绝",
                "the folder that `gateway backup` made; what is not right in every part is refused"),
            .item(
                "--in-place", "放回归档所记的原处；不写则只列出这些位置，不做任何改动",
                "put everything where the archive says that it stood; without it those places are only listed, and nothing is changed"
            ),
            .item(
                "--force", "已有的存储改名移开（会打印新名），而不是拒绝",
                "put a store that is there aside, under a name that is printed, instead of refusing"),
            .item(
                "--to DIR", "新文件夹，其中有存储、密钥和配置，设置指向其中的文件；归档的原处不动",
                "a new folder with store, keys and configuration, whose settings name its own files; the place that the archive comes from is left alone"
            ),
            .note(
                "使用中的存储一律拒绝：先停网关。已有的配置保留，不同之处会列出。恢复一事记入恢复后存储的审计记录。",
                "A store that is in use is always refused: stop the gateway first. Configuration that is there stays, and is named where it differs. That it was restored is a row in the audit trail of the restored store."
            ),
        ]

    static func run(_ arguments: [String]) async throws -> Int32 {
        let arguments = try Arguments(arguments, valued: ["to"], flags: ["force", "in-place"])
        guard let path = arguments.words.first, arguments.words.count == 1 else {
            throw UsageError("写出归档", "say which archive")
        }
        if arguments["to"] != nil { try arguments.allow(["to"], with: "--to") }
        if arguments.has("force"), !arguments.has("in-place") {
            throw UsageError("--force 与 --in-place 同用", "--force goes with --in-place")
        }
        let archive = URL(filePath: path)
        let verification = try await ArchiveVerification(of: archive)
        guard verification.faults.isEmpty else {
            verification.faults.forEach { Terminal.complain($0) }
            throw CommandFailure(
                at: archive.path, "此备份有误，未做任何改动。", "the archive is not right, and nothing was changed.")
        }
        verification.findings.forEach { Terminal.complain($0) }
        let manifest = verification.manifest
        let settings: String
        let store: String
        guard arguments["to"] != nil || arguments.has("in-place") else {
            manifest.places.forEach { Terminal.print("  \($0.name) → \($0.origin)") }
            throw CommandFailure(
                at: archive.path, "归档完好；以上是它所记的原处，未做任何改动。核对后加 --in-place 放回，或用 --to DIR 在别处展开。",
                "is right. Above is where it says that its files stood; nothing was changed. Look at them, then add --in-place to put them there, or lay them out elsewhere with --to DIR."
            )
        }
        if let folder = arguments["to"].map({ URL(filePath: $0) }) {
            try RestoredCopy(archive: archive, manifest: manifest).make(in: folder)
            settings = folder.appending(path: "config/gateway.xml").path
            store = folder.appending(path: manifest.store?.name ?? "").path
            for file in manifest.missingKeys {
                Terminal.print(
                    LocalizedText(
                        zh: "备份中没有密钥，副本的设置指向原处，使用前请确认它在那里：\(file.origin)。",
                        en:
                            "Not in the archive; the copy's settings name it where it stood, and need it there: \(file.origin)."
                    ))
            }
            Terminal.print(
                LocalizedText(
                    zh: "在原网关仍运行时不要用此副本启动 serve：未送达的状态会重复发送，交换目录会被同时读取。",
                    en:
                        "Do not serve from this copy while the original runs: statuses that are on their way would be sent twice, and exchange folders read by both."
                ))
        } else {
            var restoration = Restoration(
                archive, manifest, isForced: arguments.has("force"), now: Instant(Date()))
            do {
                try restoration.run()
            } catch {
                restoration.told.forEach { Terminal.print($0) }
                throw error
            }
            restoration.told.forEach { Terminal.print($0) }
            settings = manifest.files.first { $0.name == "config/gateway.xml" }?.origin ?? Defaults.configuration
            store = manifest.store?.origin ?? ""
        }
        await RestoredTrail(archive: archive, manifest: manifest).note(
            inStore: store, sealingUnder: arguments["to"] == nil ? settings : nil)
        Terminal.print(
            LocalizedText(
                zh: "已恢复到 \(manifest.madeAt.rfc3339) 的状态；此后接收的报文请报送单位用原编号重发。下一步：",
                en:
                    "Everything is as of \(manifest.madeAt.rfc3339); partners send again, under the same ids, what was taken since. Next:"
            ))
        Terminal.print("  gateway check --store --config \(settings)\n  gateway serve --config \(settings)")
        return 0
    }
}
