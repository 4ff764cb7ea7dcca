import Messaging

/// Giving back what nothing stands on any more.
extension SQLiteDatabase {
    public func freeSpace(pages: Int) async throws(StoreError) -> Int {
        try await write { connection throws(StoreError) in
            let free = try connection.query("PRAGMA freelist_count", [], Self.number).first ?? 0
            let mode = try connection.query("PRAGMA auto_vacuum", [], Self.number).first ?? 0
            guard free > 0, mode == Self.incremental else { return 0 }
            try connection.run("PRAGMA incremental_vacuum(\(pages))", [])
            return Int(free - (try connection.query("PRAGMA freelist_count", [], Self.number).first ?? 0))
        }
    }

    /// What `auto_vacuum` answers where free pages can be given back in steps.
    private static let incremental: Int64 = 2

    /// Whether free pages can be given back; a file of a release before this one cannot until it is rewritten.
    public func canShrink() async throws(StoreError) -> Bool {
        try await read { connection throws(StoreError) in
            try connection.query("PRAGMA auto_vacuum", [], Self.number).first == Self.incremental
        }
    }

    /// Writes the file anew without what was erased or freed, so that it can shrink from then on, and empties the log:
    /// nothing of before is left in either. Nobody writes meanwhile; whoever waits longer than the database's patience is told
    /// that it is busy. The device needs room for the file once more.
    public func rewrite() async throws(StoreError) {
        try await alone { connection throws(StoreError) in
            // What is written aside would fill the memory. It is a file without a name.
            try connection.execute(
                "PRAGMA temp_store=FILE; PRAGMA busy_timeout=60000; PRAGMA auto_vacuum=INCREMENTAL; VACUUM")
            guard try connection.emptyLog() else { throw .busy }
        }
    }

    /// Writes the log back into the file and empties it, so that nothing that was erased stands in it; as far as others that
    /// read meanwhile allow.
    public func clearLog() async throws(StoreError) {
        try await alone { connection throws(StoreError) in _ = try connection.emptyLog() }
    }

    /// Does what cannot be done within a transaction, on a connection and a thread of its own.
    private func alone(
        _ work: @escaping @Sendable (SQLiteConnection) throws(StoreError) -> Void
    ) async throws(StoreError) {
        let keeper = StoreWorker(try SQLiteConnection(path: path, health), name: "store-keeper", maxPending: 1)
        keeper.start { connection, units in
            for unit in units {
                _ = unit.run(on: connection)
                unit.finish(failure: nil)
            }
        }
        do throws(StoreError) {
            try await keeper.submit { connection throws(StoreError) in
                guard let connection = connection as? SQLiteConnection else { throw .closed }
                try work(connection)
            }
        } catch {
            await keeper.close()
            throw error
        }
        await keeper.close()
    }
}

extension SQLiteConnection {
    /// - Returns: whether nobody stood in the way.
    fileprivate func emptyLog() throws(StoreError) -> Bool {
        try query("PRAGMA wal_checkpoint(TRUNCATE)", []) { row throws(StoreError) in try row.integer(at: 0) == 0 } == [
            true
        ]
    }
}
