import Foundation
import Messaging
import Synchronization

/// Embedded SQLite in WAL mode: one writer thread that commits in groups, and readers on threads of their own, so that
/// no disk wait ever blocks Swift's thread pool.
public final class SQLiteDatabase: Database {
    /// `LGAR`: tells a store of this gateway's from any other SQLite file.
    private static let applicationID: Int64 = 0x4C47_4152

    /// A file up to this size is read through before it is opened: some tenths of a second. A larger one is looked at by
    /// `inspect`, since opening must not take the longer the more is stored.
    static let readThroughBytes: Int64 = 64 << 20

    let path: String
    private let writer: StoreWorker<SQLiteConnection>
    private let readers: [StoreWorker<SQLiteConnection>]
    private let turn = Atomic<Int>(0)
    private let place: FilePlace
    let health: FileHealth
    public let keys: KeyRing?
    private let isClosing = Atomic<Bool>(false)

    /// - Parameters:
    ///   - path: the file; made if it is not there.
    ///   - maxPending: units that may wait for the writer before it says `busy`.
    ///   - readerCount: connections for reading.
    ///   - underway: commits that are being prepared.
    ///   - patience: so long a group waits for them at most.
    ///   - room: bytes that must be free on the device; a log of changes grows to half of this before it is written back.
    ///   - encryption: the master key, where the store is encrypted.
    ///   - onCommit: hears of every group: how many units it carried and how long it took to be durable.
    public init(
        path: String, maxPending: Int, readerCount: Int = 2, underway: CommitsUnderway = CommitsUnderway(),
        patience: DispatchTimeInterval = .milliseconds(4), room: UInt64 = 8 << 20,
        encryption: (any MasterKey)? = nil,
        onCommit: @escaping @Sendable (_ units: Int, _ took: Duration) -> Void = { _, _ in }
    ) throws(StoreError) {
        let isChained: Bool
        do throws(StoreError) {
            try CommitChain.refuseForeignLog(of: path)
            isChained = try Self.refuseForeignFile(path)
        } catch .failed(let words) {
            // Without room even opening fails, by whatever name.
            throw FilePlace.hasRoom(at: URL(filePath: path).deletingLastPathComponent().path, for: 1 << 16)
                ? .failed(words) : .diskFull
        }
        self.path = path
        let health = FileHealth()
        self.health = health
        let keys = encryption.map { KeyRing($0) }
        self.keys = keys
        writer = StoreWorker(
            try SQLiteConnection(path: path, health, keys: keys), name: "store-writer", maxPending: maxPending,
            underway: underway, patience: patience)
        var readers: [StoreWorker<SQLiteConnection>] = []
        for index in 0..<readerCount {
            let connection = try SQLiteConnection(path: path, health, keys: keys)
            readers.append(StoreWorker(connection, name: "store-reader-\(index)", maxPending: maxPending))
        }
        self.readers = readers
        place = FilePlace(of: path, room: room)
        health.isChained.store(isChained, ordering: .relaxed)
        writer.start { connection, units in
            let began = ContinuousClock.now
            Self.commit(units, on: connection, health)
            onCommit(units.count, ContinuousClock.now - began)
        }
        for reader in readers { reader.start { Self.answer($1, on: $0) } }
    }

    /// How many wait for a group that is not whole yet.
    var gatheringCount: Int { writer.gathering }

    /// The only column of what a pragma answers, whose name is the library's own.
    static func number(_ row: any SQLRow) throws(StoreError) -> Int64 { try row.integer(at: 0) }
    private static func line(_ row: any SQLRow) -> String { row.text(at: 0) }

    /// Refuses a damaged file and one that belongs to another program, before anything is written to it.
    ///
    /// - Returns: whether its commits are chained.
    private static func refuseForeignFile(_ path: String) throws(StoreError) -> Bool {
        let connection = try SQLiteConnection(path: path, isNew: true)
        let owner = try connection.query("PRAGMA application_id", [], Self.number).first ?? 0
        let tables = try connection.query("SELECT count(*) FROM sqlite_schema", [], Self.number).first ?? 0
        guard owner == applicationID || (owner == 0 && tables == 0) else {
            throw .corrupt("this SQLite file belongs to another program")
        }
        let pages = try connection.query("PRAGMA page_count", [], Self.number).first ?? 0
        let pageBytes = try connection.query("PRAGMA page_size", [], Self.number).first ?? 0
        if pages * pageBytes <= readThroughBytes {
            try refuseDamage(try connection.query("PRAGMA quick_check(1)", [], Self.line))
        }
        if owner != applicationID { try connection.execute("PRAGMA application_id=\(applicationID)") }
        return try CommitChain.isKept(connection)
    }

    private static func refuseDamage(_ report: [String]) throws(StoreError) {
        guard report == ["ok"] else { throw .corrupt("the file is damaged; restore it from the last backup") }
    }

    /// Reads the whole file through, table by table, beside whatever else goes on: no snapshot is held longer than one
    /// table takes.
    ///
    /// - Throws: `StoreError.corrupt` where it is damaged.
    public func inspect() async throws(StoreError) {
        let inspector = StoreWorker(try SQLiteConnection(path: path, health), name: "store-inspector", maxPending: 1)
        inspector.start { Self.answer($1, on: $0) }
        do throws(StoreError) {
            let tables = try await inspector.submit { connection throws(StoreError) in
                try connection.query("SELECT name FROM sqlite_schema WHERE type = 'table'", [], Self.line)
            }
            for table in tables where !Task.isCancelled {
                try Self.refuseDamage(
                    try await inspector.submit { connection throws(StoreError) in
                        try connection.query("SELECT * FROM pragma_quick_check(?)", [.text(table)], Self.line)
                    })
            }
        } catch {
            if error.damage != nil { health.isDamaged.store(true, ordering: .relaxed) }
            await inspector.close()
            throw error
        }
        await inspector.close()
    }

