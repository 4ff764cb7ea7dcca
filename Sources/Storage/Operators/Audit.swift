import Messaging
import Vocabulary

extension SQLMessageStore: AuditStore {
    public func record(_ act: AuditAct) async throws(StoreError) {
        try await database.write { connection throws(StoreError) in try Audit.append(act, connection) }
    }

    public func auditEntries(
        _ filter: AuditFilter, after seq: Int?, newestFirst: Bool, limit: Int
    ) async throws(StoreError) -> [AuditEntry] {
        let asked: [(sql: String, value: SQLValue?)] = [
            ("actor = ?", filter.actor.map { .text($0) }), ("subject = ?", filter.subject.map { .text($0) }),
            ("action = ?", filter.action.map { .word($0) }), ("at >= ?", filter.from.map { .instant($0) }),
            ("at < ?", filter.until.map { .instant($0) }),
        ]
        let given = asked.compactMap { sql, value in value.map { (sql: sql, value: $0) } }
        // A row may bear any number that somebody has written there.
        let place = seq.map { _ in newestFirst ? "seq < ?" : "seq > ?" }
        let conditions = (given.map(\.sql) + [place].compactMap(\.self)).joined(separator: " AND ")
        let sql = """
            \(Audit.select) \(conditions.isEmpty ? "" : "WHERE " + conditions)
            ORDER BY seq \(newestFirst ? "DESC" : "ASC") LIMIT ?
            """
        let values = given.map(\.value) + [seq, limit].compactMap(\.self).map { .int($0) }
        return try await database.read { connection throws(StoreError) in
            try connection.query(sql, values, Audit.read)
        }
    }

    public func auditHead() async throws(StoreError) -> AuditHead? {
        try await database.read { connection throws(StoreError) in try Audit.head(connection) }
    }

    public func auditEnd() async throws(StoreError) -> AuditSeal? {
        try await database.read { connection throws(StoreError) in try Audit.end(connection) }
    }

    public func beginAuditSealing(
        _ act: AuditAct, code: @escaping @Sendable (AuditHead) -> String
    ) async throws(StoreError) {
        try await database.write { connection throws(StoreError) in
            guard try Audit.end(connection) == nil else { return }
            try Audit.append(act, connection)
            guard let head = try Audit.head(connection) else { throw .corrupt("audit_head") }
            _ = try connection.run(
                "INSERT INTO audit_end (id, seq, hash, at, code) VALUES (1, ?, ?, ?, ?)",
                [.int(head.seq), .text(head.hash), .instant(act.at), .text(code(head))])
        }
    }

    public func addAuditSeal(_ seal: AuditSeal, endCode: String) async throws(StoreError) {
        try await database.write { connection throws(StoreError) in
            try connection.run(
                "INSERT INTO audit_seal (seq, hash, at, code) VALUES (?, ?, ?, ?) ON CONFLICT (seq) DO NOTHING",
                [.int(seal.head.seq), .text(seal.head.hash), .instant(seal.at), .text(seal.code)])
            // Another node may have sealed a later end meanwhile.
            _ = try connection.run(
                "UPDATE audit_end SET seq = ?, hash = ?, at = ?, code = ? WHERE id = 1 AND seq < ?",
                [
                    .int(seal.head.seq), .text(seal.head.hash), .instant(seal.at), .text(endCode), .int(seal.head.seq),
                ])
        }
    }

    public func auditSeals(after seq: Int?, limit: Int) async throws(StoreError) -> [AuditSeal] {
        try await database.read { connection throws(StoreError) in
            try connection.query(
                "SELECT seq, hash, at, code FROM audit_seal \(seq == nil ? "" : "WHERE seq > ?") ORDER BY seq LIMIT ?",
                [seq, limit].compactMap(\.self).map { .int($0) }, Audit.readSeal)
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

    static func head(_ connection: any SQLConnection) throws(StoreError) -> AuditHead? {
        try connection.query("SELECT seq, hash FROM audit_head WHERE id = 1", [], readHead).first
    }

    static func end(_ connection: any SQLConnection) throws(StoreError) -> AuditSeal? {
        try connection.query("SELECT seq, hash, at, code FROM audit_end WHERE id = 1", [], readSeal).first
    }

    /// Adds the act inside the transaction that does it.
    static func append(_ act: AuditAct, _ connection: any SQLConnection) throws(StoreError) {
        // Counting up first takes the row's lock: two nodes never chain to the same head.
        let heads = try connection.query(
            "UPDATE audit_head SET seq = seq + 1 WHERE id = 1 RETURNING seq - 1 AS seq, hash", [], readHead)
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

    private static func readHead(_ row: any SQLRow) throws(StoreError) -> AuditHead {
        AuditHead(seq: try row.int("seq"), hash: try row.text("hash"))
    }

    static func readSeal(_ row: any SQLRow) throws(StoreError) -> AuditSeal {
        AuditSeal(head: try readHead(row), at: try row.instant("at"), code: try row.text("code"))
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
