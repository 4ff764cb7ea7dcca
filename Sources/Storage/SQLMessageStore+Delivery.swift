import Messaging

extension SQLMessageStore: DeliveryStore {
    public func claim(_ rooms: [OutletRoom], now: Instant, ends: Instant) async throws(StoreError) -> [Lease] {
        try await database.write { connection throws(StoreError) in
            try Outlets.expire(now: now, connection)
            var claimed: [Lease] = []
            for room in rooms where room.max > 0 {
                guard try !Outlets.isPaused(room.outlet, connection) else { continue }
                claimed += try Outlets.claim(room, now: now, ends: ends, connection)
            }
            return claimed
        }
    }

    public func nextDue(_ outlets: [Outlet], after now: Instant) async throws(StoreError) -> Instant? {
        try await database.read { connection throws(StoreError) in
            var next: Int64?
            for outlet in outlets {
                let due = try connection.query(
                    """
                    SELECT min(m.ready_at) FROM message m WHERE m.channel = ? AND m.recipient = ?
                    AND m.state IN ('queued', 'claimed') AND m.ready_at > ?
                    """, [.text(outlet.channel.rawValue), .text(outlet.recipient), .instant(now)]
                ) { $0.optionalInteger(0) }.first.flatMap(\.self)
                if let due { next = min(next ?? due, due) }
            }
            return next.map { Instant(milliseconds: $0) }
        }
    }

    public func hasten(_ outlet: Outlet, now: Instant) async throws(StoreError) {
        try await database.write { connection throws(StoreError) in
            _ = try connection.run(
                """
                UPDATE message SET ready_at = ? WHERE channel = ? AND recipient = ? AND state IN ('queued', 'claimed')
                AND state = 'queued' AND attempt > 0 AND ready_at > ?
                """, [.instant(now), .text(outlet.channel.rawValue), .text(outlet.recipient), .instant(now)])
        }
    }

    public func note(_ subject: String, _ entry: HistoryEntry) async throws(StoreError) {
        try await database.write { connection throws(StoreError) in
            try Rows.note(subject, entry.event, entry.actor, entry.detail, at: entry.at, connection)
        }
    }

    // MARK: Pauses

    public func pause(_ outlet: Outlet, _ act: AuditAct) async throws(StoreError) -> Bool {
        try await database.write { connection throws(StoreError) in
            let changed = try connection.run(
                """
                INSERT INTO outlet_pause (channel, recipient, actor, reason, since) VALUES (?, ?, ?, ?, ?)
                ON CONFLICT (channel, recipient) DO NOTHING
                """,
                [
                    .text(outlet.channel.rawValue), .text(outlet.recipient), .text(act.actor), .text(act.detail),
                    .instant(act.at),
                ])
            guard changed == 1 else { return false }
            try Rows.note("\(outlet)", "paused", act.actor, act.detail, at: act.at, connection)
            try Audit.append(act, connection)
            return true
        }
    }

    public func resume(_ outlet: Outlet, _ act: AuditAct) async throws(StoreError) -> Bool {
        let resumed = try await database.write { connection throws(StoreError) in
            let changed = try connection.run(
                "DELETE FROM outlet_pause WHERE channel = ? AND recipient = ?",
                [.text(outlet.channel.rawValue), .text(outlet.recipient)])
            guard changed == 1 else { return false }
            try Rows.note("\(outlet)", "resumed", act.actor, act.detail, at: act.at, connection)
            try Audit.append(act, connection)
            return true
        }
        if resumed { ring(outlet.channel) }
        return resumed
    }

    public func pauses() async throws(StoreError) -> [Pause] {
        try await database.read { connection throws(StoreError) in
            try connection.query(
                "SELECT channel, recipient, actor, reason, since FROM outlet_pause ORDER BY channel, recipient", []
            ) { row in
                Pause(
                    outlet: Outlet(Channel(rawValue: row.text(0)) ?? .status, row.text(1)), actor: row.text(2),
                    reason: row.text(3), since: Instant(milliseconds: row.integer(4)))
            }
        }
    }

    // MARK: Feeds

    public func feed(
        partner: String, after position: Int64?, limit: Int, now: Instant
    ) async throws(StoreError) -> [FeedEntry] {
        try await database.write { connection throws(StoreError) in
            try Outlets.expire(now: now, connection)
            let read = try Feeds.confirm(partner, through: position, now: now, connection)
            guard try !Outlets.isPaused(Outlet(.status, partner), connection) else { return [] }
            try Feeds.place(partner, limit: limit, now: now, connection)
            return try Feeds.page(partner, after: read, limit: limit, connection)
        }
    }
}

