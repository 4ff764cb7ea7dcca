import Foundation
import Messaging
import Synchronization

/// Embedded SQLite in WAL mode: one writer thread that commits in groups, and readers on threads of their own, so that
/// no disk wait ever blocks Swift's thread pool.
public final class SQLiteDatabase: Database {
    /// `LGAR`: tells a store of this gateway's from any other SQLite file.
    private static let applicationID: Int64 = 0x4C47_4152
    /// As many units as one commit may carry: more would only make the first of them wait.
    private static let groupSize = 256

    /// A file up to this size is read through before it is opened: some tenths of a second. A larger one is looked at by
    /// `inspect`, since opening must not take the longer the more is stored.
    static let readThroughBytes: Int64 = 64 << 20

    let path: String
    private let writer: Worker
    private let readers: [Worker]
    private let turn = Atomic<Int>(0)
    private let place: FilePlace
    private let health: FileHealth
    let keys: KeyRing?
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
        try Self.refuseForeignFile(path)
        self.path = path
        let health = FileHealth()
        self.health = health
        let keys = encryption.map { KeyRing($0) }
        self.keys = keys
        writer = try Worker(
            path: path, health, keys, name: "store-writer", maxPending: maxPending, underway: underway,
            patience: patience)
        var readers: [Worker] = []
        for index in 0..<readerCount {
            readers.append(try Worker(path: path, health, keys, name: "store-reader-\(index)", maxPending: maxPending))
        }
        self.readers = readers
        place = FilePlace(of: path, room: room)
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
    private static func number(_ row: any SQLRow) -> Int64 { row.integer(at: 0) }
    private static func line(_ row: any SQLRow) -> String { row.text(at: 0) }

    /// Refuses a damaged file and one that belongs to another program, before anything is written to it.
    private static func refuseForeignFile(_ path: String) throws(StoreError) {
        let connection = try SQLiteConnection(path: path)
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
        try connection.execute("PRAGMA application_id=\(applicationID)")
    }

    private static func refuseDamage(_ report: [String]) throws(StoreError) {
        guard report == ["ok"] else { throw .corrupt("the file is damaged; restore it from the last backup") }
    }

