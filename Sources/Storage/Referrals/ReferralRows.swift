import Messaging
import Vocabulary

/// Referrals as rows.
enum ReferralRows {
    /// - Parameters:
    ///   - records: those that are stored; the others of the document were stored before.
    ///   - corrects: the first referral of the message, where these records correct failed ones of it.
    static func insert(
        _ commit: IntakeCommit, records: [IntakeRecord], corrects: String?, _ transaction: StoreTransaction
    ) throws(StoreError) {
        let isPart = corrects != nil
        let isInvalid = isPart ? records.allSatisfy { $0.outcome == .invalid } : commit.isInvalid
        let outcome = isPart ? records.first { $0.outcome != .invalid }?.outcome ?? .invalid : commit.outcome
        try transaction.run(
            """
            INSERT INTO referral (id, partner, message_id, digest, raw, media_type, encoding, received_at, mapping_id,
            mapping_version, mapping_digest, outcome, is_invalid, answer, traceparent, about, asked_mapping, corrects,
            raw_bytes, share_until) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                .text(commit.referralID), .text(commit.partnerID), .optional(isPart ? nil : commit.messageID),
                .text(commit.digest), .sealed(commit.rawBytes, .referralRaw), .text(commit.mediaType),
                .optional(commit.encoding),
                .instant(commit.receivedAt), .optional(commit.mappingID),
                .optional(commit.mappingVersion.map(Int64.init)), .optional(commit.mappingDigest),
                .word(outcome), .flag(isInvalid), .sealed(commit.answer, .referralAnswer),
                .optional(commit.traceParent), .optional(commit.terms.subject?.text),
                .optional(commit.terms.mapping), .optional(corrects), .int(commit.rawBytes.count),
                .optional(commit.shareUntil),
            ])
        try History.append(
            commit.referralID, .received, commit.partnerID, outcome.rawValue, at: commit.receivedAt, transaction)
        // Those of a dead letter as well: it is mended and sent again, and its papers must still be there.
        try Uploads.refer(to: commit.uploads, of: commit.partnerID, by: commit.referralID, transaction)
        try ShareTraces.note(commit.referralID, until: records.compactMap(\.sharesUntil).min(), transaction)
        if commit.isInvalid, !isPart {
            // One dead letter for the message, whatever the number of its records: it is repaired and resent as a whole.
            try insertDeadLetter(
                commit.referralID, .referral, commit, correlationID: commit.referralID, cause: commit.cause,
                problem: nil,
                findings: commit.findings ?? commit.records.first?.findings, record: nil, transaction)
            return
        }
        for record in records { try insert(record, commit, transaction) }
    }

    private static func insert(
        _ record: IntakeRecord, _ commit: IntakeCommit, _ transaction: StoreTransaction
    ) throws(StoreError) {
        if let evidence = record.evidence { try evidence.insert(by: commit.referralID, transaction) }
        // A share itself is kept as evidence and nowhere else.
        if record.evidence == nil, record.applicationNo != nil || record.followUp != nil {
            try ShareTraces.note(record.applicationNo ?? record.id, until: record.sharesUntil, transaction)
        }
        guard let applicationNo = record.applicationNo, let content = record.content, let standing = record.standing
        else {
            guard record.deadLetter != nil else { return }
            try insertDeadLetter(
                record.id, .referral, commit, correlationID: commit.referralID, cause: record.deadLetter,
                problem: record.detail, findings: record.findings, record: record, transaction)
            return
        }
        try CaseRows.insert(record, applicationNo, content, standing, commit, transaction)
        if record.deadLetter != nil {
            try insertDeadLetter(
                record.id, .application, commit, correlationID: applicationNo, cause: record.deadLetter,
                problem: record.detail, findings: nil, record: record, transaction)
        } else if let institution = record.handover.to ?? record.queue {
            let queue = standing.isLead ? LeadQueue.name(of: institution) : institution
            var envelope = Envelope(
                id: record.id, channel: .application, correlationID: applicationNo, sender: commit.partnerID,
                senderMessageID: commit.messageID ?? "", recipient: queue, payload: [], mediaType: "application/json",
                createdAt: commit.receivedAt, dueAt: record.dueAt, priority: record.priority,
                keepUntil: record.keepUntil)
            envelope.traceParent = commit.traceParent
            try Envelopes.queue(envelope, transaction)
        }
    }

    private static func insertDeadLetter(
        _ id: String, _ channel: Channel, _ commit: IntakeCommit, correlationID: String, cause: DeadLetterCause?,
        problem: String?, findings: [UInt8]?, record: IntakeRecord?, _ transaction: StoreTransaction
    ) throws(StoreError) {
        try DeadLetterRows.insert(
            NewDeadLetter(
                id: id, channel: channel, correlationID: correlationID, partner: commit.partnerID,
                senderMessageID: commit.messageID, mediaType: commit.mediaType, createdAt: commit.receivedAt,
                dueAt: record?.dueAt, priority: record?.priority ?? 0, since: commit.receivedAt,
                cause: cause ?? .invalid(code: nil), problem: problem, findings: findings,
                traceParent: commit.traceParent,
                record: channel == .referral ? record.map { ($0.index, commit.records.count) } : nil), transaction)
    }

    static func read(
        _ condition: String, _ values: [SQLValue], _ connection: any SQLConnection
    ) throws(StoreError) -> ReferralRecord? {
        let found = try connection.query(
            "SELECT id, partner, message_id, outcome, received_at, answer FROM referral \(condition)", values
        ) { row throws(StoreError) in
            ReferralRecord(
                id: try row.text("id"), partnerID: try row.text("partner"),
                messageID: try row.optionalText("message_id"), outcome: try row.word("outcome"),
                receivedAt: try row.instant("received_at"), answer: try row.json("answer"), applicationNos: [])
        }.first
        guard var record = found else { return nil }
        record.applicationNos = try applications(of: record.id, connection)
        return record
    }

    /// The numbers of the applications that a message made or is a second notice about. What corrects records of it counts
    /// with it.
    static func applications(of id: String, _ connection: any SQLConnection) throws(StoreError) -> [String] {
        try connection.query(
            """
            SELECT a.no AS no FROM application a JOIN referral r ON r.id = a.referral_id WHERE r.id = ? OR r.corrects = ?
            UNION SELECT b.application_no FROM referral r JOIN follow_up f ON f.referral_id = r.id AND f.is_notice = 1
            JOIN followed_by b ON b.follow_up_id = f.id WHERE r.id = ? OR r.corrects = ? ORDER BY no
            """, [.text(id), .text(id), .text(id), .text(id)]
        ) { row throws(StoreError) in try row.text("no") }
    }

    /// Those of the message that was accepted under its sender's own id.
    static func applications(
        ofMessage id: String, from partner: String, _ connection: any SQLConnection
    ) throws(StoreError) -> [String] {
        let referral = try connection.query(
            "SELECT id FROM referral WHERE partner = ? AND message_id = ? AND is_invalid = 0",
            [.text(partner), .text(id)]
        ) { row throws(StoreError) in try row.text("id") }.first
        return try referral.map { id throws(StoreError) in try applications(of: id, connection) } ?? []
    }
}
