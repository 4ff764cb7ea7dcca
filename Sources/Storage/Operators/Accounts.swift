import Messaging
import Vocabulary

extension SQLMessageStore: AccountStore {
    public func accounts() async throws(StoreError) -> [OperatorAccount] {
        try await database.read { connection throws(StoreError) in
            try connection.query(
                "SELECT \(Accounts.columns) FROM operator_account a ORDER BY a.name", [], Accounts.read)
        }
    }

    public func account(_ name: String) async throws(StoreError) -> OperatorAccount? {
        try await database.read { connection throws(StoreError) in
            try connection.query(
                "SELECT \(Accounts.columns) FROM operator_account a WHERE a.name = ?", [.text(name)], Accounts.read
            ).first
        }
    }

    public func addAccount(_ account: OperatorAccount, _ act: AuditAct) async throws(StoreError) -> Bool {
        try await database.write { connection throws(StoreError) in
            let added = try connection.run(
                """
                INSERT INTO operator_account (name, role, secret, one_time_until, created_at, changed_at)
                VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (name) DO NOTHING
                """,
                [
                    .text(account.name), .word(account.role), .text(account.secret),
                    .optional(account.oneTimeUntil?.milliseconds), .instant(account.createdAt),
                    .instant(account.changedAt),
                ])
            guard added == 1 else { return false }
            try Audit.append(act, connection)
            return true
        }
    }

    public func changeAccount(
        _ name: String, _ change: AccountChange, _ act: AuditAct
    ) async throws(StoreError) -> Bool {
        try await database.write { connection throws(StoreError) in
            let (assignments, values, key) = Accounts.assignments(change)
            let changed = try connection.run(
                "UPDATE operator_account SET \(assignments), changed_at = ? WHERE name = ?",
                values + [.instant(act.at), .text(name)])
            guard changed == 1 else { return false }
            try connection.run("DELETE FROM operator_session WHERE account = ?", [.text(name)])
            if let key {
                try connection.run("DELETE FROM sign_in_failure WHERE \(Accounts.below)", Accounts.range(key))
            }
            try Audit.append(act, connection)
            return true
        }
    }

    // An operator must be able to sign in and look where the store's file is lost or damaged; nothing else of theirs is taken.

    public func openSession(
        _ session: OperatorSession, forgetting keys: [String], _ act: AuditAct
    ) async throws(StoreError) {
        try await database.writeRegardless { connection throws(StoreError) in
            try connection.run("DELETE FROM operator_session WHERE ends_at <= ?", [.instant(act.at)])
            for key in keys { try connection.run("DELETE FROM sign_in_failure WHERE key = ?", [.text(key)]) }
            try connection.run(
                "INSERT INTO operator_session (token_hash, account, created_at, seen_at, ends_at) VALUES (?, ?, ?, ?, ?)",
                [
                    .text(session.tokenHash), .text(session.account), .instant(session.createdAt),
                    .instant(session.seenAt), .instant(session.endsAt),
                ])
            try Audit.append(act, connection)
        }
    }

    public func session(_ tokenHash: String) async throws(StoreError) -> (OperatorSession, OperatorAccount)? {
        try await database.read { connection throws(StoreError) in
            try connection.query(
                """
                SELECT \(Accounts.columns), s.created_at AS began_at, s.seen_at AS seen_at, s.ends_at AS ends_at FROM operator_session s
                JOIN operator_account a ON a.name = s.account WHERE s.token_hash = ?
                """, [.text(tokenHash)]
            ) { row throws(StoreError) in
                let session = OperatorSession(
                    tokenHash: tokenHash, account: try row.text("name"), createdAt: try row.instant("began_at"),
                    seenAt: try row.instant("seen_at"), endsAt: try row.instant("ends_at"))
                return (session, try Accounts.read(row))
            }.first
        }
    }

    public func touchSession(_ tokenHash: String, at: Instant) async throws(StoreError) {
        try await database.writeRegardless { connection throws(StoreError) in
            _ = try connection.run(
                "UPDATE operator_session SET seen_at = ? WHERE token_hash = ?", [.instant(at), .text(tokenHash)])
        }
    }

