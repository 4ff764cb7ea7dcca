import Messaging
import Vocabulary

extension SQLMessageStore: NonceStore {
    public func spendNonce(_ nonce: String, of keyID: String, until: Instant) async throws(StoreError) -> Bool {
        try await database.write { connection throws(StoreError) in
            try connection.run(
                "INSERT INTO used_nonce (key_id, nonce, until) VALUES (?, ?, ?) ON CONFLICT (key_id, nonce) DO NOTHING",
                [.text(keyID), .text(nonce), .instant(until)]) == 1
        }
    }

    public func forgetNonces(before: Instant, limit: Int) async throws(StoreError) -> Int {
        try await database.write { connection throws(StoreError) in
            try connection.run(
                """
                DELETE FROM used_nonce WHERE (key_id, nonce) IN
                (SELECT key_id, nonce FROM used_nonce WHERE until < ? ORDER BY until LIMIT ?)
                """, [.instant(before), .int(limit)])
        }
    }
}