/// Claiming for outlets.
enum Outlets {
    static func isPaused(_ outlet: Outlet, _ connection: any SQLConnection) throws(StoreError) -> Bool {
        try !connection.query(
            "SELECT 1 FROM outlet_pause WHERE channel = ? AND recipient = ?",
            [.text(outlet.channel.rawValue), .text(outlet.recipient)]
        ) { _ in true }.isEmpty
    }

    static func claim(
        _ room: OutletRoom, now: Instant, ends: Instant, _ connection: any SQLConnection
    ) throws(StoreError) -> [Lease] {
        let order = room.isProbe ? "m.attempt, m.id" : "m.priority DESC, m.due_at, m.id"
        let values: [SQLValue] = [.text(room.outlet.recipient), .instant(now), .integer(Int64(room.max))]
        switch room.outlet.channel {
        case .referral: return []
        case .application:
            return try Leases.claim(
                """
                FROM message m JOIN application a ON a.no = m.correlation_id WHERE m.channel = 'application'
                AND m.recipient = ? AND m.state IN ('queued', 'claimed') AND m.ready_at <= ? ORDER BY \(order) LIMIT ?
                """, payload: "coalesce(m.payload, a.content)", values, ends: ends, now: now, connection)
        case .status:
            return try Leases.claim(
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

/// Statuses that partners fetch. A position is given when a status is first read, in one transaction with all others of
/// that partner, so a status that was committed late never slips in behind a cursor that was handed out.
enum Feeds {
    /// - Returns: the position to read from.
    static func confirm(
        _ partner: String, through position: Int64?, now: Instant, _ connection: any SQLConnection
    ) throws(StoreError) -> Int64 {
        try connection.run(
            "INSERT INTO feed (partner, last, confirmed) VALUES (?, 0, 0) ON CONFLICT (partner) DO NOTHING",
            [.text(partner)])
        let (last, confirmed) =
            try connection.query("SELECT last, confirmed FROM feed WHERE partner = ?", [.text(partner)]) {
                ($0.integer(0), $0.integer(1))
            }.first ?? (0, 0)
        // Nobody has read beyond what was handed out.
        guard let position else { return confirmed }
        guard position > confirmed, position <= last else { return min(position, last) }
        let read = try connection.query(
            """
            SELECT id FROM message WHERE recipient = ? AND feed_position > ? AND feed_position <= ?
            AND state = 'queued'
            """, [.text(partner), .integer(confirmed), .integer(position)]
        ) { $0.text(0) }
        for id in read {
            try Leases.deliver(id, actor: partner, answer: "read from the feed", now, connection)
        }
        try connection.run(
            "UPDATE feed SET confirmed = ? WHERE partner = ?", [.integer(position), .text(partner)])
        return position
    }

    static func place(
        _ partner: String, limit: Int, now: Instant, _ connection: any SQLConnection
    ) throws(StoreError) {
        let fresh = try connection.query(
            """
            SELECT id FROM message WHERE channel = 'status' AND recipient = ? AND state IN ('queued', 'claimed')
            AND state = 'queued' AND ready_at <= ? AND feed_position IS NULL ORDER BY id LIMIT ?
            """, [.text(partner), .instant(now), .integer(Int64(limit))]
        ) { $0.text(0) }
        guard !fresh.isEmpty else { return }
        let last = try connection.query(
            "UPDATE feed SET last = last + ? WHERE partner = ? RETURNING last",
            [.integer(Int64(fresh.count)), .text(partner)]
        ) { $0.integer(0) }.first
        guard let last else { throw .failed("the partner has no feed") }
        for (index, id) in fresh.enumerated() {
            try connection.run(
                "UPDATE message SET feed_position = ? WHERE id = ?",
                [.integer(last - Int64(fresh.count - 1 - index)), .text(id)])
        }
    }

    static func page(
        _ partner: String, after position: Int64, limit: Int, _ connection: any SQLConnection
    ) throws(StoreError) -> [FeedEntry] {
        try connection.query(
            """
            SELECT \(Envelopes.columns), m.payload, m.feed_position FROM message m
            WHERE m.recipient = ? AND m.feed_position > ? AND m.state IN ('queued', 'delivered')
            ORDER BY m.feed_position LIMIT ?
            """, [.text(partner), .integer(position), .integer(Int64(limit))]
        ) { FeedEntry(position: $0.integer(13), envelope: Envelopes.read($0)) }
    }
}
