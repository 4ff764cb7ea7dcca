import Messaging
import Vocabulary

/// Dead letters that are alike in all that filters and figures ask for are counted in one row. Few rows count many dead
/// letters: whoever counts, reads rows.
enum DeadLetterCounts {
    /// Counts a dead letter more.
    ///
    /// - Returns: the row that counts it, which `message.count_row` names.
    static func increment(
        _ cause: DeadLetterCause, of partner: String, _ channel: Channel, recipient: String?,
        _ connection: any SQLConnection
    ) throws(StoreError) -> Int64 {
        let countRow = try connection.query(
            """
            INSERT INTO dead_letter_count (partner, cause, channel, queue, reason, messages) VALUES (?, ?, ?, ?, ?, 1)
            ON CONFLICT (partner, cause, channel, queue, reason)
            DO UPDATE SET messages = dead_letter_count.messages + 1 RETURNING id
            """,
            [
                .text(partner), .text(cause.name), .word(channel),
                .text(channel == .application ? recipient ?? "" : ""), .word(cause.reason),
            ]
        ) { row throws(StoreError) in try row.integer("id") }.first
        guard let countRow else { throw .failed("no count row was written") }
        return countRow
    }

    /// Counts one less; a row that counts none goes.
    static func decrement(_ countRow: Int64, _ connection: any SQLConnection) throws(StoreError) {
        let wasLast = try connection.run(
            "DELETE FROM dead_letter_count WHERE id = ? AND messages = 1", [.integer(countRow)])
        guard wasLast == 0 else { return }
        try connection.run("UPDATE dead_letter_count SET messages = messages - 1 WHERE id = ?", [.integer(countRow)])
    }

    /// What the filter asks of a count row `p`: everything but times and messages' ids.
    static func conditions(_ filter: DeadLetterFilter) -> (sql: [String], values: [SQLValue]) {
        let all: [(String, SQLValue?)] = [
            ("p.partner = ?", filter.partnerID.map { .text($0) }), ("p.cause = ?", filter.cause.map { .text($0.name) }),
            ("p.channel = ?", filter.channel.map { .text($0.rawValue) }),
            ("p.queue = nullif(?, '')", filter.queue.map { .text($0) }),
            ("p.reason = ?", filter.reason.map { .text($0.rawValue) }),
        ]
        let given = all.compactMap { sql, value in value.map { (sql, $0) } }
        guard let causes = filter.causes else { return (given.map(\.0), given.map(\.1)) }
        let anyOf = causes.isEmpty ? "1 = 0" : "p.cause IN (\(SQLValue.marks(causes.count)))"
        return (given.map(\.0) + [anyOf], given.map(\.1) + causes.map { .text($0.name) })
    }

    // MARK: Counting anew

    private static let queue = "CASE m.channel WHEN 'application' THEN coalesce(m.recipient, '') ELSE '' END"

    /// Whether every dead letter lies on its count row and every count row says how many it holds.
    fileprivate static func areRight(_ connection: any SQLConnection) throws(StoreError) -> Bool {
        let said = "SELECT id, partner, cause, channel, queue, reason, messages FROM dead_letter_count"
        let counted = """
            SELECT m.count_row, m.partner, m.cause, m.channel, \(queue), m.reason, count(*) FROM message m
            WHERE m.state = 'dead' GROUP BY 1, 2, 3, 4, 5, 6
            """
        for (one, other) in [(said, counted), (counted, said)] {
            guard try connection.query("\(one) EXCEPT \(other)", [], { _ in true }).isEmpty else { return false }
        }
        return true
    }

    fileprivate static func recount(_ connection: any SQLConnection) throws(StoreError) {
        try connection.run(
            """
            INSERT INTO dead_letter_count (partner, cause, channel, queue, reason, messages)
            SELECT m.partner, m.cause, m.channel, \(queue), m.reason, count(*) FROM message m
            WHERE m.state = 'dead' GROUP BY 1, 2, 3, 4, 5
            ON CONFLICT (partner, cause, channel, queue, reason) DO UPDATE SET messages = excluded.messages
            """, [])
        try connection.run(
            """
            UPDATE message AS m SET count_row = (SELECT p.id FROM dead_letter_count p WHERE p.partner = m.partner
            AND p.cause = m.cause AND p.channel = m.channel AND p.queue = \(queue) AND p.reason = m.reason)
            WHERE m.state = 'dead'
            """, [])
        try connection.run(
            "DELETE FROM dead_letter_count WHERE NOT EXISTS (SELECT 1 FROM message m WHERE m.count_row = dead_letter_count.id)",
            [])
    }
}

extension Database {
    /// Counts the dead letters of a store with this release's schema.
    ///
    /// - Returns: whether the figures that are kept about them agree.
    public func deadLetterCountsAgree() async throws(StoreError) -> Bool {
        try await read { connection throws(StoreError) in try DeadLetterCounts.areRight(connection) }
    }

    /// Makes those figures anew.
    public func recountDeadLetters() async throws(StoreError) {
        try await write { connection throws(StoreError) in try DeadLetterCounts.recount(connection) }
    }
}
