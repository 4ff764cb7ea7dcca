import Messaging

/// Triggers and views of a store's file. Whoever can write the file can plant some that change or hide what the gateway
/// writes, rows of the audit trail for one: no chain of hashes shows what never came into it.
enum PlantedObjects {
    private struct Object: Hashable {
        let kind: String
        let name: String
        let statement: String
    }

    /// What is there that no migration made, or otherwise than it made it, or is not there although one made it.
    static func found(_ connection: any SQLConnection) throws(StoreError) -> [String] {
        let made = try expected(at: try connection.schemaVersion())
        let there = try objects(connection)
        let planted = there.subtracting(made).map { "\($0.kind) \($0.name)" }
        let gone = made.subtracting(there).map { "\($0.kind) \($0.name)" }
        return Set(planted + gone).sorted()
    }

    /// Those alone whose names no migration knows.
    static func foreign(_ connection: any SQLConnection) throws(StoreError) -> [String] {
        let known = Set(try expected(at: try connection.schemaVersion()).map(\.name))
        return try objects(connection).filter { !known.contains($0.name) }.map { "\($0.kind) \($0.name)" }.sorted()
    }

    private static func expected(at version: Int) throws(StoreError) -> Set<Object> {
        let connection = try SQLiteConnection(inMemory: ())
        for migration in Migration.all.prefix(version) {
            for statement in migration.statements { try connection.run(statement, []) }
        }
        return try objects(connection)
    }

    private static func objects(_ connection: any SQLConnection) throws(StoreError) -> Set<Object> {
        Set(
            try connection.query("SELECT type, name, sql FROM sqlite_schema WHERE type IN ('trigger', 'view')", []) {
                row throws(StoreError) in
                Object(kind: try row.text("type"), name: try row.text("name"), statement: try row.text("sql"))
            })
    }
}

extension Database {
    /// Triggers and views that are not as the gateway makes them. In PostgreSQL they are its roles' business: the gateway's
    /// may make none.
    public func plantedObjects() async throws(StoreError) -> [String] {
        try await read { connection throws(StoreError) in
            connection.dialect == .sqlite ? try PlantedObjects.found(connection) : []
        }
    }
}
