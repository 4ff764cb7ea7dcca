import Messaging
import Vocabulary

/// Statuses that partners fetch. A position is given when a status is first read, in one transaction with all others of
/// that partner, so a status that was committed late never slips in behind a cursor that was handed out.
enum Feeds {
    /// - Returns: the position to read from.
    static func confirm(
        _ partner: String, through position: Int64?, now: Instant, _ connection: any SQLConnection
    ) throws(StoreError) -> Int64 {
        try connection.run(
            "INSERT INTO feed (partner, last, confirmed) VALUES (?, 0, 0) ON CONFLICT (partner) DO NOTHING",
            [.text(partner)])
        let (last, confirmed) =
            try connection.query("SELECT last, confirmed FROM feed WHERE partner = ?", [.text(partner)]) {
                ($0.integer(0), $0.integer(1))
            }.first ?? (0, 0)
        // Nobody has read beyond what was handed out.
        guard let position else { return confirmed }
        guard position > confirmed, position <= last else { return min(position, last) }
        let read = try connection.query(
            """
            SELECT id FROM message WHERE recipient = ? AND feed_position > ? AND feed_position <= ?
            AND state = 'queued'
            """, [.text(partner), .integer(confirmed), .integer(position)]
        ) { $0.text(0) }
        for id in read {
            try Leases.deliver(id, actor: partner, answer: "read from the feed", now, connection)
        }
        try connection.run(
            "UPDATE feed SET confirmed = ? WHERE partner = ?", [.integer(position), .text(partner)])
        return position
    }

    static func place(
        _ partner: String, limit: Int, now: Instant, _ connection: any SQLConnection
    ) throws(StoreError) {
        let fresh = try connection.query(
            """
            SELECT id FROM message WHERE channel = 'status' AND recipient = ? AND state IN ('queued', 'claimed')
            AND state = 'queued' AND ready_at <= ? AND feed_position IS NULL ORDER BY id LIMIT ?
            """, [.text(partner), .instant(now), .integer(Int64(limit))]
        ) { $0.text(0) }
        guard !fresh.isEmpty else { return }
        let last = try connection.query(
            "UPDATE feed SET last = last + ? WHERE partner = ? RETURNING last",
            [.integer(Int64(fresh.count)), .text(partner)]
        ) { $0.integer(0) }.first
        guard let last else { throw .failed("the partner has no feed") }
        for (index, id) in fresh.enumerated() {
            try connection.run(
                "UPDATE message SET feed_position = ? WHERE id = ?",
                [.integer(last - Int64(fresh.count - 1 - index)), .text(id)])
        }
    }

    static func page(
        _ partner: String, after position: Int64, limit: Int, _ connection: any SQLConnection
    ) throws(StoreError) -> [FeedEntry] {
        try connection.query(
            """
            SELECT \(Envelopes.columns), m.payload, m.feed_position FROM message m
            WHERE m.recipient = ? AND m.feed_position > ? AND m.state IN ('queued', 'delivered')
            ORDER BY m.feed_position LIMIT ?
            """, [.text(partner), .integer(position), .integer(Int64(limit))]
        ) { FeedEntry(position: $0.integer(13), envelope: Envelopes.read($0)) }
    }
}
