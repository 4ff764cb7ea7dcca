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
            throw CommandFailure("\(path) cannot be made (\(String(cString: strerror(errno))))")
        }
        let file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        // The umask may have taken more away than it should.
        fchmod(descriptor, 0o600)
        try file.write(contentsOf: Data((Digest.hex(key) + "\n").utf8))
        try file.synchronize()
        // Settings read a path from their own folder, which is seldom this one.
        let place = URL(filePath: path).standardizedFileURL.path
        Terminal.print(
            """
            \(place) holds a new master key. Keep a copy where the store's backups are not: without it they cannot be read.
            line:   <encryption suite="aes-256-gcm" keyFile="\(place.escapedForAttribute)"/>
            """)
        return 0
    }

    static func rotateData(_ arguments: Arguments) async throws -> Int32 {
        let opened = try await openStore(arguments).database
        guard let database = opened as? SQLiteDatabase else {
            await opened.close()
            throw CommandFailure(
                "PostgreSQL 存储暂不支持轮换数据密钥；主密钥可用 rotate-master 更换。"
                    + "a store in PostgreSQL cannot rotate its data key yet; rotate-master changes the master key")
        }
        do throws(StoreError) {
            let report = try await database.rotateDataKey { rows, all in
                Terminal.progress("\(rows) of \(max(rows, all)) values")
            }
            Terminal.progress("")
            try await SQLMessageStore(database: database).record(
                AuditAct(
                    system: .rotateDataKey, on: "data key \(report.keyID)",
                    detail: "unreadable: \(report.unreadable.count)",
                    at: Instant(Date())))
            await database.close()
            return tell(report)
        } catch {
            await database.close()
            Terminal.progress("")
            throw CommandFailure("the rotation was broken off (\(error.told)); run it again, and it goes on")
        }
    }

    private static func tell(_ report: RotationReport) -> Int32 {
        Terminal.print("\(report.rows) values are sealed by data key \(report.keyID)")
        if report.heldClear { Terminal.print("what was in clear is gone from the file and its log") }
        guard !report.unreadable.isEmpty else {
            Terminal.print("the data keys of before are removed")
            return 0
        }
        for row in report.unreadable { Terminal.complain("\(row) cannot be opened; restore it from a backup") }
        Terminal.complain("the data keys of before are kept because of these; rotate again once they are restored")
        return 1
    }

    static func rotateMaster(_ arguments: Arguments) async throws -> Int32 {
        let file = try arguments.required("to")
        let (database, old) = try await openStore(arguments)
        let new = StoreEncryption(algorithm: old.algorithm, keyFile: file, keyVariable: nil)
        do throws(StoreError) {
            guard try new.bytes() != old.bytes() else {
                throw .failed("\(file) holds the master key in force; `gateway keys master FILE` makes another")
            }
            let name = try await database.rewrapDataKeys(by: new)
            try await SQLMessageStore(database: database).record(
                AuditAct(system: .rotateMasterKey, on: "master key \(name)", detail: "", at: Instant(Date())))
            await database.close()
            Terminal.print("the data keys are wrapped by master key \(name), which is in \(file)")
        } catch {
            await database.close()
            throw CommandFailure("the data keys are wrapped as before (\(error.told))")
        }
        if let path = old.keyFile, path != URL(filePath: file).standardizedFileURL.path {
            Terminal.print("now put it in the old one's place: mv \(file) \(path)")
        }
        if let name = old.keyVariable {
            Terminal.print("where the environment has \(name), set it to what \(file) holds before the next start")
        }
        Terminal.print("keep the old master key for as long as backups from before are kept")
        return 0
    }

    private static func openStore(
        _ arguments: Arguments
    ) async throws -> (database: any Database, encryption: StoreEncryption) {
        let configuration = try Configuration(file: arguments["config"] ?? Defaults.configuration)
        guard let encryption = configuration.encryption else {
            throw CommandFailure("gateway.xml has no <encryption>; see `gateway keys --help`")
        }
        let database = try await configuration.openExistingStore()
        do {
            _ = try await SQLMessageStore(database: database)
        } catch {
            await database.close()
            throw error
        }
        return (database, encryption)
    }
}
