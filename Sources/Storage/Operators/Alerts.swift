import Messaging
import Vocabulary

extension SQLMessageStore: AlertStore {
    public func reconcileAlerts(
        _ conditions: Set<AlertCondition>, looked: @escaping @Sendable (AlertCondition) -> Bool, settle: Duration,
        now: Instant, isSent: @escaping @Sendable (AlertCondition) -> Bool,
        write: @escaping @Sendable (AlertMessage.Phase, OpenAlert) -> AlertMessage
    ) async throws(StoreError) -> [AlertMessage] {
        let messages = try await database.writeRegardless { connection throws(StoreError) in
            let open = try connection.query(Alerts.all, [], Alerts.read)
            var messages: [(AlertCondition, AlertMessage)] = []
            for condition in conditions.subtracting(open.map(\.alert.condition)) {
                let began = try connection.run(
                    "INSERT INTO alert (rule, subject, began_at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
                    [.text(condition.rule), .text(condition.subject), .instant(now)])
                if began == 1 {
                    messages.append((condition, write(.began, OpenAlert(condition: condition, beganAt: now))))
                }
            }
            for (alert, quietSince) in open where looked(alert.condition) {
                let key: [SQLValue] = [.text(alert.condition.rule), .text(alert.condition.subject)]
                if conditions.contains(alert.condition) {
                    guard quietSince != nil else { continue }
                    try connection.run("UPDATE alert SET quiet_since = NULL WHERE rule = ? AND subject = ?", key)
                } else if (quietSince ?? now).advanced(by: settle) <= now {
                    let ended = try connection.run("DELETE FROM alert WHERE rule = ? AND subject = ?", key)
                    if ended == 1 { messages.append((alert.condition, write(.ended, alert))) }
                } else if quietSince == nil {
                    try connection.run(
                        "UPDATE alert SET quiet_since = ? WHERE rule = ? AND subject = ?", [.instant(now)] + key)
                }
            }
            for (condition, message) in messages {
                try connection.run(
                    "INSERT INTO alert_message (id, body, at, next_at) VALUES (?, ?, ?, ?)",
                    [.text(message.id), .text(message.body), .instant(now), isSent(condition) ? .instant(now) : .null])
            }
            return messages
        }
        if messages.contains(where: { isSent($0.0) }) { notify([.alerts]) }
        return messages.map(\.1)
    }

    public func openAlerts() async throws(StoreError) -> [OpenAlert] {
        try await database.read { connection throws(StoreError) in
            try connection.query(Alerts.all, [], Alerts.read).map(\.alert)
        }
    }
}

/// Alerts as rows.
private enum Alerts {
    static let all = "SELECT rule, subject, began_at, quiet_since FROM alert ORDER BY began_at, rule, subject"

    static func read(_ row: any SQLRow) throws(StoreError) -> (alert: OpenAlert, quietSince: Instant?) {
        (
            OpenAlert(
                condition: AlertCondition(rule: try row.text("rule"), subject: try row.text("subject")),
                beganAt: try row.instant("began_at")), try row.optionalInstant("quiet_since")
        )
    }
}

/// Messages about alerts as what is queued for the alarm system.
enum AlertMessages {
    static func lease(
        max: Int, now: Instant, ends: Instant, _ connection: any SQLConnection
    ) throws(StoreError) -> [Lease] {
        try connection.query(
            """
            UPDATE alert_message SET next_at = ?, attempts = attempts + 1 WHERE id IN
            (SELECT id FROM alert_message WHERE next_at <= ? ORDER BY next_at, id LIMIT ?)
            RETURNING id, body, attempts, at
            """, [.instant(ends), .instant(now), .integer(Int64(max))]
        ) { row throws(StoreError) in
            let (id, attempt) = (try row.text("id"), try row.int("attempts"))
            let envelope = Envelope(
                id: id, channel: .alert, correlationID: id, sender: "gateway", senderMessageID: id,
                recipient: Endpoint.alerts.recipient, payload: Array(try row.text("body").utf8),
                mediaType: AlertMessage.mediaType, createdAt: try row.instant("at"), dueAt: nil,
                priority: 0, keepUntil: nil)
            return Lease(id: "\(id).\(attempt)", envelope: envelope, attempt: attempt, ends: ends)
        }
    }

    /// What is given up is kept with its problem; it has been in the log since it was written.
    static func settle(
        _ id: String, attempt: Int, _ settlement: LeaseSettlement, now: Instant, _ connection: any SQLConnection
    ) throws(StoreError) -> Bool {
        let (next, problem): (Instant?, String?) =
            switch settlement {
            case .acknowledge, .confirm: (nil, nil)
            case .release(let notBefore, let reason): (notBefore, reason)
            case .returnUnseen: (now, nil)
            case .extend(let until): (until, nil)
            case .giveUp(_, let reason): (nil, reason)
            }
        return try connection.run(
            "UPDATE alert_message SET next_at = ?, problem = ? WHERE id = ? AND attempts = ? AND next_at > ?",
            [
                .optional(next?.milliseconds), .optional(problem), .text(id), .integer(Int64(attempt)), .instant(now),
            ]) == 1
    }

    static func nextDue(after now: Instant, _ connection: any SQLConnection) throws(StoreError) -> Instant? {
        try connection.query("SELECT min(next_at) AS due FROM alert_message WHERE next_at > ?", [.instant(now)]) {
            row throws(StoreError) in try row.optionalInstant("due")
        }.first.flatMap(\.self)
    }
}
