import Messaging
import Vocabulary

extension SQLMessageStore: AcknowledgementStore {
    public func acknowledge(_ acknowledgement: Acknowledgement, _ act: AuditAct) async throws(StoreError) {
        try await database.write { connection throws(StoreError) in
            try connection.run("DELETE FROM acknowledgement WHERE ends_at <= ?", [.instant(act.at)])
            try connection.run(
                """
                INSERT INTO acknowledgement (trouble, known, actor, reason, at, ends_at) VALUES (?, ?, ?, ?, ?, ?)
                ON CONFLICT (trouble) DO UPDATE SET known = excluded.known, actor = excluded.actor,
                reason = excluded.reason, at = excluded.at, ends_at = excluded.ends_at
                """,
                [
                    .text(acknowledgement.trouble), .int(acknowledgement.known), .text(acknowledgement.actor),
                    .sealedText(acknowledgement.reason, .acknowledgementReason), .instant(acknowledgement.at),
                    .instant(acknowledgement.endsAt),
                ])
            try Audit.append(act, connection)
        }
    }

    public func withdrawAcknowledgement(of trouble: String, _ act: AuditAct) async throws(StoreError) -> Bool {
        try await database.write { connection throws(StoreError) in
            guard try connection.run("DELETE FROM acknowledgement WHERE trouble = ?", [.text(trouble)]) == 1 else {
                return false
            }
            try Audit.append(act, connection)
            return true
        }
    }

    public func acknowledgements(at now: Instant) async throws(StoreError) -> [Acknowledgement] {
        try await database.read { connection throws(StoreError) in
            try connection.query(
                """
                SELECT trouble, known, actor, reason, at, ends_at FROM acknowledgement WHERE ends_at > ? ORDER BY trouble
                """, [.instant(now)]
            ) { row throws(StoreError) -> Acknowledgement? in
                do throws(StoreError) {
                    return Acknowledgement(
                        trouble: try row.text("trouble"), known: try row.int("known"), actor: try row.text("actor"),
                        reason: try row.text("reason"), at: try row.instant("at"), endsAt: try row.instant("ends_at"))
                } catch .corrupt {
                    // What cannot be read hides nothing: the trouble is shown again, and `gateway check` names the row.
                    return nil
                }
            }.compactMap(\.self)
        }
    }
}
