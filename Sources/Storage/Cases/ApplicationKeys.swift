import Messaging
import Vocabulary

/// By what applications are found again.
enum ApplicationKeys {
    /// As far back as look-ups go: this quarter and the four before it hold the last twelve months.
    private static let reach = 5
    /// Nobody has so many applications within a year; a look-up must not grow with a sender's mistake.
    private static let most: Int64 = 64

    static func insert(
        _ keys: [String], of applicationNo: String, at instant: Instant, _ connection: any SQLConnection
    ) throws(StoreError) {
        for key in keys {
            try connection.run(
                "INSERT INTO case_key (quarter, key, application_no) VALUES (?, ?, ?)",
                [.integer(instant.quarter), .text(key), .text(applicationNo)])
        }
    }

    /// The newest first.
    static func find(
        _ keys: [String], near instant: Instant, _ connection: any SQLConnection
    ) throws(StoreError) -> [String] {
        guard !keys.isEmpty else { return [] }
        let newest = instant.quarter
        let quarters = (0..<Int64(reach)).map { SQLValue.integer(newest - $0) }
        return try connection.query(
            """
            SELECT DISTINCT application_no FROM case_key WHERE quarter IN (\(SQLValue.marks(quarters.count)))
            AND key IN (\(SQLValue.marks(keys.count))) ORDER BY application_no DESC LIMIT ?
            """, quarters + keys.map(SQLValue.text) + [.integer(most)]
        ) { row throws(StoreError) in try row.text("application_no") }
    }
}
