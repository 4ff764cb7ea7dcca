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

    public func messageErased(_ id: String) async throws(StoreError) -> Instant? {
        try await database.read { connection throws(StoreError) in
            try connection.query("SELECT erased_at FROM message WHERE id = ?", [.text(id)]) { row throws(StoreError) in
                try row.optionalInstant("erased_at")
            }.first.flatMap(\.self)
        }
    }

    public func deadLetterCauses(_ filter: DeadLetterFilter) async throws(StoreError) -> [CauseCount] {
        let (sql, values) = DeadLetterCountQuery.byCause(filter)
        return try await database.read { connection throws(StoreError) in
            try connection.query(sql, values) { row throws(StoreError) in
                CauseCount(
                    cause: try DeadLetterRows.knownCause(try row.text("cause")), count: try row.int("messages"),
                    oldest: try row.instant("oldest"), newest: try row.instant("newest"))
            }
        }
    }

    public func deadLetterGroups(_ filter: DeadLetterFilter) async throws(StoreError) -> [DeadLetterGroup] {
        let (sql, values) = DeadLetterCountQuery.byGroup(filter)
        return try await database.read { connection throws(StoreError) in
            try connection.query(sql, values) { row throws(StoreError) in
                let queue = try row.text("queue")
                return DeadLetterGroup(
                    partnerID: try row.text("partner"), cause: try DeadLetterRows.knownCause(try row.text("cause")),
                    channel: try row.word("channel"), queue: queue.isEmpty ? nil : queue,
                    count: try row.int("messages"))
            }
        }
    }

    public func requeue(
        _ id: String, version: DeadLetterVersion?, queue: String?, _ act: AuditAct
    ) async throws(StoreError) -> DeadLetterActResult {
        try await write { transaction throws(StoreError) in
            guard try Jobs.allow(act, transaction) else { return .stale }
            guard let message = try StoredMessage.find(id, transaction), message.isDead(version),
                message.channel != .referral
            else { return try DeadLetterRows.refusal(id, transaction) }
            if let queue, let record = try CaseRows.application(message.correlationID, transaction) {
                var change = CaseChange(
                    of: record, .chooseQueue, historyEvent: .entry(.queueChosen), actor: act.actor, at: act.at)
                change.responsible = queue
                change.detail = queue
                guard try CaseRows.apply(change, transaction) != nil else { return .stale }
            }
            try message.apply(
                .requeue(at: act.at), actor: act.actor, detail: act.detail, recipient: queue, transaction)
            try Audit.append(act, transaction)
            if let step = act.job { try Jobs.count(step, .resent, at: act.at, transaction) }
            return .done
        }
    }

    public func discard(
        _ id: String, version: DeadLetterVersion?, word: Envelope?, _ act: AuditAct
    ) async throws(StoreError) -> (result: DeadLetterActResult, isTold: Bool) {
        try await write { transaction throws(StoreError) in
            guard try Jobs.allow(act, transaction) else { return (.stale, false) }
            guard let message = try StoredMessage.find(id, transaction), message.isDead(version) else {
                return (try DeadLetterRows.refusal(id, transaction), false)
            }
            let mayTell = try DeadLetterRows.endReferral(of: message, act, transaction)
            try message.apply(.discard(at: act.at), actor: act.actor, detail: act.detail, transaction)
            if mayTell, let word { try Envelopes.queue(word, transaction) }
            try Audit.append(act, transaction)
            if let step = act.job { try Jobs.count(step, .resent, at: act.at, transaction) }
            return (.done, mayTell && word != nil)
        }
    }
}

/// Dead letters as rows.
enum DeadLetterRows {
    static let columns = """
        m.id AS id, m.channel AS channel, m.partner AS partner, m.recipient AS recipient,
        m.sender_message_id AS sender_message_id, m.correlation_id AS correlation_id, m.dead_since AS dead_since,
        m.attempt AS attempt, m.problem AS problem, m.cause AS cause, (SELECT r.erased_at FROM referral r
        WHERE m.channel = 'referral' AND r.id = m.correlation_id) AS document_erased_at
        """

