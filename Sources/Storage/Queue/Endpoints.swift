import Messaging
import Vocabulary

extension SQLMessageStore: DeliveryStore {
    public func lease(_ capacities: [EndpointCapacity], now: Instant, ends: Instant) async throws(StoreError) -> [Lease]
    {
        // Alerts go first and by themselves: they must leave where the store is lost, or too damaged for anything else.
        let (alerts, others) = (
            capacities.filter { $0.endpoint == .alerts }, capacities.filter { $0.endpoint != .alerts }
        )
        var leased: [Lease] = []
        if !alerts.isEmpty { leased = try await lease(alerts, now: now, ends: ends, isRegardless: true) }
        if others.isEmpty || (!leased.isEmpty && database.fault != nil) { return leased }
        do throws(StoreError) {
            return leased + (try await lease(others, now: now, ends: ends, isRegardless: false))
        } catch {
            // What is leased is sent; the next round meets the same error.
            guard !leased.isEmpty else { throw error }
            return leased
        }
    }

    private func lease(
        _ capacities: [EndpointCapacity], now: Instant, ends: Instant, isRegardless: Bool
    ) async throws(StoreError) -> [Lease] {
        try await write(isRegardless: isRegardless) { transaction throws(StoreError) in
            var leased: [Lease] = []
            for capacity in capacities where capacity.max > 0 {
                guard try !Endpoints.isPaused(capacity.endpoint, transaction) else { continue }
                leased += try Leases.take(
                    from: capacity.endpoint, order: capacity.isProbe ? "m.attempt, m.id" : Leases.byUrgency,
                    max: capacity.max, now: now, ends: ends, transaction)
            }
            return leased
        }
    }

    public func settleDelivery(
        leaseID: String, _ settlement: LeaseSettlement, actor: String, now: Instant
    ) async throws(StoreError) -> Bool {
        try await write(isRegardless: true) { transaction throws(StoreError) in
            try Leases.settle(leaseID, settlement, actor: actor, now: now, transaction)
        }
    }

    public func expireMessages(now: Instant, limit: Int) async throws(StoreError) -> Int {
        try await write { transaction throws(StoreError) in
            try Endpoints.expire(now: now, limit: limit, transaction)
        }
    }

    public func nextDue(_ endpoints: [Endpoint], after now: Instant) async throws(StoreError) -> Instant? {
        try await database.read { connection throws(StoreError) in
            var next: Instant?
            for endpoint in endpoints {
                let due =
                    endpoint == .alerts
                    ? try AlertMessages.nextDue(after: now, connection)
                    : try Endpoints.nextDue(endpoint, after: now, connection)
                if let due { next = min(next ?? due, due) }
            }
            return next
        }
    }

    public func hasten(_ endpoint: Endpoint, now: Instant) async throws(StoreError) {
        try await write { transaction throws(StoreError) in
            let waiting = try transaction.query(
                """
                SELECT \(StoredMessage.columns) FROM message m WHERE m.channel = ? AND m.recipient = ?
                AND m.state = 'queued' AND m.attempt > 0 AND m.ready_at > ?
                """, [.word(endpoint.channel), .text(endpoint.recipient), .instant(now)], StoredMessage.read)
            for message in waiting { try message.apply(.hasten(at: now), actor: "courier", transaction) }
        }
    }

    public func append(_ entry: HistoryEntry, to subject: String) async throws(StoreError) {
        try await write { transaction throws(StoreError) in
            try History.append(subject, entry.event, entry.actor, entry.detail, at: entry.at, transaction)
        }
    }

    // MARK: Pauses

    public func pause(_ endpoint: Endpoint, _ act: AuditAct) async throws(StoreError) -> Bool {
        try await write { transaction throws(StoreError) in
            let changed = try transaction.run(
                """
                INSERT INTO endpoint_pause (channel, recipient, actor, reason, since) VALUES (?, ?, ?, ?, ?)
                ON CONFLICT (channel, recipient) DO NOTHING
                """,
                [
                    .word(endpoint.channel), .text(endpoint.recipient), .text(act.actor),
                    .sealedText(act.detail, .pauseReason), .instant(act.at),
                ])
            guard changed == 1 else { return false }
            try History.append("\(endpoint)", .paused, act.actor, act.detail, at: act.at, transaction)
            try Audit.append(act, transaction)
            return true
        }
    }

