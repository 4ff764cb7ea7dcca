import CSQLite
import Foundation
import Glibc
import Messaging

/// An open SQLite database with its prepared statements. Used by one thread only.
final class SQLiteConnection: StoreConnection {
    let dialect = Dialect.sqlite
    private let handle: OpaquePointer
    private let health: FileHealth?
    /// Nothing where the store is not encrypted.
    fileprivate let keys: KeyRing?
    private var statements: [String: SQLiteStatement] = [:]
    private var isOpen = true
    /// How many rows had been changed when the transaction began.
    private var changesBefore: Int64 = 0

    /// Opens the file.
    ///
    /// - Parameters:
    ///   - isNew: whether it is made where there is none. Whoever comes later must not put an empty one in the place of a file
    ///     that was taken away.
    ///   - health: where it is noted that the file is damaged, or its device full.
    ///   - keys: what seals, where the store is encrypted.
    init(
        path: String, isNew: Bool = false, _ health: FileHealth? = nil, keys: KeyRing? = nil
    ) throws(StoreError) {
        self.health = health
        self.keys = keys
        if isNew { try Self.make(path) }
        var opened: OpaquePointer?
        let flags = SQLITE_OPEN_READWRITE | (isNew ? SQLITE_OPEN_CREATE : 0) | SQLITE_OPEN_NOMUTEX
        let code = sqlite3_open_v2(path, &opened, flags, nil)
        guard code == SQLITE_OK, let opened else {
            // SQLite returns a handle even when opening fails; it must still be closed.
            sqlite3_close_v2(opened)
            throw .failed("cannot be opened (\(Self.explain(code)))")
        }
        handle = opened
        sqlite3_extended_result_codes(opened, 1)
        sqlite3_busy_timeout(opened, 10_000)
        // Of a file that is made now: pages that nothing stands on can go back to the file system. An older file keeps what it
        // has until it is rewritten.
        try execute("PRAGMA auto_vacuum=INCREMENTAL")
        // What is erased is overwritten.
        try execute("PRAGMA secure_delete=ON")
        try execute("PRAGMA journal_mode=WAL")
        try execute("PRAGMA synchronous=FULL")
        try execute("PRAGMA foreign_keys=ON")
        try execute("PRAGMA wal_autocheckpoint=1000")
        try execute("PRAGMA cache_size=-65536")
        try execute("PRAGMA temp_store=MEMORY")
    }

    /// Opens a file that nobody writes to as it stands: a log beside it is not looked at, and nothing is made beside it.
    init(unchanging path: String, keys: KeyRing? = nil) throws(StoreError) {
        health = nil
        self.keys = keys
        var characters = CharacterSet.urlPathAllowed
        characters.remove(charactersIn: "?#%")
        guard let name = path.addingPercentEncoding(withAllowedCharacters: characters) else {
            throw .failed("cannot be opened (its path is no text)")
        }
        var opened: OpaquePointer?
        let flags = SQLITE_OPEN_READONLY | SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX
        let code = sqlite3_open_v2("file:\(name)?immutable=1", &opened, flags, nil)
        guard code == SQLITE_OK, let opened else {
            sqlite3_close_v2(opened)
            throw .failed("cannot be opened (\(Self.explain(code)))")
        }
        handle = opened
        sqlite3_extended_result_codes(opened, 1)
    }

    /// Opens an empty database in memory, which nobody else sees; no file is made.
    init(inMemory: Void) throws(StoreError) {
        health = nil
        keys = nil
        var opened: OpaquePointer?
        let flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_MEMORY | SQLITE_OPEN_NOMUTEX
        let code = sqlite3_open_v2(":memory:", &opened, flags, nil)
        guard code == SQLITE_OK, let opened else {
            sqlite3_close_v2(opened)
            throw .failed("cannot be opened (\(Self.explain(code)))")
        }
        handle = opened
        sqlite3_extended_result_codes(opened, 1)
    }

    deinit { close() }

    /// How many rows were ever changed over this connection.
    var changes: Int64 { sqlite3_total_changes64(handle) }

    /// Ends the transaction. One that has changed something names the one before it.
    ///
    /// - Throws: `StoreError.uncertain` where the disk failed: what stands in the log may be read back later.
    func commit() throws(StoreError) {
        if health?.isChained.load(ordering: .relaxed) ?? false, changes != changesBefore {
            try CommitChain.advance(self)
        }
        let statement = try prepared("COMMIT")
        defer { statement.reset() }
        switch statement.result() & 0xFF {
        case SQLITE_DONE: return
        case SQLITE_IOERR:
            _ = refused()
            throw .uncertain
        case let code: throw failure(code)
        }
    }

