import Messaging
import Vocabulary

/// What happened to a referral, an application or a message (Message History).
enum History {
    static func append(
        _ subject: String, _ event: HistoryEvent, _ actor: String, _ detail: String?, at: Instant,
        occurredAt: Instant? = nil, _ connection: any SQLConnection
    ) throws(StoreError) {
        try connection.run(
            "INSERT INTO history (subject, at, occurred_at, event, actor, detail) VALUES (?, ?, ?, ?, ?, ?)",
            [
                .text(subject), .instant(at), .optional(occurredAt), .text(event.rawValue),
                .sealedText(actor, .historyActor),
                .optionalSealed(detail, .historyDetail),
            ])
    }

    static func append(
        _ subject: String, _ entry: HistoryEvent.Entry, _ actor: String, _ detail: String?, at: Instant,
        _ connection: any SQLConnection
    ) throws(StoreError) {
        try append(subject, .entry(entry), actor, detail, at: at, connection)
    }

    static let columns = "at, occurred_at, event, actor, detail"

    static func read(_ row: any SQLRow) throws(StoreError) -> HistoryEntry {
        guard let event = HistoryEvent(rawValue: try row.text("event")) else {
            throw .corrupt("column event holds an unknown word")
        }
        return HistoryEntry(
            at: try row.instant("at"), occurredAt: try row.optionalInstant("occurred_at"), event: event,
            actor: try row.words("actor") ?? "",
            detail: try row.words("detail"))
    }
}
