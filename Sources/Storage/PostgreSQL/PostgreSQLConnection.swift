import CPQ
import Foundation
import Messaging

/// A connection to PostgreSQL with its prepared statements. It is opened when it is first needed, and anew where it was lost.
/// Used by one thread only.
final class PostgreSQLConnection: StoreConnection {
    let dialect = Dialect.postgreSQL
    /// Nothing where the store is not encrypted.
    let keys: KeyRing?
    private let settings: PostgreSQLSettings
    private(set) var handle: OpaquePointer?
    private var statements: [String: PostgreSQLStatement] = [:]
    private var made = 0
    /// Where columns come from, by table and column.
    private var origins: [Oid: [Int64: ColumnOrigin]] = [:]
    /// For which endpoints something was queued in this transaction.
    private var announced: Set<Endpoint> = []
    /// The server has become a replica: another one takes what is written.
    private var isDemoted = false

    /// As many statements are kept prepared: those whose lists differ in length are different ones.
    private static let mostStatements = 1000

    /// Between two attempts to connect, in seconds: three in all.
    private static let waits = [0.05, 0.1, 0.2, 0.4, 0.8, 1.5]

    /// The writers of all nodes take turns by it, as SQLite's do by its file.
    private static let writerLock: Int64 = 0x4C47_4152

    /// Nobody's transaction holds up the others for long, if its node stops in the middle; and what is acknowledged is durable,
    /// whatever the server's own settings are.
    private static let session = """
        SET lock_timeout = '10s'; SET idle_in_transaction_session_timeout = '30s'; SET tcp_keepalives_idle = 10;
        SET tcp_keepalives_interval = 5; SET tcp_keepalives_count = 3; SET standard_conforming_strings = on;
        SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'
        """

    init(_ settings: PostgreSQLSettings, keys: KeyRing?) {
        self.settings = settings
        self.keys = keys
    }

    deinit { close() }

    // MARK: The connection

    var isLost: Bool { handle.map { PQstatus($0) != CONNECTION_OK } ?? true || isDemoted }

    /// The server's process at the other end; 0 where there is none.
    var processID: Int32 { PQbackendPID(handle) }

    /// Whether the transaction can only be rolled back.
    var hasFailed: Bool { PQtransactionStatus(handle) != PQTRANS_INTRANS }

    /// Connects where it is not connected.
    ///
    /// - Parameter patiently: whether it is tried again for some seconds.
    /// - Throws: `StoreError.unreachable`.
    func open(patiently: Bool = true) throws(StoreError) {
        guard isLost else { return }
        for wait in patiently ? Self.waits : [] {
            do throws(StoreError) {
                return try connect()
            } catch {
                Thread.sleep(forTimeInterval: wait)
            }
        }
        try connect()
    }

    private func connect() throws(StoreError) {
        close()
        handle = try settings.connect()
        try execute(Self.session)
    }

    func close() {
        statements.removeAll()
        origins.removeAll()
        isDemoted = false
        PQfinish(handle)
        handle = nil
    }

    // MARK: Transactions

    func announce(_ endpoint: Endpoint) { announced.insert(endpoint) }

    func begin() throws(StoreError) {
        announced.removeAll()
        try execute("BEGIN; SELECT pg_advisory_xact_lock(\(Self.writerLock))")
        try keys?.follow(self)
    }

