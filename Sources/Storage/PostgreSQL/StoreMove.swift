import CPQ
import Messaging

/// A table's rows as far as two stores are held to each other: how many, and a sum over each row's digest, in whatever order.
struct TableDigest: Hashable {
    private(set) var rows = 0
    private var sums: [UInt64] = [0, 0]

    /// - Parameter digest: of the row's bytes, in hexadecimal.
    mutating func add(_ row: [UInt8], _ digest: ([UInt8]) -> String) {
        rows += 1
        let text = digest(row)
        for place in sums.indices {
            let part = text.dropFirst(16 * place).prefix(16)
            sums[place] &+= UInt64(part, radix: 16) ?? 0
        }
    }
}

/// A table as it is moved: its columns as the binary form of COPY has them.
private struct MovedTable {
    let name: String
    let columns: [(name: String, type: String)]

    /// In the order in which rows name each other, and rows of before come before those that name them.
    var select: String {
        let order =
            switch name {
            case "history": " ORDER BY rowid"
            case "referral": " ORDER BY id"
            default: ""
            }
        return "SELECT \(names) FROM \(name)\(order)"
    }

    var names: String { columns.map(\.name).joined(separator: ", ") }

    /// Sealed values go as they stand: the keys go with them.
    func bytes(of row: any SQLRow) throws(StoreError) -> [UInt8] {
        var bytes = Self.bigEndian(Int16(columns.count))
        for column in columns {
            guard let place = row.place(of: column.name) else { throw .failed("no column \(column.name)") }
            if row.isNull(at: place) {
                bytes += Self.bigEndian(Int32(-1))
                continue
            }
            let value: [UInt8] =
                switch column.type {
                case "INTEGER": Self.bigEndian(try row.integer(at: place))
                case "BLOB": row.blob(at: place)
                default: Array(PostgreSQLText.stored(row.text(at: place)).utf8)
                }
            bytes += Self.bigEndian(Int32(value.count))
            bytes += value
        }
        return bytes
    }

    static func bigEndian<Number: FixedWidthInteger>(_ number: Number) -> [UInt8] {
        withUnsafeBytes(of: number.bigEndian) { Array($0) }
    }
}

extension PostgreSQLDatabase {
    /// What is not moved: PostgreSQL looks after its own log.
    private static let left: Set<String> = ["commit_link"]
    /// What a store holds that nothing was ever done with.
    private static let seeded: Set<String> = ["gateway_schema", "audit_head", "reference_cursor"]

    /// Takes over everything of a store in a file, of this release's schema, that nobody has open. All of it is there
    /// afterwards, or nothing; each table is held to the file's by count and digest before that is decided.
    ///
    /// - Parameters:
    ///   - path: the file.
    ///   - digest: in hexadecimal, of bytes.
    ///   - progress: told of each table when it is there, with its rows.
    /// - Returns: the tables.
    /// - Throws: `StoreError.failed` where this store holds something already, or a table differs.
    public func takeOver(
        file path: String, digest: @escaping @Sendable ([UInt8]) -> String,
        progress: @escaping @Sendable (_ table: String, _ rows: Int) -> Void
    ) async throws(StoreError) -> [StoreSurvey.Table] {
        try await write { connection throws(StoreError) in
            guard let target = connection as? PostgreSQLConnection else { throw .closed }
            let source = try SQLiteConnection(unchanging: path)
            defer { source.close() }
            let tables = try Self.tables(of: source, in: target)
            try target.run("DELETE FROM audit_head", [])
            try target.run("DELETE FROM reference_cursor", [])
            var moved: [StoreSurvey.Table] = []
            for table in tables {
                let before = try Self.copy(table, from: source, to: target, digest)
                guard try Self.digest(of: table, in: target, digest) == before else {
                    throw .failed("the table \(table.name) is not there as it is in the file")
                }
                moved.append(StoreSurvey.Table(name: table.name, rows: before.rows))
                progress(table.name, before.rows)
            }
            for table in ["dead_letter_count", "moved_limit"] {
                let next = "SELECT setval(pg_get_serial_sequence('\(table)', 'id'), coalesce(max(id), 0) + 1, false)"
                try target.run("\(next) FROM \(table)", [])
            }
            return moved
        }
    }