    /// Copies everything as it is at this moment into a new file: one whole file without a log beside it.
    ///
    /// All pages go in one step, which holds one snapshot: in several steps, each write of another process would begin the
    /// copy anew.
    func copy(to path: String) throws(StoreError) {
        try Self.make(path)
        var opened: OpaquePointer?
        let code = sqlite3_open_v2(path, &opened, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, nil)
        defer { sqlite3_close_v2(opened) }
        guard code == SQLITE_OK, let opened else { throw .failed("cannot be opened (\(Self.explain(code)))") }
        // A copy that is cut short is thrown away whole.
        sqlite3_exec(opened, "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF", nil, nil, nil)
        guard let backup = sqlite3_backup_init(opened, "main", handle, "main") else {
            throw .failed(String(cString: sqlite3_errmsg(opened)))
        }
        let step = sqlite3_backup_step(backup, -1)
        sqlite3_backup_finish(backup)
        guard step == SQLITE_DONE else {
            // The device of the copy is no concern of the store's.
            throw step & 0xFF == SQLITE_FULL ? .diskFull : failure(step)
        }
        // The copied header speaks of a log; without one the file is whole by itself.
        let end = sqlite3_exec(opened, "PRAGMA journal_mode=DELETE", nil, nil, nil)
        guard end == SQLITE_OK else { throw .failed(String(cString: sqlite3_errmsg(opened))) }
    }

    /// The last of a file's connections to close writes the log back into the file and removes it: what is left is one whole
    /// file. Nothing may be asked of it afterwards.
    func close() {
        guard isOpen else { return }
        isOpen = false
        statements.removeAll()
        sqlite3_close_v2(handle)
    }

    /// Makes a new file that its owner alone may read, whatever the umask; SQLite gives the files beside it the same mode.
    private static func make(_ path: String) throws(StoreError) {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        if descriptor >= 0 {
            _ = Glibc.close(descriptor)
        } else if errno != EEXIST {
            throw .failed("cannot be made (\(String(cString: strerror(errno))))")
        } else {
            for file in [path, path + "-wal", path + "-shm"] { try withdrawRights(file) }
        }
    }

    /// Takes everybody's rights but the owner's from a file that is there: of another release, or copied back by hand.
    private static func withdrawRights(_ file: String) throws(StoreError) {
        var status = stat()
        guard stat(file, &status) == 0, status.st_mode & 0o077 != 0 else { return }
        guard chmod(file, status.st_mode & 0o700) == 0 else {
            throw .failed("\(file) may be read by others and belongs to another user: chmod 600 it as that one")
        }
    }

    /// Begins a writing transaction.
    func begin() throws(StoreError) {
        try run("BEGIN IMMEDIATE", [])
        changesBefore = changes
        try keys?.follow(self)
    }

    /// The database has rolled back by itself where the disk is full.
    func rollBack() { _ = try? run("ROLLBACK", []) }

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
        _ sql: String, _ values: [SQLValue], _ read: (any SQLRow) throws(StoreError) -> Result
    ) throws(StoreError) -> [Result] {
        let statement = try prepared(sql)
        defer { statement.reset() }
        try statement.bind(values, on: self)
        var results: [Result] = []
        while try statement.step(on: self) { results.append(try read(statement)) }
        return results
    }

    private func prepared(_ sql: String) throws(StoreError) -> SQLiteStatement {
        if let statement = statements[sql] { return statement }
        var made: OpaquePointer?
        var isOne = true
        let code = sql.withCString { start in
            var rest: UnsafePointer<CChar>?
            let code = sqlite3_prepare_v3(handle, start, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &made, &rest)
            isOne = rest.map { String(cString: $0).allSatisfy(\.isWhitespace) } ?? true
            return code
        }
        guard code == SQLITE_OK, let made else { throw failure(code) }
        // SQLite leaves what stands behind the first statement undone without a word.
        guard isOne else {
            sqlite3_finalize(made)
            throw .failed("a text holds more than one statement")
        }
        let statement = SQLiteStatement(made, of: self)
        statements[sql] = statement
        return statement
    }

    /// The message of SQLite's own names tables and columns, never bound values.
    func failure(_ code: Int32) -> StoreError {
        switch code & 0xFF {
        case SQLITE_BUSY, SQLITE_LOCKED: .busy
        case SQLITE_FULL: full()
        // What is out of memory is no device's doing.
        case SQLITE_IOERR where sqlite3_extended_errcode(handle) != SQLITE_IOERR | 12 << 8: refused()
        case SQLITE_READONLY: refused()
        case SQLITE_CORRUPT, SQLITE_NOTADB: damaged(code)
        default: .failed(String(cString: sqlite3_errmsg(handle)))
        }
    }

    private func full() -> StoreError {
        health?.note(refusal: .full)
        return .diskFull
    }

    /// A quota that is used up is an error of input and output to SQLite, as a limit of the process and a failing disk are.
    private func refused() -> StoreError {
        health?.note(refusal: .unwritable)
        return .unwritable
    }

    private func damaged(_ code: Int32) -> StoreError {
        health?.isDamaged.store(true, ordering: .relaxed)
        return .corrupt(Self.explain(code))
    }

    private static func explain(_ code: Int32) -> String { String(cString: sqlite3_errstr(code)) }
}

