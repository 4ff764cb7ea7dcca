import Messaging

/// A store's file that nobody writes to, such as the copy in an archive: read as it stands, and never changed.
public final class ReadOnlyStore: Database {
    private let worker: StoreWorker

    public init(path: String) throws(StoreError) {
        worker = StoreWorker(try SQLiteConnection(unchanging: path), name: "store-copy", maxPending: 16)
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

    /// Leaves the schema as it is.
    public func migrate() async throws(StoreError) {}

    public func close() async { await worker.close() }
}
