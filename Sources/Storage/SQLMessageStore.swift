import Messaging
import Synchronization

/// The hallway over a relational database. Each method is one transaction; the SQL stands beside what it does.
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
        let acceptance = try await database.write { connection throws(StoreError) in
            if let earlier = try Intake.earlier(commit, connection) { return earlier }
            if let old = commit.supersedes, try !Intake.supersede(old, commit, connection) { return .superseded }
            try Intake.insert(commit, connection)
            return Acceptance.stored
        }
        if acceptance == .stored { ring(.application) }
        return acceptance
    }

    public func referral(id: String) async throws(StoreError) -> ReferralRecord? {
        try await database.read { connection throws(StoreError) in
            try Rows.referral("WHERE id = ?", [.text(id)], connection)
        }
    }

    public func referral(partner: String, messageID: String) async throws(StoreError) -> ReferralRecord? {
        try await database.read { connection throws(StoreError) in
            try Rows.referral(
                "WHERE partner = ? AND message_id = ? AND is_invalid = 0", [.text(partner), .text(messageID)],
                connection)
        }
    }

    // MARK: Cases

    public func application(_ applicationNo: String) async throws(StoreError) -> ApplicationRecord? {
        try await database.read { connection throws(StoreError) in
            try connection.query(
                """
                SELECT a.no, a.referral_id, r.partner, r.message_id, a.queue, a.content, a.case_state, a.road, a.version
                FROM application a JOIN referral r ON r.id = a.referral_id WHERE a.no = ?
                """, [.text(applicationNo)]
            ) { row in
                ApplicationRecord(
                    applicationNo: row.text(0), referralID: row.text(1), partnerID: row.text(2),
                    messageID: row.optionalText(3), queue: row.optionalText(4), content: row.blob(5),
                    caseState: row.optionalText(6), road: row.optionalText(7), version: Int(row.integer(8)))
            }.first
        }
    }

    public func statusHistory(_ applicationNo: String) async throws(StoreError) -> [StatusRecord] {
        try await database.read { connection throws(StoreError) in
            try connection.query(
                "SELECT id, code, content, at FROM status WHERE application_no = ? ORDER BY id",
                [.text(applicationNo)]
            ) { row in
                StatusRecord(
                    id: row.text(0), applicationNo: applicationNo, code: row.text(1), content: row.blob(2),
                    at: Instant(milliseconds: row.integer(3)))
            }
        }
    }

    public func changeCase(_ change: CaseChange) async throws(StoreError) -> CaseChangeResult {
        let work: @Sendable (any SQLConnection) throws(StoreError) -> CaseChangeResult = {
            connection throws(StoreError) in
            if let leaseID = change.leaseID {
                let settled = try Leases.settle(
                    leaseID, .acknowledge, actor: change.actor, now: change.at, connection)
                guard settled else { return .leaseEnded }
            }
            let changed = try connection.run(
                """
                UPDATE application SET case_state = coalesce(?, case_state), version = version + 1
                WHERE no = ? AND version = ?
                """,
                [.optional(change.caseState), .text(change.applicationNo), .integer(Int64(change.expectedVersion))])
            guard changed == 1 else {
                // Thrown away with everything else of this unit: the lease must not end with a step that was not made.
                throw .failed(Self.staleMarker)
            }
            if let status = change.status {
                try connection.run(
                    "INSERT INTO status (id, application_no, code, content, at) VALUES (?, ?, ?, ?, ?)",
                    [
                        .text(status.id), .text(status.applicationNo), .text(status.code), .blob(status.content),
                        .instant(status.at),
                    ])
            }
            if let envelope = change.envelope { try Envelopes.queue(envelope, connection) }
            try Rows.note(change.applicationNo, change.event, change.actor, nil, at: change.at, connection)
            return .changed
        }
        let result: CaseChangeResult
        do {
            result = try await database.write(work)
        } catch {
            guard error == .failed(Self.staleMarker) else { throw error }
            return .stale
        }
        if result == .changed, change.envelope != nil { ring(.status) }
        return result
    }

    private static let staleMarker = "stale"

    // MARK: Leases

    public func lease(
        queue: String, max: Int, now: Instant, ends: Instant, maxAttempts: Int
    ) async throws(StoreError) -> [Lease] {
        try await database.write { connection throws(StoreError) in
            guard try !Outlets.isPaused(Outlet(.application, queue), connection) else { return [] }
            try Leases.exhaust(queue: queue, now: now, maxAttempts: maxAttempts, connection)
            return try Leases.claim(
                """
                FROM message m JOIN application a ON a.no = m.correlation_id
                WHERE m.channel = 'application' AND m.recipient = ? AND m.state IN ('queued', 'claimed')
                AND m.ready_at <= ? ORDER BY m.priority DESC, m.due_at, m.id LIMIT ?
                """, payload: "a.content", [.text(queue), .instant(now), .integer(Int64(max))], ends: ends, now: now,
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
                "SELECT reason, count(*) FROM message WHERE state = 'dead' GROUP BY reason", []
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
