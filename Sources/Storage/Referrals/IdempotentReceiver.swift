import Messaging
import Vocabulary

/// Takes a message once (Idempotent Receiver), and decides which of its records are new.
enum IdempotentReceiver {
    /// What becomes of a message in the store.
    private enum Decision {
        case answered(Acceptance)
        /// All its records.
        case whole
        /// Records that failed before, by their place, of the message that `corrects` names.
        case records(Set<Int>, corrects: String, earlierAnswer: [UInt8])
    }

    private struct Earlier {
        let id: String
        let digest: String
        let answer: [UInt8]
    }

    static func accept(_ commit: IntakeCommit, _ transaction: StoreTransaction) throws(StoreError) -> Acceptance {
        let decision: Decision
        if let old = commit.supersedes {
            guard try Jobs.allow(old.act, transaction),
                let deadLetter = try StoredMessage.find(old.id, transaction), deadLetter.channel == .referral,
                deadLetter.isDead(old.version)
            else { return .superseded }
            decision = try resend(commit, of: deadLetter, old, transaction)
        } else {
            decision = try receive(commit, transaction)
        }
        switch decision {
        case .answered(let acceptance): return acceptance
        case .whole:
            let records = try RepeatedNotices.renotifications(among: commit.records, of: commit, transaction)
            try ReferralRows.insert(commit, records: records, corrects: nil, transaction)
            try endCorrected(commit, transaction)
            let attached = try FollowUps.attach(commit, records, transaction)
            return try answer(commit, attached: attached, kept: nil, transaction)
        case .records(let places, let first, let earlierAnswer):
            let records = try RepeatedNotices.renotifications(
                among: commit.records.filter { places.contains($0.index) }, of: commit, transaction)
            try ReferralRows.insert(commit, records: records, corrects: first, transaction)
            let attached = try FollowUps.attach(commit, records, transaction)
            return try answer(
                commit, attached: attached, kept: KeptRecords(taken: places, earlierAnswer: earlierAnswer), transaction)
        }
    }

    private static func answer(
        _ commit: IntakeCommit, attached: [String: [JoinedApplication]], kept: KeptRecords?,
        _ transaction: StoreTransaction
    ) throws(StoreError) -> Acceptance {
        guard let work = commit.work, !attached.isEmpty || kept != nil else { return .stored }
        let answer = try work.answer(commit, attached: attached, kept: kept)
        try transaction.run(
            "UPDATE referral SET outcome = ?, answer = ? WHERE id = ? AND is_invalid = ?",
            [
                .word(answer.outcome), .sealed(answer.bytes, .referralAnswer), .text(commit.referralID),
                .flag(answer.outcome == .invalid),
            ])
        return .resolved(answer)
    }

    // MARK: From the sender

    static let sameInvalidBytes = """
        SELECT r.id AS id, r.digest AS digest, r.answer AS answer FROM referral r
        WHERE r.partner = ? AND r.digest = ? AND r.is_invalid = 1 AND r.erased_at IS NULL
        AND r.about IS NOT DISTINCT FROM ? AND r.asked_mapping IS NOT DISTINCT FROM ? AND EXISTS (SELECT 1 FROM message m WHERE m.channel = 'referral'
        AND m.correlation_id = r.id AND m.state = 'dead') LIMIT 1
        """

    private static func receive(_ commit: IntakeCommit, _ transaction: StoreTransaction) throws(StoreError) -> Decision
    {
        if commit.isInvalid {
            // The same broken bytes about the same, while the first copy still waits for a person and can be mended, are the
            // same dead letter.
            let same = try transaction.query(
                sameInvalidBytes,
                [
                    .text(commit.partnerID), .text(commit.digest), .optional(commit.terms.subject?.text),
                    .optional(commit.terms.mapping),
                ], read
            ).first
            return same.map { .answered(.replayed(referralID: $0.id, answer: $0.answer)) } ?? .whole
        }
        guard let earlier = try accepted(commit, transaction) else { return .whole }
        if earlier.digest == commit.digest {
            return .answered(.replayed(referralID: earlier.id, answer: earlier.answer))
        }
        let corrections = try transaction.query(
            "SELECT id, digest, answer FROM referral WHERE corrects = ? AND digest = ? AND is_invalid = 0",
            [.text(earlier.id), .text(commit.digest)], read)
        if let same = corrections.first {
            return .answered(.replayed(referralID: same.id, answer: same.answer))
        }
        // A document of several records, some of which failed: the corrected one brings those.
        let failed = try failedRecords(of: earlier.id, among: commit.records.count, transaction)
        let mended = Set(commit.records.filter { $0.outcome != .invalid }.map(\.index))
        let taken = failed.filter { mended.contains($0.index) }
        guard !taken.isEmpty else { return .answered(.conflict(referralID: earlier.id)) }
        for record in taken { try correct(record.message, by: commit, transaction) }
        return .records(Set(taken.map(\.index)), corrects: earlier.id, earlierAnswer: earlier.answer)
    }

    private static func read(_ row: any SQLRow) throws(StoreError) -> Earlier {
        Earlier(id: try row.text("id"), digest: try row.text("digest"), answer: try row.json("answer"))
    }

    /// The referral that was accepted under the sender's own id.
    private static func accepted(
        _ commit: IntakeCommit, _ connection: any SQLConnection
    ) throws(StoreError) -> Earlier? {
        guard let messageID = commit.messageID else { return nil }
        return try connection.query(
            "SELECT id, digest, answer FROM referral WHERE partner = ? AND message_id = ? AND is_invalid = 0",
            [.text(commit.partnerID), .text(messageID)], read
        ).first
    }

