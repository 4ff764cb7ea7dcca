import Messaging
import Vocabulary

/// Leases: a lease's id is its message's id and attempt, so it needs no index and dies with the attempt.
enum Leases {
    /// Nothing earlier of the same application is still under way to the same partner.
    static let isHead = """
        NOT EXISTS (SELECT 1 FROM message e WHERE e.correlation_id = m.correlation_id AND e.channel = 'status'
        AND e.recipient = m.recipient AND e.state IN ('queued', 'claimed') AND e.id < m.id)
        """

    /// The most urgent first.
    static let byUrgency = "m.priority DESC, m.due_at, m.id"

    static func parts(of leaseID: String) -> (messageID: String, attempt: Int)? {
        let parts = leaseID.split(separator: ".")
        guard parts.count == 2, let attempt = Int(parts[1]) else { return nil }
        return (String(parts[0]), attempt)
    }

    /// Leases what is due at an endpoint.
    ///
    /// - Parameters:
    ///   - order: in which they go.
    ///   - max: at most so many.
    static func take(
        from endpoint: Endpoint, order: String = byUrgency, max: Int, now: Instant, ends: Instant,
        _ transaction: StoreTransaction
    ) throws(StoreError) -> [Lease] {
        let (payload, join, condition): (String, String, String)
        switch endpoint.channel {
        case .referral: (payload, join, condition) = ("m.payload AS payload, NULL AS version", "", "AND 1 = 0")
        // Without a payload of its own, whoever leases it reads the application as it is by then.
        case .application:
            (payload, join, condition) = (
                "coalesce(m.payload, a.content) AS payload, CASE WHEN m.payload IS NULL THEN a.version END AS version",
                "JOIN application a ON a.no = m.correlation_id", ""
            )
        case .status: (payload, join, condition) = ("m.payload AS payload, NULL AS version", "", "AND \(isHead)")
        case .alert: return try AlertMessages.lease(max: max, now: now, ends: ends, transaction)
        }
        let found = try transaction.query(
            """
            SELECT \(StoredMessage.columns), m.sender_message_id AS sender_message_id, m.media_type AS media_type,
            m.created_at AS created_at, m.due_at AS due_at, m.priority AS priority, m.keep_until AS keep_until,
            m.traceparent AS traceparent, \(payload) FROM message m \(join)
            WHERE m.channel = ? AND m.recipient = ? AND m.state IN ('queued', 'claimed') AND m.ready_at <= ? \(condition)
            AND (m.keep_until IS NULL OR m.keep_until > ?) ORDER BY \(order) LIMIT ?
            """, [.word(endpoint.channel), .text(endpoint.recipient), .instant(now), .instant(now), .int(max)]
        ) { row throws(StoreError) in
            (try StoredMessage.read(row), try Envelopes.read(row), try row.optionalInt("version"))
        }
        var leases: [Lease] = []
        for (message, envelope, version) in found {
            guard !envelope.isUnreadable else {
                try giveUp(unreadable: message, at: now, transaction)
                continue
            }
            guard
                case .leased(let attempt, _) = try message.apply(
                    .lease(now: now, ends: ends), actor: endpoint.recipient, transaction)
            else { continue }
            var lease = Lease(id: "\(message.id).\(attempt)", envelope: envelope, attempt: attempt, ends: ends)
            lease.applicationVersion = version
            leases.append(lease)
        }
        return leases
    }

    /// What cannot be opened is an operator's, and holds nobody else's message back.
    static func giveUp(
        unreadable message: StoredMessage, at now: Instant, _ transaction: StoreTransaction
    ) throws(StoreError) {
        let text = "the stored message cannot be opened"
        try message.apply(
            .giveUp(.unreadablePayload(on: message.channel), at: now), actor: "gateway", detail: text, problem: text,
            transaction)
    }

    /// A lease that has not ended.
    static func find(_ leaseID: String, now: Instant, _ connection: any SQLConnection) throws(StoreError) -> Lease? {
        guard let (id, attempt) = parts(of: leaseID) else { return nil }
        return try connection.query(
            """
            SELECT \(Envelopes.columns), ? AS payload, m.ready_at AS ready_at FROM message m
            WHERE m.id = ? AND m.state = 'claimed' AND m.attempt = ? AND m.ready_at > ?
            """, [.blob([]), .text(id), .int(attempt), .instant(now)]
        ) { row throws(StoreError) in
            Lease(
                id: leaseID, envelope: try Envelopes.read(row), attempt: attempt, ends: try row.instant("ready_at"))
        }.first
    }

    /// A message of a queue that ends its workers becomes a dead letter and goes round no more, whether its last lease ended
    /// or was given back.
    ///
    /// - Returns: how many did.
    static func exhaust(
        _ queue: String, now: Instant, maxAttempts: Int, limit: Int, _ transaction: StoreTransaction
    ) throws(StoreError) -> Int {
        let spent = try transaction.query(
            """
            SELECT \(StoredMessage.columns) FROM message m WHERE m.channel = 'application' AND m.recipient = ?
            AND m.state IN ('queued', 'claimed') AND m.ready_at <= ? AND m.attempt >= ? LIMIT ?
            """, [.text(queue), .instant(now), .int(maxAttempts), .int(limit)], StoredMessage.read)
        for message in spent {
            try message.apply(
                .giveUp(.leasesEnded, at: now), actor: message.recipient ?? "gateway",
                detail: "leased \(maxAttempts) times in vain", problem: "leased \(maxAttempts) times in vain",
                transaction)
        }
        return spent.count
    }

    /// - Returns: whether the lease was still there to settle.
    static func settle(
        _ leaseID: String, _ settlement: LeaseSettlement, actor: String, now: Instant, _ transaction: StoreTransaction
    ) throws(StoreError) -> Bool {
        guard let (id, attempt) = parts(of: leaseID) else { return false }
        guard let message = try StoredMessage.find(id, transaction) else {
            return try AlertMessages.settle(id, attempt: attempt, settlement, now: now, transaction)
        }
        guard case .leased(attempt, let ends) = message.state, ends > now else { return false }
        let next: DeliveryState? =
            switch settlement {
            case .acknowledge: try message.apply(.deliver(at: now), actor: actor, transaction)
            case .confirm(let answer):
                try message.apply(.deliver(at: now), actor: actor, detail: answer, transaction)
            case .release(let notBefore, let reason):
                try message.apply(
                    .release(notBefore: notBefore, at: now), actor: actor, detail: reason, problem: reason, transaction)
            case .returnUnseen: try message.apply(.returnUnseen(at: now), actor: actor, transaction)
            case .extend(let until): try message.apply(.extend(until: until), actor: actor, transaction)
            case .giveUp(let cause, let reason):
                try message.apply(
                    .giveUp(cause, at: now), actor: actor, detail: reason, problem: reason, transaction)
            }
        return next != nil
    }
}
