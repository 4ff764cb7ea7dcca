import Foundation
import Messaging
import Operations
import Storage
import Vocabulary

/// Makes one archive: store, keys and configuration as they are at one moment. It bears its name only when everything in it
/// was read back and is right; one that was cut short is called `.partial-…` and worth nothing.
struct ArchiveWriter {
    let configuration: Configuration
    /// Whether keys and tokens go into it.
    let withKeys: Bool
    let now: Instant

    /// - Returns: the archive, and how it was found.
    /// - Throws: `CommandFailure` where no good one could be made; nothing is left of it then.
    func write(into folder: URL) async throws -> (archive: URL, verification: ArchiveVerification) {
        try PrivateFiles.makeFolder(folder)
        let name = now.fileName
        let archive = folder.appending(path: name)
        guard !FileManager.default.fileExists(atPath: archive.path) else {
            throw CommandFailure(at: archive.path, "已存在。", "is there already.")
        }
        let partial = folder.appending(path: ".partial-\(name)-\(getpid())")
        do {
            try PrivateFiles.makeFolder(partial)
            try await fill(partial)
            let verification = try await ArchiveVerification(of: partial)
            guard verification.faults.isEmpty else { throw refusal(verification.faults) }
            try PrivateFiles.synchronizeAll(within: partial)
            try PrivateFiles.rename(partial, to: archive)
            try PrivateFiles.synchronizeNames(in: folder)
            return (archive, verification)
        } catch {
            try? FileManager.default.removeItem(at: partial)
            throw error
        }
    }

    private func refusal(_ faults: [LocalizedText]) -> CommandFailure {
        CommandFailure(
            """
            未做备份：存储或其副本有误。请保留之前的备份，停止网关，运行 gateway check --store 查明，再用最近一次完好的备份恢复。
            \(faults.map(\.zh).joined(separator: "\n"))
            """,
            """
            No backup was made, since the store or its copy is not right. Keep the earlier backups, stop the gateway, look \
            with gateway check --store, and restore the last good one.
            \(faults.map(\.en).joined(separator: "\n"))
            """)
    }

    private func fill(_ partial: URL) async throws {
        let listed = try ConfigurationFiles(of: configuration)
        let storeFile = partial.appending(path: "store/gateway.sqlite")
        try PrivateFiles.makeFolder(storeFile.deletingLastPathComponent())
        try await copyStore(to: storeFile)
        var files: [ArchiveFile] = []
        for var file in listed.files {
            let target = partial.appending(path: file.name)
            if file.role == .store {
                file.content = try FileDigests(of: target)
            } else if file.role != .masterKey, withKeys || !file.role.isKey {
                // A store that never served has made no key yet.
                if file.role == .identityKey, !FileManager.default.fileExists(atPath: file.origin) { continue }
                try PrivateFiles.makeFolder(target.deletingLastPathComponent())
                file.content = try PrivateFiles.copy(URL(filePath: file.origin), to: target)
            }
            files.append(file)
        }
        let manifest = try await manifest(of: storeFile, listed.folders, files)
        try PrivateFiles.write(
            Array((manifest.json.text(pretty: true) + "\n").utf8), to: partial.appending(path: ArchiveManifest.name))
    }

    private func copyStore(to file: URL) async throws {
        guard configuration.postgreSQL != nil || FileManager.default.fileExists(atPath: configuration.storePath) else {
            throw CommandFailure(at: configuration.storePath, "不存在。", "does not exist.")
        }
        do {
            try await copy(to: file.path)
        } catch let error as StoreError where error.damage != nil {
            throw refusal([LocalizedText(same: error.damage ?? "").at(configuration.storePath)])
        }
    }

    private func copy(to file: String) async throws {
        let database = try configuration.openFile(
            insteadOfServer: LocalizedText(
                "PostgreSQL 存储请用 pg_basebackup 或 pg_dump 备份，密钥与配置另行复制（见 config/README.md）。",
                "back up a store in PostgreSQL by pg_basebackup or pg_dump, and copy keys and settings (config/README.md)."
            ))
        do {
            if try await database.isMigrated() {
                try await note(in: SQLMessageStore(database: database))
                await configuration.sealTrail(of: database)
            }
            try await database.copy(to: file)
        } catch {
            await database.close()
            throw error
        }
        await database.close()
    }

    /// Before the copy, which so has it too.
    private func note(in store: SQLMessageStore) async throws {
        do {
            try await store.record(
                AuditAct(
                    system: .backUp, on: now.fileName, detail: withKeys ? "with keys" : "without keys",
                    at: Instant(Date())))
        } catch StoreError.diskFull {
            // A backup to another device is wanted just then.
            Terminal.complain(
                LocalizedText(zh: "磁盘空间不足，本次备份未记入审计。", en: "The device is full: the backup is not in the audit trail."))
        }
    }

    private func manifest(
        of store: URL, _ folders: [(name: String, origin: String)], _ files: [ArchiveFile]
    ) async throws -> ArchiveManifest {
        let database = try ReadOnlyStore(path: store.path)
        do throws(StoreError) {
            let survey = try await database.survey(readsThrough: false)
            let head = try await ArchiveManifest.auditHead(of: database, survey)
            await database.close()
            return ArchiveManifest(
                madeAt: now, release: Release.version, survey: survey, auditHead: head, folders: folders, files: files)
        } catch {
            await database.close()
            guard let damage = error.damage else { throw error }
            throw refusal([LocalizedText(same: damage).at(configuration.storePath)])
        }
    }
}

extension Instant {
    /// In UTC, as a part of a file's name that sorts by time.
    var fileName: String {
        Date(timeIntervalSince1970: Double(milliseconds) / 1000).formatted(
            Date.ISO8601FormatStyle(dateSeparator: .omitted, timeSeparator: .omitted, includingFractionalSeconds: true))
    }
}