/// A prepared statement; finalized exactly once, before its connection closes.
final class SQLiteStatement: SQLRow {
    private let handle: OpaquePointer
    /// Each column's place by its name, learnt once for all rows.
    private let places: [String: Int32]
    private let origins: [ColumnOrigin]
    /// It holds its statements, and ends them before it ends.
    private unowned let connection: SQLiteConnection

    fileprivate init(_ handle: OpaquePointer, of connection: SQLiteConnection) {
        self.handle = handle
        self.connection = connection
        var places: [String: Int32] = [:]
        var origins: [ColumnOrigin] = []
        for place in 0..<sqlite3_column_count(handle) {
            if let name = sqlite3_column_name(handle, place) { places[String(cString: name)] = place }
            if let table = sqlite3_column_table_name(handle, place),
                let column = sqlite3_column_origin_name(handle, place)
            {
                origins.append(ColumnOrigin(table: String(cString: table), column: String(cString: column)))
            } else {
                origins.append(.computed)
            }
        }
        (self.places, self.origins) = (places, origins)
    }

    deinit { sqlite3_finalize(handle) }

    fileprivate func bind(_ values: [SQLValue], on connection: SQLiteConnection) throws(StoreError) {
        for (offset, value) in values.enumerated() {
            let index = Int32(offset + 1)
            let code =
                switch value {
                case .null: sqlite3_bind_null(handle, index)
                case .integer(let number): sqlite3_bind_int64(handle, index, number)
                case .text(let text): bind(text, at: index)
                case .blob(let bytes): bind(bytes, at: index)
                case .sealed(let bytes, let column):
                    bind(try SealedValue.stored(bytes, column, keys: connection.keys), at: index)
                case .sealedText(let text, let column):
                    bind(try SealedValue.stored(text, column, keys: connection.keys), at: index)
                }
            guard code == SQLITE_OK else { throw connection.failure(code) }
        }
    }

    private func bind(_ text: String, at index: Int32) -> Int32 {
        var text = text
        return text.withUTF8 { utf8 in
            utf8.withMemoryRebound(to: CChar.self) {
                legalaid_sqlite_bind_text(handle, index, $0.baseAddress, Int32($0.count))
            }
        }
    }

    private func bind(_ bytes: [UInt8], at index: Int32) -> Int32 {
        bytes.isEmpty
            ? sqlite3_bind_zeroblob(handle, index, 0)
            : legalaid_sqlite_bind_blob(handle, index, bytes, Int32(bytes.count))
    }

    /// Moves to the next row; `false` when there is none.
    fileprivate func step(on connection: SQLiteConnection) throws(StoreError) -> Bool {
        switch sqlite3_step(handle) {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        case let code: throw connection.failure(code)
        }
    }

    /// What one step answers, for those who tell its errors apart.
    fileprivate func result() -> Int32 { sqlite3_step(handle) }

    fileprivate func reset() {
        sqlite3_reset(handle)
        sqlite3_clear_bindings(handle)
    }

    func place(of column: String) -> Int32? { places[column] }

    func mayBeSealed(at place: Int32) -> Bool { origins[Int(place)].mayBeSealed }

    func opened(_ container: [UInt8], at place: Int32) throws(StoreError) -> [UInt8]? {
        try origins[Int(place)].opened(container, keys: connection.keys, connection)
    }

    func isNull(at place: Int32) -> Bool { sqlite3_column_type(handle, place) == SQLITE_NULL }

    func integer(at place: Int32) -> Int64 { sqlite3_column_int64(handle, place) }

    /// By its length: a text may hold a NUL.
    func text(at place: Int32) -> String {
        guard let bytes = sqlite3_column_text(handle, place) else { return "" }
        let count = Int(sqlite3_column_bytes(handle, place))
        return String(decoding: UnsafeBufferPointer(start: bytes, count: count), as: UTF8.self)
    }

    func blob(at place: Int32) -> [UInt8] {
        let count = Int(sqlite3_column_bytes(handle, place))
        guard count > 0, let bytes = sqlite3_column_blob(handle, place) else { return [] }
        return [UInt8](UnsafeRawBufferPointer(start: bytes, count: count))
    }
}
