import Messaging
import Vocabulary

/// Messages as rows.
enum Envelopes {
    /// Sorts after every clock.
    static let noClock = Int64.max

    static let columns = """
        m.id, m.channel, m.correlation_id, m.partner, m.sender_message_id, m.recipient, m.media_type, m.created_at,
        m.due_at, m.priority, m.keep_until, m.traceparent
        """

    static func queue(_ envelope: Envelope, _ connection: any SQLConnection) throws(StoreError) {
        try connection.run(
            """
            INSERT INTO message (id, channel, correlation_id, partner, sender_message_id, recipient, payload, media_type,
            created_at, due_at, priority, keep_until, traceparent, state, ready_at)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'queued', ?)
            """,
            [
                .text(envelope.id), .text(envelope.channel.rawValue), .text(envelope.correlationID),
                .text(envelope.channel == .status ? envelope.recipient : envelope.sender),
                .text(envelope.senderMessageID), .text(envelope.recipient),
                envelope.payload.isEmpty ? .null : .blob(envelope.payload), .text(envelope.mediaType),
                .instant(envelope.createdAt),
                .integer(envelope.dueAt?.milliseconds ?? noClock), .integer(Int64(envelope.priority)),
                .optional(envelope.keepUntil?.milliseconds), .optional(envelope.traceParent),
                .instant(envelope.notBefore ?? envelope.createdAt),
            ])
    }

    /// Reads `columns` and then the payload.
    static func read(_ row: any SQLRow) -> Envelope {
        let dueAt = row.integer(8)
        var envelope = Envelope(
            id: row.text(0), channel: Channel(rawValue: row.text(1)) ?? .status, correlationID: row.text(2),
            sender: row.text(3), senderMessageID: row.text(4), recipient: row.text(5), payload: row.blob(12),
            mediaType: row.text(6), createdAt: Instant(milliseconds: row.integer(7)),
            dueAt: dueAt == noClock ? nil : Instant(milliseconds: dueAt), priority: Int(row.integer(9)),
            keepUntil: row.optionalInteger(10).map { Instant(milliseconds: $0) })
        envelope.traceParent = row.optionalText(11)
        return envelope
    }
}
