import Messaging
import Vocabulary

/// Messages as rows, with what they carry.
enum Envelopes {
    /// Sorts after every clock.
    static let noClock = Int64.max

    static let columns = """
        m.id AS id, m.channel AS channel, m.correlation_id AS correlation_id, m.partner AS partner,
        m.sender_message_id AS sender_message_id, m.recipient AS recipient, m.media_type AS media_type,
        m.created_at AS created_at, m.due_at AS due_at, m.priority AS priority, m.keep_until AS keep_until,
        m.traceparent AS traceparent
        """

    static func queue(_ envelope: Envelope, _ transaction: StoreTransaction) throws(StoreError) {
        try transaction.run(
            """
            INSERT INTO message (id, channel, correlation_id, partner, sender_message_id, recipient, payload, media_type,
            created_at, due_at, priority, keep_until, traceparent, state, ready_at)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'queued', ?)
            """,
            [
                .text(envelope.id), .word(envelope.channel), .text(envelope.correlationID),
                .text(envelope.channel == .status ? envelope.recipient : envelope.sender),
                .text(envelope.senderMessageID), .text(envelope.recipient),
                envelope.payload.isEmpty ? .null : .sealed(envelope.payload, .messagePayload),
                .text(envelope.mediaType),
                .instant(envelope.createdAt),
                .integer(envelope.dueAt?.milliseconds ?? noClock), .int(envelope.priority),
                .optional(envelope.keepUntil), .optional(envelope.traceParent),
                .instant(envelope.notBefore ?? envelope.createdAt),
            ])
        transaction.queued(Endpoint(envelope.channel, envelope.recipient))
    }

    /// Reads `columns`, and the payload as `payload`: `isUnreadable` where that cannot be opened.
    static func read(_ row: any SQLRow) throws(StoreError) -> Envelope {
        let dueAt = try row.instant("due_at")
        var envelope = Envelope(
            id: try row.text("id"), channel: try row.word("channel"), correlationID: try row.text("correlation_id"),
            sender: try row.text("partner"), senderMessageID: try row.optionalText("sender_message_id") ?? "",
            recipient: try row.text("recipient"), payload: try row.json("payload"),
            mediaType: try row.text("media_type"), createdAt: try row.instant("created_at"),
            dueAt: dueAt.milliseconds == noClock ? nil : dueAt, priority: try row.int("priority"),
            keepUntil: try row.optionalInstant("keep_until"))
        envelope.traceParent = try row.optionalText("traceparent")
        return envelope
    }
}

extension Envelope {
    /// Whether the payload is sealed still, because it is damaged or its key is not there.
    var isUnreadable: Bool { SealedValue.isContainer(payload) }
}
