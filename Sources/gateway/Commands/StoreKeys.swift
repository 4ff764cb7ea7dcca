import Foundation
import Messaging
import Operations
import Storage
import Translation
import Transport
import Vocabulary

/// The keys of an encrypted store, as `gateway keys` makes and rotates them.
enum StoreKeys {
    /// Makes a master key; never over a file that is there.
    static func make(_ path: String) throws -> Int32 {
        let key = try SecureRandom.bytes(SealedBox.keyLength)
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw CommandFailure(at: path, "无法建立", "cannot be made", errno: errno)
        }
        let file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        // The umask may have taken more away than it should.
        fchmod(descriptor, 0o600)
        try file.write(contentsOf: Data((Digest.hex(key) + "\n").utf8))
        try file.synchronize()
        // Settings read a path from their own folder, which is seldom this one.
        let place = URL(filePath: path).standardizedFileURL.path
        let line = "<encryption suite=\"aes-256-gcm\" keyFile=\"\(place.escapedForAttribute)\"/>"
        Terminal.print(
            "\(place)：新的主密钥。请另存一份，不要与存储的备份放在一起：没有它，备份无法读取。",
            "\(place) holds a new master key. Keep a copy where the store's backups are not: without it they cannot be read."
        )
        Terminal.print("line:   \(line)")
        return 0
    }

    static func rotateData(_ arguments: Arguments) async throws -> Int32 {
        let reason = try arguments.reason()
        let (opened, _, configuration) = try await openStore(arguments)
        guard let database = opened as? SQLiteDatabase else {
            await opened.close()
            throw CommandFailure(
                "PostgreSQL 存储暂不支持轮换数据密钥；主密钥可用 rotate-master 更换。",
                "a store in PostgreSQL cannot rotate its data key yet; rotate-master changes the master key.")
        }
        do throws(StoreError) {
            let report = try await database.rotateDataKey { rows, all in
                Terminal.progress("\(rows) / \(max(rows, all)) 个值", "\(rows) of \(max(rows, all)) values")
            }
            Terminal.progress("")
            try await SQLMessageStore(database: database).record(
                AuditAct(
                    system: .rotateDataKey, on: "data key \(report.keyID)",
                    detail: "unreadable: \(report.unreadable.count): \(reason)",
                    at: Instant(Date())))
            await configuration.close(sealing: database)
            return tell(report)
        } catch {
            await database.close()
            Terminal.progress("")
            throw CommandFailure(
                "轮换中断（\(error.told.zh)）；再运行一次即接着做",
                "the rotation was broken off (\(error.told.en)); run it again, and it goes on")
        }
    }

    private static func tell(_ report: RotationReport) -> Int32 {
        Terminal.print(
            "\(report.rows) 个值已用数据密钥 \(report.keyID) 加密",
            "\(report.rows) values are sealed by data key \(report.keyID)")
        if report.heldClear {
            Terminal.print("原来的明文已从文件及其日志中清除", "what was in clear is gone from the file and its log")
        }
        guard !report.unreadable.isEmpty else {
            Terminal.print("以前的数据密钥已删去", "the data keys of before are removed")
            return 0
        }
        for row in report.unreadable {
            Terminal.complain("\(row) 无法解密；请从备份恢复", "\(row) cannot be opened; restore it from a backup")
        }
        Terminal.complain(
            "因此保留了以前的数据密钥；恢复后请再轮换一次",
            "the data keys of before are kept because of these; rotate again once they are restored")
        return 1
    }

    static func rotateMaster(_ arguments: Arguments) async throws -> Int32 {
        let file = try arguments.required("to")
        let reason = try arguments.reason()
        let (database, old, configuration) = try await openStore(arguments)
        let new = StoreEncryption(algorithm: old.algorithm, keyFile: file, keyVariable: nil)
        do throws(StoreError) {
            guard try new.bytes() != old.bytes() else {
                throw .failed("\(file) holds the master key in force; `gateway keys master FILE` makes another")
            }
            let name = try await database.rewrapDataKeys(by: new)
            try await SQLMessageStore(database: database).record(
                AuditAct(system: .rotateMasterKey, on: "master key \(name)", detail: reason, at: Instant(Date())))
            await configuration.close(sealing: database)
            Terminal.print(
                "数据密钥已改由 \(file) 中的主密钥 \(name) 包裹",
                "the data keys are wrapped by master key \(name), which is in \(file)")
        } catch {
            await database.close()
            throw CommandFailure(
                "数据密钥的包裹未变（\(error.told.zh)）", "the data keys are wrapped as before (\(error.told.en))")
        }
        if let path = old.keyFile, path != URL(filePath: file).standardizedFileURL.path {
            Terminal.print("请把它放到原来的位置：mv \(file) \(path)", "now put it in the old one's place: mv \(file) \(path)")
        }
        if let name = old.keyVariable {
            Terminal.print(
                "下次启动前，把环境变量 \(name) 设为 \(file) 的内容",
                "where the environment has \(name), set it to what \(file) holds before the next start")
        }
        Terminal.print(
            "以前的备份保留多久，原主密钥就要保留多久", "keep the old master key for as long as backups from before are kept")
        return 0
    }

    private static func openStore(
        _ arguments: Arguments
    ) async throws -> (database: any Database, encryption: StoreEncryption, configuration: Configuration) {
        let configuration = try Configuration(file: arguments["config"] ?? Defaults.configuration)
        guard let encryption = configuration.encryption else {
            throw CommandFailure(
                "gateway.xml 没有 <encryption>；见 gateway help keys",
                "gateway.xml has no <encryption>; see `gateway help keys`")
        }
        let database = try await configuration.openExistingStore()
        do {
            _ = try await SQLMessageStore(database: database)
        } catch {
            await database.close()
            throw error
        }
        return (database, encryption, configuration)
    }
}
