import Messaging

/// Data keys as rows, each wrapped by the master key.
enum DataKeys {
    struct Row: Sendable {
        let id: Int64
        let suite: String
        /// The fingerprint of the master key that wraps it.
        let master: String
        let wrapped: [UInt8]

        func unwrapped(by master: [UInt8], _ keys: any MasterKey) throws(StoreError) -> [UInt8] {
            let cipher = try keys.cipher(suite, key: master)
            let given = fingerprint(cipher)
            guard given == self.master else {
                throw .failed(
                    "the store's data keys are wrapped by the master key \(self.master), and the one given is \(given)")
            }
            guard let key = cipher.open(wrapped[...], context: context(id, suite)) else {
                throw .corrupt("data key \(id) cannot be unwrapped")
            }
            return key
        }
    }

    /// Tells master keys apart, and nothing about them.
    private static func fingerprint(_ cipher: any PayloadCipher) -> String {
        String(cipher.hash("legal-aid-gateway master key").prefix(16))
    }

    private static func context(_ id: Int64, _ suite: String) -> [UInt8] { Array("data key \(id) \(suite)".utf8) }

    static func all(_ connection: any SQLConnection) throws(StoreError) -> [Row] {
        try connection.query("SELECT id, suite, master, wrapped FROM data_key ORDER BY id", []) {
            row throws(StoreError) in
            Row(
                id: try row.integer("id"), suite: try row.text("suite"), master: try row.text("master"),
                wrapped: try row.blob("wrapped"))
        }
    }

    static func newest(_ connection: any SQLConnection) throws(StoreError) -> Int64? {
        try connection.query("SELECT max(id) AS id FROM data_key WHERE id > 0", []) { row throws(StoreError) in
            try row.optionalInteger("id")
        }.first ?? nil
    }

    static func insert(
        _ id: Int64, suite: String, key: [UInt8], by master: any MasterKey, _ connection: any SQLConnection
    ) throws(StoreError) {
        let cipher = try master.cipher(suite, key: try master.bytes())
        try connection.run(
            "INSERT INTO data_key (id, suite, master, wrapped, made_at) VALUES (?, ?, ?, ?, unixepoch() * 1000)",
            [
                .integer(id), .text(suite), .text(fingerprint(cipher)),
                .blob(try cipher.seal(key, context: context(id, suite))),
            ])
    }

    /// Wraps every data key by another master key.
    ///
    /// - Returns: that one's fingerprint.
    static func rewrap(
        from old: any MasterKey, to new: any MasterKey, _ connection: any SQLConnection
    ) throws(StoreError) -> String {
        let (oldBytes, newBytes) = (try old.bytes(), try new.bytes())
        var name = ""
        for row in try all(connection) {
            let key = try row.unwrapped(by: oldBytes, old)
            let cipher = try new.cipher(row.suite, key: newBytes)
            name = fingerprint(cipher)
            try connection.run(
                "UPDATE data_key SET master = ?, wrapped = ? WHERE id = ?",
                [.text(name), .blob(try cipher.seal(key, context: context(row.id, row.suite))), .integer(row.id)])
        }
        return name
    }

    /// Whether anything may have been written before the store was encrypted.
    static func holdsRows(_ connection: any SQLConnection) throws(StoreError) -> Bool {
        try !connection.query("SELECT 1 FROM history UNION ALL SELECT 1 FROM upload LIMIT 1", []) { _ in true }.isEmpty
    }
}
