import Messaging
import Vocabulary

extension SQLMessageStore {
    public func lastDeliveries(among newest: Int) async throws(StoreError) -> [Endpoint: Instant] {
        try await database.read { connection throws(StoreError) in
            let found = try connection.query(
                """
                SELECT channel, recipient, max(finished_at) FROM (SELECT channel, recipient, state, finished_at
                FROM message ORDER BY rowid DESC LIMIT ?) WHERE state = 'delivered' AND recipient IS NOT NULL
                GROUP BY channel, recipient
                """, [.integer(Int64(newest))]
            ) { row in
                Channel(rawValue: row.text(0)).map {
                    (Endpoint($0, row.text(1)), Instant(milliseconds: row.integer(2)))
                }
            }
            return Dictionary(found.compactMap(\.self)) { first, _ in first }
        }
    }
}
