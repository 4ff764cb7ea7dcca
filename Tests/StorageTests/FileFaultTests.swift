import Foundation
import Messaging
import Testing

@testable import Storage

/// A store's file as a whole: away, without room, and well again.
@Suite struct FileFaultTests {
    @Test func `a full device is a fault until something was written again`() async throws {
        let home = try await TemporaryStore()
        let database = try SQLiteDatabase(path: home.folder.appending(path: "store.sqlite").path, maxPending: 4)
        func limit(_ pages: String) async throws {
            try await database.write { connection throws(StoreError) in
                _ = try connection.query("PRAGMA max_page_count = \(pages)", []) { row throws(StoreError) in
                    try row.integer(at: 0)
                }
            }
        }
        let fill: @Sendable (any SQLConnection) throws(StoreError) -> Void = { connection throws(StoreError) in
            try connection.run(
                """
                INSERT OR REPLACE INTO evidence (id, person, content, partner, received_at, keep_until)
                VALUES ('E', 'P', zeroblob(1048576), 'court', 0, 0)
                """, [])
        }
        #expect(database.fault == nil)
        try await limit("1")
        await #expect(throws: StoreError.diskFull) { try await database.write(fill) }
        #expect(database.fault == .full)
        try await limit("1000000")
        try await database.write(fill)
        #expect(database.fault == nil)
        await database.close()
        await home.remove()
    }

    @Test func `a device that refuses to be written is a fault until something was written again`() async throws {
        let home = try await TemporaryStore()
        let database = try SQLiteDatabase(path: home.folder.appending(path: "store.sqlite").path, maxPending: 4)
        let put: @Sendable (any SQLConnection) throws(StoreError) -> Void = { connection throws(StoreError) in
            try connection.run(
                """
                INSERT OR REPLACE INTO evidence (id, person, content, partner, received_at, keep_until)
                VALUES ('E', 'P', zeroblob(1), 'court', 0, 0)
                """, [])
        }
        // SQLite's word for what is mounted read-only.
        let refused: @Sendable (any SQLConnection) throws(StoreError) -> Void = { connection throws(StoreError) in
            try connection.run("PRAGMA query_only = 1", [])
            do throws(StoreError) {
                try put(connection)
            } catch {
                try connection.run("PRAGMA query_only = 0", [])
                throw error
            }
        }
        await #expect(throws: StoreError.unwritable) { try await database.write(refused) }
        #expect(database.fault == .unwritable)
        try await database.write { _ in }
        #expect(database.fault == .unwritable, "nothing was written yet")
        try await database.write(put)
        #expect(database.fault == nil)
        await database.close()
        await home.remove()
    }

    @Test(arguments: ["-wal", "-shm"])
    func `a log or its index that is taken away is a fault until it is back`(suffix: String) async throws {
        let home = try await TemporaryStore()
        let file = home.folder.appending(path: "store.sqlite\(suffix)")
        let aside = home.folder.appending(path: "aside")
        try await home.store.database.write { _ in }
        #expect(home.store.database.fault == nil)
        try FileManager.default.moveItem(at: file, to: aside)
        #expect(home.store.database.fault == .lost)
        await #expect(throws: StoreError.unsafe(.lost)) { try await home.store.database.write { _ in } }
        // What others make in its place is another file, with locks of its own.
        try FileManager.default.copyItem(at: aside, to: file)
        #expect(home.store.database.fault == .lost)
        try FileManager.default.removeItem(at: file)
        try FileManager.default.moveItem(at: aside, to: file)
        #expect(home.store.database.fault == nil)
        await home.remove()
    }

