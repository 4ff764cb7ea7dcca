import CSQLite
import Messaging

/// An open SQLite database with its prepared statements. Used by one thread only.
final class SQLiteConnection: SQLConnection {
    private let handle: OpaquePointer
    private var statements: [String: SQLiteStatement] = [:]

    /// Opens, or makes, the file.
    init(path: String) throws(StoreError) {
        var opened: OpaquePointer?
        let flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX
        let code = sqlite3_open_v2(path, &opened, flags, nil)
        guard code == SQLITE_OK, let opened else {
            // SQLite returns a handle even when opening fails; it must still be closed.
            sqlite3_close_v2(opened)
            throw .failed("cannot be opened (\(Self.explain(code)))")
        }
        handle = opened
        sqlite3_extended_result_codes(opened, 1)
        sqlite3_busy_timeout(opened, 10_000)
        try execute("PRAGMA journal_mode=WAL")
        try execute("PRAGMA synchronous=FULL")
        try execute("PRAGMA foreign_keys=ON")
        try execute("PRAGMA wal_autocheckpoint=1000")
        try execute("PRAGMA cache_size=-65536")
        try execute("PRAGMA temp_store=MEMORY")
    }

    deinit {
        statements.removeAll()
        sqlite3_close_v2(handle)
    }

    /// Runs a script without values.
    func execute(_ script: String) throws(StoreError) {
        let code = sqlite3_exec(handle, script, nil, nil, nil)
        guard code == SQLITE_OK else { throw failure(code) }
    }

    @discardableResult
    func run(_ sql: String, _ values: [SQLValue]) throws(StoreError) -> Int {
        let statement = try prepared(sql)
        defer { statement.reset() }
        try statement.bind(values, on: self)
        while try statement.step(on: self) {}
        return Int(sqlite3_changes64(handle))
    }

    func query<Result>(
        _ sql: String, _ values: [SQLValue], _ read: (any SQLRow) -> Result
    ) throws(StoreError) -> [Result] {
        let statement = try prepared(sql)
        defer { statement.reset() }
        try statement.bind(values, on: self)
        var results: [Result] = []
        while try statement.step(on: self) { results.append(read(statement)) }
        return results
    }

    private func prepared(_ sql: String) throws(StoreError) -> SQLiteStatement {
        if let statement = statements[sql] { return statement }
        var made: OpaquePointer?
        let code = sqlite3_prepare_v3(handle, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &made, nil)
        guard code == SQLITE_OK, let made else { throw failure(code) }
        let statement = SQLiteStatement(made)
        statements[sql] = statement
        return statement
    }

    /// The message of SQLite's own names tables and columns, never bound values.
    func failure(_ code: Int32) -> StoreError {
        switch code & 0xFF {
        case SQLITE_BUSY, SQLITE_LOCKED: .busy
        case SQLITE_FULL: .diskFull
        case SQLITE_CORRUPT, SQLITE_NOTADB: .corrupt(Self.explain(code))
        default: .failed(String(cString: sqlite3_errmsg(handle)))
        }
    }

    private static func explain(_ code: Int32) -> String { String(cString: sqlite3_errstr(code)) }
}

/// A prepared statement; finalized exactly once, before its connection closes.
final class SQLiteStatement: SQLRow {
    private let handle: OpaquePointer

    fileprivate init(_ handle: OpaquePointer) { self.handle = handle }

    deinit { sqlite3_finalize(handle) }

    fileprivate func bind(_ values: [SQLValue], on connection: SQLiteConnection) throws(StoreError) {
        for (offset, value) in values.enumerated() {
            let index = Int32(offset + 1)
            let code =
                switch value {
                case .null: sqlite3_bind_null(handle, index)
                case .integer(let number): sqlite3_bind_int64(handle, index, number)
                case .text(var text):
                    text.withUTF8 { utf8 in
                        utf8.withMemoryRebound(to: CChar.self) {
                            legalaid_sqlite_bind_text(handle, index, $0.baseAddress, Int32($0.count))
                        }
                    }
                case .blob(let bytes):
                    bytes.isEmpty
                        ? sqlite3_bind_zeroblob(handle, index, 0)
                        : legalaid_sqlite_bind_blob(handle, index, bytes, Int32(bytes.count))
                }
            guard code == SQLITE_OK else { throw connection.failure(code) }
        }
    }

    /// Moves to the next row; `false` when there is none.
    fileprivate func step(on connection: SQLiteConnection) throws(StoreError) -> Bool {
        switch sqlite3_step(handle) {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        case let code: throw connection.failure(code)
        }
    }

    fileprivate func reset() {
        sqlite3_reset(handle)
        sqlite3_clear_bindings(handle)
    }

    func integer(_ column: Int) -> Int64 { sqlite3_column_int64(handle, Int32(column)) }

    func optionalInteger(_ column: Int) -> Int64? {
        sqlite3_column_type(handle, Int32(column)) == SQLITE_NULL ? nil : integer(column)
    }

    func text(_ column: Int) -> String { optionalText(column) ?? "" }

    func optionalText(_ column: Int) -> String? {
        sqlite3_column_text(handle, Int32(column)).map { text in
            // By its length: a zero ends no text here.
            let count = Int(sqlite3_column_bytes(handle, Int32(column)))
            return String(decoding: UnsafeBufferPointer(start: text, count: count), as: UTF8.self)
        }
    }

    func blob(_ column: Int) -> [UInt8] { optionalBlob(column) ?? [] }

    func optionalBlob(_ column: Int) -> [UInt8]? {
        if sqlite3_column_type(handle, Int32(column)) == SQLITE_NULL { return nil }
        let count = Int(sqlite3_column_bytes(handle, Int32(column)))
        guard count > 0, let bytes = sqlite3_column_blob(handle, Int32(column)) else { return [] }
        return [UInt8](UnsafeRawBufferPointer(start: bytes, count: count))
    }
}