    public func write<Result: Sendable>(
        _ work: @escaping @Sendable (any SQLConnection) throws(StoreError) -> Result
    ) async throws(StoreError) -> Result {
        try refuseUnsafe()
        if place.isMoved { try await watch() }
        let result = try await writer.submit(work)
        // The commit is durable, but in a file that nobody finds again where it was taken away meanwhile; put back, it has
        // it.
        guard unsafeFault == nil else { throw .uncertain }
        return result
    }

    public func writeRegardless<Result: Sendable>(
        _ work: @escaping @Sendable (any SQLConnection) throws(StoreError) -> Result
    ) async throws(StoreError) -> Result {
        try await writer.submit(work)
    }

    public var fault: StoreFault? {
        unsafeFault ?? place.deviceFault ?? health.refusal
    }

    private var unsafeFault: StoreFault? {
        // Closing removes the log, and then looks at nothing any more.
        let isClosing = isClosing.load(ordering: .relaxed)
        if !place.isSame(withLog: !isClosing) { return .lost }
        if !isClosing, !place.isUntouched { health.isDamaged.store(true, ordering: .relaxed) }
        return health.isDamaged.load(ordering: .relaxed) ? .damaged : nil
    }

    private func refuseUnsafe() throws(StoreError) {
        if let fault = unsafeFault { throw .unsafe(fault) }
    }

    public func read<Result: Sendable>(
        _ work: @escaping @Sendable (any SQLConnection) throws(StoreError) -> Result
    ) async throws(StoreError) -> Result {
        let number = turn.add(1, ordering: .relaxed).newValue
        return try await readers[abs(number) % readers.count].submit(work)
    }

    public func migrate() async throws(StoreError) {
        try await write { [self] connection throws(StoreError) in
            let done = try connection.schemaVersion()
            guard done <= Migration.all.count else { throw .newerSchema(done, reads: Migration.all.count) }
            // Before anything is written through them.
            if let planted = try PlantedObjects.foreign(connection).first {
                throw .corrupt("\(planted) in the store was not made by the gateway")
            }
            for (index, migration) in Migration.all.enumerated().dropFirst(done) {
                for statement in migration.statements { try connection.run(statement, []) }
                try connection.run("PRAGMA user_version=\(index + 1)", [])
            }
            // New tables alone are no change that is counted.
            if done < Migration.all.count { try CommitChain.advance(connection) }
            try prepareKeys(connection)
        }
        health.isChained.store(true, ordering: .relaxed)
        try await watch()
        try await openKeys()
    }

    private func watch() async throws(StoreError) {
        place.watch(linkPage: try await read { connection throws(StoreError) in try CommitChain.page(connection) })
    }

    /// Copies the store as it is at this moment into a new file, beside whatever else goes on.
    ///
    /// - Throws: `StoreError.diskFull` where the copy has no room.
    public func copy(to file: String) async throws(StoreError) {
        try refuseUnsafe()
        let copier = StoreWorker(try SQLiteConnection(path: path, health), name: "store-copier", maxPending: 1)
        copier.start { Self.answer($1, on: $0) }
        do throws(StoreError) {
            try await copier.submit { connection throws(StoreError) in
                guard let connection = connection as? SQLiteConnection else { throw .closed }
                try connection.copy(to: file)
            }
        } catch {
            await copier.close()
            throw error
        }
        await copier.close()
        // What was copied from a file that is not there any more is nobody's.
        try refuseUnsafe()
    }

    /// What is left is one whole file, without a log beside it: the writer is the last to close.
    public func close() async {
        isClosing.store(true, ordering: .relaxed)
        for reader in readers { await reader.close() }
        await writer.close()
        place.close()
    }

    private static func commit(_ units: [any StoreUnit], on connection: SQLiteConnection, _ health: FileHealth) {
        let refusal = health.forgetRefusal()
        let changes = connection.changes
        do throws(StoreError) {
            if try !GroupCommit.whole(units, on: connection) { try GroupCommit.each(units, on: connection) }
        } catch {
            connection.rollBack()
            // Where the device refuses SQLite has undone everything by itself, and what fails next is only that.
            let failure: StoreError =
                switch health.refusal {
                case .full: .diskFull
                case .unwritable where error != .uncertain: .unwritable
                case .unwritable, .lost, .damaged, nil: error
                }
            // Nothing was written, so the device may be as it was before.
            if let refusal, health.refusal == nil { health.note(refusal: refusal) }
            for unit in units { unit.finish(failure: failure) }
            return
        }
        if let refusal, connection.changes == changes { health.note(refusal: refusal) }
        for unit in units { unit.finish(failure: nil) }
    }

    /// What gathered was all asked before, so one snapshot serves it.
    static func answer(_ units: [any StoreUnit], on connection: SQLiteConnection) {
        do throws(StoreError) {
            try connection.run("BEGIN", [])
        } catch {
            for unit in units { unit.finish(failure: error) }
            return
        }
        for unit in units {
            _ = unit.run(on: connection)
            unit.finish(failure: nil)
        }
        // It has written nothing, and a failing read may have ended it already.
        _ = try? connection.run("COMMIT", [])
    }
}
