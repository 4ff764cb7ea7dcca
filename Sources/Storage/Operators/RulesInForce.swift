import Messaging
import Vocabulary

extension SQLMessageStore: RuleLog {
    /// Whose history the notes are.
    private static let subject = "rules"

    public func noteRules(_ digest: String, at now: Instant) async throws(StoreError) {
        try await database.write { connection throws(StoreError) in
            guard try Self.rules(inForceAt: now, connection) != digest else { return }
            try History.append(Self.subject, .inForce, "gateway", digest, at: now, connection)
        }
    }

    public func rules(inForceAt moment: Instant) async throws(StoreError) -> String? {
        try await database.read { connection throws(StoreError) in
            try Self.rules(inForceAt: moment, connection)
        }
    }

    private static func rules(
        inForceAt moment: Instant, _ connection: any SQLConnection
    ) throws(StoreError) -> String? {
        try connection.query(
            "SELECT detail FROM history WHERE subject = ? AND at <= ? ORDER BY at DESC, rowid DESC LIMIT 1",
            [.text(subject), .instant(moment)]
        ) { row throws(StoreError) in try row.optionalText("detail") }.first ?? nil
    }
}
