import Messaging
import Vocabulary

extension SQLMessageStore {
    public func lastDeliveries(among newest: Int) async throws(StoreError) -> [Endpoint: Instant] {
        try await database.read { connection throws(StoreError) in
            let found = try connection.query(
                """
                SELECT channel, recipient, max(finished_at) AS finished_at FROM (SELECT channel, recipient, state, finished_at
                FROM message ORDER BY id DESC LIMIT ?) AS newest WHERE state = 'delivered' AND recipient IS NOT NULL
                GROUP BY channel, recipient
                """, [.integer(Int64(newest))]
            ) { row throws(StoreError) in
                (Endpoint(try row.word("channel"), try row.text("recipient")), try row.instant("finished_at"))
            }
            return Dictionary(found) { first, _ in first }
        }
    }
}
