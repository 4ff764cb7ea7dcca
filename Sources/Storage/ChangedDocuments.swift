import Messaging

extension Database {
    /// Documents and uploads that are no longer what their digest says, each by its name. SQLite holds no sums of its pages:
    /// a byte that the disk changed inside a document leaves the file whole for it.
    ///
    /// One row at a time is held in memory. Rows whose value cannot be opened are `unreadableRows`.
    ///
    /// - Parameters:
    ///   - limit: the most that are told.
    ///   - sm3: the digest, in hexadecimal, of bytes.
    public func changedDocuments(
        limit: Int, sm3: @escaping @Sendable ([UInt8]) -> String
    ) async throws(StoreError) -> [String] {
        try await read { connection throws(StoreError) in
            // What was erased is empty; so is what several records of one document share with the first of them.
            try Self.changed(
                "SELECT 'the document of referral ' || id AS name, raw AS bytes, digest FROM referral WHERE length(raw) > 0",
                limit, sm3, connection)
                + Self.changed(
                    "SELECT 'the upload ' || sha256 || ' of ' || partner AS name, bytes, sm3 AS digest FROM upload",
                    limit, sm3,
                    connection)
        }
    }

    private static func changed(
        _ query: String, _ limit: Int, _ sm3: ([UInt8]) -> String, _ connection: any SQLConnection
    ) throws(StoreError) -> [String] {
        let found = try connection.scan(query, []) { row throws(StoreError) -> String? in
            let bytes: [UInt8]
            do throws(StoreError) {
                bytes = try row.blob("bytes")
            } catch .corrupt {
                return nil
            }
            return sm3(bytes) == (try row.text("digest")) ? nil : try row.text("name")
        }
        return Array(found.compactMap(\.self).prefix(limit))
    }
}
