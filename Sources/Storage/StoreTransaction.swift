import Messaging
import Vocabulary

/// One writing transaction: its connection, and the endpoints that it queued something for, which are woken once it is
/// durable. Used by one thread; work that runs again from the start begins with a new one.
final class StoreTransaction: SQLConnection {
    private let connection: any SQLConnection
    private(set) var queuedFor: Set<Endpoint> = []

    init(_ connection: any SQLConnection) { self.connection = connection }

    var dialect: Dialect { connection.dialect }

    func queued(_ endpoint: Endpoint) {
        queuedFor.insert(endpoint)
        connection.announce(endpoint)
    }

    @discardableResult
    func run(_ sql: String, _ values: [SQLValue]) throws(StoreError) -> Int { try connection.run(sql, values) }

    func query<Result>(
        _ sql: String, _ values: [SQLValue], _ read: (any SQLRow) throws(StoreError) -> Result
    ) throws(StoreError) -> [Result] { try connection.query(sql, values, read) }

    /// Whether there is such a row.
    func exists(_ sql: String, _ values: [SQLValue]) throws(StoreError) -> Bool {
        try !connection.query(sql, values) { _ in true }.isEmpty
    }
}

extension SQLMessageStore {
    /// Does the work in one transaction; when it is durable, those who wait for what it queued are woken.
    ///
    /// - Parameter isRegardless: also where the file is lost or damaged, since nothing is acknowledged by it.
    func write<Result: Sendable>(
        isRegardless: Bool = false, _ work: @escaping @Sendable (StoreTransaction) throws(StoreError) -> Result
    ) async throws(StoreError) -> Result {
        let whole: @Sendable (any SQLConnection) throws(StoreError) -> (Result, Set<Endpoint>) = {
            connection throws(StoreError) in
            let transaction = StoreTransaction(connection)
            let result = try work(transaction)
            return (result, transaction.queuedFor)
        }
        let (result, queuedFor) =
            try await isRegardless ? database.writeRegardless(whole) : database.write(whole)
        if !queuedFor.isEmpty { notify(queuedFor) }
        return result
    }
}