    func beginReading() throws(StoreError) { try execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY") }

    func commit() throws(StoreError) {
        for endpoint in announced {
            try run("SELECT pg_notify('\(PostgreSQLListener.channel)', ?)", [.text("\(endpoint)")])
        }
        let result = PQexec(handle, "COMMIT")
        defer { PQclear(result) }
        guard PQresultStatus(result) == PGRES_COMMAND_OK else {
            // Whether the server has heard it nobody knows.
            if isLost { throw .uncertain }
            throw failure(result)
        }
        // A transaction in which something failed ends otherwise than it was asked.
        guard String(cString: PQcmdStatus(result)) == "COMMIT" else { throw .failed("the transaction was undone") }
    }

    func rollBack() { if !isLost { PQclear(PQexec(handle, "ROLLBACK")) } }

    /// Runs a script without values.
    func execute(_ script: String) throws(StoreError) {
        let result = PQexec(handle, script)
        defer { PQclear(result) }
        try check(result)
    }

    // MARK: Statements

    @discardableResult
    func run(_ sql: String, _ values: [SQLValue]) throws(StoreError) -> Int {
        let result = try result(of: try prepared(sql), values)
        defer { PQclear(result) }
        return Int(String(cString: PQcmdTuples(result))) ?? 0
    }

    func query<Result>(
        _ sql: String, _ values: [SQLValue], _ read: (any SQLRow) throws(StoreError) -> Result
    ) throws(StoreError) -> [Result] {
        let statement = try prepared(sql)
        let result = try result(of: statement, values)
        defer { PQclear(result) }
        return try rows(of: result, statement.columns, read)
    }

    /// By a cursor: a result comes to the client whole.
    func scan<Result>(
        _ sql: String, _ values: [SQLValue], _ read: (any SQLRow) throws(StoreError) -> Result
    ) throws(StoreError) -> [Result] {
        try run("DECLARE scan NO SCROLL CURSOR FOR \(sql)", values)
        var results: [Result] = []
        while true {
            let page = PQexecParams(handle, "FETCH FORWARD 50 FROM scan", 0, nil, nil, nil, nil, 1)
            defer { PQclear(page) }
            try check(page)
            guard let page, PQntuples(page) > 0 else { break }
            results += try rows(of: page, try columns(of: page), read)
        }
        try execute("CLOSE scan")
        return results
    }

    private func rows<Result>(
        of result: OpaquePointer, _ columns: PostgreSQLColumns, _ read: (any SQLRow) throws(StoreError) -> Result
    ) throws(StoreError) -> [Result] {
        let row = PostgreSQLRow(result, columns, of: self)
        var results: [Result] = []
        for number in 0..<PQntuples(result) {
            row.number = number
            results.append(try read(row))
        }
        return results
    }

    private func result(
        of statement: PostgreSQLStatement, _ values: [SQLValue]
    ) throws(StoreError) -> OpaquePointer {
        let parameters = try PostgreSQLParameters(values, types: statement.parameters, keys: keys)
        let result = parameters.withPointers { values, lengths, formats in
            PQexecPrepared(handle, statement.name, parameters.count, values, lengths, formats, 1)
        }
        do throws(StoreError) {
            try check(result)
        } catch {
            PQclear(result)
            throw error
        }
        guard let result else { throw .unreachable("no answer") }
        return result
    }

    private func prepared(_ sql: String) throws(StoreError) -> PostgreSQLStatement {
        if let statement = statements[sql] { return statement }
        if statements.count >= Self.mostStatements {
            try execute("DEALLOCATE ALL")
            statements.removeAll()
        }
        made += 1
        let name = "s\(made)"
        let result = PQprepare(handle, name, PostgreSQLText.numbered(sql), 0, nil)
        defer { PQclear(result) }
        try check(result)
        let description = PQdescribePrepared(handle, name)
        defer { PQclear(description) }
        try check(description)
        let statement = PostgreSQLStatement(
            name: name, parameters: (0..<PQnparams(description)).map { PQparamtype(description, $0) },
            columns: try columns(of: description))
        statements[sql] = statement
        return statement
    }

    private func columns(of result: OpaquePointer?) throws(StoreError) -> PostgreSQLColumns {
        var places: [String: Int32] = [:]
        var types: [Oid] = []
        var origins: [ColumnOrigin] = []
        for place in 0..<PQnfields(result) {
            if let name = PQfname(result, place) { places[String(cString: name)] = place }
            types.append(PQftype(result, place))
            let table = PQftable(result, place)
            origins.append(table == 0 ? .computed : try origin(table, Int64(PQftablecol(result, place))))
        }
        return PostgreSQLColumns(places: places, types: types, origins: origins)
    }

    private static let catalogue = """
        SELECT a.attnum AS number, c.relname AS table_name, a.attname AS column_name FROM pg_attribute a
        JOIN pg_class c ON c.oid = a.attrelid WHERE a.attrelid = CAST(? AS OID) AND a.attnum > 0
        """
    /// The catalogue's own columns are nobody's.
    private static let firstOfUsers: Oid = 16_384

    private func origin(_ table: Oid, _ number: Int64) throws(StoreError) -> ColumnOrigin {
        guard table >= Self.firstOfUsers else { return .plain }
        if origins[table] == nil {
            let found = try query(Self.catalogue, [.integer(Int64(table))]) { row throws(StoreError) in
                (
                    try row.integer("number"),
                    ColumnOrigin(table: try row.text("table_name"), column: try row.text("column_name"))
                )
            }
            origins[table] = Dictionary(found) { first, _ in first }
        }
        return origins[table]?[number] ?? .computed
    }

    // MARK: Errors

    private func check(_ result: OpaquePointer?) throws(StoreError) {
        switch PQresultStatus(result) {
        case PGRES_COMMAND_OK, PGRES_TUPLES_OK: return
        default: throw failure(result)
        }
    }

    func failure(_ result: OpaquePointer?) -> StoreError {
        if let error = PostgreSQLError(result) {
            isDemoted = isDemoted || error.isOfReplica
            return error.told(isConnected: !isLost)
        }
        return isLost ? .unreachable("the connection was lost") : .failed("the database gave no answer")
    }
}

/// A statement that the server has prepared.
struct PostgreSQLStatement {
    let name: String
    let parameters: [Oid]
    let columns: PostgreSQLColumns
}
