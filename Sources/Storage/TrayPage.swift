import Messaging

/// A page of the tray in the order of age. What an index holds in that order is read from there; for any other filter the
/// letters of the piles that match are merged. Neither reads more than the page, however many letters there are.
struct TrayPage {
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
        let letters =
            if let (sql, values) = seek { try connection.query(sql, values, DeadLetterRows.summary) } else {
                try merged(connection)
            }
        let page = Array(letters.prefix(limit))
        return DeadLetterPage(letters: page, next: letters.count > limit ? page.last?.cursor : nil)
    }

    /// The page and the letter after it by one index, where one answers the whole filter.
    var seek: (sql: String, values: [SQLValue])? {
        var from = "message m"
        var conditions = ["m.state = 'dead'"]
        var values: [SQLValue] = []
        if let messageID = filter.senderMessageID {
            // In this order: few letters have one message id.
            from += " CROSS JOIN dead_letter_pile p"
            let (alike, alikeValues) = Piles.conditions(filter)
            conditions += ["m.sender_message_id = ?", "p.id = m.pile"] + alike
            values = [.text(messageID)] + alikeValues
        } else {
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

    /// The letters of one pile that may be on the page.
    var ofPile: String {
        "SELECT m.dead_since, m.id FROM message m WHERE m.pile = ? AND \(Self.between) ORDER BY \(order) LIMIT ?"
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
        let (conditions, values) = Piles.conditions(filter)
        let piles = try connection.query(
            "SELECT p.id FROM dead_letter_pile p WHERE \(conditions.joined(separator: " AND "))", values
        ) { $0.integer(0) }
        let ofPile = ofPile
        var open = self
        var first: [DeadLetterCursor] = []
        for pile in piles {
            let found = try connection.query(ofPile, [.integer(pile)] + open.bounds) {
                DeadLetterCursor(since: Instant(milliseconds: $0.integer(0)), id: $0.text(1))
            }
            for letter in found {
                let place = first.firstIndex { newestFirst ? $0 < letter : letter < $0 }
                first.insert(letter, at: place ?? first.count)
            }
            // What comes after a full page is of no interest in the other piles.
            guard first.count > limit else { continue }
            first.removeLast(first.count - limit - 1)
            if newestFirst { open.lower = first[limit] } else { open.upper = first[limit] }
        }
        let row = "SELECT \(DeadLetterRows.columns) FROM message m WHERE m.id = ?"
        var letters: [DeadLetterSummary] = []
        for cursor in first { letters += try connection.query(row, [.text(cursor.id)], DeadLetterRows.summary) }
        return letters
    }
}

/// How many letters match, by cause.
enum TrayCount {
    static func byCause(_ filter: DeadLetterFilter) -> (sql: String, values: [SQLValue]) {
        filter.since == nil && filter.senderMessageID == nil ? ofWholePiles(filter) : ofLetters(filter)
    }

    /// Piles as they are, but for what came later: an order for many letters takes those that were dead when it was given.
    private static func ofWholePiles(_ filter: DeadLetterFilter) -> (sql: String, values: [SQLValue]) {
        let until = SQLValue.instant(filter.until ?? Instant(milliseconds: Int64.max))
        let (conditions, values) = Piles.conditions(filter)
        let sql = """
            SELECT cause, sum(letters), min(oldest), max(newest) FROM (SELECT p.cause,
            p.letters - (SELECT count(*) FROM message m WHERE m.pile = p.id AND m.dead_since >= ?) AS letters,
            (SELECT min(m.dead_since) FROM message m WHERE m.pile = p.id AND m.dead_since < ?) AS oldest,
            (SELECT max(m.dead_since) FROM message m WHERE m.pile = p.id AND m.dead_since < ?) AS newest
            FROM dead_letter_pile p WHERE \((["1 = 1"] + conditions).joined(separator: " AND "))) counted
            GROUP BY cause HAVING sum(letters) > 0 ORDER BY 2 DESC, 1
            """
        return (sql, [until, until, until] + values)
    }

    private static func ofLetters(_ filter: DeadLetterFilter) -> (sql: String, values: [SQLValue]) {
        let (alike, alikeValues) = Piles.conditions(filter)
        // The order of the tables is the order of the look-ups.
        var from = "dead_letter_pile p CROSS JOIN message m"
        var conditions = ["p.id = m.pile", "m.dead_since >= ?", "m.dead_since < ?"] + alike
        var values: [SQLValue] = [
            .instant(filter.since ?? Instant(milliseconds: 0)),
            .instant(filter.until ?? Instant(milliseconds: Int64.max)),
        ]
        values += alikeValues
        if let messageID = filter.senderMessageID {
            from = "message m CROSS JOIN dead_letter_pile p"
            conditions += ["m.state = 'dead'", "m.sender_message_id = ?"]
            values.append(.text(messageID))
        }
        let sql = """
            SELECT p.cause, count(*), min(m.dead_since), max(m.dead_since) FROM \(from)
            WHERE \(conditions.joined(separator: " AND ")) GROUP BY p.cause ORDER BY 2 DESC, 1
            """
        return (sql, values)
    }
}
