import Messaging
import Vocabulary

/// What happened to a referral, an application or a message (Message History).
enum History {
    static func append(
        _ subject: String, _ event: String, _ actor: String, _ detail: String?, at: Instant,
        _ connection: any SQLConnection
    ) throws(StoreError) {
        try connection.run(
            "INSERT INTO history (subject, at, event, actor, detail) VALUES (?, ?, ?, ?, ?)",
            [.text(subject), .instant(at), .text(event), .text(actor), .optional(detail)])
    }
}
