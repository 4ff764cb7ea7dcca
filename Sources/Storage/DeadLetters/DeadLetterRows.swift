import Messaging
import StrictJSON
import Vocabulary

extension SQLMessageStore: DeadLetterStore {
    public func deadLetters(
        _ filter: DeadLetterFilter, newestFirst: Bool, after cursor: DeadLetterCursor?, limit: Int
    ) async throws(StoreError) -> DeadLetterPage {
        let page = DeadLetterPageQuery(filter, newestFirst: newestFirst, after: cursor, limit: limit)
        return try await database.read { connection throws(StoreError) in try page.read(connection) }
    }

    public func deadLetter(_ id: String) async throws(StoreError) -> DeadLetterDetail? {
        try await database.read { connection throws(StoreError) in try DeadLetterRows.detail(id, connection) }
    }

    public func knowsMessage(_ id: String) async throws(StoreError) -> Bool {
        try await database.read { connection throws(StoreError) in try DeadLetterRows.isKnown(id, connection) }
    }

    public func deadLetterCauses(_ filter: DeadLetterFilter) async throws(StoreError) -> [CauseCount] {
        let (sql, values) = DeadLetterCountQuery.byCause(filter)
        return try await database.read { connection throws(StoreError) in
            try connection.query(sql, values) { row in
                CauseCount(
                    cause: DeadLetterRows.cause(row.text(0)), count: Int(row.integer(1)),
                    oldest: Instant(milliseconds: row.integer(2)), newest: Instant(milliseconds: row.integer(3)))
            }
        }
    }

    public func requeue(
        _ id: String, version: DeadLetterVersion?, queue: String?, _ act: AuditAct
    ) async throws(StoreError) -> DeadLetterActResult {
        let outcome = try await database.write { connection throws(StoreError) in
            guard try Jobs.allow(act, connection) else { return DeadLetterActResult.stale }
            let isLifted = try DeadLetterCounts.lift(
                id, version, where: "channel <> 'referral'",
                becoming: """
                    state = 'queued', attempt = 0, ready_at = ?, reason = NULL, dead_since = NULL, cause = NULL,
                    keep_until = NULL, feed_position = NULL, recipient = coalesce(?, recipient)
                    """, [.instant(act.at), .optional(queue)], connection)
            guard isLifted else { return try DeadLetterRows.refusal(id, connection) }
            if let queue {
                try connection.run(
                    """
                    UPDATE application SET queue = ?, version = version + 1,
                    referral_state = CASE referral_state WHEN 'routingManual' THEN 'queued' ELSE referral_state END
                    WHERE no = (SELECT correlation_id FROM message WHERE id = ?)
                    """, [.text(queue), .text(id)])
            }
            try History.append(id, "requeued", act.actor, act.detail, at: act.at, connection)
            try Audit.append(act, connection)
            if let step = act.job { try Jobs.count(step, .resent, at: act.at, connection) }
            return .done
        }
        if outcome == .done {
            ring(.application)
            ring(.status)
        }
        return outcome
    }

    public func discard(
        _ id: String, version: DeadLetterVersion?, word: Envelope?, _ act: AuditAct
    ) async throws(StoreError) -> DeadLetterActResult {
        let outcome = try await database.write { connection throws(StoreError) in
            let isLifted = try DeadLetterCounts.lift(
                id, version, becoming: "state = 'discarded', finished_at = ?", [.instant(act.at)], connection)
            guard isLifted else { return try DeadLetterRows.refusal(id, connection) }
            if let word { try Envelopes.queue(word, connection) }
            try History.append(id, "discarded", act.actor, act.detail, at: act.at, connection)
            try Audit.append(act, connection)
            return DeadLetterActResult.done
        }
        if outcome == .done, word != nil { ring(.status) }
        return outcome
    }
}

/// Dead letters as rows.
enum DeadLetterRows {
    static let columns = """
        m.id, m.reason, m.channel, m.partner, m.recipient, m.sender_message_id, m.correlation_id, m.dead_since,
        m.attempt, m.problem, m.cause
        """

    static func summary(_ row: any SQLRow) -> DeadLetterSummary {
        let channel = Channel(rawValue: row.text(2)) ?? .referral
        return DeadLetterSummary(
            id: row.text(0), cause: cause(row.optionalText(10) ?? row.text(1)), channel: channel,
            partnerID: row.text(3), queue: channel == .application ? row.optionalText(4) : nil,
            senderMessageID: row.optionalText(5), correlationID: row.text(6),
            since: Instant(milliseconds: row.integer(7)), attempts: Int(row.integer(8)), problem: row.optionalText(9))
    }

    /// A stored cause; of a dead letter that somebody else laid down without one, its reason.
    static func cause(_ name: String) -> DeadLetterCause {
        DeadLetterCause(name: name) ?? DeadLetterCause(reason: .invalid, failure: "other", place: nil)
    }

