import Messaging

extension SQLiteDatabase {
    /// Rows whose JSON cannot be read, each named as the errors of those who read it name it.
    ///
    /// - Parameter limit: the most that are told.
    public func unreadableRows(limit: Int) async throws(StoreError) -> [String] {
        try await read { connection throws(StoreError) in
            var rows: [String] = []
            for column in StoredColumn.all where rows.count < limit {
                rows += try connection.query(
                    column.unreadable, [.text(column.kind), .int(limit - rows.count)]
                ) { row throws(StoreError) in "\(column.name) \(try row.text("id"))" }
            }
            return rows
        }
    }
}

/// A column that holds JSON of the gateway's own.
private struct StoredColumn {
    let name: String
    let table: String
    let key: String
    let column: String
    /// What its JSON is on top.
    let kind: String
    /// Empty where there is nothing to tell.
    var isOptional = false

    static let all = [
        StoredColumn(
            name: "the content of application", table: "application", key: "no", column: "content", kind: "object"),
        StoredColumn(
            name: "the content of follow-up", table: "follow_up", key: "id", column: "content", kind: "object"),
        StoredColumn(name: "status", table: "status", key: "id", column: "content", kind: "object"),
        StoredColumn(
            name: "clock", table: "clock", key: "application_no || ' ' || id", column: "content", kind: "object"),
        StoredColumn(name: "evidence", table: "evidence", key: "id", column: "content", kind: "array"),
        StoredColumn(
            name: "the findings of dead letter", table: "message", key: "id", column: "findings", kind: "array",
            isOptional: true),
        StoredColumn(name: "the answer to referral", table: "referral", key: "id", column: "answer", kind: "object"),
    ]

    /// Blobs are cast, since newer releases of SQLite take them for its own binary form.
    var unreadable: String {
        """
        SELECT \(key) AS id FROM \(table) WHERE \(isOptional ? "length(\(column)) > 0 AND " : "")CASE WHEN json_valid(CAST(\(column) AS TEXT))
        THEN json_type(CAST(\(column) AS TEXT)) <> ? ELSE 1 END LIMIT ?
        """
    }
}
