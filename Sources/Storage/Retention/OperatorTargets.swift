import Messaging
import Vocabulary

extension RetentionTarget {
    static let sessions = rows(of: "operator_session", named: "token_hash", ended: "ends_at")
    static let signInFailures = rows(
        of: "sign_in_failure", named: "key",
        ended: "CASE WHEN locked_until > last_at THEN locked_until ELSE last_at END")
    /// Those that were sent, or given up.
    static let alertMessages = rows(of: "alert_message", named: "id", ended: "at", where: "next_at IS NULL AND ")

    /// Rows that go whole.
    private static func rows(
        of table: String, named key: String, ended: String, where condition: String = ""
    ) -> RetentionTarget {
        RetentionTarget(
            candidates: { terms, name, limit, connection throws(StoreError) in
                try names(
                    "SELECT \(key) AS name FROM \(table) WHERE \(condition)\(ended) < ? AND \(key) > ? ORDER BY \(key) LIMIT ?",
                    [.instant(terms.cutoff), .text(name), .int(limit)], connection)
            },
            verdict: { name, terms, connection throws(StoreError) in
                let ended = try connection.query(
                    "SELECT \(ended) AS at FROM \(table) WHERE \(condition)\(key) = ?", [.text(name)]
                ) { row throws(StoreError) in try row.instant("at") }
                return ended.first.map { RetentionVerdict(finished: $0, terms) } ?? .early
            },
            erase: { name, _, connection throws(StoreError) in
                try connection.run("DELETE FROM \(table) WHERE \(key) = ?", [.text(name)])
                return ErasedContent()
            })
    }
}
