import Messaging

extension SQLMessageStore {
    /// The fingerprint of the key that the store's keyed hashes were made with; nothing where none was noted yet.
    public func identityFingerprint() async throws(StoreError) -> String? {
        try await database.identityFingerprint()
    }

    /// Notes the fingerprint where none is.
    ///
    /// - Returns: the one that is noted: another node may have been first.
    public func noteIdentity(_ fingerprint: String) async throws(StoreError) -> String {
        try await database.write { connection throws(StoreError) in
            try connection.run(
                "INSERT INTO identity_key (id, fingerprint) VALUES (1, ?) ON CONFLICT (id) DO NOTHING",
                [.text(fingerprint)])
            return try connection.query("SELECT fingerprint FROM identity_key WHERE id = 1", []) {
                row throws(StoreError) in try row.text("fingerprint")
            }.first ?? fingerprint
        }
    }

    /// Gives up the key that the store's keyed hashes were made with: nothing is found by them again.
    public func forgetIdentity() async throws(StoreError) {
        try await database.write { connection throws(StoreError) in
            _ = try connection.run("DELETE FROM identity_key", [])
        }
    }

    /// Whether anything stands in the store that is found again only under the key it was made with.
    public func hasKeyedHashes() async throws(StoreError) -> Bool {
        try await database.read { connection throws(StoreError) in
            try !connection.query(
                """
                SELECT 1 FROM case_key UNION ALL SELECT 1 FROM evidence UNION ALL SELECT 1 FROM awaited_key
                UNION ALL SELECT 1 FROM drift_code LIMIT 1
                """, []
            ) { _ in true }.isEmpty
        }
    }
}

extension Database {
    /// The same, of a store of any schema.
    public func identityFingerprint() async throws(StoreError) -> String? {
        try await read { connection throws(StoreError) in
            guard try connection.tables().contains("identity_key") else { return nil }
            return try connection.query("SELECT fingerprint FROM identity_key WHERE id = 1", []) {
                row throws(StoreError) in try row.text("fingerprint")
            }.first
        }
    }
}
