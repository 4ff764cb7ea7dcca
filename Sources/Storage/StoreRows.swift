import Messaging

/// Receiving a message once.
enum Intake {
    static let sameBytesInTray = """
        SELECT r.id, r.answer FROM referral r WHERE r.partner = ? AND r.digest = ? AND r.is_invalid = 1
        AND r.about IS ? AND r.asked_mapping IS ? AND EXISTS (SELECT 1 FROM message m WHERE m.channel = 'referral'
        AND m.correlation_id = r.id AND m.state = 'dead') LIMIT 1
        """

    /// What was answered before to the same message, if it was there.
    static func earlier(_ commit: IntakeCommit, _ connection: any SQLConnection) throws(StoreError) -> Acceptance? {
        if !commit.isInvalid, let messageID = commit.messageID {
            let first = try connection.query(
                "SELECT id, digest, answer FROM referral WHERE partner = ? AND message_id = ? AND is_invalid = 0",
                [.text(commit.partnerID), .text(messageID)]
            ) { ($0.text(0), $0.text(1), $0.blob(2)) }.first
            guard let (id, digest, answer) = first else { return nil }
            return digest == commit.digest ? .replayed(referralID: id, answer: answer) : .conflict(referralID: id)
        }
        // The same broken bytes about the same, while the first copy still lies in the tray, are the same dead letter.
        guard commit.isInvalid, commit.supersedes == nil else { return nil }
        return try connection.query(
            sameBytesInTray,
            [
                .text(commit.partnerID), .text(commit.digest), .optional(commit.terms.subject?.text),
                .optional(commit.terms.mapping),
            ]
        ) {
            Acceptance.replayed(referralID: $0.text(0), answer: $0.blob(1))
        }.first
    }

    /// Ends the dead letter that this message takes the place of.
    ///
    /// - Returns: whether it was still there.
    static func supersede(
        _ old: SupersededDeadLetter, _ commit: IntakeCommit, _ connection: any SQLConnection
    ) throws(StoreError) -> Bool {
        guard try Jobs.allow(old.act, connection) else { return false }
        let isLifted = try Piles.lift(
            old.id, old.version, becoming: "state = 'delivered', finished_at = ?", [.instant(commit.receivedAt)],
            connection)
        guard isLifted else { return false }
        try DeadLetterRows.noteResend(old, commit, connection)
        return true
    }

