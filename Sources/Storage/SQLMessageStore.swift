import Messaging
import Synchronization
import Vocabulary

/// The message store over a relational database. Each method is one transaction; the SQL stands beside what it does.
public final class SQLMessageStore: MessageStore {
    let database: any Database
    private let listeners = Mutex<[@Sendable (Set<Endpoint>) -> Void]>([])

    public init(database: any Database) async throws(StoreError) {
        self.database = database
        try await database.migrate()
    }

    public func onQueued(_ notify: @escaping @Sendable (Set<Endpoint>) -> Void) {
        let isFirst = listeners.withLock { listeners in
            listeners.append(notify)
            return listeners.count == 1
        }
        if isFirst { database.onAnnounced { [weak self] in self?.notify($0) } }
    }

    func notify(_ endpoints: Set<Endpoint>) {
        for listener in listeners.withLock({ $0 }) { listener(endpoints) }
    }

    // MARK: Intake

    public func accept(_ commit: IntakeCommit) async throws(StoreError) -> Acceptance {
        try await write { transaction throws(StoreError) in try IdempotentReceiver.accept(commit, transaction) }
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

    public func lease(queue: String, max: Int, now: Instant, ends: Instant) async throws(StoreError) -> [Lease] {
        let endpoint = Endpoint(.application, queue)
        return try await write { transaction throws(StoreError) in
            guard try !Endpoints.isPaused(endpoint, transaction) else { return [] }
            return try Leases.take(from: endpoint, max: max, now: now, ends: ends, transaction)
        }
    }

    public func exhaustLeases(
        of queues: [String], now: Instant, maxAttempts: Int, limit: Int
    ) async throws(StoreError) -> Int {
        try await write { transaction throws(StoreError) in
            var count = 0
            for queue in queues where count < limit {
                count += try Leases.exhaust(
                    queue, now: now, maxAttempts: maxAttempts, limit: limit - count, transaction)
            }
            return count
        }
    }

    public func lease(id: String, now: Instant) async throws(StoreError) -> Lease? {
        try await database.read { connection throws(StoreError) in try Leases.find(id, now: now, connection) }
    }

    public func settle(
        leaseID: String, _ settlement: LeaseSettlement, actor: String, now: Instant
    ) async throws(StoreError) -> Bool {
        try await write { transaction throws(StoreError) in
            try Leases.settle(leaseID, settlement, actor: actor, now: now, transaction)
        }
    }

    // MARK: Figures

    public func statistics() async throws(StoreError) -> StoreStatistics {
        try await database.read { connection throws(StoreError) in
            let backlog = try connection.query(
                "SELECT count(*) AS messages FROM message WHERE channel = 'status' AND state IN ('queued', 'claimed')",
                []
            ) { row throws(StoreError) in try row.int("messages") }.first
            let dead = try connection.query(
                "SELECT reason, sum(messages) AS messages FROM dead_letter_count GROUP BY reason", []
            ) { row throws(StoreError) in (try row.word("reason", as: DeadLetterReason.self), try row.int("messages")) }
            return StoreStatistics(statusBacklog: backlog ?? 0, deadLetters: Dictionary(dead) { $0 + $1 })
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
