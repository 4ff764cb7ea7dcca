import Messaging
import Vocabulary

/// Leases: a lease's id is its message's id and attempt, so it needs no index and dies with the attempt.
enum Leases {
    /// Nothing earlier of the same application is still under way to the same partner.
    static let isHead = """
        NOT EXISTS (SELECT 1 FROM message e WHERE e.correlation_id = m.correlation_id AND e.channel = 'status'
        AND e.recipient = m.recipient AND e.state IN ('queued', 'claimed') AND e.id < m.id)
        """

    static func parts(of leaseID: String) -> (messageID: String, attempt: Int)? {
        let parts = leaseID.split(separator: ".")
        guard parts.count == 2, let attempt = Int(parts[1]) else { return nil }
        return (String(parts[0]), attempt)
    }

    static func read(_ row: any SQLRow) -> Lease {
        let envelope = Envelopes.read(row)
        let attempt = Int(row.integer(13))
        return Lease(
            id: "\(envelope.id).\(attempt)", envelope: envelope, attempt: attempt,
            ends: Instant(milliseconds: row.integer(14)))
    }

    static func take(
        _ from: String, payload: String, _ values: [SQLValue], ends: Instant, now: Instant,
        _ connection: any SQLConnection
    ) throws(StoreError) -> [Lease] {
        let found = try connection.query(
            "SELECT \(Envelopes.columns), \(payload), m.attempt + 1, m.ready_at, m.state \(from)", values
        ) { row in (read(row), isOverdue: row.text(15) == "claimed") }
        return try found.map { lease, isOverdue throws(StoreError) in
            if isOverdue { try noteEnd(of: lease.attempt - 1, lease.envelope.id, at: lease.ends, connection) }
            try connection.run(
                "UPDATE message SET state = 'claimed', attempt = ?, ready_at = ? WHERE id = ?",
                [.integer(Int64(lease.attempt)), .instant(ends), .text(lease.envelope.id)])
            return Lease(id: lease.id, envelope: lease.envelope, attempt: lease.attempt, ends: ends)
        }
    }

    /// A lease that nobody settled leaves its trace when the message is claimed again or given up.
    private static func noteEnd(
        of attempt: Int, _ id: String, at ended: Instant, _ connection: any SQLConnection
    ) throws(StoreError) {
        try History.append(id, "leaseEnded", "gateway", "attempt \(attempt)", at: ended, connection)
    }

    /// A message that kills its workers ends in the dead-letter queue, not in a loop.
    static func exhaust(
        queue: String, now: Instant, maxAttempts: Int, _ connection: any SQLConnection
    ) throws(StoreError) {
        let ids = try connection.query(
            """
            SELECT id, state, attempt, ready_at FROM message WHERE channel = 'application' AND recipient = ?
            AND state IN ('queued', 'claimed') AND ready_at <= ? AND attempt >= ?
            """, [.text(queue), .instant(now), .integer(Int64(maxAttempts))]
        ) { ($0.text(0), isOverdue: $0.text(1) == "claimed", Int($0.integer(2)), Instant(milliseconds: $0.integer(3))) }
        for (id, isOverdue, attempt, ends) in ids {
            if isOverdue { try noteEnd(of: attempt, id, at: ends, connection) }
            try die(id, .exhausted, "leased \(maxAttempts) times in vain", actor: queue, now, connection)
        }
    }

    static func settle(
        _ leaseID: String, _ settlement: LeaseSettlement, actor: String, now: Instant, _ connection: any SQLConnection
    ) throws(StoreError) -> Bool {
        guard let (id, attempt) = parts(of: leaseID) else { return false }
        let held = try connection.query(
            "SELECT 1 FROM message WHERE id = ? AND state = 'claimed' AND attempt = ? AND ready_at > ?",
            [.text(id), .integer(Int64(attempt)), .instant(now)]
        ) { _ in true }
        guard !held.isEmpty else { return false }
        switch settlement {
        case .acknowledge: try deliver(id, actor: actor, answer: nil, now, connection)
        case .confirm(let answer): try deliver(id, actor: actor, answer: answer, now, connection)
        case .release(let notBefore, let reason):
            try connection.run(
                "UPDATE message SET state = 'queued', ready_at = ?, problem = ? WHERE id = ?",
                [.instant(notBefore), .optional(reason), .text(id)])
            try History.append(id, "released", actor, reason, at: now, connection)
        case .extend(let until):
            try connection.run("UPDATE message SET ready_at = ? WHERE id = ?", [.instant(until), .text(id)])
        case .giveUp(let deadReason, let reason):
            try die(id, deadReason, reason, actor: actor, now, connection)
        }
        return true
    }

    static func deliver(
        _ id: String, actor: String, answer: String?, _ now: Instant, _ connection: any SQLConnection
    ) throws(StoreError) {
        try connection.run(
            "UPDATE message SET state = 'delivered', ready_at = NULL, finished_at = ? WHERE id = ?",
            [.instant(now), .text(id)])
        try History.append(id, "delivered", actor, answer, at: now, connection)
    }

    static func die(
        _ id: String, _ reason: DeadLetterReason, _ problem: String, actor: String, _ now: Instant,
        _ connection: any SQLConnection
    ) throws(StoreError) {
        let cause = DeadLetterCause(reason, findings: nil, problem: problem)
        let address = try connection.query("SELECT partner, channel, recipient FROM message WHERE id = ?", [.text(id)])
        {
            ($0.text(0), Channel(rawValue: $0.text(1)) ?? .status, $0.optionalText(2))
        }.first
        guard let (partner, channel, recipient) = address else { throw .corrupt("message \(id) is gone") }
        let countRow = try DeadLetterCounts.lay(cause, of: partner, channel, recipient: recipient, connection)
        try connection.run(
            """
            UPDATE message SET state = 'dead', ready_at = NULL, reason = ?, dead_since = ?, problem = ?, cause = ?,
            count_row = ? WHERE id = ?
            """,
            [
                .text(reason.rawValue), .instant(now), .text(problem), .text(cause.name), .integer(countRow), .text(id),
            ])
        try History.append(id, "dead", actor, "\(reason.rawValue): \(problem)", at: now, connection)
    }
}