    @Test func `a trigger that was planted is told, and the store is not opened over it`() async throws {
        let home = try await TemporaryStore()
        let path = home.folder.appending(path: "store.sqlite").path
        #expect(try await home.store.database.plantedObjects() == [])
        // What it is held against is made in memory, and no file in whatever folder the program stands in.
        #expect(!FileManager.default.fileExists(atPath: ":memory:"))
        try await home.store.database.write { connection throws(StoreError) in
            _ = try connection.run(
                """
                CREATE TRIGGER hide AFTER INSERT ON audit WHEN new.actor = 'zhang'
                BEGIN DELETE FROM audit WHERE seq = new.seq; END
                """, [])
        }
        #expect(try await home.store.database.plantedObjects() == ["trigger hide"])
        let other = try SQLiteDatabase(path: path, maxPending: 4)
        await #expect(throws: StoreError.corrupt("trigger hide in the store was not made by the gateway")) {
            try await other.migrate()
        }
        await other.close()
        try await home.store.database.write { connection throws(StoreError) in
            try connection.run("DROP TRIGGER hide", [])
            let own = try connection.query(
                "SELECT name FROM sqlite_schema WHERE type = 'trigger' ORDER BY name LIMIT 1", []
            ) { row throws(StoreError) in try row.text("name") }
            try connection.run("DROP TRIGGER \(own[0])", [])
        }
        #expect(try await home.store.database.plantedObjects().count == 1)
        await home.remove()
    }

    @Test func `a device with less room than a log needs is full before a write fails`() async throws {
        let home = try await TemporaryStore()
        let file = home.folder.appending(path: "store.sqlite").path
        let database = try SQLiteDatabase(path: file, maxPending: 4, room: .max)
        #expect(database.fault == .full)
        // It still takes what there is room for.
        try await database.write { _ in }
        await database.close()
        await home.remove()
    }

    @Test func `of what was written while the file was taken away nobody says that it was, or was not`() async throws {
        let home = try await TemporaryStore()
        let file = home.folder.appending(path: "store.sqlite")
        let aside = home.folder.appending(path: "aside")
        await #expect(throws: StoreError.uncertain) {
            try await home.store.database.write { _ throws(StoreError) in
                do { try FileManager.default.moveItem(at: file, to: aside) } catch { throw .failed("\(error)") }
            }
        }
        #expect(home.store.database.fault == .lost)
        try await home.store.database.writeRegardless { _ in }
        try FileManager.default.moveItem(at: aside, to: file)
        #expect(home.store.database.fault == nil)
        try await home.store.ping(now: start)
        await home.remove()
    }
}

@Suite struct FileLifeTests {
    /// Overwrites a file in its place, as `cp` does.
    private func overwrite(_ file: URL, with bytes: Data) throws {
        let handle = try FileHandle(forWritingTo: file)
        try handle.truncate(atOffset: 0)
        try handle.write(contentsOf: bytes)
        try handle.close()
    }

    private static func note(_ id: String) -> @Sendable (any SQLConnection) throws(StoreError) -> Void {
        { connection throws(StoreError) in
            try connection.run(
                """
                INSERT OR REPLACE INTO evidence (id, person, content, partner, received_at, keep_until)
                VALUES (?, 'P', zeroblob(200000), 'court', 0, 0)
                """, [.text(id)])
        }
    }

    /// What may lie over the file: a copy that was made whole, the bytes of the file itself as they were, the file cut short.
    @Test(arguments: ["copy", "earlier bytes", "half"], [true, false])
    func `a file that is overwritten in its place is damage at once`(by kind: String, afterMore: Bool) async throws {
        let home = try await TemporaryStore()
        let database = try #require(home.database as? SQLiteDatabase)
        let (file, older) = (home.folder.appending(path: "store.sqlite"), home.folder.appending(path: "older"))
        for number in 0..<40 { try await database.write(Self.note("A\(number)")) }
        #expect(database.fault == nil)
        let bytes = try Data(contentsOf: file)
        try await database.copy(to: older.path)
        if afterMore {
            // More than a log holds: it is written back meanwhile.
            for number in 0..<60 { try await database.write(Self.note("B\(number)")) }
            #expect(database.fault == nil)
        }
        switch kind {
        case "copy": try overwrite(file, with: try Data(contentsOf: older))
        case "earlier bytes":
            // Over themselves they change nothing.
            guard afterMore else { break }
            try overwrite(file, with: bytes)
        default: try overwrite(file, with: try Data(contentsOf: file).prefix(2048))
        }
        if kind != "earlier bytes" || afterMore {
            #expect(database.fault == .damaged)
            await #expect(throws: StoreError.unsafe(.damaged)) { try await database.write(Self.note("C")) }
        }
        await home.remove()
    }