    static func insert(_ new: NewDeadLetter, _ connection: any SQLConnection) throws(StoreError) {
        let countRow = try DeadLetterCounts.increment(
            new.cause, of: new.partner, new.channel, recipient: nil, connection)
        try connection.run(
            """
            INSERT INTO message (id, channel, correlation_id, partner, sender_message_id, media_type, created_at, due_at,
            priority, state, reason, dead_since, problem, findings, cause, count_row, traceparent, record_index,
            record_count) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 'dead', ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                .text(new.id), .word(new.channel), .text(new.correlationID), .text(new.partner),
                .optional(new.senderMessageID), .text(new.mediaType), .instant(new.createdAt),
                .integer(new.dueAt?.milliseconds ?? Envelopes.noClock), .int(new.priority), .word(new.cause.reason),
                .instant(new.since), .optionalSealed(new.problem, .messageProblem),
                .optionalSealed(new.findings, .messageFindings), .text(new.cause.name),
                .integer(countRow), .optional(new.traceParent), .optional(new.record.map { Int64($0.index) }),
                .optional(new.record.map { Int64($0.count) }),
            ])
    }

    static func summary(_ row: any SQLRow) throws(StoreError) -> DeadLetterSummary {
        let channel = try row.word("channel", as: Channel.self)
        var summary = DeadLetterSummary(
            id: try row.text("id"), cause: try knownCause(try row.text("cause")), channel: channel,
            partnerID: try row.text("partner"),
            queue: channel == .application ? try row.optionalText("recipient") : nil,
            senderMessageID: try row.optionalText("sender_message_id"), correlationID: try row.text("correlation_id"),
            since: try row.instant("dead_since"), attempts: try row.int("attempt"),
            problem: try row.words("problem"))
        summary.documentErasedAt = try row.optionalInstant("document_erased_at")
        return summary
    }

    static func knownCause(_ name: String) throws(StoreError) -> DeadLetterCause {
        guard let cause = DeadLetterCause(name: name) else { throw .corrupt("column cause holds an unknown cause") }
        return cause
    }

    /// The cause of a row of any message; only dead ones, and those that were, have one.
    static func cause(_ row: any SQLRow) throws(StoreError) -> DeadLetterCause? {
        guard let name = try row.optionalText("cause") else { return nil }
        return try knownCause(name)
    }

    static func detail(_ id: String, _ connection: any SQLConnection) throws(StoreError) -> DeadLetterDetail? {
        let found = try connection.query(
            """
            SELECT \(columns), m.payload AS payload, m.media_type AS media_type, m.findings AS findings FROM message m
            WHERE m.id = ? AND m.state = 'dead'
            """, [.text(id)]
        ) { row throws(StoreError) in
            (
                summary: try summary(row), payload: try row.optionalBlob("payload"),
                mediaType: try row.text("media_type"),
                findings: try row.optionalJSON("findings").flatMap { $0.isEmpty ? nil : $0 }
            )
        }.first
        guard let found else { return nil }
        // Referral and application share the bytes that came in; the status channel keeps its own.
        let referralID = try referral(of: found.summary, connection)
        let raw = try source(referralID, connection)
        guard let payload = found.payload ?? raw?.bytes else {
            throw .corrupt("the bytes of dead letter \(id) are gone")
        }
        let history = try connection.query(
            "SELECT \(History.columns) FROM history WHERE subject IN (?, ?, ?) ORDER BY rowid",
            [.text(id), .text(found.summary.correlationID), .text(referralID)], History.read)
        return DeadLetterDetail(
            summary: found.summary, payload: payload, mediaType: found.mediaType,
            encoding: found.payload == nil ? raw?.encoding : nil, digest: found.payload == nil ? raw?.digest : nil,
            terms: raw?.terms ?? CallTerms(), findings: found.findings, history: history,
            origin: try origin(of: referralID, connection))
    }

    private static func referral(
        of summary: DeadLetterSummary, _ connection: any SQLConnection
    ) throws(StoreError) -> String {
        if summary.channel == .referral { return summary.correlationID }
        let found = try connection.query(
            "SELECT referral_id FROM application WHERE no = ?", [.text(summary.correlationID)]
        ) { row throws(StoreError) in try row.text("referral_id") }
        // A message to a partner may be about something that never became an application.
        return found.first ?? summary.correlationID
    }

    private static func source(
        _ referralID: String, _ connection: any SQLConnection
    ) throws(StoreError) -> (bytes: [UInt8], digest: String, encoding: String?, terms: CallTerms)? {
        try connection.query(
            "SELECT raw, digest, encoding, about, asked_mapping FROM referral WHERE id = ?", [.text(referralID)]
        ) { row throws(StoreError) in
            let about = try row.optionalText("about")
            let subject = about.flatMap { CallTerms.Subject(text: $0) }
            if about != nil, subject == nil { throw .corrupt("column about holds an unknown subject") }
            return (
                bytes: try row.blob("raw"), digest: try row.text("digest"), encoding: try row.optionalText("encoding"),
                terms: CallTerms(subject: subject, mapping: try row.optionalText("asked_mapping"))
            )
        }.first
    }

    /// The dead letter that a resent referral took the place of.
    private static func origin(
        of referralID: String, _ connection: any SQLConnection
    ) throws(StoreError) -> DeadLetterOrigin? {
        try connection.query(
            """
            SELECT e.dead_letter AS dead_letter, e.is_edited AS is_edited, e.actor AS actor, e.reason AS reason, e.at AS at,
            r.raw AS raw, r.digest AS digest FROM dead_letter_resend e
            JOIN message m ON m.id = e.dead_letter JOIN referral r ON r.id = m.correlation_id WHERE e.successor = ?
            """, [.text(referralID)]
        ) { row throws(StoreError) in
            DeadLetterOrigin(
                deadLetterID: try row.text("dead_letter"), isEdited: try row.flag("is_edited"),
                actor: try row.text("actor"), reason: try row.words("reason") ?? "", at: try row.instant("at"),
                payload: try row.blob("raw"), digest: try row.text("digest"))
        }.first
    }

    static func isKnown(_ id: String, _ connection: any SQLConnection) throws(StoreError) -> Bool {
        try !connection.query("SELECT 1 FROM message WHERE id = ?", [.text(id)]) { _ in true }.isEmpty
    }

    /// Why an act changed nothing.
    static func refusal(_ id: String, _ connection: any SQLConnection) throws(StoreError) -> DeadLetterActResult {
        try isKnown(id, connection) ? .stale : .notFound
    }

    /// What discarding a dead letter means for the sender's message.
    ///
    /// - Returns: whether the sender may be told that its message was returned: not while anything else that came under the
    ///   same message id lives on.
    static func endReferral(
        of message: StoredMessage, _ act: AuditAct, _ transaction: StoreTransaction
    ) throws(StoreError) -> Bool {
        switch message.channel {
        case .status, .alert: return false
        case .application:
            // Only the message that carries the application ends it; others merely tell of it.
            guard let record = try CaseRows.application(message.correlationID, transaction),
                record.applicationMessageID == message.id
            else { return false }
            let change = CaseChange(
                of: record, .returnToSender, historyEvent: .entry(.returned), actor: act.actor, at: act.at)
            guard try CaseRows.apply(change, transaction) != nil else { return false }
        case .referral: break
        }
        return try !transaction.exists(
            """
            SELECT 1 FROM message m JOIN referral r ON r.partner = m.partner AND r.message_id = m.sender_message_id
            WHERE m.id = ? AND r.is_invalid = 0 AND ((r.outcome <> 'parked' AND r.id <> m.correlation_id
            AND m.channel = 'referral') OR EXISTS (SELECT 1 FROM application a WHERE a.referral_id = r.id
            AND a.no <> m.correlation_id AND a.referral_state NOT IN ('cancelled', 'returnedToSender'))) LIMIT 1
            """, [.text(message.id)])
    }
}
