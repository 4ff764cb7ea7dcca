import Messaging
import Vocabulary

/// Receiving a message once.
enum ReferralRows {
    static let sameInvalidBytes = """
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
        // The same broken bytes about the same, while the first copy still lies in the dead-letter queue, are the same dead letter.
        guard commit.isInvalid, commit.supersedes == nil else { return nil }
        return try connection.query(
            sameInvalidBytes,
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
        let isLifted = try DeadLetterCounts.lift(
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
        try History.append(
            commit.referralID, "received", commit.partnerID, commit.outcome, at: commit.receivedAt, connection)
        if commit.isInvalid {
            // One dead letter for the message, whatever the number of its records: it is repaired and resent as a whole.
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
            INSERT INTO application (no, referral_id, queue, content, case_state, aid_route, referral_state, application_message,
            handover_state, handover_to, handover_due) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                .text(applicationNo), .text(commit.referralID), .optional(record.queue), .blob(content),
                .optional(record.caseState), .optional(record.route), .text(record.referralState), .text(record.id),
                .text(handover.state), .optional(handover.to), .optional(handover.dueAt?.milliseconds),
            ])
        try ApplicationKeys.insert(record.keys, of: applicationNo, at: commit.receivedAt, connection)
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
        var countRow = SQLValue.null
        if let dead {
            let known = DeadLetterCause(dead, findings: findings, problem: problem)
            cause = .text(known.name)
            countRow = .integer(
                try DeadLetterCounts.lay(known, of: commit.partnerID, channel, recipient: recipient, connection))
        }
        try connection.run(
            """
            INSERT INTO message (id, channel, correlation_id, partner, sender_message_id, recipient, media_type,
            created_at, due_at, priority, state, ready_at, reason, dead_since, problem, findings, cause, count_row,
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
                cause, countRow, .optional(commit.traceParent),
            ])
    }

    static func read(
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
