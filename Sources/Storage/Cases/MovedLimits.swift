import Messaging
import Vocabulary

extension SQLMessageStore: MovedLimitStore {
    public func beginReckoning(by rules: String, at now: Instant) async throws(StoreError) {
        try await database.write { connection throws(StoreError) in
            _ = try connection.run(
                """
                INSERT INTO reckoning (id, rules, since, is_done) VALUES (1, ?, ?, 0)
                ON CONFLICT (id) DO UPDATE SET rules = excluded.rules, since = excluded.since, through = NULL, is_done = 0
                WHERE reckoning.rules <> excluded.rules
                """, [.text(rules), .instant(now)])
        }
    }

    public func applicationsToReckon(by rules: String, limit: Int) async throws(StoreError) -> [String] {
        try await database.read { connection throws(StoreError) in
            let under = try connection.query(
                "SELECT through FROM reckoning WHERE rules = ? AND is_done = 0", [.text(rules)]
            ) { row throws(StoreError) in try row.optionalText("through") ?? "" }
            guard let through = under.first else { return [] }
            return try connection.query(
                """
                SELECT DISTINCT application_no AS no FROM clock WHERE ended_at IS NULL AND application_no > ?
                ORDER BY application_no LIMIT ?
                """, [.text(through), .int(limit)]
            ) { row throws(StoreError) in try row.text("no") }
        }
    }

    public func reckoned(
        by rules: String, through: String?, settle: Duration, at now: Instant
    ) async throws(StoreError) {
        let settled = now.advanced(by: .zero - settle)
        try await database.write { connection throws(StoreError) in
            _ = try connection.run(
                """
                UPDATE reckoning SET through = ?1, is_done = CASE WHEN CAST(?1 AS TEXT) IS NULL AND since <= ?2 THEN 1 ELSE 0 END
                WHERE rules = ?3 AND is_done = 0
                """, [.optional(through), .instant(settled), .text(rules)])
        }
    }

    public func movedLimits(
        of institution: String?, before id: Int64?, limit: Int
    ) async throws(StoreError) -> [MovedLimit] {
        var (conditions, values) = (["id < ?"], [SQLValue.integer(id ?? .max)])
        if let institution {
            conditions.append("institution = ?")
            values.append(.text(institution))
        }
        let sql = """
            SELECT id, application_no, clock, institution, due_before, due_at, was_provisional, is_provisional, at
            FROM moved_limit WHERE \(conditions.joined(separator: " AND ")) ORDER BY id DESC LIMIT ?
            """
        let all = values + [.int(limit)]
        return try await database.read { connection throws(StoreError) in
            try connection.query(sql, all, MovedLimits.read)
        }
    }

    public func countMovedLimits(since: Instant) async throws(StoreError) -> (count: Int, first: Instant?) {
        try await database.read { connection throws(StoreError) in
            try connection.query(
                "SELECT count(*) AS moved, min(at) AS first FROM moved_limit WHERE at >= ?", [.instant(since)]
            ) { row throws(StoreError) in (try row.int("moved"), try row.optionalInstant("first")) }.first ?? (0, nil)
        }
    }
}

/// Moved limits as rows.
enum MovedLimits {
    static func insert(_ moved: MovedLimit, _ connection: any SQLConnection) throws(StoreError) {
        try connection.run(
            """
            INSERT INTO moved_limit (application_no, clock, institution, due_before, due_at, was_provisional,
            is_provisional, at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                .text(moved.applicationNo), .text(moved.clock), .optional(moved.institution), .instant(moved.from),
                .instant(moved.to), .flag(moved.wasProvisional), .flag(moved.isProvisional), .instant(moved.at),
            ])
    }

    static func read(_ row: any SQLRow) throws(StoreError) -> MovedLimit {
        var moved = MovedLimit(
            applicationNo: try row.text("application_no"), institution: try row.optionalText("institution"),
            clock: try row.text("clock"), from: try row.instant("due_before"), to: try row.instant("due_at"),
            wasProvisional: try row.flag("was_provisional"), isProvisional: try row.flag("is_provisional"),
            at: try row.instant("at"))
        moved.id = try row.integer("id")
        return moved
    }
}
