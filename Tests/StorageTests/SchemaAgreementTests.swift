import Messaging
import PrivatePostgreSQL
import Testing

@testable import Storage

@Test func `whatever migrates SQLite has its counterpart for PostgreSQL`() {
    #expect(Migration.postgreSQL.last?.version == Migration.all.count)
}

/// The schema of PostgreSQL held to what the migrations of SQLite leave.
@Suite(.enabled(if: PrivatePostgreSQL.isInstalled, Comment(rawValue: PrivatePostgreSQL.skipped)))
struct SchemaAgreementTests {
    private struct Column: Hashable {
        let table: String
        let name: String
        let type: String
        let isFilled: Bool
        let hasDefault: Bool
    }

    /// What one of them has by itself: its log, the number of its schema, and the order of a table without a key.
    private static let own: Set<String> = ["commit_link", "gateway_schema", "history.rowid"]
    private static let types = ["TEXT": "text", "INTEGER": "bigint", "BLOB": "bytea"]

    private func both<Answer: Sendable & Hashable>(
        _ sqlite: String, _ postgreSQL: String,
        _ read: @escaping @Sendable (any SQLRow) throws(StoreError) -> Answer
    ) async throws -> (Set<Answer>, Set<Answer>) {
        var answers: [Set<Answer>] = []
        for (kind, sql) in [(StoreKind.sqlite, sqlite), (.postgreSQL, postgreSQL)] {
            let home = try await TemporaryStore(kind)
            answers.append(
                Set(
                    try await home.database.read { connection throws(StoreError) in
                        try connection.query(sql, [], read)
                    }))
            await home.remove()
        }
        return (answers[0], answers[1])
    }

    @Test func `tables and columns are the same, with their types and what may be empty`() async throws {
        let (sqlite, postgreSQL) = try await both(
            """
            SELECT t.name AS table_name, c.name AS name, c.type AS type, c."notnull" OR c.pk > 0 AS is_filled,
            c.dflt_value IS NOT NULL AS has_default FROM sqlite_schema t JOIN pragma_table_info(t.name) c
            WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite%'
            """,
            """
            SELECT table_name, column_name AS name, data_type AS type, is_nullable = 'NO' AS is_filled,
            column_default IS NOT NULL AS has_default FROM information_schema.columns WHERE table_schema = current_schema()
            """
        ) { row throws(StoreError) in
            let type = try row.text("type")
            return Column(
                table: try row.text("table_name"), name: try row.text("name"), type: Self.types[type] ?? type,
                isFilled: try row.flag("is_filled"), hasDefault: try row.flag("has_default"))
        }
        let differences = sqlite.symmetricDifference(postgreSQL).filter {
            !Self.own.contains($0.table) && !Self.own.contains("\($0.table).\($0.name)")
        }
        #expect(differences.isEmpty)
        #expect(postgreSQL.count > 250)
    }

    @Test func `indexes are the same, on the same columns, and what must be the only one is`() async throws {
        let (sqlite, postgreSQL) = try await both(
            """
            SELECT i.name AS name, l."unique" AS is_only, (SELECT group_concat(x.name) FROM pragma_index_info(i.name) x)
            AS columns, l.partial AS is_partial FROM sqlite_schema i JOIN pragma_index_list(i.tbl_name) l ON l.name = i.name
            WHERE i.type = 'index' AND i.sql IS NOT NULL
            """,
            """
            SELECT c.relname AS name, i.indisunique AS is_only, (SELECT string_agg(a.attname, ',' ORDER BY a.attnum)
            FROM pg_attribute a WHERE a.attrelid = c.oid) AS columns, i.indpred IS NOT NULL AS is_partial FROM pg_index i
            JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_class t ON t.oid = i.indrelid
            LEFT JOIN pg_constraint k ON k.conindid = c.oid AND k.contype IN ('p', 'u')
            WHERE t.relnamespace = current_schema()::regnamespace AND k.oid IS NULL
            """
        ) { row throws(StoreError) in
            "\(try row.text("name")) (\(try row.text("columns"))) \(try row.flag("is_only")) \(try row.flag("is_partial"))"
        }
        #expect(sqlite.symmetricDifference(postgreSQL).isEmpty)
        #expect(sqlite.count > 50)
    }

    @Test func `keys are of the same columns in the same order`() async throws {
        let (sqlite, postgreSQL) = try await both(
            """
            SELECT t.name AS table_name, c.name AS name, c.pk AS place FROM sqlite_schema t JOIN pragma_table_info(t.name) c
            WHERE t.type = 'table' AND c.pk > 0 AND t.name NOT LIKE 'sqlite%'
            """,
            """
            SELECT t.relname AS table_name, a.attname AS name, a.attnum AS place FROM pg_constraint k
            JOIN pg_class t ON t.oid = k.conrelid JOIN pg_attribute a ON a.attrelid = k.conindid
            WHERE k.contype = 'p' AND t.relnamespace = current_schema()::regnamespace
            """
        ) { row throws(StoreError) in
            "\(try row.text("table_name")) \(try row.text("name")) \(try row.integer("place"))"
        }
        let differences = sqlite.symmetricDifference(postgreSQL).filter { key in
            !Self.own.contains { key.hasPrefix($0 + " ") }
        }
        #expect(differences.isEmpty)
        #expect(postgreSQL.count > 50)
    }
}
