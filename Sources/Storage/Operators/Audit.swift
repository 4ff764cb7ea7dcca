import Messaging
import Vocabulary

extension SQLMessageStore: AuditStore {
    public func record(_ act: AuditAct) async throws(StoreError) {
        try await database.write { connection throws(StoreError) in try Audit.append(act, connection) }
    }

    public func auditEntries(
        _ filter: AuditFilter, after seq: Int?, newestFirst: Bool, limit: Int
    ) async throws(StoreError) -> [AuditEntry] {
        let given = [("actor = ?", filter.actor), ("subject = ?", filter.subject)].compactMap { sql, value in
            value.map { (sql: sql, value: SQLValue.text($0)) }
        }
        let start = Int64(seq ?? (newestFirst ? Int.max : Int.min))
        let conditions = (given.map(\.sql) + [newestFirst ? "seq < ?" : "seq > ?"]).joined(separator: " AND ")
        let sql = """
            \(Audit.select) WHERE \(conditions)
            ORDER BY seq \(newestFirst ? "DESC" : "ASC") LIMIT ?
            """
        let values = given.map(\.value) + [.integer(start), .integer(Int64(limit))]
        return try await database.read { connection throws(StoreError) in
            try connection.query(sql, values, Audit.read)
        }
    }

    public func auditHead() async throws(StoreError) -> AuditHead? {
        try await database.read { connection throws(StoreError) in
            try connection.query("SELECT seq, hash FROM audit_head WHERE id = 1", []) { row throws(StoreError) in
                AuditHead(seq: try row.int("seq"), hash: try row.text("hash"))
            }.first
        }
    }

    public func addAuditSeal(_ seal: AuditSeal) async throws(StoreError) {
        try await database.write { connection throws(StoreError) in
            _ = try connection.run(
                "INSERT INTO audit_seal (seq, hash, at, code) VALUES (?, ?, ?, ?) ON CONFLICT (seq) DO NOTHING",
                [.int(seal.head.seq), .text(seal.head.hash), .instant(seal.at), .text(seal.code)])
        }
    }

    public func auditSeals(after seq: Int, limit: Int) async throws(StoreError) -> [AuditSeal] {
        try await database.read { connection throws(StoreError) in
            try connection.query(
                "SELECT seq, hash, at, code FROM audit_seal WHERE seq > ? ORDER BY seq LIMIT ?",
                [.int(seq), .int(limit)]
            ) { row throws(StoreError) in
                AuditSeal(
                    head: AuditHead(seq: try row.int("seq"), hash: try row.text("hash")), at: try row.instant("at"),
                    code: try row.text("code"))
            }
        }
    }

    public func lastAuditEntry(of action: AuditAction) async throws(StoreError) -> AuditEntry? {
        try await database.read { connection throws(StoreError) in
            try connection.query(
                "\(Audit.select) WHERE action = ? ORDER BY seq DESC LIMIT 1", [.word(action)], Audit.read
            ).first
        }
    }
}

/// The chain of acts.
enum Audit {
    static let select = "SELECT seq, at, actor, role, action, subject, detail, previous, hash FROM audit"

    /// Adds the act inside the transaction that does it.
    static func append(_ act: AuditAct, _ connection: any SQLConnection) throws(StoreError) {
        // Counting up first takes the row's lock: two nodes never chain to the same head.
        let heads = try connection.query(
            "UPDATE audit_head SET seq = seq + 1 WHERE id = 1 RETURNING seq - 1 AS seq, hash", []
        ) { row throws(StoreError) in AuditHead(seq: try row.int("seq"), hash: try row.text("hash")) }
        guard let head = heads.first else { throw .corrupt("the audit trail has no head") }
        let entry = act.sealed(after: head)
        try connection.run(
            """
            INSERT INTO audit (seq, at, actor, role, action, subject, detail, previous, hash)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                .integer(Int64(entry.seq)), .instant(entry.at), .text(entry.actor), .text(entry.role),
                .text(entry.action), .text(entry.subject),
                .sealedText(entry.detail, .auditDetail), .text(entry.previous),
                .text(entry.hash),
            ])
        try connection.run("UPDATE audit_head SET hash = ? WHERE id = 1", [.text(entry.hash)])
    }

    /// As it stands there, whatever it says: the chain tells what was changed.
    static func read(_ row: any SQLRow) throws(StoreError) -> AuditEntry {
        AuditEntry(
            seq: try row.int("seq"), at: try row.instant("at"), actor: try row.text("actor"),
            role: try row.text("role"),
            action: try row.text("action"), subject: try row.text("subject"), detail: try row.words("detail") ?? "",
            previous: try row.text("previous"), hash: try row.text("hash"))
    }
}