    static func detail(_ id: String, _ connection: any SQLConnection) throws(StoreError) -> DeadLetterDetail? {
        let found = try connection.query(
            """
            SELECT \(columns), m.payload, m.media_type, m.findings FROM message m
            WHERE m.id = ? AND m.state = 'dead'
            """, [.text(id)]
        ) { (summary($0), $0.optionalBlob(11), $0.text(12), $0.optionalBlob(13)) }.first
        guard let (summary, payload, mediaType, findings) = found else { return nil }
        // Referral and application share the bytes that came in; the status channel keeps its own.
        let referralID = try referral(of: summary, connection)
        let raw = try source(referralID, connection)
        let history = try connection.query(
            "SELECT at, event, actor, detail FROM history WHERE subject IN (?, ?, ?) ORDER BY rowid",
            [.text(id), .text(summary.correlationID), .text(referralID)]
        ) { row in
            HistoryEntry(
                at: Instant(milliseconds: row.integer(0)), event: row.text(1), actor: row.text(2),
                detail: row.optionalText(3))
        }
        return DeadLetterDetail(
            summary: summary, payload: payload ?? raw?.bytes ?? [], mediaType: mediaType,
            encoding: payload == nil ? raw?.encoding : nil, digest: payload == nil ? raw?.digest : nil,
            terms: raw?.terms ?? CallTerms(), findings: findings, history: history,
            origin: try origin(of: referralID, connection))
    }

    private static func referral(
        of summary: DeadLetterSummary, _ connection: any SQLConnection
    ) throws(StoreError) -> String {
        if summary.channel == .referral { return summary.correlationID }
        return try connection.query(
            "SELECT referral_id FROM application WHERE no = ?", [.text(summary.correlationID)]
        ) { $0.text(0) }.first ?? ""
    }

    private static func source(
        _ referralID: String, _ connection: any SQLConnection
    ) throws(StoreError) -> (bytes: [UInt8], digest: String, encoding: String?, terms: CallTerms)? {
        try connection.query(
            "SELECT raw, digest, encoding, about, asked_mapping FROM referral WHERE id = ?", [.text(referralID)]
        ) { row in
            let subject = row.optionalText(3).flatMap { CallTerms.Subject(text: $0) }
            let terms = CallTerms(subject: subject, mapping: row.optionalText(4))
            return (bytes: row.blob(0), digest: row.text(1), encoding: row.optionalText(2), terms: terms)
        }.first
    }

    /// The dead letter that a resent referral took the place of.
    private static func origin(
        of referralID: String, _ connection: any SQLConnection
    ) throws(StoreError) -> DeadLetterOrigin? {
        let found = try connection.query(
            """
            SELECT e.dead_letter, e.is_edited, e.actor, e.reason, e.at, r.raw, r.digest FROM dead_letter_resend e
            JOIN message m ON m.id = e.dead_letter JOIN referral r ON r.id = m.correlation_id WHERE e.successor = ?
            """, [.text(referralID)]
        ) { row in
            DeadLetterOrigin(
                deadLetterID: row.text(0), isEdited: row.integer(1) == 1, actor: row.text(2), reason: row.text(3),
                at: Instant(milliseconds: row.integer(4)), payload: row.blob(5), digest: row.text(6))
        }
        return found.first
    }

    static func isKnown(_ id: String, _ connection: any SQLConnection) throws(StoreError) -> Bool {
        try !connection.query("SELECT 1 FROM message WHERE id = ?", [.text(id)]) { _ in true }.isEmpty
    }

    /// Why an act changed nothing.
    static func refusal(_ id: String, _ connection: any SQLConnection) throws(StoreError) -> DeadLetterActResult {
        try isKnown(id, connection) ? .stale : .notFound
    }

    /// Notes in history, audit and job that a dead letter's place was taken.
    static func noteResend(
        _ old: SupersededDeadLetter, _ commit: IntakeCommit, _ connection: any SQLConnection
    ) throws(StoreError) {
        let act = old.act
        try connection.run(
            """
            INSERT INTO dead_letter_resend (dead_letter, successor, is_edited, actor, reason, at) VALUES (?, ?, ?, ?, ?, ?)
            """,
            [
                .text(old.id), .text(commit.referralID), .integer(old.edited ? 1 : 0), .text(act.actor),
                .text(act.detail), .instant(act.at),
            ])
        try History.append(
            old.id, old.edited ? "editedAndResent" : "retried", act.actor, "\(act.detail) → \(commit.referralID)",
            at: act.at, connection)
        try Audit.append(act, connection)
        if let step = act.job {
            try Jobs.count(step, commit.isInvalid ? .failedAgain : .resent, at: act.at, connection)
        }
    }

    /// What the answer to an invalid message lists: the findings of the document and of all its records.
    static func findings(inProblem answer: [UInt8]) -> [UInt8]? {
        (try? JSONValue(parsing: answer))?["errors"]?.serialized()
    }
}