    /// Reads the whole file through, table by table, beside whatever else goes on: no snapshot is held longer than one
    /// table takes.
    ///
    /// - Throws: `StoreError.corrupt` where it is damaged.
    public func inspect() async throws(StoreError) {
        let inspector = try Worker(path: path, health, nil, name: "store-inspector", maxPending: 1)
        inspector.start { Self.answer($1, on: $0) }
        do throws(StoreError) {
            let tables = try await submit(
                { connection throws(StoreError) in
                    try connection.query("SELECT name FROM sqlite_schema WHERE type = 'table'", [], Self.line)
                }, to: inspector)
            for table in tables where !Task.isCancelled {
                try Self.refuseDamage(
                    try await submit(
                        { connection throws(StoreError) in
                            try connection.query("SELECT * FROM pragma_quick_check(?)", [.text(table)], Self.line)
                        }, to: inspector))
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
        let result = try await submit(work, to: writer)
        // The commit is durable, but in a file that nobody finds again where it was taken away meanwhile.
        try refuseUnsafe()
        return result
    }

    public func writeRegardless<Result: Sendable>(
        _ work: @escaping @Sendable (any SQLConnection) throws(StoreError) -> Result
    ) async throws(StoreError) -> Result {
        try await submit(work, to: writer)
    }

    public var fault: StoreFault? {
        unsafeFault ?? (health.isFull.load(ordering: .relaxed) || !place.hasRoom ? .full : nil)
    }

    private var unsafeFault: StoreFault? {
        // Closing removes the log.
        if !place.isSame(withLog: !isClosing.load(ordering: .relaxed)) { return .lost }
        return health.isDamaged.load(ordering: .relaxed) ? .damaged : nil
    }

    private func refuseUnsafe() throws(StoreError) {
        if let fault = unsafeFault { throw .unsafe(fault) }
    }

    public func read<Result: Sendable>(
        _ work: @escaping @Sendable (any SQLConnection) throws(StoreError) -> Result
    ) async throws(StoreError) -> Result {
        let number = turn.add(1, ordering: .relaxed).newValue
        return try await submit(work, to: readers[abs(number) % readers.count])
    }

    /// Whether its schema is this release's.
    public func isMigrated() async throws(StoreError) -> Bool {
        try await read { connection throws(StoreError) in
            try connection.query("PRAGMA user_version", [], Self.number).first == Int64(Migration.all.count)
        }
    }

    public func migrate() async throws(StoreError) {
        try await write { [self] connection throws(StoreError) in
            let done = Int(try connection.query("PRAGMA user_version", [], Self.number).first ?? 0)
            guard done <= Migration.all.count else {
                throw .failed("the store was made by a newer release (schema \(done)); run that release")
            }
            for (index, migration) in Migration.all.enumerated().dropFirst(done) {
                for statement in migration.statements { try connection.run(statement, []) }
                try connection.run("PRAGMA user_version=\(index + 1)", [])
            }
            try prepareKeys(connection)
        }
        try await openKeys()
    }

    /// What is left is one whole file, without a log beside it: the writer is the last to close.
    public func close() async {
        isClosing.store(true, ordering: .relaxed)
        for reader in readers { await reader.close() }
        await writer.close()
    }

    private func submit<Result: Sendable>(
        _ work: @escaping @Sendable (any SQLConnection) throws(StoreError) -> Result, to worker: Worker
    ) async throws(StoreError) -> Result {
        let outcome = await withCheckedContinuation { continuation in
            let unit = PendingUnit(work: work, continuation: continuation)
            if let refusal = worker.add(unit) { unit.finish(failure: refusal) }
        }
        return try outcome.get()
    }

    private static func commit(_ units: [any Unit], on connection: SQLiteConnection, _ health: FileHealth) {
        let wasFull = health.isFull.exchange(false, ordering: .relaxed)
        do throws(StoreError) {
            if try !commitWhole(units, on: connection) { try commitEach(units, on: connection) }
        } catch {
            _ = try? connection.run("ROLLBACK", [])
            // Where the device is full SQLite has undone everything by itself, and what fails next is only that.
            let failure = health.isFull.load(ordering: .relaxed) ? StoreError.diskFull : error
            // Nothing was written, so the device may be as full as before.
            if wasFull { health.isFull.store(true, ordering: .relaxed) }
            for unit in units { unit.finish(failure: failure) }
            return
        }
        for unit in units { unit.finish(failure: nil) }
    }

    /// A savepoint copies every page that a unit touches; hardly any unit fails, so the group first goes without.
    ///
    /// - Returns: whether all succeeded; otherwise nothing was done.
    private static func commitWhole(_ units: [any Unit], on connection: SQLiteConnection) throws(StoreError) -> Bool {
        try connection.begin()
        guard units.allSatisfy({ $0.run(on: connection) }) else {
            // The database has rolled back by itself where the disk is full.
            _ = try? connection.run("ROLLBACK", [])
            return false
        }
        try connection.run("COMMIT", [])
        return true
    }

    /// What fails is undone alone.
    private static func commitEach(_ units: [any Unit], on connection: SQLiteConnection) throws(StoreError) {
        try connection.begin()
        for unit in units {
            try connection.run("SAVEPOINT unit", [])
            if !unit.run(on: connection) { try connection.run("ROLLBACK TO unit", []) }
            try connection.run("RELEASE unit", [])
        }
        try connection.run("COMMIT", [])
    }

    /// What gathered was all asked before, so one snapshot serves it.
    private static func answer(_ units: [any Unit], on connection: SQLiteConnection) {
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

    /// One piece of work, whatever its result.
    fileprivate protocol Unit: AnyObject, Sendable {
        /// - Returns: whether the work succeeded.
        func run(on connection: SQLiteConnection) -> Bool
        func finish(failure: StoreError?)
    }

    /// `@unchecked`: `outcome` is touched only by the worker's thread, between `run` and `finish`.
    private final class PendingUnit<Result: Sendable>: Unit, @unchecked Sendable {
        private let work: @Sendable (any SQLConnection) throws(StoreError) -> Result
        private let continuation: CheckedContinuation<Swift.Result<Result, StoreError>, Never>
        private var outcome: Swift.Result<Result, StoreError> = .failure(.closed)

        init(
            work: @escaping @Sendable (any SQLConnection) throws(StoreError) -> Result,
            continuation: CheckedContinuation<Swift.Result<Result, StoreError>, Never>
        ) {
            self.work = work
            self.continuation = continuation
        }

        func run(on connection: SQLiteConnection) -> Bool {
            do throws(StoreError) {
                outcome = .success(try work(connection))
                return true
            } catch {
                outcome = .failure(error)
                return false
            }
        }

        func finish(failure: StoreError?) {
            continuation.resume(returning: failure.map { .failure($0) } ?? outcome)
        }
    }

    /// A thread with a connection of its own that takes whatever has gathered.
    ///
    /// `@unchecked`: `pending`, `isGathering`, `isClosed` and `onEnd` are guarded by the condition; the connection belongs
    /// to the thread.
    private final class Worker: @unchecked Sendable {
        private let connection: SQLiteConnection
        private let name: String
        private let maxPending: Int
        private let underway: CommitsUnderway
        private let patience: DispatchTimeInterval
        private let gathered = DispatchSemaphore(value: 0)
        private var isGathering = false
        private let condition = NSCondition()
        private var pending: [any Unit] = []
        private var isClosed = false
        private var hasEnded = false
        private var onEnd: [CheckedContinuation<Void, Never>] = []

        init(
            path: String, _ health: FileHealth, _ keys: KeyRing?, name: String, maxPending: Int,
            underway: CommitsUnderway = CommitsUnderway(), patience: DispatchTimeInterval = .never
        ) throws(StoreError) {
            connection = try SQLiteConnection(path: path, health, keys: keys)
            self.name = name
            self.maxPending = maxPending
            self.underway = underway
            self.patience = patience
        }

        func start(_ handle: @escaping @Sendable (SQLiteConnection, [any Unit]) -> Void) {
            let thread = Thread { [self] in
                while let units = take() { handle(connection, units) }
                connection.close()
                condition.lock()
                hasEnded = true
                let waiting = onEnd
                onEnd = []
                condition.unlock()
                waiting.forEach { $0.resume() }
            }
            thread.name = name
            thread.start()
        }

        /// - Returns: why the unit was not taken, or nothing when it was.
        func add(_ unit: any Unit) -> StoreError? {
            condition.lock()
            defer { condition.unlock() }
            if isClosed { return .closed }
            if pending.count >= maxPending { return .busy }
            pending.append(unit)
            if !isGathering { condition.signal() } else if isWhole { endGathering() }
            return nil
        }

        private var isWhole: Bool { pending.count >= groupSize || underway.isEmpty || isClosed }

        private func endGathering() {
            isGathering = false
            gathered.signal()
        }

        /// Waits for what is underway, so that it shares the commit; not for what does not come in time.
        private func gather() {
            guard !isWhole else { return }
            isGathering = true
            condition.unlock()
            // By a clock that nobody sets.
            let result = gathered.wait(timeout: .now() + patience)
            condition.lock()
            if isGathering { isGathering = false } else if result == .timedOut { gathered.wait() }
        }

        private func take() -> [any Unit]? {
            condition.lock()
            defer { condition.unlock() }
            while pending.isEmpty {
                if isClosed { return nil }
                condition.wait()
            }
            gather()
            let units = Array(pending.prefix(groupSize))
            pending.removeFirst(units.count)
            return units
        }

        var gathering: Int {
            condition.lock()
            defer { condition.unlock() }
            return isGathering ? pending.count : 0
        }

        func close() async {
            await withCheckedContinuation { continuation in
                condition.lock()
                isClosed = true
                if isGathering { endGathering() }
                let ended = hasEnded
                if !ended { onEnd.append(continuation) }
                condition.signal()
                condition.unlock()
                if ended { continuation.resume() }
            }
        }
    }
}
