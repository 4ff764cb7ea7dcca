import Messaging

/// What a store does by itself when it is written or read: triggers, views, and in PostgreSQL rules, policies and functions.
/// Whoever can change the schema can plant some that change or hide what the gateway writes, rows of the audit trail for
/// one: no chain of hashes shows what never came into it.
enum PlantedObjects {
    private struct Object: Hashable {
        let kind: String
        let name: String
        /// What it says; of a trigger in PostgreSQL its table and its function, which the server words otherwise than the
        /// migration did.
        let statement: String
    }

    /// What is there that no migration made, or otherwise than it made it, or is not there although one made it.
    static func found(_ connection: any SQLConnection) throws(StoreError) -> [String] {
        let made = try expected(of: connection)
        let there = try objects(connection, made)
        let planted = there.subtracting(made).map { "\($0.kind) \($0.name)" }
        let gone = made.subtracting(there).map { "\($0.kind) \($0.name)" }
        return Set(planted + gone).sorted()
    }

    /// Those alone whose names no migration knows, and that act by themselves: a view of somebody's on a server, to report
    /// from, is told and keeps nothing from starting.
    static func foreign(_ connection: any SQLConnection) throws(StoreError) -> [String] {
        let made = try expected(of: connection)
        let known = Set(made.map(\.name))
        let isServer = connection.dialect == .postgreSQL
        return try objects(connection, made).filter { !known.contains($0.name) && !(isServer && $0.kind == "view") }
            .map { "\($0.kind) \($0.name)" }.sorted()
    }

    private static func expected(of connection: any SQLConnection) throws(StoreError) -> Set<Object> {
        let version = try connection.schemaVersion()
        switch connection.dialect {
        case .sqlite:
            let connection = try SQLiteConnection(inMemory: ())
            for migration in Migration.all.prefix(version) {
                for statement in migration.statements { try connection.run(statement, []) }
            }
            return try objects(connection, [])
        case .postgreSQL:
            return Set(Migration.postgreSQL.filter { $0.version <= version }.flatMap { made(by: $0.script) })
        }
    }

    /// Triggers and functions as a script for PostgreSQL makes them.
    private static func made(by script: String) -> [Object] {
        let triggers = script.matches(
            of: /CREATE TRIGGER (\w+)\s[^;]*?\sON (\w+)\s[^;]*?EXECUTE FUNCTION (\w+)\(\)/
        ).map { Object(kind: "trigger", name: String($0.1), statement: "\($0.2) \($0.3)") }
        let functions = script.matches(
            of: /CREATE FUNCTION (\w+)\([^;]*?\sAS\s+(?:\$\$([^$]*)\$\$|'([^']*)')/
        ).map { Object(kind: "function", name: String($0.1), statement: String($0.2 ?? $0.3 ?? "")) }
        return triggers + functions
    }

    /// - Parameter made: whose functions are looked at; others do nothing unless something else calls them.
    private static func objects(
        _ connection: any SQLConnection, _ made: Set<Object>
    ) throws(StoreError) -> Set<Object> {
        let found = Set(
            try connection.query(connection.dialect == .sqlite ? ofFile : ofServer, []) { row throws(StoreError) in
                Object(kind: try row.text("kind"), name: try row.text("name"), statement: try row.text("statement"))
            })
        guard connection.dialect == .postgreSQL else { return found }
        let own = Set(made.filter { $0.kind == "function" }.map(\.name))
        return found.filter { $0.kind != "function" || own.contains($0.name) }
    }

    private static let ofFile = """
        SELECT type AS kind, name, sql AS statement FROM sqlite_schema WHERE type IN ('trigger', 'view')
        """

    /// Of the schema that the store is in.
    private static let ofServer = """
        SELECT 'trigger' AS kind, t.tgname::text AS name, c.relname::text || ' ' || p.proname::text
            || CASE t.tgenabled WHEN 'O' THEN '' ELSE ' not enabled' END AS statement
            FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_proc p ON p.oid = t.tgfoid
            WHERE NOT t.tgisinternal AND c.relnamespace = current_schema()::regnamespace
        UNION ALL SELECT 'rule', r.rulename::text, c.relname::text FROM pg_rewrite r JOIN pg_class c ON c.oid = r.ev_class
            WHERE r.rulename <> '_RETURN' AND c.relnamespace = current_schema()::regnamespace
        UNION ALL SELECT 'policy', p.polname::text, c.relname::text FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid
            WHERE c.relnamespace = current_schema()::regnamespace
        UNION ALL SELECT 'view', c.relname::text, '' FROM pg_class c
            WHERE c.relkind IN ('v', 'm') AND c.relnamespace = current_schema()::regnamespace
            AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')
        UNION ALL SELECT 'function', p.proname::text, p.prosrc FROM pg_proc p
            WHERE p.pronamespace = current_schema()::regnamespace
        """
}

extension Database {
    /// Triggers, views and the like that are not as the gateway makes them.
    public func plantedObjects() async throws(StoreError) -> [String] {
        try await read { connection throws(StoreError) in try PlantedObjects.found(connection) }
    }
}
