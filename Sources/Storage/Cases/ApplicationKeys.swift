import Messaging
import Vocabulary

/// By what applications are found again.
enum ApplicationKeys {
    /// As far back as look-ups go: this quarter and the four before it hold the last twelve months.
    private static let reach = 5
    /// Nobody has so many applications within a year; a look-up must not grow with a sender's mistake.
    static let most = 64

    static func insert(
        _ keys: [String], of applicationNo: String, at instant: Instant, _ connection: any SQLConnection
    ) throws(StoreError) {
        for key in keys {
            try connection.run(
                "INSERT INTO case_key (quarter, key, application_no) VALUES (?, ?, ?)",
                [.integer(instant.quarter), .text(key), .text(applicationNo)])
        }
    }

    static func replace(
        _ removed: [String], by added: [String], of applicationNo: String, at instant: Instant,
        _ connection: any SQLConnection
    ) throws(StoreError) {
        for key in removed {
            try connection.run(
                "DELETE FROM case_key WHERE key = ? AND application_no = ?", [.text(key), .text(applicationNo)])
        }
        try insert(added, of: applicationNo, at: instant, connection)
    }

    /// The newest first.
    ///
    /// - Parameter count: how many at most; each key of each quarter is read no further than that.
    static func find(
        _ keys: [String], near instant: Instant, atMost count: Int = most, _ connection: any SQLConnection
    ) throws(StoreError) -> [String] {
        guard !keys.isEmpty else { return [] }
        let one = """
            SELECT * FROM (SELECT application_no FROM case_key WHERE quarter = ? AND key = ?
            ORDER BY application_no DESC LIMIT ?) AS found
            """
        var values: [SQLValue] = []
        for quarter in (0..<Int64(reach)).map({ instant.quarter - $0 }) {
            for key in keys { values += [.integer(quarter), .text(key), .int(count)] }
        }
        let parts = Array(repeating: one, count: values.count / 3).joined(separator: " UNION ALL ")
        let found = try connection.query(parts, values) { row throws(StoreError) in try row.text("application_no") }
        return Array(Set(found).sorted(by: >).prefix(count))
    }
}
