import Messaging
import Vocabulary

/// A page of the dead-letter queue in the order of age. What an index holds in that order is read from there; for any other filter the
/// dead letters of the count rows that match are merged. Neither reads more than the page, however many dead letters there are.
struct DeadLetterPageQuery {
    private let filter: DeadLetterFilter
    private let newestFirst: Bool
    private let limit: Int
    private var lower: DeadLetterCursor
    private var upper: DeadLetterCursor

    init(_ filter: DeadLetterFilter, newestFirst: Bool, after cursor: DeadLetterCursor?, limit: Int) {
        self.filter = filter
        self.newestFirst = newestFirst
        self.limit = limit
        lower = DeadLetterCursor(since: filter.since ?? Instant(milliseconds: 0), id: "")
        upper = DeadLetterCursor(since: filter.until ?? Instant(milliseconds: Int64.max), id: "")
        if let cursor {
            if newestFirst { upper = min(cursor, upper) } else { lower = max(cursor, lower) }
        }
    }

    func read(_ connection: any SQLConnection) throws(StoreError) -> DeadLetterPage {
        let deadLetters =
            if let (sql, values) = seek { try connection.query(sql, values, DeadLetterRows.summary) } else {
                try merged(connection)
            }
        let page = Array(deadLetters.prefix(limit))
        return DeadLetterPage(deadLetters: page, next: deadLetters.count > limit ? page.last?.cursor : nil)
    }

    /// The page and the dead letter after it by one index, where one answers the whole filter.
    var seek: (sql: String, values: [SQLValue])? {
        var from = "message m"
        var conditions = ["m.state = 'dead'"]
        var values: [SQLValue] = []
        if let messageID = filter.senderMessageID {
            // In this order: few dead letters have one message id.
            from += " CROSS JOIN dead_letter_count p"
            let (alike, alikeValues) = DeadLetterCounts.conditions(filter)
            conditions += ["m.sender_message_id = ?", "p.id = m.count_row"] + alike
            values = [.text(messageID)] + alikeValues
        } else {
            guard filter.causes == nil else { return nil }
            switch (filter.reason, filter.partnerID, filter.queue, filter.channel, filter.cause) {
            case (nil, nil, nil, nil, nil): break
            case (let reason?, nil, nil, nil, nil):
                conditions.append("m.reason = ?")
                values = [.text(reason.rawValue)]
            case (nil, let partner?, nil, nil, nil):
                conditions.append("m.partner = ?")
                values = [.text(partner)]
            default: return nil
            }
        }
        let sql = """
            SELECT \(DeadLetterRows.columns) FROM \(from) WHERE \(conditions.joined(separator: " AND "))
            AND \(Self.between) ORDER BY \(order) LIMIT ?
            """
        return (sql, values + bounds)
    }

    /// The dead letters of one count row that may be on the page.
    var ofCountRow: String {
        "SELECT m.dead_since AS dead_since, m.id AS id FROM message m WHERE m.count_row = ? AND \(Self.between) ORDER BY \(order) LIMIT ?"
    }

    private static let between = "(m.dead_since, m.id) > (?, ?) AND (m.dead_since, m.id) < (?, ?)"

    private var order: String { newestFirst ? "m.dead_since DESC, m.id DESC" : "m.dead_since, m.id" }

    private var bounds: [SQLValue] {
        [
            .instant(lower.since), .text(lower.id), .instant(upper.since), .text(upper.id),
            .integer(Int64(limit) + 1),
        ]
    }

    private func merged(_ connection: any SQLConnection) throws(StoreError) -> [DeadLetterSummary] {
        let (conditions, values) = DeadLetterCounts.conditions(filter)
        let countRows = try connection.query(
            "SELECT p.id AS id FROM dead_letter_count p WHERE \(conditions.joined(separator: " AND "))", values
        ) { row throws(StoreError) in try row.integer("id") }
        let ofCountRow = ofCountRow
        var open = self
        var first: [DeadLetterCursor] = []
        for countRow in countRows {
            let found = try connection.query(ofCountRow, [.integer(countRow)] + open.bounds) {
                row throws(StoreError) in
                DeadLetterCursor(since: try row.instant("dead_since"), id: try row.text("id"))
            }
            for deadLetter in found {
                let place = first.firstIndex { newestFirst ? $0 < deadLetter : deadLetter < $0 }
                first.insert(deadLetter, at: place ?? first.count)
            }
            // What comes after a full page is of no interest in the other count rows.
            guard first.count > limit else { continue }
            first.removeLast(first.count - limit - 1)
            if newestFirst { open.lower = first[limit] } else { open.upper = first[limit] }
        }
        let row = "SELECT \(DeadLetterRows.columns) FROM message m WHERE m.id = ?"
        var deadLetters: [DeadLetterSummary] = []
        for cursor in first { deadLetters += try connection.query(row, [.text(cursor.id)], DeadLetterRows.summary) }
        return deadLetters
    }
}
