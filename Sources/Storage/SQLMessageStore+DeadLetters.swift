import Messaging
import StrictJSON

extension SQLMessageStore: DeadLetterStore {
    public func deadLetters(
        _ filter: DeadLetterFilter, newestFirst: Bool, after cursor: DeadLetterCursor?, limit: Int
    ) async throws(StoreError) -> DeadLetterPage {
        let query = TrayQuery(filter, newestFirst: newestFirst, after: cursor, limit: limit)
        return try await database.read { connection throws(StoreError) in
            query.page(of: try connection.query(query.sql, query.values, DeadLetterRows.summary), limit: limit)
        }
    }

    public func deadLetter(_ id: String) async throws(StoreError) -> DeadLetterDetail? {
        try await database.read { connection throws(StoreError) in try DeadLetterRows.detail(id, connection) }
    }

    public func knowsMessage(_ id: String) async throws(StoreError) -> Bool {
        try await database.read { connection throws(StoreError) in try DeadLetterRows.isKnown(id, connection) }
    }

    public func deadLetterCauses(_ filter: DeadLetterFilter) async throws(StoreError) -> [CauseCount] {
        let query = TrayQuery(counting: filter)
        return try await database.read { connection throws(StoreError) in
            try connection.query(query.sql, query.values) { row in
                CauseCount(
                    cause: DeadLetterRows.cause(row.text(0)), count: Int(row.integer(1)),
                    oldest: Instant(milliseconds: row.integer(2)), newest: Instant(milliseconds: row.integer(3)))
            }
        }
    }

    public func requeue(
        _ id: String, version: LetterVersion?, queue: String?, _ act: AuditAct
    ) async throws(StoreError) -> LetterOutcome {
        let outcome = try await database.write { connection throws(StoreError) in
            let changed = try connection.run(
                """
                UPDATE message SET state = 'queued', attempt = 0, ready_at = ?, reason = NULL, dead_since = NULL,
                cause = NULL, keep_until = NULL, feed_position = NULL, recipient = coalesce(?, recipient)
                WHERE id = ? AND state = 'dead' AND channel <> 'referral' AND dead_since = coalesce(?, dead_since)
                """,
                [.instant(act.at), .optional(queue), .text(id), .optional(version?.since.milliseconds)])
            guard changed == 1 else { return try DeadLetterRows.refusal(id, connection) }
            if let queue {
                try connection.run(
                    """
                    UPDATE application SET queue = ?, version = version + 1,
                    referral_state = CASE referral_state WHEN 'routingManual' THEN 'queued' ELSE referral_state END
                    WHERE no = (SELECT correlation_id FROM message WHERE id = ?)
                    """, [.text(queue), .text(id)])
            }
            try Rows.note(id, "requeued", act.actor, act.detail, at: act.at, connection)
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
        _ id: String, version: LetterVersion?, word: Envelope?, _ act: AuditAct
    ) async throws(StoreError) -> LetterOutcome {
        let outcome = try await database.write { connection throws(StoreError) in
            let changed = try connection.run(
                """
                UPDATE message SET state = 'discarded', finished_at = ?
                WHERE id = ? AND state = 'dead' AND dead_since = coalesce(?, dead_since)
                """, [.instant(act.at), .text(id), .optional(version?.since.milliseconds)])
            guard changed == 1 else { return try DeadLetterRows.refusal(id, connection) }
            if let word { try Envelopes.queue(word, connection) }
            try Rows.note(id, "discarded", act.actor, act.detail, at: act.at, connection)
            try Audit.append(act, connection)
            return LetterOutcome.done
        }
        if outcome == .done, word != nil { ring(.status) }
        return outcome
    }
}

/// A page of the tray as SQL. One index answers the narrowest conditions in the order of the page; what is left of the
/// filter is held against a bounded number of rows.
struct TrayQuery {
    /// Rows looked through for one page where no index answers the whole filter.
    static let budget = 2_000

    let sql: String
    let values: [SQLValue]
    private let filter: DeadLetterFilter
    private let rowLimit: Int

    init(_ filter: DeadLetterFilter, newestFirst: Bool, after cursor: DeadLetterCursor?, limit: Int) {
        self.filter = filter
        let (conditions, values, isWhole) = Self.seek(filter)
        rowLimit = isWhole ? limit + 1 : max(Self.budget, limit + 1)
        var lower = DeadLetterCursor(since: filter.since ?? Instant(milliseconds: 0), id: "")
        var upper = DeadLetterCursor(since: filter.until ?? Instant(milliseconds: Int64.max), id: "")
        if let cursor {
            if newestFirst { upper = Self.earlier(cursor, upper) } else { lower = Self.later(cursor, lower) }
        }
        let order = newestFirst ? "m.dead_since DESC, m.id DESC" : "m.dead_since, m.id"
        sql = """
            SELECT \(DeadLetterRows.columns) FROM message m
            WHERE \((["m.state = 'dead'"] + conditions).joined(separator: " AND "))
            AND (m.dead_since, m.id) > (?, ?) AND (m.dead_since, m.id) < (?, ?) ORDER BY \(order) LIMIT ?
            """
        self.values =
            values + [
                .instant(lower.since), .text(lower.id), .instant(upper.since), .text(upper.id),
                .integer(Int64(rowLimit)),
            ]
    }