    /// Dead letters of single records of a message, by the record's place. A document with another number of records says
    /// nothing about them.
    private static func failedRecords(
        of referralID: String, among count: Int, _ connection: any SQLConnection
    ) throws(StoreError) -> [(index: Int, message: StoredMessage)] {
        try connection.query(
            """
            SELECT \(StoredMessage.columns), m.record_index AS record_index FROM message m
            WHERE m.channel = 'referral' AND m.state = 'dead' AND m.record_count = ? AND m.correlation_id IN
            (SELECT r.id FROM referral r WHERE r.id = ? OR r.corrects = ?)
            """, [.int(count), .text(referralID), .text(referralID)]
        ) { row throws(StoreError) in (try row.int("record_index"), try StoredMessage.read(row)) }
    }

    /// Dead letters that the sender has corrected by sending the message again under the same id.
    private static func endCorrected(_ commit: IntakeCommit, _ transaction: StoreTransaction) throws(StoreError) {
        guard !commit.isInvalid, let messageID = commit.messageID else { return }
        let corrected = try transaction.query(
            """
            SELECT \(StoredMessage.columns) FROM message m WHERE m.state = 'dead' AND m.sender_message_id = ?
            AND m.partner = ? AND m.channel = 'referral' AND m.reason = 'invalid' AND m.record_index IS NULL
            """, [.text(messageID), .text(commit.partnerID)], StoredMessage.read)
        for message in corrected { try correct(message, by: commit, transaction) }
    }

    private static func correct(
        _ message: StoredMessage, by commit: IntakeCommit, _ transaction: StoreTransaction
    ) throws(StoreError) {
        let ended = try message.apply(
            .supersede(at: commit.receivedAt), actor: commit.partnerID, detail: "→ \(commit.referralID)",
            history: .corrected, transaction)
        guard ended != nil, let act = commit.correction else { return }
        try Audit.append(act.about(message.id), transaction)
    }

    // MARK: From an operator

    /// Where a dead letter of the referral channel comes from.
    private struct Origin {
        /// The first referral of its message.
        let referralID: String
        let messageID: String?
        /// Of a single record, its place among so many.
        let recordIndex: Int?
        let recordCount: Int?
    }

    private static func origin(of id: String, _ connection: any SQLConnection) throws(StoreError) -> Origin {
        let found = try connection.query(
            """
            SELECT coalesce(r.corrects, r.id) AS first_id, m.sender_message_id AS sender_message_id,
            m.record_index AS record_index, m.record_count AS record_count
            FROM message m JOIN referral r ON r.id = m.correlation_id WHERE m.id = ?
            """, [.text(id)]
        ) { row throws(StoreError) in
            Origin(
                referralID: try row.text("first_id"), messageID: try row.optionalText("sender_message_id"),
                recordIndex: try row.optionalInt("record_index"), recordCount: try row.optionalInt("record_count"))
        }
        guard let origin = found.first else { throw .corrupt("the referral of dead letter \(id) is gone") }
        return origin
    }

    private static func resend(
        _ commit: IntakeCommit, of deadLetter: StoredMessage, _ old: SupersededDeadLetter,
        _ transaction: StoreTransaction
    ) throws(StoreError) -> Decision {
        let origin = try origin(of: deadLetter.id, transaction)
        guard let index = origin.recordIndex else {
            if let earlier = try accepted(commit, transaction) {
                // Mended into a document that bears another message's id.
                guard origin.messageID == nil || origin.messageID == commit.messageID else {
                    return .answered(.conflict(referralID: earlier.id))
                }
                // A dead letter of before this release, whose sender was faster.
                try correct(deadLetter, by: commit, transaction)
                return .answered(.replayed(referralID: earlier.id, answer: earlier.answer))
            }
            try supersede(deadLetter, old, by: commit, failedAgain: commit.isInvalid, transaction)
            return .whole
        }
        guard commit.records.count == origin.recordCount,
            let record = commit.records.first(where: { $0.index == index })
        else {
            return .answered(.conflict(referralID: origin.referralID))
        }
        try supersede(deadLetter, old, by: commit, failedAgain: record.outcome == .invalid, transaction)
        let earlier = try transaction.query(
            "SELECT id, digest, answer FROM referral WHERE id = ?", [.text(origin.referralID)], read
        ).first
        guard let earlier else { throw .corrupt("referral \(origin.referralID) is gone") }
        return .records([index], corrects: origin.referralID, earlierAnswer: earlier.answer)
    }

    /// Ends the dead letter that this message takes the place of, with its lines in history, audit and job.
    private static func supersede(
        _ deadLetter: StoredMessage, _ old: SupersededDeadLetter, by commit: IntakeCommit, failedAgain: Bool,
        _ transaction: StoreTransaction
    ) throws(StoreError) {
        let act = old.act
        try deadLetter.apply(
            .supersede(at: act.at), actor: act.actor, detail: "\(act.detail) → \(commit.referralID)",
            history: old.edited ? .editedAndResent : .retried, transaction)
        try transaction.run(
            """
            INSERT INTO dead_letter_resend (dead_letter, successor, is_edited, actor, reason, at)
            VALUES (?, ?, ?, ?, ?, ?)
            """,
            [
                .text(old.id), .text(commit.referralID), .flag(old.edited), .text(act.actor),
                .sealedText(act.detail, .resendReason),
                .instant(act.at),
            ])
        try Audit.append(act, transaction)
        if let step = act.job { try Jobs.count(step, failedAgain ? .failedAgain : .resent, at: act.at, transaction) }
    }
}
