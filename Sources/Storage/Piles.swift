import Messaging

/// Letters that are alike in all that filters and figures ask for lie on one pile. Few piles hold many letters: whoever
/// counts, reads piles.
enum Piles {
    /// Adds a letter to its pile, in the transaction that makes it one.
    ///
    /// - Returns: what `message.pile` becomes.
    static func lay(
        _ cause: DeadLetterCause, of partner: String, _ channel: Channel, recipient: String?,
        _ connection: any SQLConnection
    ) throws(StoreError) -> Int64 {
        let pile = try connection.query(
            """
            INSERT INTO dead_letter_pile (partner, cause, channel, queue, reason, letters) VALUES (?, ?, ?, ?, ?, 1)
            ON CONFLICT (partner, cause, channel, queue, reason)
            DO UPDATE SET letters = dead_letter_pile.letters + 1 RETURNING id
            """,
            [
                .text(partner), .text(cause.name), .text(channel.rawValue),
                .text(channel == .application ? recipient ?? "" : ""), .text(cause.reason.rawValue),
            ]
        ) { $0.integer(0) }.first
        guard let pile else { throw .failed("a pile of letters was not made") }
        return pile
    }

    /// Takes a letter off its pile and makes something else of it.
    ///
    /// - Parameters:
    ///   - version: the stay in the tray that is meant; without one, any.
    ///   - condition: what else must be true of it.
    ///   - change: what becomes of its row, with the values for that.
    /// - Returns: whether it was such a letter.
    static func lift(
        _ id: String, _ version: LetterVersion?, where condition: String? = nil, becoming change: String,
        _ values: [SQLValue], _ connection: any SQLConnection
    ) throws(StoreError) -> Bool {
        let pile = try connection.query(
            """
            SELECT pile FROM message WHERE id = ? AND state = 'dead' AND dead_since = coalesce(?, dead_since)
            \(condition.map { "AND " + $0 } ?? "")
            """, [.text(id), .optional(version?.since.milliseconds)]
        ) { $0.integer(0) }.first
        guard let pile else { return false }
        let lifted = try connection.run(
            "UPDATE message SET pile = NULL, \(change) WHERE id = ? AND pile = ?", values + [.text(id), .integer(pile)])
        guard lifted == 1 else { return false }
        let wasLast = try connection.run("DELETE FROM dead_letter_pile WHERE id = ? AND letters = 1", [.integer(pile)])
        if wasLast == 0 {
            try connection.run("UPDATE dead_letter_pile SET letters = letters - 1 WHERE id = ?", [.integer(pile)])
        }
        return true
    }

    /// What the filter asks of a pile `p`: everything but times and messages' ids.
    static func conditions(_ filter: DeadLetterFilter) -> (sql: [String], values: [SQLValue]) {
        let all: [(String, SQLValue?)] = [
            ("p.partner = ?", filter.partnerID.map { .text($0) }), ("p.cause = ?", filter.cause.map { .text($0) }),
            ("p.channel = ?", filter.channel.map { .text($0.rawValue) }),
            ("p.queue = nullif(?, '')", filter.queue.map { .text($0) }),
            ("p.reason = ?", filter.reason.map { .text($0.rawValue) }),
        ]
        let given = all.compactMap { sql, value in value.map { (sql, $0) } }
        return (given.map(\.0), given.map(\.1))
    }

    // MARK: Counting anew

    private static let queue = "CASE m.channel WHEN 'application' THEN coalesce(m.recipient, '') ELSE '' END"

    /// Whether every letter lies on its pile and every pile says how many it holds.
    fileprivate static func areRight(_ connection: any SQLConnection) throws(StoreError) -> Bool {
        let said = "SELECT id, partner, cause, channel, queue, reason, letters FROM dead_letter_pile"
        let counted = """
            SELECT m.pile, m.partner, m.cause, m.channel, \(queue), m.reason, count(*) FROM message m
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
            INSERT INTO dead_letter_pile (partner, cause, channel, queue, reason, letters)
            SELECT m.partner, m.cause, m.channel, \(queue), m.reason, count(*) FROM message m
            WHERE m.state = 'dead' GROUP BY 1, 2, 3, 4, 5
            ON CONFLICT (partner, cause, channel, queue, reason) DO UPDATE SET letters = excluded.letters
            """, [])
        try connection.run(
            """
            UPDATE message AS m SET pile = (SELECT p.id FROM dead_letter_pile p WHERE p.partner = m.partner
            AND p.cause = m.cause AND p.channel = m.channel AND p.queue = \(queue) AND p.reason = m.reason)
            WHERE m.state = 'dead'
            """, [])
        try connection.run(
            "DELETE FROM dead_letter_pile WHERE NOT EXISTS (SELECT 1 FROM message m WHERE m.pile = dead_letter_pile.id)",
            [])
    }
}

extension Database {
    /// Counts the dead letters of a store with this release's schema.
    ///
    /// - Returns: whether the figures that are kept about them agree.
    public func lettersAreCounted() async throws(StoreError) -> Bool {
        try await read { connection throws(StoreError) in try Piles.areRight(connection) }
    }

    /// Makes those figures anew.
    public func recountLetters() async throws(StoreError) {
        try await write { connection throws(StoreError) in try Piles.recount(connection) }
    }
}
