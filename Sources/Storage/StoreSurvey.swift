import Messaging

/// What a store's file holds, whatever its schema.
public struct StoreSurvey: Sendable, Equatable {
    /// A table and how many rows it has.
    public struct Table: Sendable, Equatable {
        public let name: String
        public let rows: Int

        public init(name: String, rows: Int) { (self.name, self.rows) = (name, rows) }
    }

    /// How many migrations it has.
    public let schema: Int
    public let tables: [Table]
    /// Whether values are sealed in it.
    public let isSealed: Bool
    /// What SQLite finds wrong, without values: pages, indexes, constraints, references. Empty where it is whole.
    public let damage: [String]

    /// The schema that this release writes, and the newest it reads.
    public static var currentSchema: Int { Migration.all.count }
}

extension Database {
    /// Reads everything through on one snapshot: every page, index and constraint.
    ///
    /// - Parameter readsThrough: whether it does; otherwise rows are only counted.
    public func survey(readsThrough: Bool = true) async throws(StoreError) -> StoreSurvey {
        try await read { connection throws(StoreError) in
            // The names of what pragmas answer are the library's own.
            func number(_ sql: String) throws(StoreError) -> Int {
                Int(try connection.query(sql, []) { $0.integer(at: 0) }.first ?? 0)
            }
            var damage: [String] = []
            if readsThrough {
                damage = try connection.query("PRAGMA integrity_check(20)", []) { $0.text(at: 0) }
                if damage == ["ok"] { damage = [] }
                // A damaged page would only end the counting with less to tell.
                guard damage.isEmpty else { return StoreSurvey(schema: 0, tables: [], isSealed: false, damage: damage) }
                damage = try connection.query("SELECT DISTINCT \"table\", parent FROM pragma_foreign_key_check", []) {
                    "rows of \($0.text(at: 0)) name rows of \($0.text(at: 1)) that are not there"
                }
            }
            let names = try connection.query(
                "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name",
                []
            ) { row throws(StoreError) in try row.text("name") }
            var tables: [StoreSurvey.Table] = []
            for name in names {
                tables.append(StoreSurvey.Table(name: name, rows: try number("SELECT count(*) FROM \"\(name)\"")))
            }
            return StoreSurvey(
                schema: try number("PRAGMA user_version"), tables: tables,
                isSealed: tables.contains { $0.name == "data_key" && $0.rows > 0 }, damage: damage)
        }
    }
}
