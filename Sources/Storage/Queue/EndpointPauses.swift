import Messaging
import Vocabulary

extension SQLMessageStore: DeliveryStore {
    public func lease(_ capacities: [EndpointCapacity], now: Instant, ends: Instant) async throws(StoreError) -> [Lease]
    {
        try await database.write { connection throws(StoreError) in
            try EndpointPauses.expire(now: now, connection)
            var leased: [Lease] = []
            for capacity in capacities where capacity.max > 0 {
                guard try !EndpointPauses.isPaused(capacity.endpoint, connection) else { continue }
                leased += try EndpointPauses.lease(capacity, now: now, ends: ends, connection)
            }
            return leased
        }
    }

    public func nextDue(_ endpoints: [Endpoint], after now: Instant) async throws(StoreError) -> Instant? {
        try await database.read { connection throws(StoreError) in
            var next: Int64?
            for endpoint in endpoints {
                let due = try connection.query(
                    """
                    SELECT min(m.ready_at) FROM message m WHERE m.channel = ? AND m.recipient = ?
                    AND m.state IN ('queued', 'claimed') AND m.ready_at > ?
                    """, [.text(endpoint.channel.rawValue), .text(endpoint.recipient), .instant(now)]
                ) { $0.optionalInteger(0) }.first.flatMap(\.self)
                if let due { next = min(next ?? due, due) }
            }
            return next.map { Instant(milliseconds: $0) }
        }
    }

    public func hasten(_ endpoint: Endpoint, now: Instant) async throws(StoreError) {
        try await database.write { connection throws(StoreError) in
            _ = try connection.run(
                """
                UPDATE message SET ready_at = ? WHERE channel = ? AND recipient = ? AND state IN ('queued', 'claimed')
                AND state = 'queued' AND attempt > 0 AND ready_at > ?
                """, [.instant(now), .text(endpoint.channel.rawValue), .text(endpoint.recipient), .instant(now)])
        }
    }

    public func note(_ subject: String, _ entry: HistoryEntry) async throws(StoreError) {
        try await database.write { connection throws(StoreError) in
            try History.append(subject, entry.event, entry.actor, entry.detail, at: entry.at, connection)
        }
    }

    // MARK: Pauses

    public func pause(_ endpoint: Endpoint, _ act: AuditAct) async throws(StoreError) -> Bool {
        try await database.write { connection throws(StoreError) in
            let changed = try connection.run(
                """
                INSERT INTO endpoint_pause (channel, recipient, actor, reason, since) VALUES (?, ?, ?, ?, ?)
                ON CONFLICT (channel, recipient) DO NOTHING
                """,
                [
                    .text(endpoint.channel.rawValue), .text(endpoint.recipient), .text(act.actor), .text(act.detail),
                    .instant(act.at),
                ])
            guard changed == 1 else { return false }
            try History.append("\(endpoint)", "paused", act.actor, act.detail, at: act.at, connection)
            try Audit.append(act, connection)
            return true
        }
    }

    public func resume(_ endpoint: Endpoint, _ act: AuditAct) async throws(StoreError) -> Bool {
        let resumed = try await database.write { connection throws(StoreError) in
            let changed = try connection.run(
                "DELETE FROM endpoint_pause WHERE channel = ? AND recipient = ?",
                [.text(endpoint.channel.rawValue), .text(endpoint.recipient)])
            guard changed == 1 else { return false }
            try History.append("\(endpoint)", "resumed", act.actor, act.detail, at: act.at, connection)
            try Audit.append(act, connection)
            return true
        }
        if resumed { ring(endpoint.channel) }
        return resumed
    }

    public func pauses() async throws(StoreError) -> [Pause] {
        try await database.read { connection throws(StoreError) in
            try connection.query(
                "SELECT channel, recipient, actor, reason, since FROM endpoint_pause ORDER BY channel, recipient", []
            ) { row in
                Pause(
                    endpoint: Endpoint(Channel(rawValue: row.text(0)) ?? .status, row.text(1)), actor: row.text(2),
                    reason: row.text(3), since: Instant(milliseconds: row.integer(4)))
            }
        }
    }

    // MARK: Feeds

    public func feed(
        partner: String, after position: Int64?, limit: Int, now: Instant
    ) async throws(StoreError) -> [FeedEntry] {
        try await database.write { connection throws(StoreError) in
            try EndpointPauses.expire(now: now, connection)
            let read = try Feeds.confirm(partner, through: position, now: now, connection)
            guard try !EndpointPauses.isPaused(Endpoint(.status, partner), connection) else { return [] }
            try Feeds.place(partner, limit: limit, now: now, connection)
            return try Feeds.page(partner, after: read, limit: limit, connection)
        }
    }
}

/// Claiming for endpoints.
enum EndpointPauses {
    static func isPaused(_ endpoint: Endpoint, _ connection: any SQLConnection) throws(StoreError) -> Bool {
        try !connection.query(
            "SELECT 1 FROM endpoint_pause WHERE channel = ? AND recipient = ?",
            [.text(endpoint.channel.rawValue), .text(endpoint.recipient)]
        ) { _ in true }.isEmpty
    }

    static func lease(
        _ capacity: EndpointCapacity, now: Instant, ends: Instant, _ connection: any SQLConnection
    ) throws(StoreError) -> [Lease] {
        let order = capacity.isProbe ? "m.attempt, m.id" : "m.priority DESC, m.due_at, m.id"
        let values: [SQLValue] = [.text(capacity.endpoint.recipient), .instant(now), .integer(Int64(capacity.max))]
        switch capacity.endpoint.channel {
        case .referral: return []
        case .application:
            return try Leases.take(
                """
                FROM message m JOIN application a ON a.no = m.correlation_id WHERE m.channel = 'application'
                AND m.recipient = ? AND m.state IN ('queued', 'claimed') AND m.ready_at <= ? ORDER BY \(order) LIMIT ?
                """, payload: "coalesce(m.payload, a.content)", values, ends: ends, now: now, connection)
        case .status:
            return try Leases.take(
                """
                FROM message m WHERE m.channel = 'status' AND m.recipient = ? AND m.state IN ('queued', 'claimed')
                AND m.ready_at <= ? AND \(Leases.isHead) ORDER BY \(order) LIMIT ?
                """, payload: "m.payload", values, ends: ends, now: now, connection)
        }
    }

    /// Whoever holds one still may finish.
    static func expire(now: Instant, _ connection: any SQLConnection) throws(StoreError) {
        let late = try connection.query(
            """
            SELECT id, keep_until FROM message WHERE keep_until IS NOT NULL AND state IN ('queued', 'claimed')
            AND keep_until <= ? AND (state = 'queued' OR ready_at <= ?) LIMIT 1000
            """, [.instant(now), .instant(now)]
        ) { ($0.text(0), Instant(milliseconds: $0.integer(1))) }
        for (id, keepUntil) in late {
            try Leases.die(id, .expired, "kept until \(keepUntil.rfc3339)", actor: "gateway", now, connection)
        }
    }
}
