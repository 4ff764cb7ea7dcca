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
    /// What SQLite finds wrong, without values: pages, indexes, constraints, references. Empty where it is whole, and of
    /// PostgreSQL, which looks after its own.
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
            var damage: [String] = []
            if readsThrough, connection.dialect == .sqlite {
                // The names of what pragmas answer are the library's own.
                damage = try connection.query("PRAGMA integrity_check(20)", []) { $0.text(at: 0) }
                if damage == ["ok"] { damage = [] }
                // A damaged page would only end the counting with less to tell.
                guard damage.isEmpty else { return StoreSurvey(schema: 0, tables: [], isSealed: false, damage: damage) }
                damage = try connection.query("SELECT DISTINCT \"table\", parent FROM pragma_foreign_key_check", []) {
                    "rows of \($0.text(at: 0)) name rows of \($0.text(at: 1)) that are not there"
                }
            }
            var tables: [StoreSurvey.Table] = []
            for name in try connection.tables() {
                let rows = try connection.query("SELECT count(*) FROM \"\(name)\"", []) { row throws(StoreError) in
                    Int(try row.integer(at: 0))
                }
                tables.append(StoreSurvey.Table(name: name, rows: rows.first ?? 0))
            }
            return StoreSurvey(
                schema: try connection.schemaVersion(), tables: tables,
                isSealed: tables.contains { $0.name == "data_key" && $0.rows > 0 }, damage: damage)
        }
    }
}