    static func insert(_ commit: IntakeCommit, _ connection: any SQLConnection) throws(StoreError) {
        try connection.run(
            """
            INSERT INTO referral (id, partner, message_id, digest, raw, media_type, encoding, received_at, mapping_id,
            mapping_version, mapping_digest, outcome, is_invalid, answer, traceparent, about, asked_mapping)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                .text(commit.referralID), .text(commit.partnerID), .optional(commit.messageID), .text(commit.digest),
                .blob(commit.rawBytes), .text(commit.mediaType), .optional(commit.encoding),
                .instant(commit.receivedAt), .optional(commit.mappingID),
                .optional(commit.mappingVersion.map(Int64.init)), .optional(commit.mappingDigest),
                .text(commit.outcome), .integer(commit.isInvalid ? 1 : 0), .blob(commit.answer),
                .optional(commit.traceParent), .optional(commit.terms.subject?.text),
                .optional(commit.terms.mapping),
            ])
        try Rows.note(
            commit.referralID, "received", commit.partnerID, commit.outcome, at: commit.receivedAt, connection)
        if commit.isInvalid {
            // One letter for the message, whatever the number of its records: it is repaired and resent as a whole.
            let findings = DeadLetterRows.findings(inProblem: commit.answer) ?? commit.records.first?.findings
            try insertMessage(
                id: commit.referralID, .referral, correlationID: commit.referralID, commit, recipient: nil,
                dueAt: nil, priority: 0, dead: .invalid, problem: nil, findings: findings, connection)
            return
        }
        for record in commit.records {
            if let applicationNo = record.applicationNo, let content = record.content {
                try insertApplication(record, applicationNo, content, commit, connection)
            }
            if let evidence = record.evidence { try evidence.insert(connection) }
            if record.queue != nil || record.deadLetter == .unroutable, let applicationNo = record.applicationNo {
                try insertMessage(
                    id: record.id, .application, correlationID: applicationNo, commit,
                    recipient: record.handover?.to ?? record.queue,
                    dueAt: record.dueAt, priority: record.priority, dead: record.deadLetter, problem: record.detail,
                    findings: nil, connection)
            } else if let reason = record.deadLetter {
                try insertMessage(
                    id: record.id, .referral, correlationID: commit.referralID, commit, recipient: nil, dueAt: nil,
                    priority: 0, dead: reason, problem: record.detail, findings: record.findings, connection)
            }
        }
    }

    private static func insertApplication(
        _ record: IntakeRecord, _ applicationNo: String, _ content: [UInt8], _ commit: IntakeCommit,
        _ connection: any SQLConnection
    ) throws(StoreError) {
        let handover = record.handover ?? Handover()
        try connection.run(
            """
            INSERT INTO application (no, referral_id, queue, content, case_state, road, referral_state, carrier,
            handover_state, handover_to, handover_due) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                .text(applicationNo), .text(commit.referralID), .optional(record.queue), .blob(content),
                .optional(record.caseState), .optional(record.road), .text(record.referralState), .text(record.id),
                .text(handover.state), .optional(handover.to), .optional(handover.dueAt?.milliseconds),
            ])
        try Keys.insert(record.keys, of: applicationNo, at: commit.receivedAt, connection)
        try Clocks.keep(record.clocks, of: applicationNo, connection)
        if let status = record.status { try CaseRows.insert(status, connection) }
        if let envelope = record.envelope { try Envelopes.queue(envelope, connection) }
    }

    private static func insertMessage(
        id: String, _ channel: Channel, correlationID: String, _ commit: IntakeCommit, recipient: String?,
        dueAt: Instant?, priority: Int, dead: DeadLetterReason?, problem: String?, findings: [UInt8]?,
        _ connection: any SQLConnection
    ) throws(StoreError) {
        var cause = SQLValue.null
        var pile = SQLValue.null
        if let dead {
            let known = DeadLetterCause(dead, findings: findings, problem: problem)
            cause = .text(known.name)
            pile = .integer(try Piles.lay(known, of: commit.partnerID, channel, recipient: recipient, connection))
        }
        try connection.run(
            """
            INSERT INTO message (id, channel, correlation_id, partner, sender_message_id, recipient, media_type,
            created_at, due_at, priority, state, ready_at, reason, dead_since, problem, findings, cause, pile,
            traceparent) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                .text(id), .text(channel.rawValue), .text(correlationID), .text(commit.partnerID),
                .optional(commit.messageID), .optional(recipient), .text(commit.mediaType),
                .instant(commit.receivedAt), .integer(dueAt?.milliseconds ?? Envelopes.noClock),
                .integer(Int64(priority)), .text(dead == nil ? "queued" : "dead"),
                dead == nil ? .instant(commit.receivedAt) : .null, .optional(dead?.rawValue),
                dead == nil ? .null : .instant(commit.receivedAt), .optional(problem),
                findings.map(SQLValue.blob) ?? .null,
                cause, pile, .optional(commit.traceParent),
            ])
    }
}

/// Messages as rows.
enum Envelopes {
    /// Sorts after every clock.
    static let noClock = Int64.max

    static let columns = """
        m.id, m.channel, m.correlation_id, m.partner, m.sender_message_id, m.recipient, m.media_type, m.created_at,
        m.due_at, m.priority, m.keep_until, m.traceparent
        """

    static func queue(_ envelope: Envelope, _ connection: any SQLConnection) throws(StoreError) {
        try connection.run(
            """
            INSERT INTO message (id, channel, correlation_id, partner, sender_message_id, recipient, payload, media_type,
            created_at, due_at, priority, keep_until, traceparent, state, ready_at)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'queued', ?)
            """,
            [
                .text(envelope.id), .text(envelope.channel.rawValue), .text(envelope.correlationID),
                .text(envelope.channel == .status ? envelope.recipient : envelope.sender),
                .text(envelope.senderMessageID), .text(envelope.recipient),
                envelope.payload.isEmpty ? .null : .blob(envelope.payload), .text(envelope.mediaType),
                .instant(envelope.createdAt),
                .integer(envelope.dueAt?.milliseconds ?? noClock), .integer(Int64(envelope.priority)),
                .optional(envelope.keepUntil?.milliseconds), .optional(envelope.traceParent),
                .instant(envelope.notBefore ?? envelope.createdAt),
            ])
    }

    /// Reads `columns` and then the payload.
    static func read(_ row: any SQLRow) -> Envelope {
        let dueAt = row.integer(8)
        var envelope = Envelope(
            id: row.text(0), channel: Channel(rawValue: row.text(1)) ?? .status, correlationID: row.text(2),
            sender: row.text(3), senderMessageID: row.text(4), recipient: row.text(5), payload: row.blob(12),
            mediaType: row.text(6), createdAt: Instant(milliseconds: row.integer(7)),
            dueAt: dueAt == noClock ? nil : Instant(milliseconds: dueAt), priority: Int(row.integer(9)),
            keepUntil: row.optionalInteger(10).map { Instant(milliseconds: $0) })
        envelope.traceParent = row.optionalText(11)
        return envelope
    }
}

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

    static func claim(
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
        try Rows.note(id, "leaseEnded", "gateway", "attempt \(attempt)", at: ended, connection)
    }

    /// A message that kills its workers ends in the tray, not in a loop.
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
            try Rows.note(id, "released", actor, reason, at: now, connection)
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
        try Rows.note(id, "delivered", actor, answer, at: now, connection)
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
        let pile = try Piles.lay(cause, of: partner, channel, recipient: recipient, connection)
        try connection.run(
            """
            UPDATE message SET state = 'dead', ready_at = NULL, reason = ?, dead_since = ?, problem = ?, cause = ?,
            pile = ? WHERE id = ?
            """,
            [
                .text(reason.rawValue), .instant(now), .text(problem), .text(cause.name), .integer(pile), .text(id),
            ])
        try Rows.note(id, "dead", actor, "\(reason.rawValue): \(problem)", at: now, connection)
    }
}

/// The other rows.
enum Rows {
    static func note(
        _ subject: String, _ event: String, _ actor: String, _ detail: String?, at: Instant,
        _ connection: any SQLConnection
    ) throws(StoreError) {
        try connection.run(
            "INSERT INTO history (subject, at, event, actor, detail) VALUES (?, ?, ?, ?, ?)",
            [.text(subject), .instant(at), .text(event), .text(actor), .optional(detail)])
    }

    static func referral(
        _ condition: String, _ values: [SQLValue], _ connection: any SQLConnection
    ) throws(StoreError) -> ReferralRecord? {
        let found = try connection.query(
            "SELECT id, partner, message_id, outcome, received_at, answer FROM referral \(condition)", values
        ) { ($0.text(0), $0.text(1), $0.optionalText(2), $0.text(3), $0.integer(4), $0.blob(5)) }.first
        guard let (id, partner, messageID, outcome, receivedAt, answer) = found else { return nil }
        let numbers = try connection.query(
            "SELECT no FROM application WHERE referral_id = ? ORDER BY no", [.text(id)]
        ) { $0.text(0) }
        return ReferralRecord(
            id: id, partnerID: partner, messageID: messageID, outcome: outcome,
            receivedAt: Instant(milliseconds: receivedAt), answer: answer, applicationNos: numbers)
    }
}
