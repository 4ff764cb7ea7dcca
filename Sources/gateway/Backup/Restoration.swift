import Foundation
import Storage
import Vocabulary

/// Puts what an archive holds back where it stood. At every moment the store's place holds the former store or the
/// restored one, whole; should it end half-way, the next start either finds one of them or refuses.
struct Restoration {
    let archive: URL
    let manifest: ArchiveManifest
    /// Whether a store that is there is put aside.
    let isForced: Bool
    let now: Instant
    /// What was done and what is left to do, for whoever restores.
    private(set) var told: [LocalizedText] = []

    init(_ archive: URL, _ manifest: ArchiveManifest, isForced: Bool, now: Instant) {
        (self.archive, self.manifest, self.isForced, self.now) = (archive, manifest, isForced, now)
    }

    /// - Throws: `CommandFailure` where something is in the way; nothing was changed then.
    mutating func run() throws {
        guard let store = manifest.store else { throw CommandFailure(at: archive.path, "其中没有存储。", "holds no store.") }
        try refuseObstacles(store)
        // The identity key before the store that it belongs to; what the settings name besides is put back last, and each by
        // itself: a folder that whoever restores may not write to keeps nothing else back.
        for file in manifest.files where file.role == .identityKey { try restore(file) }
        try restoreStore(store)
        for file in manifest.files where file.role != .store && file.role != .identityKey {
            do {
                try restore(file)
            } catch {
                tell(
                    "未能放回，请以有权限的用户从备份复制：\(archive.appending(path: file.name).path) → \(file.origin)（\(Complaints.text(of: error).zh)）。",
                    "Could not be put back; copy it as a user who may: \(archive.appending(path: file.name).path) to \(file.origin) (\(Complaints.text(of: error).en))."
                )
            }
        }
        for file in manifest.missingKeys where !FileManager.default.fileExists(atPath: file.origin) {
            tell("备份中没有密钥，启动前请放回：\(file.origin)。", "Not in the archive; put it back before the start: \(file.origin).")
        }
    }

    private mutating func tell(_ zh: String, _ en: String) { told.append(LocalizedText(zh: zh, en: en)) }

    private func refuseObstacles(_ store: ArchiveFile) throws(CommandFailure) {
        guard !StoreFiles.isInUse(store.origin) else {
            throw CommandFailure(
                at: store.origin, "存储正在使用，请先停止网关。", "the store is in use; stop the gateway first.")
        }
        guard !isForced else { return }
        let there = ([""] + StoreFiles.besides).map { store.origin + $0 }.filter {
            FileManager.default.fileExists(atPath: $0)
        }
        guard there.isEmpty else {
            throw CommandFailure(
                at: there.joined(separator: ", "), "已存在，未做任何改动；加 --force 则先把它移到旁边保存。",
                "there already, and nothing was changed; --force keeps it aside.")
        }
        for file in manifest.files where file.role == .identityKey && differs(file) {
            throw CommandFailure(
                at: file.origin, "与备份中的身份密钥不同，未做任何改动；加 --force 则先把它移到旁边保存。",
                "another identity key than the archive's is there, and nothing was changed; --force keeps it aside.")
        }
    }

    private func isThere(_ file: ArchiveFile) -> Bool { FileManager.default.fileExists(atPath: file.origin) }

    private func differs(_ file: ArchiveFile) -> Bool {
        guard let content = file.content, isThere(file) else { return false }
        return (try? FileDigests(of: URL(filePath: file.origin))) != content
    }

    private func aside(_ path: String) -> String {
        "\(path).before-\(now.fileName)"
    }

    /// Settings in force stay: they may be newer than the archive for good reasons.
    private mutating func restore(_ file: ArchiveFile) throws {
        guard file.content != nil else { return }
        guard isThere(file) else {
            try install(file)
            return tell("已放回：\(file.origin)。", "Put back: \(file.origin).")
        }
        guard differs(file) else { return }
        if file.role == .identityKey {
            try PrivateFiles.link(URL(filePath: file.origin), as: URL(filePath: aside(file.origin)))
            try install(file)
            return tell("原身份密钥保存为：\(aside(file.origin))。", "The former identity key is kept: \(aside(file.origin)).")
        }
        tell(
            "与备份不同，保留现有的：\(file.origin)；备份中的是 \(archive.appending(path: file.name).path)。",
            "Differs from the archive; the one in force was kept: \(file.origin). The archive's is \(archive.appending(path: file.name).path)."
        )
    }

    private mutating func restoreStore(_ store: ArchiveFile) throws {
        let beside = StoreFiles.besides.filter { FileManager.default.fileExists(atPath: store.origin + $0) }
        for suffix in (isThere(store) ? [""] : []) + beside {
            try PrivateFiles.link(URL(filePath: store.origin + suffix), as: URL(filePath: aside(store.origin) + suffix))
        }
        try install(store)
        // Until these are gone a start would refuse: the log is not the restored store's.
        for suffix in beside { try FileManager.default.removeItem(atPath: store.origin + suffix) }
        try PrivateFiles.synchronizeNames(in: URL(filePath: store.origin).deletingLastPathComponent())
        if FileManager.default.fileExists(atPath: aside(store.origin)) {
            tell("原存储保存为：\(aside(store.origin))。", "The former store is kept: \(aside(store.origin)).")
        }
        // The trail goes on from where the archive was made.
        if let key = manifest.files.first(where: { $0.role == .identityKey }) {
            try AuditTrailFile(besideKey: key.origin).forget()
        }
        tell("已恢复存储：\(store.origin)。", "The store is restored: \(store.origin).")
    }

    /// Copies beside the target first, and holds the copy against its digests.
    private func install(_ file: ArchiveFile) throws {
        let target = URL(filePath: file.origin)
        let folder = target.deletingLastPathComponent()
        try PrivateFiles.makeFolder(folder)
        let partial = URL(filePath: file.origin + ".restoring")
        do {
            try? FileManager.default.removeItem(at: partial)
            guard
                try PrivateFiles.copy(archive.appending(path: file.name), to: partial, synchronizes: true)
                    == file.content
            else {
                throw CommandFailure(at: file.name, "读出的内容与摘要不符。", "was not read as its digests say.")
            }
            try PrivateFiles.rename(partial, to: target)
            try PrivateFiles.synchronizeNames(in: folder)
        } catch {
            try? FileManager.default.removeItem(at: partial)
            throw error
        }
    }
}
