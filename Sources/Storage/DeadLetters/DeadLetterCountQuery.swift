import Messaging
import Vocabulary

/// How many dead letters match, by cause.
enum DeadLetterCountQuery {
    static func byCause(_ filter: DeadLetterFilter) -> (sql: String, values: [SQLValue]) {
        filter.since == nil && filter.senderMessageID == nil ? ofWholeCountRows(filter) : ofDeadLetters(filter)
    }

    /// DeadLetterCounts as they are, but for what came later: an order for many dead letters takes those that were dead when it was given.
    private static func ofWholeCountRows(_ filter: DeadLetterFilter) -> (sql: String, values: [SQLValue]) {
        let until = SQLValue.instant(filter.until ?? Instant(milliseconds: Int64.max))
        let (conditions, values) = DeadLetterCounts.conditions(filter)
        let sql = """
            SELECT cause, sum(messages) AS messages, min(oldest) AS oldest, max(newest) AS newest FROM (SELECT p.cause,
            p.messages - (SELECT count(*) FROM message m WHERE m.count_row = p.id AND m.dead_since >= ?) AS messages,
            (SELECT min(m.dead_since) FROM message m WHERE m.count_row = p.id AND m.dead_since < ?) AS oldest,
            (SELECT max(m.dead_since) FROM message m WHERE m.count_row = p.id AND m.dead_since < ?) AS newest
            FROM dead_letter_count p WHERE \((["1 = 1"] + conditions).joined(separator: " AND "))) counted
            GROUP BY cause HAVING sum(messages) > 0 ORDER BY 2 DESC, 1
            """
        return (sql, [until, until, until] + values)
    }

    /// How many dead letters match, by everything that a list is filtered by.
    static func byGroup(_ filter: DeadLetterFilter) -> (sql: String, values: [SQLValue]) {
        guard filter.since == nil, filter.until == nil, filter.senderMessageID == nil else {
            let (from, conditions, values) = matching(filter)
            return (
                """
                SELECT p.partner AS partner, p.cause AS cause, p.channel AS channel, p.queue AS queue,
                count(*) AS messages FROM \(from) WHERE \(conditions.joined(separator: " AND "))
                GROUP BY p.partner, p.cause, p.channel, p.queue ORDER BY 5 DESC, 1, 2, 3, 4
                """, values
            )
        }
        let (conditions, values) = DeadLetterCounts.conditions(filter)
        return (
            """
            SELECT p.partner AS partner, p.cause AS cause, p.channel AS channel, p.queue AS queue,
            sum(p.messages) AS messages FROM dead_letter_count p
            WHERE \((["1 = 1"] + conditions).joined(separator: " AND "))
            GROUP BY p.partner, p.cause, p.channel, p.queue ORDER BY 5 DESC, 1, 2, 3, 4
            """, values
        )
    }

    private static func ofDeadLetters(_ filter: DeadLetterFilter) -> (sql: String, values: [SQLValue]) {
        let (from, conditions, values) = matching(filter)
        let sql = """
            SELECT p.cause AS cause, count(*) AS messages, min(m.dead_since) AS oldest, max(m.dead_since) AS newest FROM \(from)
            WHERE \(conditions.joined(separator: " AND ")) GROUP BY p.cause ORDER BY 2 DESC, 1
            """
        return (sql, values)
    }

    /// The dead letters that match, one by one, with their count rows.
    private static func matching(
        _ filter: DeadLetterFilter
    ) -> (from: String, conditions: [String], values: [SQLValue]) {
        let (alike, alikeValues) = DeadLetterCounts.conditions(filter)
        // The order of the tables is the order of the look-ups.
        var from = "dead_letter_count p CROSS JOIN message m"
        var conditions = ["p.id = m.count_row", "m.dead_since >= ?", "m.dead_since < ?"] + alike
        var values: [SQLValue] = [
            .instant(filter.since ?? Instant(milliseconds: 0)),
            .instant(filter.until ?? Instant(milliseconds: Int64.max)),
        ]
        values += alikeValues
        if let messageID = filter.senderMessageID {
            from = "message m CROSS JOIN dead_letter_count p"
            conditions += ["m.state = 'dead'", "m.sender_message_id = ?"]
            values.append(.text(messageID))
        }
        return (from, conditions, values)
    }
}