    @Test(arguments: ["emptied", "cut", "overwritten"])
    func `a log that is cut or overwritten in its place is damage at once`(how: String) async throws {
        let home = try await TemporaryStore()
        let database = try #require(home.database as? SQLiteDatabase)
        let log = home.folder.appending(path: "store.sqlite-wal")
        for number in 0..<3 { try await database.write(Self.note("A\(number)")) }
        #expect(database.fault == nil)
        let bytes = try Data(contentsOf: log)
        switch how {
        case "emptied": try overwrite(log, with: Data())
        case "cut": try overwrite(log, with: bytes.dropLast(4096))
        default: try overwrite(log, with: Data(repeating: 0xA5, count: bytes.count))
        }
        #expect(database.fault == .damaged)
        await #expect(throws: StoreError.unsafe(.damaged)) { try await database.write(Self.note("C")) }
        await home.remove()
    }

    @Test(arguments: [0xFFFF_FFFF_FFFF_FFF0, 0x7FFF_FFFF_0000_0000, 0, 0x8000_0000_0000_00FF] as [UInt64])
    func `checkpoints, another connection's too, and links of earlier releases are no damage`(
        high: UInt64
    ) async throws {
        let home = try await TemporaryStore()
        let path = home.folder.appending(path: "store.sqlite").path
        // Random throughout, as releases before this one wrote it.
        let own = withUnsafeBytes(of: high.bigEndian) { Array($0) } + [1, 2, 3, 4, 5, 6, 7, 8]
        _ = try await home.database.write { connection throws(StoreError) in
            try connection.run("UPDATE commit_link SET own = ?", [.blob(own)])
        }
        let other = try SQLiteDatabase(path: path, maxPending: 4)
        _ = try await SQLMessageStore(database: other)
        for number in 0..<30 {
            let database: any Database = number % 2 == 0 ? home.database : other
            try await database.write(Self.note("A\(number)"))
            #expect(home.database.fault == nil && other.fault == nil)
        }
        await other.close()
        await home.remove()
    }

    @Test func `a file that another process writes anew is no damage, and is watched on`() async throws {
        let home = try await TemporaryStore()
        let database = try #require(home.database as? SQLiteDatabase)
        let file = home.folder.appending(path: "store.sqlite")
        for number in 0..<10 { try await database.write(Self.note("A\(number)")) }
        let other = try SQLiteDatabase(path: file.path, maxPending: 4)
        try await other.rewrite()
        for number in 0..<40 {
            #expect(database.fault == nil)
            try await database.write(Self.note("B\(number)"))
        }
        let bytes = try Data(contentsOf: file)
        for number in 0..<60 { try await database.write(Self.note("C\(number)")) }
        try overwrite(file, with: bytes)
        #expect(database.fault == .damaged)
        await other.close()
        await home.remove()
    }

    @Test func `a closed store is one whole file that its owner alone may read`() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "file-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appending(path: "store.sqlite")
        let store = try await SQLMessageStore(database: SQLiteDatabase(path: file.path, maxPending: 4))
        _ = try await store.accept(caseMessage("M1"))
        for name in ["", "-wal", "-shm"] {
            let mode = try FileManager.default.attributesOfItem(atPath: file.path + name)[.posixPermissions] as? Int
            #expect(mode == 0o600, "store.sqlite\(name)")
        }
        await store.database.close()
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["store.sqlite"])
        // The one file is the store: copied alone, it has everything.
        let copy = folder.appending(path: "copy.sqlite")
        try FileManager.default.copyItem(at: file, to: copy)
        let again = try await SQLMessageStore(database: SQLiteDatabase(path: copy.path, maxPending: 4))
        #expect(try await again.application("LA-M1") != nil)
        await again.database.close()
    }

    @Test func `whoever looks at a file that was taken away puts no empty one in its place`() async throws {
        let home = try await TemporaryStore()
        let file = try home.file.path
        let aside = file + ".aside"
        try FileManager.default.moveItem(atPath: file, toPath: aside)
        await #expect(throws: StoreError.self) { try await home.database.inspect() }
        await #expect(throws: StoreError.self) { try await home.file.copy(to: file + ".copy") }
        #expect(!FileManager.default.fileExists(atPath: file))
        try FileManager.default.moveItem(atPath: aside, toPath: file)
        try await home.database.inspect()
        await home.remove()
    }

    @Test func `a text of several statements is refused and not done in part`() async throws {
        let home = try await TemporaryStore()
        await #expect(throws: StoreError.failed("a text holds more than one statement")) {
            try await home.store.database.write { connection throws(StoreError) in
                try connection.run("DELETE FROM heartbeat; DELETE FROM upload", [])
            }
        }
        await home.remove()
    }
}
