import Messaging

/// What the databases say differently. Everything else is said in words that both understand.
public enum Dialect: Sendable, Hashable {
    case sqlite
    case postgreSQL

    /// A member of the JSON object in a text column, as text.
    func member(_ name: String, of column: String) -> String {
        switch self {
        case .sqlite: "\(column) ->> '$.\(name)'"
        case .postgreSQL: "\(column)::json ->> '\(name)'"
        }
    }

    /// The end of an assignment that empties a row.
    ///
    /// In SQLite a row that only shrinks leaves its page to itself, and the file as large as it was: what is left of it moves
    /// to where all such rows lie together, before every row that is ever written. While values are sealed anew, which goes
    /// from row to row, none moves past that. Nor does the newest: the next row would get its number again, and could not
    /// follow it. PostgreSQL writes every changed row anew and takes the old one's room back by itself.
    func moved(in table: String) -> String {
        switch self {
        case .sqlite:
            """
            , rowid = CASE WHEN rowid > 0 AND rowid < (SELECT max(rowid) FROM \(table))
            AND NOT EXISTS (SELECT 1 FROM sealing WHERE key_id IS NOT NULL) THEN rowid - 1099511627776 ELSE rowid END
            """
        case .postgreSQL: ""
        }
    }

    fileprivate var tables: String {
        switch self {
        case .sqlite:
            #"SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\_%' ESCAPE '\' ORDER BY name"#
        case .postgreSQL:
            "SELECT tablename AS name FROM pg_tables WHERE schemaname = current_schema() ORDER BY tablename"
        }
    }

    fileprivate var schemaVersion: String {
        switch self {
        case .sqlite: "PRAGMA user_version"
        case .postgreSQL: "SELECT version FROM gateway_schema WHERE id = 1"
        }
    }
}

extension SQLConnection {
    /// The names of the store's tables, whatever its schema.
    func tables() throws(StoreError) -> [String] {
        try query(dialect.tables, []) { row throws(StoreError) in try row.text("name") }
    }

    /// How many migrations the store has; 0 where it is empty.
    func schemaVersion() throws(StoreError) -> Int {
        if dialect == .postgreSQL, try !tables().contains("gateway_schema") { return 0 }
        return try query(dialect.schemaVersion, []) { row throws(StoreError) in Int(try row.integer(at: 0)) }.first ?? 0
    }
}
