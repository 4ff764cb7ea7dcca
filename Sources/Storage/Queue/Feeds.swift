import Messaging
import Vocabulary

/// Statuses that partners fetch. A position is given when a status is first read, in one transaction with all others of
/// that partner, so a status that was committed late never slips in behind a cursor that was handed out.
enum Feeds {
    /// - Returns: the position to read from.
    static func confirm(
        _ partner: String, through position: Int64?, now: Instant, _ transaction: StoreTransaction
    ) throws(StoreError) -> Int64 {
        try transaction.run(
            "INSERT INTO feed (partner, last, confirmed) VALUES (?, 0, 0) ON CONFLICT (partner) DO NOTHING",
            [.text(partner)])
        let (last, confirmed) =
            try transaction.query("SELECT last, confirmed FROM feed WHERE partner = ?", [.text(partner)]) {
                row throws(StoreError) in
                (try row.integer("last"), try row.integer("confirmed"))
            }.first ?? (0, 0)
        // Nobody has read beyond what was handed out.
        guard let position else { return confirmed }
        guard position > confirmed, position <= last else { return min(position, last) }
        let read = try transaction.query(
            """
            SELECT \(StoredMessage.columns) FROM message m WHERE m.recipient = ? AND m.feed_position > ?
            AND m.feed_position <= ? AND m.state = 'queued'
            """, [.text(partner), .integer(confirmed), .integer(position)], StoredMessage.read)
        for message in read {
            try message.apply(.deliver(at: now), actor: partner, detail: "read from the feed", transaction)
        }
        try transaction.run(
            "UPDATE feed SET confirmed = ? WHERE partner = ?", [.integer(position), .text(partner)])
        return position
    }

    static func place(
        _ partner: String, limit: Int, now: Instant, _ transaction: StoreTransaction
    ) throws(StoreError) {
        let fresh = try transaction.query(
            """
            SELECT id FROM message WHERE channel = 'status' AND recipient = ? AND state IN ('queued', 'claimed')
            AND state = 'queued' AND ready_at <= ? AND feed_position IS NULL AND (keep_until IS NULL OR keep_until > ?)
            ORDER BY id LIMIT ?
            """, [.text(partner), .instant(now), .instant(now), .integer(Int64(limit))]
        ) { row throws(StoreError) in try row.text("id") }
        guard !fresh.isEmpty else { return }
        let last = try transaction.query(
            "UPDATE feed SET last = last + ? WHERE partner = ? RETURNING last",
            [.integer(Int64(fresh.count)), .text(partner)]
        ) { row throws(StoreError) in try row.integer("last") }.first
        guard let last else { throw .failed("the partner has no feed") }
        for (index, id) in fresh.enumerated() {
            try transaction.run(
                "UPDATE message SET feed_position = ? WHERE id = ?",
                [.integer(last - Int64(fresh.count - 1 - index)), .text(id)])
        }
    }

    static func page(
        _ partner: String, after position: Int64, limit: Int, now: Instant, _ transaction: StoreTransaction
    ) throws(StoreError) -> [FeedEntry] {
        let entries = try transaction.query(
            """
            SELECT \(Envelopes.columns), m.payload AS payload, m.feed_position AS feed_position FROM message m
            WHERE m.recipient = ? AND m.feed_position > ? AND m.erased_at IS NULL AND (m.state = 'delivered'
            OR (m.state = 'queued' AND (m.keep_until IS NULL OR m.keep_until > ?))) ORDER BY m.feed_position LIMIT ?
            """, [.text(partner), .integer(position), .instant(now), .integer(Int64(limit))]
        ) { row throws(StoreError) in
            FeedEntry(position: try row.integer("feed_position"), envelope: try Envelopes.read(row))
        }
        for entry in entries where entry.envelope.isUnreadable {
            guard let message = try StoredMessage.find(entry.envelope.id, transaction) else { continue }
            try Leases.giveUp(unreadable: message, at: now, transaction)
        }
        return entries.filter { !$0.envelope.isUnreadable }
    }
}