    public func resume(_ endpoint: Endpoint, _ act: AuditAct) async throws(StoreError) -> Bool {
        try await write { transaction throws(StoreError) in
            let changed = try transaction.run(
                "DELETE FROM endpoint_pause WHERE channel = ? AND recipient = ?",
                [.word(endpoint.channel), .text(endpoint.recipient)])
            guard changed == 1 else { return false }
            try History.append("\(endpoint)", .resumed, act.actor, act.detail, at: act.at, transaction)
            try Audit.append(act, transaction)
            transaction.queued(endpoint)
            return true
        }
    }

    public func pauses() async throws(StoreError) -> [Pause] {
        try await database.read { connection throws(StoreError) in
            try connection.query(
                "SELECT channel, recipient, actor, reason, since FROM endpoint_pause ORDER BY channel, recipient", []
            ) { row throws(StoreError) in
                Pause(
                    endpoint: Endpoint(try row.word("channel"), try row.text("recipient")),
                    actor: try row.text("actor"), reason: try row.words("reason") ?? "", since: try row.instant("since")
                )
            }
        }
    }

    // MARK: Feeds

    public func feed(
        partner: String, after position: Int64?, limit: Int, now: Instant
    ) async throws(StoreError) -> [FeedEntry] {
        try await write { transaction throws(StoreError) in
            let read = try Feeds.confirm(partner, through: position, now: now, transaction)
            guard try !Endpoints.isPaused(Endpoint(.status, partner), transaction) else { return [] }
            try Feeds.place(partner, limit: limit, now: now, transaction)
            return try Feeds.page(partner, after: read, limit: limit, now: now, transaction)
        }
    }
}

/// Endpoints as rows.
enum Endpoints {
    static func isPaused(_ endpoint: Endpoint, _ transaction: StoreTransaction) throws(StoreError) -> Bool {
        try transaction.exists(
            "SELECT 1 FROM endpoint_pause WHERE channel = ? AND recipient = ?",
            [.word(endpoint.channel), .text(endpoint.recipient)])
    }

    static func nextDue(
        _ endpoint: Endpoint, after now: Instant, _ connection: any SQLConnection
    ) throws(StoreError) -> Instant? {
        try connection.query(
            """
            SELECT min(m.ready_at) AS due FROM message m WHERE m.channel = ? AND m.recipient = ?
            AND m.state IN ('queued', 'claimed') AND m.ready_at > ?
            """, [.word(endpoint.channel), .text(endpoint.recipient), .instant(now)]
        ) { row throws(StoreError) in try row.optionalInstant("due") }.first.flatMap(\.self)
    }

    /// What is past its keep-by time becomes a dead letter. Whoever holds one still may finish.
    ///
    /// - Returns: how many did.
    static func expire(now: Instant, limit: Int, _ transaction: StoreTransaction) throws(StoreError) -> Int {
        let late = try transaction.query(
            """
            SELECT \(StoredMessage.columns), m.keep_until AS keep_until FROM message m WHERE m.keep_until IS NOT NULL
            AND m.state IN ('queued', 'claimed') AND m.keep_until <= ? AND (m.state = 'queued' OR m.ready_at <= ?) LIMIT ?
            """, [.instant(now), .instant(now), .int(limit)]
        ) { row throws(StoreError) in (try StoredMessage.read(row), try row.instant("keep_until")) }
        for (message, keepUntil) in late {
            let text = "kept until \(keepUntil.rfc3339)"
            try message.apply(
                .giveUp(.expired, at: now), actor: "gateway", detail: text, problem: text, transaction)
        }
        return late.count
    }
}