    /// Counts what matches, by cause.
    init(counting filter: DeadLetterFilter) {
        self.filter = filter
        rowLimit = 0
        let (conditions, values) = Self.conditions(filter)
        sql = """
            SELECT m.cause, count(*), min(m.dead_since), max(m.dead_since) FROM message m
            WHERE \((["m.state = 'dead'"] + conditions).joined(separator: " AND "))
            GROUP BY m.cause ORDER BY 2 DESC, 1
            """
        self.values = values
    }

    /// The letters of the page among the rows that were read.
    func page(of rows: [DeadLetterSummary], limit: Int) -> DeadLetterPage {
        var letters: [DeadLetterSummary] = []
        for (index, row) in rows.enumerated() where filter.matches(row) {
            if letters.count == limit { return DeadLetterPage(letters: letters, next: rows[index - 1].cursor) }
            letters.append(row)
        }
        return DeadLetterPage(letters: letters, next: rows.count == rowLimit ? rows.last?.cursor : nil)
    }

    /// The conditions that one index answers, and whether they are the whole filter.
    private static func seek(_ filter: DeadLetterFilter) -> ([String], [SQLValue], isWhole: Bool) {
        var narrow = DeadLetterFilter(since: filter.since, until: filter.until)
        if filter.senderMessageID != nil {
            narrow.senderMessageID = filter.senderMessageID
        } else if filter.cause != nil {
            narrow.cause = filter.cause
        } else if filter.partnerID != nil {
            narrow.partnerID = filter.partnerID
            narrow.reason = filter.reason
        } else if filter.queue != nil {
            narrow.queue = filter.queue
        } else {
            narrow.reason = filter.reason
        }
        var dated = narrow
        dated.since = nil
        dated.until = nil
        let (conditions, values) = Self.conditions(dated)
        return (conditions, values, narrow == filter)
    }

    private static func conditions(_ filter: DeadLetterFilter) -> ([String], [SQLValue]) {
        let all: [(String, SQLValue?)] = [
            ("m.reason = ?", filter.reason.map { .text($0.rawValue) }),
            ("m.partner = ?", filter.partnerID.map { .text($0) }),
            ("m.recipient = ?", filter.queue.map { .text($0) }),
            ("m.channel = ?", filter.channel.map { .text($0.rawValue) }),
            ("m.cause = ?", filter.cause.map { .text($0) }),
            ("m.dead_since >= ?", filter.since.map { .instant($0) }),
            ("m.dead_since < ?", filter.until.map { .instant($0) }),
            ("m.sender_message_id = ?", filter.senderMessageID.map { .text($0) }),
        ]
        let given = all.compactMap { sql, value in value.map { (sql, $0) } }
        return (given.map(\.0), given.map(\.1))
    }

    private static func later(_ a: DeadLetterCursor, _ b: DeadLetterCursor) -> DeadLetterCursor {
        (a.since, a.id) > (b.since, b.id) ? a : b
    }

    private static func earlier(_ a: DeadLetterCursor, _ b: DeadLetterCursor) -> DeadLetterCursor {
        (a.since, a.id) < (b.since, b.id) ? a : b
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

    /// A stored cause; of a letter that somebody else laid down without one, its reason.
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
            findings: findings, history: history, origin: try origin(of: referralID, connection))
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
    ) throws(StoreError) -> (bytes: [UInt8], digest: String, encoding: String?)? {
        try connection.query("SELECT raw, digest, encoding FROM referral WHERE id = ?", [.text(referralID)]) {
            ($0.blob(0), $0.text(1), $0.optionalText(2))
        }.first
    }

    /// The letter that a resent referral took the place of.
    private static func origin(
        of referralID: String, _ connection: any SQLConnection
    ) throws(StoreError) -> LetterOrigin? {
        let found = try connection.query(
            """
            SELECT e.letter, e.is_edited, e.actor, e.reason, e.at, r.raw, r.digest FROM dead_letter_resend e
            JOIN message m ON m.id = e.letter JOIN referral r ON r.id = m.correlation_id WHERE e.successor = ?
            """, [.text(referralID)]
        ) { row in
            LetterOrigin(
                letterID: row.text(0), isEdited: row.integer(1) == 1, actor: row.text(2), reason: row.text(3),
                at: Instant(milliseconds: row.integer(4)), payload: row.blob(5), digest: row.text(6))
        }
        return found.first
    }

    static func isKnown(_ id: String, _ connection: any SQLConnection) throws(StoreError) -> Bool {
        try !connection.query("SELECT 1 FROM message WHERE id = ?", [.text(id)]) { _ in true }.isEmpty
    }

    /// Why an act changed nothing.
    static func refusal(_ id: String, _ connection: any SQLConnection) throws(StoreError) -> LetterOutcome {
        try isKnown(id, connection) ? .stale : .notFound
    }

    /// Notes in history, audit and job that a letter's place was taken.
    static func noteResend(
        _ old: SupersededDeadLetter, _ commit: IntakeCommit, _ connection: any SQLConnection
    ) throws(StoreError) {
        let act = old.act
        try connection.run(
            """
            INSERT INTO dead_letter_resend (letter, successor, is_edited, actor, reason, at) VALUES (?, ?, ?, ?, ?, ?)
            """,
            [
                .text(old.id), .text(commit.referralID), .integer(old.edited ? 1 : 0), .text(act.actor),
                .text(act.detail), .instant(act.at),
            ])
        try Rows.note(
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
