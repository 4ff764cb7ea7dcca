import Foundation
import Messaging
import Testing

@testable import Storage

/// A log that lies beside a file: read back over another file than its own it would be damage.
@Suite struct CommitChainTests {
    /// What a crash leaves of an open store: its file and its log as they are on the disk.
    private func image(of store: TemporaryStore, as name: String) throws -> URL {
        let file = store.folder.appending(path: "store.sqlite")
        let copy = store.folder.appending(path: name)
        for suffix in ["", "-wal"] {
            try FileManager.default.copyItem(atPath: file.path + suffix, toPath: copy.path + suffix)
        }
        return copy
    }

    /// Begins the log anew.
    private func writeBack(_ store: TemporaryStore) throws {
        try SQLiteConnection(path: store.folder.appending(path: "store.sqlite").path)
            .execute("PRAGMA wal_checkpoint(TRUNCATE)")
    }

    private func referrals(in file: URL) async throws -> [String] {
        let database = try SQLiteDatabase(path: file.path, maxPending: 4)
        let found = try await database.read { connection throws(StoreError) in
            try connection.query("SELECT message_id FROM referral ORDER BY message_id", []) { row throws(StoreError) in
                try row.text("message_id")
            }
        }
        try await database.inspect()
        await database.close()
        return found
    }

    private func put(_ log: URL, beside file: URL) throws {
        try? FileManager.default.removeItem(atPath: file.path + "-wal")
        try FileManager.default.copyItem(atPath: log.path + "-wal", toPath: file.path + "-wal")
    }

    @Test func `a log is read back over its own file, and over a copy from the log's own time`() async throws {
        let home = try await TemporaryStore()
        _ = try await home.store.accept(referral("M1"))
        try writeBack(home)
        _ = try await home.store.accept(referral("M2"))
        // All that a copy by SQLite has is in the log as well.
        let copy = home.folder.appending(path: "copy.sqlite")
        try await home.file.copy(to: copy.path)
        _ = try await home.store.accept(referral("M3"))
        let crashed = try image(of: home, as: "crashed.sqlite")
        try put(crashed, beside: copy)
        #expect(try await referrals(in: crashed) == ["M1", "M2", "M3"])
        #expect(try await referrals(in: copy) == ["M1", "M2", "M3"])
        await home.remove()
    }

    @Test func `an older file beside a log of a later time is refused until the log is put elsewhere`() async throws {
        let home = try await TemporaryStore()
        _ = try await home.store.accept(referral("M1"))
        let old = home.folder.appending(path: "old.sqlite")
        try await home.file.copy(to: old.path)
        for number in 2..<40 { _ = try await home.store.accept(referral("M\(number)")) }
        try writeBack(home)
        _ = try await home.store.accept(referral("M99"))
        try put(try image(of: home, as: "crashed.sqlite"), beside: old)
        let log = try Data(contentsOf: URL(filePath: old.path + "-wal"))
        #expect(throws: StoreError.foreignLog) { try SQLiteDatabase(path: old.path, maxPending: 4) }
        #expect(try Data(contentsOf: URL(filePath: old.path + "-wal")) == log, "nothing was done to it")
        try FileManager.default.moveItem(atPath: old.path + "-wal", toPath: old.path + ".aside")
        #expect(try await referrals(in: old) == ["M1"])
        await home.remove()
    }

    @Test func `another store's log is refused, and a log whose file is gone or empty`() async throws {
        let (home, other) = (try await TemporaryStore(), try await TemporaryStore())
        for (store, message) in [(home, "H"), (other, "O")] {
            _ = try await store.store.accept(referral(message))
            try writeBack(store)
            _ = try await store.store.accept(referral(message + "2"))
        }
        let mine = try image(of: home, as: "crashed.sqlite")
        try put(try image(of: other, as: "crashed.sqlite"), beside: mine)
        #expect(throws: StoreError.foreignLog) { try SQLiteDatabase(path: mine.path, maxPending: 4) }
        try FileManager.default.removeItem(at: mine)
        #expect(throws: StoreError.foreignLog) { try SQLiteDatabase(path: mine.path, maxPending: 4) }
        #expect(!FileManager.default.fileExists(atPath: mine.path), "none was made")
        try Data().write(to: mine)
        #expect(throws: StoreError.foreignLog) { try SQLiteDatabase(path: mine.path, maxPending: 4) }
        await home.remove()
        await other.remove()
    }

    @Test func `a fresh store's log, and one of a crash within a migration, are its own`() async throws {
        let home = try await TemporaryStore()
        let crashed = try image(of: home, as: "fresh.sqlite")
        #expect(try await referrals(in: crashed) == [])
        let old = home.folder.appending(path: "old.sqlite").path
        let connection = try SQLiteConnection(path: old, isNew: true)
        for statement in Migration.all[0].statements { try connection.run(statement, []) }
        try connection.execute("PRAGMA application_id=\(0x4C47_4152); PRAGMA user_version=1")
        connection.close()
        let database = try SQLiteDatabase(path: old, maxPending: 4)
        try await database.migrate()
        for suffix in ["", "-wal"] {
            try FileManager.default.copyItem(atPath: old + suffix, toPath: old + ".crashed" + suffix)
        }
        await database.close()
        #expect(try await referrals(in: URL(filePath: old + ".crashed")) == [])
        await home.remove()
    }

    @Test func `a write that changes nothing makes no commit`() async throws {
        let home = try await TemporaryStore()
        try await home.store.ping(now: start)
        let log = home.folder.appending(path: "store.sqlite-wal")
        let before = try Data(contentsOf: log)
        try await home.database.write { _ in }
        #expect(try Data(contentsOf: log) == before)
        await home.remove()
    }

    @Test func `a file that is overwritten in its place is damaged at once`() async throws {
        let home = try await TemporaryStore()
        _ = try await home.store.accept(referral("M1"))
        let file = try FileHandle(forWritingTo: home.folder.appending(path: "store.sqlite"))
        try file.write(contentsOf: Data(repeating: 0, count: 100))
        try file.close()
        await #expect(throws: StoreError.unsafe(.damaged)) { try await home.store.ping(now: start) }
        #expect(home.database.fault == .damaged)
        await home.remove()
    }
}
