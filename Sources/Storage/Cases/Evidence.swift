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
            ) { row in
                Evidence(
                    id: row.text(0), person: row.text(1), content: row.blob(2), partnerID: row.text(3),
                    receivedAt: Instant(milliseconds: row.integer(4)), keepUntil: Instant(milliseconds: row.integer(5)))
            }
        }
    }

    public func eraseEvidence(now: Instant) async throws(StoreError) -> Int {
        try await database.write { connection throws(StoreError) in
            try connection.run("DELETE FROM evidence WHERE keep_until <= ?", [.instant(now)])
        }
    }
}

extension Evidence {
    func insert(_ connection: any SQLConnection) throws(StoreError) {
        try connection.run(
            "INSERT INTO evidence (id, person, content, partner, received_at, keep_until) VALUES (?, ?, ?, ?, ?, ?)",
            [
                .text(id), .text(person), .blob(content), .text(partnerID), .instant(receivedAt), .instant(keepUntil),
            ])
    }
}
