import Foundation
import Messaging
import Synchronization

/// PostgreSQL, behind the same protocol as SQLite: one writer that commits in groups, and readers on snapshots, each a
/// connection and a thread of its own. Any number of nodes share one database; their writers take turns.
public final class PostgreSQLDatabase: Database {
    public let keys: KeyRing?
    private let writer: StoreWorker<PostgreSQLConnection>
    private let readers: [StoreWorker<PostgreSQLConnection>]
    private let turn = Atomic<Int>(0)
    private let settings: PostgreSQLSettings
    private let listeners = Mutex<[PostgreSQLListener]>([])
    private let writerProcess = WriterProcess()

    /// The server's process that writes for this node.
    private final class WriterProcess: Sendable {
        let number = Atomic<Int32>(0)
    }

    /// How often a group is begun anew on another connection where nothing of it was taken.
    private static let retries = 3

    /// Connects once, so that what is wrong with the settings is known at once.
    ///
    /// - Parameters:
    ///   - maxPending: units that may wait for the writer before it says `busy`.
    ///   - underway: commits that are being prepared.
    ///   - patience: so long a group waits for them at most.
    ///   - encryption: the master key, where the store is encrypted.
    ///   - onCommit: hears of every group: how many units it carried and how long it took to be durable.
    /// - Throws: `StoreError.unreachable`.
    public init(
        _ settings: PostgreSQLSettings, maxPending: Int, readerCount: Int = 4,
        underway: CommitsUnderway = CommitsUnderway(), patience: DispatchTimeInterval = .milliseconds(4),
        encryption: (any MasterKey)? = nil,
        onCommit: @escaping @Sendable (_ units: Int, _ took: Duration) -> Void = { _, _ in }
    ) throws(StoreError) {
        let keys = encryption.map { KeyRing($0) }
        self.keys = keys
        self.settings = settings
        let first = PostgreSQLConnection(settings, keys: keys)
        try first.open(patiently: false)
        writer = StoreWorker(
            first, name: "store-writer", maxPending: maxPending, underway: underway, patience: patience)
        readers = (0..<readerCount).map { number in
            StoreWorker(
                PostgreSQLConnection(settings, keys: keys), name: "store-reader-\(number)", maxPending: maxPending)
        }
        writer.start { [writerProcess] connection, units in
            let began = ContinuousClock.now
            Self.commit(units, on: connection)
            writerProcess.number.store(connection.processID, ordering: .relaxed)
            onCommit(units.count, ContinuousClock.now - began)
        }
        for reader in readers { reader.start { Self.answer($1, on: $0) } }
    }

    /// How many wait for a group that is not whole yet.
    var gatheringCount: Int { writer.gathering }

    public func write<Result: Sendable>(
        _ work: @escaping @Sendable (any SQLConnection) throws(StoreError) -> Result
    ) async throws(StoreError) -> Result { try await writer.submit(work) }

    public func writeRegardless<Result: Sendable>(
        _ work: @escaping @Sendable (any SQLConnection) throws(StoreError) -> Result
    ) async throws(StoreError) -> Result { try await writer.submit(work) }

    /// The server looks after its files, and says with each write what is wrong.
    public var fault: StoreFault? { nil }

    public func read<Result: Sendable>(
        _ work: @escaping @Sendable (any SQLConnection) throws(StoreError) -> Result
    ) async throws(StoreError) -> Result {
        let number = turn.add(1, ordering: .relaxed).newValue
        return try await readers[abs(number) % readers.count].submit(work)
    }

    /// The server's vacuum does that by itself.
    public func freeSpace(pages: Int) async throws(StoreError) -> Int { 0 }

    /// The server keeps its log as long as recovery and replicas need it.
    public func clearLog() async throws(StoreError) {}

    /// The server looks after its pages.
    public func inspect() async throws(StoreError) {}

    /// Another node that starts at the same time waits for this one. Whoever may not change the schema finds it made.
    public func migrate() async throws(StoreError) {
        try await write { [self] connection throws(StoreError) in
            let done = try connection.schemaVersion()
            guard done <= Migration.all.count else { throw .newerSchema(done, reads: Migration.all.count) }
            // Before anything is written through them.
            if let planted = try PlantedObjects.foreign(connection).first {
                throw .corrupt("\(planted) in the store was not made by the gateway")
            }
            for step in Migration.postgreSQL where step.version > done {
                guard let connection = connection as? PostgreSQLConnection else { throw .closed }
                try connection.execute(step.script)
            }
            if done < Migration.all.count {
                try connection.run("UPDATE gateway_schema SET version = ?", [.int(Migration.all.count)])
            }
            try prepareKeys(connection)
        }
        try await openKeys()
    }

    public func onAnnounced(_ heard: @escaping @Sendable (Set<Endpoint>) -> Void) {
        let listener = PostgreSQLListener(
            settings, own: { [writerProcess] in writerProcess.number.load(ordering: .relaxed) }, heard: heard)
        listeners.withLock { $0.append(listener) }
    }

    public func close() async {
        for listener in listeners.withLock({ $0 }) { await listener.close() }
        for reader in readers { await reader.close() }
        await writer.close()
    }

    private static func commit(_ units: [any StoreUnit], on connection: PostgreSQLConnection) {
        do throws(StoreError) {
            try connection.open()
            try commit(units, on: connection, retries: retries)
        } catch {
            connection.rollBack()
            for unit in units { unit.finish(failure: error) }
            return
        }
        for unit in units { unit.finish(failure: nil) }
    }

    /// A connection that is lost before the commit was asked for has taken nothing: the group is done again on another.
    private static func commit(
        _ units: [any StoreUnit], on connection: PostgreSQLConnection, retries: Int
    ) throws(StoreError) {
        do throws(StoreError) {
            if try !GroupCommit.whole(units, on: connection) { try GroupCommit.each(units, on: connection) }
        } catch {
            guard error != .uncertain, retries > 0, connection.isLost else { throw error }
            try connection.open()
            try commit(units, on: connection, retries: retries - 1)
        }
    }

    /// What gathered was all asked before, so one snapshot serves it; what fails ends the snapshot, and the next has another.
    private static func answer(_ units: [any StoreUnit], on connection: PostgreSQLConnection) {
        var hasSnapshot = false
        for unit in units {
            for isLast in [false, true] {
                do throws(StoreError) {
                    try connection.open()
                    if !hasSnapshot { try connection.beginReading() }
                    hasSnapshot = true
                } catch {
                    hasSnapshot = false
                    // The server may have closed what nobody used for a while.
                    guard isLast else { continue }
                    unit.finish(failure: error)
                    break
                }
                let isDone = unit.run(on: connection)
                hasSnapshot = !connection.hasFailed
                if !isDone, connection.isLost, !isLast { continue }
                if !hasSnapshot { connection.rollBack() }
                unit.finish(failure: nil)
                break
            }
        }
        if hasSnapshot { connection.rollBack() }
    }
}
