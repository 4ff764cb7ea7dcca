import Messaging
import Vocabulary

extension SQLMessageStore: EvidenceStore {
    public func evidence(of persons: [String], now: Instant) async throws(StoreError) -> [Evidence] {
        guard !persons.isEmpty else { return [] }
        return try await database.read { connection throws(StoreError) in
            let marks = persons.map { _ in "?" }.joined(separator: ", ")
            return try connection.query(
                """
                SELECT id, person, content, partner, received_at, keep_until FROM evidence
                WHERE person IN (\(marks)) AND keep_until > ? ORDER BY id
                """, persons.map(SQLValue.text) + [.instant(now)]
            ) { row throws(StoreError) in
                Evidence(
                    id: try row.text("id"), person: try row.text("person"), content: try row.json("content"),
                    partnerID: try row.text("partner"),
                    receivedAt: try row.instant("received_at"), keepUntil: try row.instant("keep_until"))
            }
        }
    }
}

extension Evidence {
    func insert(by referralID: String, _ connection: any SQLConnection) throws(StoreError) {
        try connection.run(
            """
            INSERT INTO evidence (id, person, content, partner, received_at, keep_until, referral_id)
            VALUES (?, ?, ?, ?, ?, ?, ?)
            """,
            [
                .text(id), .text(person), .sealed(content, .evidenceContent), .text(partnerID), .instant(receivedAt),
                .instant(keepUntil),
                .text(referralID),
            ])
    }
}