    public func closeSession(_ tokenHash: String, _ act: AuditAct) async throws(StoreError) {
        try await database.writeRegardless { connection throws(StoreError) in
            let closed = try connection.run(
                "DELETE FROM operator_session WHERE token_hash = ?", [.text(tokenHash)])
            if closed == 1 { try Audit.append(act, connection) }
        }
    }

    public func lockedUntil(_ keys: [String]) async throws(StoreError) -> Instant? {
        try await database.read { connection throws(StoreError) in
            var latest: Instant?
            for key in keys {
                let ends = try connection.query(
                    "SELECT locked_until FROM sign_in_failure WHERE key = ?", [.text(key)]
                ) { row throws(StoreError) in try row.instant("locked_until") }
                latest = (ends + [latest].compactMap(\.self)).max()
            }
            return latest
        }
    }

    public func lockedUntil(below key: String) async throws(StoreError) -> Instant? {
        try await database.read { connection throws(StoreError) in
            try connection.query(
                "SELECT locked_until FROM sign_in_failure WHERE \(Accounts.below)", Accounts.range(key)
            ) { row throws(StoreError) in try row.instant("locked_until") }.max()
        }
    }

    public func noteFailure(
        _ keys: [(key: String, policy: LockPolicy)], at: Instant, _ act: AuditAct?
    ) async throws(StoreError) {
        try await database.writeRegardless { connection throws(StoreError) in
            for (key, policy) in keys {
                let window = at.advanced(by: policy.window).milliseconds - at.milliseconds
                // A failure after the window, or after a lock that is over, begins to count anew.
                let failures = try connection.query(
                    """
                    INSERT INTO sign_in_failure (key, failures, last_at, locked_until) VALUES (?, 1, ?, 0)
                    ON CONFLICT (key) DO UPDATE SET
                    failures = CASE WHEN sign_in_failure.last_at <= ?
                    OR sign_in_failure.locked_until BETWEEN 1 AND excluded.last_at
                    THEN 1 ELSE sign_in_failure.failures + 1 END, locked_until = 0, last_at = excluded.last_at
                    RETURNING failures
                    """, [.text(key), .instant(at), .integer(at.milliseconds - window)]
                ) { row throws(StoreError) in try row.int("failures") }.first
                guard let failures, failures >= policy.failures else { continue }
                try connection.run(
                    "UPDATE sign_in_failure SET locked_until = ? WHERE key = ?",
                    [.instant(at.advanced(by: policy.window)), .text(key)])
            }
            if let act { try Audit.append(act, connection) }
        }
    }
}

/// Operators' accounts as rows.
enum Accounts {
    /// A key, and those that begin with it and `@`.
    static let below = "key = ? OR (key >= ? AND key < ?)"
    static func range(_ key: String) -> [SQLValue] { [.text(key), .text(key + "@"), .text(key + "A")] }

    static let columns = """
        a.name AS name, a.role AS role, a.secret AS secret, a.is_disabled AS is_disabled, a.created_at AS created_at,
        a.changed_at AS changed_at, a.one_time_until AS one_time_until
        """

    static func read(_ row: any SQLRow) throws(StoreError) -> OperatorAccount {
        OperatorAccount(
            name: try row.text("name"), role: try row.word("role"), secret: try row.text("secret"),
            oneTimeUntil: try row.optionalInstant("one_time_until"), isDisabled: try row.flag("is_disabled"),
            createdAt: try row.instant("created_at"), changedAt: try row.instant("changed_at"))
    }

    /// What an `UPDATE` sets, and under which key failures are forgotten.
    static func assignments(_ change: AccountChange) -> (sql: String, values: [SQLValue], key: String?) {
        switch change {
        case .role(let role): ("role = ?", [.word(role)], nil)
        case .secret(let secret, let oneTimeUntil, let key):
            ("secret = ?, one_time_until = ?", [.text(secret), .optional(oneTimeUntil?.milliseconds)], key)
        case .disabled: ("is_disabled = 1", [], nil)
        case .enabled(let key): ("is_disabled = 0", [], key)
        }
    }
}
