import Messaging
import StrictJSON

extension Database {
    /// Rows whose JSON cannot be read, or whose sealed values cannot be opened, each named as the errors of those who read
    /// it name it.
    ///
    /// - Parameter limit: the most that are told.
    public func unreadableRows(limit: Int) async throws(StoreError) -> [String] {
        try await read { [holdsKeys] connection throws(StoreError) in
            var rows: [String] = []
            for column in StoredColumn.all where rows.count < limit {
                rows += try column.unreadable(connection)
            }
            if holdsKeys {
                for column in SealedColumn.allCases where rows.count < limit {
                    rows += try column.unopened(connection)
                }
            }
            return Array(rows.prefix(limit))
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
    /// Empty where it was erased.
    var isErased = false

    static let all = [
        StoredColumn(
            name: "the content of application", table: "application", key: "no", column: "content", kind: "object",
            isErased: true),
        StoredColumn(
            name: "the content of follow-up", table: "follow_up", key: "id", column: "content", kind: "object",
            isErased: true),
        StoredColumn(name: "status", table: "status", key: "id", column: "content", kind: "object", isErased: true),
        StoredColumn(
            name: "clock", table: "clock", key: "application_no || ' ' || id", column: "content", kind: "object"),
        StoredColumn(name: "evidence", table: "evidence", key: "id", column: "content", kind: "array"),
        StoredColumn(
            name: "the findings of dead letter", table: "message", key: "id", column: "findings", kind: "array",
            isOptional: true),
        StoredColumn(name: "the answer to referral", table: "referral", key: "id", column: "answer", kind: "object"),
    ]

    func unreadable(_ connection: any SQLConnection) throws(StoreError) -> [String] {
        let condition = isOptional ? " WHERE length(\(column)) > 0" : isErased ? " WHERE erased_at IS NULL" : ""
        let found = try connection.scan("SELECT \(key) AS id, \(column) FROM \(table)\(condition)", []) {
            row throws(StoreError) -> String? in
            isReadable(try row.json(column)) ? nil : "\(name) \(try row.text("id"))"
        }
        return found.compactMap(\.self)
    }

    private func isReadable(_ bytes: [UInt8]) -> Bool {
        guard let value = try? JSONValue(parsing: bytes) else { return false }
        return kind == "array" ? value.array != nil : value.object != nil
    }
}

extension SealedColumn {
    /// Those of its rows whose value is sealed and cannot be opened. JSON is looked at by those who know what it must be.
    fileprivate func unopened(_ connection: any SQLConnection) throws(StoreError) -> [String] {
        switch self {
        case .referralAnswer, .applicationContent, .messageFindings, .statusContent, .followUpContent,
            .evidenceContent:
            return []
        case .referralRaw, .messagePayload, .uploadBytes, .historyDetail, .messageProblem, .pauseReason,
            .resendReason, .jobReason, .jobFilter, .auditDetail, .historyActor, .acknowledgementReason:
            break
        }
        let (table, column) = name
        let found = try connection.scan(
            "SELECT \(key) AS id, \(column) FROM \(table) WHERE \(column) IS NOT NULL", []
        ) { row throws(StoreError) -> String? in
            do throws(StoreError) {
                _ = isText ? Array(try row.text(column).utf8) : try row.blob(column)
                return nil
            } catch .corrupt {
                return "\(table).\(column) of \(try row.text("id"))"
            }
        }
        return found.compactMap(\.self)
    }
}
