import Messaging
import Synchronization
import Vocabulary

/// The message store over a relational database. Each method is one transaction; the SQL stands beside what it does.
public final class SQLMessageStore: MessageStore {
    let database: any Database
    private let bells = Mutex<[(channel: Channel, ring: @Sendable () -> Void)]>([])

    public init(database: any Database) async throws(StoreError) {
        self.database = database
        try await database.migrate()
    }

    public func onQueued(_ channel: Channel, _ ring: @escaping @Sendable () -> Void) {
        bells.withLock { $0.append((channel, ring)) }
    }

    func ring(_ channel: Channel) {
        for bell in bells.withLock({ $0 }) where bell.channel == channel { bell.ring() }
    }

    // MARK: Intake

    public func accept(_ commit: IntakeCommit) async throws(StoreError) -> Acceptance {
        let (acceptance, changed) = try await database.write {
            connection throws(StoreError) -> (Acceptance, changed: Bool) in
            if let earlier = try ReferralRows.earlier(commit, connection) { return (earlier, false) }
            if let old = commit.supersedes, try !ReferralRows.supersede(old, commit, connection) {
                return (.superseded, false)
            }
            try ReferralRows.insert(commit, connection)
            let settled = try FollowUps.settle(commit, connection)
            return (settled.answer.map(Acceptance.resolved) ?? .stored, settled.changed)
        }
        switch acceptance {
        case .stored, .resolved:
            ring(.application)
            if changed || commit.records.contains(where: { $0.envelope != nil }) { ring(.status) }
        case .replayed, .conflict, .superseded: break
        }
        return acceptance
    }

    public func referral(id: String) async throws(StoreError) -> ReferralRecord? {
        try await database.read { connection throws(StoreError) in
            try ReferralRows.read("WHERE id = ?", [.text(id)], connection)
        }
    }

    public func referral(partner: String, messageID: String) async throws(StoreError) -> ReferralRecord? {
        try await database.read { connection throws(StoreError) in
            try ReferralRows.read(
                "WHERE partner = ? AND message_id = ? AND is_invalid = 0", [.text(partner), .text(messageID)],
                connection)
        }
    }

    // MARK: Leases

    public func lease(
        queue: String, max: Int, now: Instant, ends: Instant, maxAttempts: Int
    ) async throws(StoreError) -> [Lease] {
        try await database.write { connection throws(StoreError) in
            guard try !EndpointPauses.isPaused(Endpoint(.application, queue), connection) else { return [] }
            try Leases.exhaust(queue: queue, now: now, maxAttempts: maxAttempts, connection)
            return try Leases.take(
                """
                FROM message m JOIN application a ON a.no = m.correlation_id
                WHERE m.channel = 'application' AND m.recipient = ? AND m.state IN ('queued', 'claimed')
                AND m.ready_at <= ? ORDER BY m.priority DESC, m.due_at, m.id LIMIT ?
                """, payload: "coalesce(m.payload, a.content)", [.text(queue), .instant(now), .integer(Int64(max))],
                ends: ends, now: now,
                connection)
        }
    }

    public func lease(id: String, now: Instant) async throws(StoreError) -> Lease? {
        try await database.read { connection throws(StoreError) in
            guard let (messageID, attempt) = Leases.parts(of: id) else { return nil }
            return try connection.query(
                """
                SELECT \(Envelopes.columns), x'', m.attempt, m.ready_at FROM message m
                WHERE m.id = ? AND m.state = 'claimed' AND m.attempt = ? AND m.ready_at > ?
                """, [.text(messageID), .integer(Int64(attempt)), .instant(now)], Leases.read
            ).first
        }
    }

    public func settle(
        leaseID: String, _ settlement: LeaseSettlement, actor: String, now: Instant
    ) async throws(StoreError) -> Bool {
        let settled = try await database.write { connection throws(StoreError) in
            try Leases.settle(leaseID, settlement, actor: actor, now: now, connection)
        }
        if settled, case .release = settlement { ring(.application) }
        return settled
    }

    // MARK: Figures

    public func statistics() async throws(StoreError) -> StoreStatistics {
        try await database.read { connection throws(StoreError) in
            let queues = try connection.query(
                """
                SELECT recipient, count(*), min(created_at) FROM message
                WHERE channel = 'application' AND state IN ('queued', 'claimed') GROUP BY recipient
                """, []
            ) { row in
                StoreStatistics.Queue(
                    name: row.text(0), depth: Int(row.integer(1)),
                    oldest: row.optionalInteger(2).map { Instant(milliseconds: $0) })
            }
            let backlog = try connection.query(
                "SELECT count(*) FROM message WHERE channel = 'status' AND state IN ('queued', 'claimed')", []
            ) { Int($0.integer(0)) }.first
            let dead = try connection.query(
                "SELECT reason, sum(messages) FROM dead_letter_count GROUP BY reason", []
            ) { (DeadLetterReason(rawValue: $0.text(0)), Int($0.integer(1))) }
            return StoreStatistics(
                queues: queues, statusBacklog: backlog ?? 0,
                deadLetters: Dictionary(dead.compactMap { reason, count in reason.map { ($0, count) } }) { $0 + $1 })
        }
    }

    public func ping(now: Instant) async throws(StoreError) {
        try await database.write { connection throws(StoreError) in
            _ = try connection.run(
                "INSERT INTO heartbeat (id, at) VALUES (1, ?) ON CONFLICT (id) DO UPDATE SET at = excluded.at",
                [.instant(now)])
        }
    }
}
