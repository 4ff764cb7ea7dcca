import Messaging

/// A store's file that nobody writes to, such as the copy in an archive: read as it stands, and never changed.
public final class ReadOnlyStore: Database {
    private let worker: StoreWorker<SQLiteConnection>
    public let keys: KeyRing?

    /// - Parameter encryption: the master key, where sealed values are to be opened.
    public init(path: String, encryption: (any MasterKey)? = nil) throws(StoreError) {
        keys = encryption.map { KeyRing($0) }
        worker = StoreWorker(try SQLiteConnection(unchanging: path, keys: keys), name: "store-copy", maxPending: 16)
        worker.start { SQLiteDatabase.answer($1, on: $0) }
    }

    public var fault: StoreFault? { nil }

    public func write<Result: Sendable>(
        _ work: @escaping @Sendable (any SQLConnection) throws(StoreError) -> Result
    ) async throws(StoreError) -> Result { throw .failed("this store is only read") }

    public func writeRegardless<Result: Sendable>(
        _ work: @escaping @Sendable (any SQLConnection) throws(StoreError) -> Result
    ) async throws(StoreError) -> Result { throw .failed("this store is only read") }

    public func read<Result: Sendable>(
        _ work: @escaping @Sendable (any SQLConnection) throws(StoreError) -> Result
    ) async throws(StoreError) -> Result { try await worker.submit(work) }

    /// It is read where it is asked.
    public func inspect() async throws(StoreError) {}

    /// Leaves the schema as it is.
    public func migrate() async throws(StoreError) {}

    /// Nothing of it is free.
    public func freeSpace(pages: Int) async throws(StoreError) -> Int { 0 }

    /// It has none.
    public func clearLog() async throws(StoreError) {}

    public func close() async { await worker.close() }
}