    /// In the order of the target's making, in which no row names one of a later table.
    private static func tables(
        of source: SQLiteConnection, in target: PostgreSQLConnection
    ) throws(StoreError) -> [MovedTable] {
        guard try source.schemaVersion() == Migration.all.count else {
            throw .failed("the file's schema is another release's: run migrate first")
        }
        let names = try target.query(
            """
            SELECT c.relname AS name FROM pg_class c JOIN pg_tables t ON t.tablename = c.relname
            WHERE t.schemaname = current_schema() AND c.relkind = 'r' AND c.relnamespace = current_schema()::regnamespace
            ORDER BY c.oid
            """, []
        ) { row throws(StoreError) in try row.text("name") }
        for name in names where !seeded.contains(name) {
            guard try target.query("SELECT 1 FROM \(name) LIMIT 1", [], { _ in true }).isEmpty else {
                throw .failed("the database holds rows of \(name) already: name an empty one")
            }
        }
        let missing = Set(try source.tables()).subtracting(left).subtracting(names)
        guard missing.isEmpty else {
            throw .failed("the database has no table \(missing.sorted().joined(separator: ", "))")
        }
        var tables: [MovedTable] = []
        for name in names where name != "gateway_schema" {
            let columns = try source.query("SELECT name, type FROM pragma_table_info(?)", [.text(name)]) {
                row throws(StoreError) in (name: try row.text("name"), type: try row.text("type"))
            }
            tables.append(MovedTable(name: name, columns: columns))
        }
        return tables
    }

    /// Figures that triggers keep are moved like everything else, and not counted once more.
    private static func copy(
        _ table: MovedTable, from source: SQLiteConnection, to target: PostgreSQLConnection,
        _ digest: @escaping ([UInt8]) -> String
    ) throws(StoreError) -> TableDigest {
        var seen = TableDigest()
        try target.execute("ALTER TABLE \(table.name) DISABLE TRIGGER USER")
        try target.copy("COPY \(table.name) (\(table.names)) FROM STDIN (FORMAT binary)") {
            put throws(StoreError) in
            _ = try source.query(table.select, []) { row throws(StoreError) in
                let bytes = try table.bytes(of: row)
                seen.add(bytes, digest)
                try put(bytes)
            }
        }
        // What rows that name rows are held to is looked at before the table can be changed again.
        try target.execute("SET CONSTRAINTS ALL IMMEDIATE; ALTER TABLE \(table.name) ENABLE TRIGGER USER")
        return seen
    }

    private static func digest(
        of table: MovedTable, in target: PostgreSQLConnection, _ digest: @escaping ([UInt8]) -> String
    ) throws(StoreError) -> TableDigest {
        var seen = TableDigest()
        _ = try target.scan("SELECT \(table.names) FROM \(table.name)", []) { row throws(StoreError) in
            seen.add(try table.bytes(of: row), digest)
        }
        return seen
    }
}

extension PostgreSQLConnection {
    /// The beginning and the end of COPY's binary form.
    private static let head = Array("PGCOPY\n".utf8) + [0xFF, 0x0D, 0x0A, 0x00] + [UInt8](repeating: 0, count: 8)
    private static let end = MovedTable.bigEndian(Int16(-1))

    /// Puts rows into a table.
    ///
    /// - Parameter rows: gives each row's bytes to what it is given.
    fileprivate func copy(
        _ sql: String, rows: ((_ bytes: [UInt8]) throws(StoreError) -> Void) throws(StoreError) -> Void
    ) throws(StoreError) {
        let begun = PQexec(handle, sql)
        defer { PQclear(begun) }
        guard PQresultStatus(begun) == PGRES_COPY_IN else { throw failure(begun) }
        do throws(StoreError) {
            try put(Self.head)
            try rows { bytes throws(StoreError) in try put(bytes) }
            try put(Self.end)
        } catch {
            PQputCopyEnd(handle, "broken off")
            while let result = PQgetResult(handle) { PQclear(result) }
            throw error
        }
        guard PQputCopyEnd(handle, nil) == 1 else { throw failure(nil) }
        var problem: StoreError?
        while let result = PQgetResult(handle) {
            if PQresultStatus(result) != PGRES_COMMAND_OK { problem = failure(result) }
            PQclear(result)
        }
        if let problem { throw problem }
    }

    private func put(_ bytes: [UInt8]) throws(StoreError) {
        let isTaken = bytes.withUnsafeBytes { buffer in
            PQputCopyData(handle, buffer.baseAddress?.assumingMemoryBound(to: CChar.self), Int32(buffer.count))
        }
        guard isTaken == 1 else { throw failure(nil) }
    }
}
