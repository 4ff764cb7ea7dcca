import Messaging
import StrictJSON

extension SQLMessageStore: FlowStore {
    public func queueFigures() async throws(StoreError) -> [QueueFigures] {
        try await database.read { connection throws(StoreError) in
            var dead: [String: Int] = [:]
            for (queue, count) in try connection.query(FlowSQL.deadByQueue, [], { ($0.text(0), Int($0.integer(1))) }) {
                dead[queue] = count
            }
            let open = try connection.query(FlowSQL.openByQueue, []) { row in
                (row.text(0), Int(row.integer(1)), row.optionalInteger(2), row.integer(3))
            }
            let standing = open.map { queue, depth, oldest, due in
                QueueFigures(
                    queue: queue, depth: depth, oldest: oldest.map { Instant(milliseconds: $0) },
                    mostUrgent: due == Envelopes.noClock ? nil : Instant(milliseconds: due),
                    deadLetters: dead.removeValue(forKey: queue) ?? 0)
            }
            let quiet = dead.map {
                QueueFigures(queue: $0.key, depth: 0, oldest: nil, mostUrgent: nil, deadLetters: $0.value)
            }
            return (standing + quiet).sorted { $0.queue < $1.queue }
        }
    }

    public func partnerFigures(_ partnerID: String, since: Instant) async throws(StoreError) -> PartnerFigures {
        try await database.read { connection throws(StoreError) in
            let last = try connection.query(FlowSQL.lastSeen, [.text(partnerID)]) {
                Instant(milliseconds: $0.integer(0))
            }.first
            let backlog = try connection.query(FlowSQL.backlog, [.text(partnerID)]) {
                (Int($0.integer(0)), $0.optionalInteger(1).map { Instant(milliseconds: $0) })
            }.first
            let dead = try connection.query(FlowSQL.deadOfPartner, [.text(partnerID)]) { Int($0.integer(0)) }.first
            return PartnerFigures(
                partnerID: partnerID, lastSeen: last,
                outcomes: try FlowSQL.outcomes(partnerID, from: since, to: nil, connection), backlog: backlog?.0 ?? 0,
                oldestBacklog: backlog?.1, deadLetters: dead ?? 0)
        }
    }

    public func referrals(
        partner: String?, before id: String?, limit: Int
    ) async throws(StoreError) -> [ReferralSummary] {
        let sql = FlowSQL.referrals(ofPartner: partner != nil)
        let values =
            [partner.map { SQLValue.text($0) }].compactMap(\.self) + [.text(id ?? "~"), .integer(Int64(limit))]
        return try await database.read { connection throws(StoreError) in
            try FlowRows.summaries(try connection.query(sql, values) { $0.text(0) }, connection)
        }
    }

    public func findReferrals(
        _ quoted: String, partners: [String], limit: Int
    ) async throws(StoreError) -> [ReferralSummary] {
        try await database.read { connection throws(StoreError) in
            var found: [String] = []
            for (sql, value) in FlowSQL.searches(quoted) {
                found += try connection.query(sql, [.text(value), .integer(Int64(limit))]) { $0.text(0) }
            }
            for partner in partners {
                found += try connection.query(FlowSQL.byMessageID, [.text(partner), .text(quoted)]) { $0.text(0) }
            }
            var seen: Set<String> = []
            let unique = found.filter { seen.insert($0).inserted }.sorted(by: >)
            return try FlowRows.summaries(Array(unique.prefix(limit)), connection)
        }
    }

    public func trace(referral id: String) async throws(StoreError) -> Trace? {
        try await database.read { connection throws(StoreError) in
            guard let referral = try FlowRows.summaries([id], connection).first else { return nil }
            let numbers = referral.applications.map(\.no)
            var messages: [MessageStanding] = []
            for subject in [id] + numbers {
                messages += try connection.query(FlowSQL.messages, [.text(subject)], FlowRows.standing)
            }
            var history: [(subject: String, entry: HistoryEntry)] = []
            var acts: [AuditEntry] = []
            for subject in Set([id] + numbers + messages.map(\.id)).sorted() {
                history += try connection.query(FlowSQL.history, [.text(subject)]) { (subject, FlowRows.history($0)) }
                acts += try connection.query(FlowSQL.acts, [.text(subject)], Audit.read)
            }
            var statuses: [StatusRecord] = []
            for number in numbers {
                statuses += try connection.query(FlowSQL.statuses, [.text(number)]) { row in
                    StatusRecord(
                        id: row.text(0), applicationNo: number, code: row.text(1), content: [],
                        at: Instant(milliseconds: row.integer(2)))
                }
            }
            let relatives = try connection.query(FlowSQL.relatives, [.text(id), .text(id)]) { $0.text(0) }
            return Trace(
                referral: referral, relatives: relatives, messages: messages, history: history, statuses: statuses,
                acts: acts)
        }
    }

    public func document(referral id: String) async throws(StoreError) -> StoredDocument? {
        try await database.read { connection throws(StoreError) in
            try connection.query("SELECT raw, media_type, digest FROM referral WHERE id = ?", [.text(id)]) {
                StoredDocument(bytes: $0.blob(0), mediaType: $0.text(1), digest: $0.text(2))
            }.first
        }
    }

    public func indexReferences(
        _ paths: [ReferencePath], before end: Instant, limit: Int
    ) async throws(StoreError) -> Int {
        // Read and parsed beside the writer; only the finished rows take its time.
        let (last, count, rows) = try await database.read { connection throws(StoreError) in
            try References.gather(paths, before: end, limit: limit, connection)
        }
        guard let last else { return 0 }
        try await database.write { connection throws(StoreError) in
            for row in rows {
                try connection.run(
                    """
                    INSERT INTO reference (value, kind, referral_id, application_no) VALUES (?, ?, ?, ?)
                    ON CONFLICT DO NOTHING
                    """, row)
            }
            _ = try connection.run(
                "UPDATE reference_cursor SET referral_id = ? WHERE id = 1 AND referral_id < ?",
                [.text(last), .text(last)])
        }
        return count
    }

    public func reportRows(
        from start: Instant, to end: Instant, after applicationNo: String?, limit: Int
    ) async throws(StoreError) -> [ReportRow] {
        let lower = applicationNo ?? "LA-" + IdentifierSource.floor(start)
        let values: [SQLValue] = [
            .text(lower), .text("LA-" + IdentifierSource.floor(end)), .integer(Int64(limit)),
        ]
        return try await database.read { connection throws(StoreError) in
            let found = try connection.query(FlowSQL.reportRows, values) { row in
                (
                    row.text(0), row.text(1), row.optionalText(2), row.optionalText(3), row.integer(4), row.blob(5)
                )
            }
            return try found.map { row throws(StoreError) in
                let told = try connection.query(FlowSQL.firstTold, [.text(row.0)]) {
                    ($0.text(0), Instant(milliseconds: $0.integer(1)))
                }
                return ReportRow(
                    applicationNo: row.0, partnerID: row.1, queue: row.2, caseState: row.3,
                    receivedAt: Instant(milliseconds: row.4), content: row.5,
                    firstTold: Dictionary(told) { first, _ in first })
            }
        }
    }

    public func outcomes(
        partner: String, from start: Instant, to end: Instant
    ) async throws(StoreError) -> [String: Int] {
        try await database.read { connection throws(StoreError) in
            try FlowSQL.outcomes(partner, from: start, to: end, connection)
        }
    }

    public func countReferrals(from start: Instant, to end: Instant) async throws(StoreError) -> Int {
        try await database.read { connection throws(StoreError) in
            try connection.query(
                FlowSQL.countReferrals,
                [.text(IdentifierSource.floor(start)), .text(IdentifierSource.floor(end))]
            ) { Int($0.integer(0)) }.first ?? 0
        }
    }
}

/// The window's questions as SQL, each answered by an index.
enum FlowSQL {
    static let openByQueue = """
        SELECT q.recipient, q.depth, (SELECT o.created_at FROM message o WHERE o.id = q.oldest), q.due
        FROM (SELECT recipient, count(*) AS depth, min(id) AS oldest, min(due_at) AS due FROM message
        WHERE channel = 'application' AND state IN ('queued', 'claimed') GROUP BY recipient) q
        """
    static let deadByQueue = "SELECT queue, sum(letters) FROM dead_letter_pile WHERE queue <> '' GROUP BY queue"
    static let lastSeen = "SELECT received_at FROM referral WHERE partner = ? ORDER BY id DESC LIMIT 1"
    static let backlog = """
        SELECT count(*), min(created_at) FROM message
        WHERE channel = 'status' AND recipient = ? AND state IN ('queued', 'claimed')
        """
    static let deadOfPartner = "SELECT coalesce(sum(letters), 0) FROM dead_letter_pile WHERE partner = ?"
    static let byMessageID = "SELECT id FROM referral WHERE partner = ? AND message_id = ? AND is_invalid = 0"
    static let messages = """
        SELECT id, channel, correlation_id, recipient, state, attempt, created_at, ready_at, finished_at, dead_since,
        cause, problem FROM message WHERE correlation_id = ? ORDER BY id LIMIT 500
        """
    static let history = "SELECT at, event, actor, detail FROM history WHERE subject = ? ORDER BY rowid LIMIT 500"
    static let acts = """
        SELECT seq, at, actor, role, action, subject, detail, previous, hash FROM audit WHERE subject = ?
        ORDER BY seq LIMIT 500
        """
    static let statuses = "SELECT id, code, at FROM status WHERE application_no = ? ORDER BY id LIMIT 500"
    static let relatives = """
        SELECT m.correlation_id FROM dead_letter_resend e JOIN message m ON m.id = e.letter WHERE e.successor = ?
        UNION SELECT e.successor FROM message m JOIN dead_letter_resend e ON e.letter = m.id
        WHERE m.correlation_id = ? AND m.channel = 'referral'
        """
    static let reportRows = """
        SELECT a.no, r.partner, a.queue, a.case_state, r.received_at, a.content
        FROM application a JOIN referral r ON r.id = a.referral_id WHERE a.no > ? AND a.no < ? ORDER BY a.no LIMIT ?
        """
    static let firstTold = "SELECT code, min(at) FROM status WHERE application_no = ? GROUP BY code"
    static let countReferrals = "SELECT count(*) FROM referral WHERE id >= ? AND id < ?"

    static func referrals(ofPartner: Bool) -> String {
        "SELECT id FROM referral WHERE \(ofPartner ? "partner = ? AND " : "")id < ? ORDER BY id DESC LIMIT ?"
    }

    /// Look-ups by whole numbers, each giving referrals' ids.
    static func searches(_ quoted: String) -> [(sql: String, value: String)] {
        let envelope = String(quoted.split(separator: ".").first ?? "")
        return [
            ("SELECT id FROM referral WHERE id = ? LIMIT ?", quoted),
            ("SELECT referral_id FROM application WHERE no = ? LIMIT ?", quoted),
            (
                """
                SELECT coalesce(a.referral_id, m.correlation_id) FROM message m
                LEFT JOIN application a ON a.no = m.correlation_id WHERE m.id = ? LIMIT ?
                """, envelope
            ),
            (
                """
                SELECT coalesce(a.referral_id, m.correlation_id) FROM message m
                LEFT JOIN application a ON a.no = m.correlation_id
                WHERE m.state = 'dead' AND m.sender_message_id = ? LIMIT ?
                """, quoted
            ),
            (
                "SELECT referral_id FROM reference WHERE value = ? LIMIT ?", ReferencePath.normalised(quoted)
            ),
        ]
    }

    static func outcomes(
        _ partner: String, from start: Instant, to end: Instant?, _ connection: any SQLConnection
    ) throws(StoreError) -> [String: Int] {
        let found = try connection.query(
            "SELECT outcome, count(*) FROM referral WHERE partner = ? AND id >= ? AND id < ? GROUP BY outcome",
            [
                .text(partner), .text(IdentifierSource.floor(start)),
                .text(end.map { IdentifierSource.floor($0) } ?? "~"),
            ]
        ) { ($0.text(0), Int($0.integer(1))) }
        return Dictionary(found) { $0 + $1 }
    }
}

/// Referrals and messages as the window reads them.
enum FlowRows {
    static func summaries(_ ids: [String], _ connection: any SQLConnection) throws(StoreError) -> [ReferralSummary] {
        var summaries: [ReferralSummary] = []
        for id in ids {
            let applications = try connection.query(
                "SELECT no, queue, case_state FROM application WHERE referral_id = ? ORDER BY no LIMIT 500", [.text(id)]
            ) { ReferralSummary.Application(no: $0.text(0), queue: $0.optionalText(1), caseState: $0.optionalText(2)) }
            summaries += try connection.query(
                """
                SELECT partner, message_id, outcome, received_at, digest, mapping_id, mapping_version, encoding,
                length(raw) FROM referral WHERE id = ?
                """, [.text(id)]
            ) { row in
                ReferralSummary(
                    id: id, partnerID: row.text(0), messageID: row.optionalText(1), outcome: row.text(2),
                    receivedAt: Instant(milliseconds: row.integer(3)), digest: row.text(4),
                    mappingID: row.optionalText(5), mappingVersion: row.optionalInteger(6).map { Int($0) },
                    encoding: row.optionalText(7), bytes: Int(row.integer(8)), applications: applications)
            }
        }
        return summaries
    }

    static func standing(_ row: any SQLRow) -> MessageStanding {
        func instant(_ column: Int) -> Instant? { row.optionalInteger(column).map { Instant(milliseconds: $0) } }
        return MessageStanding(
            id: row.text(0), channel: Channel(rawValue: row.text(1)) ?? .referral, correlationID: row.text(2),
            recipient: row.optionalText(3), state: row.text(4), attempt: Int(row.integer(5)),
            createdAt: Instant(milliseconds: row.integer(6)), readyAt: instant(7), finishedAt: instant(8),
            deadSince: instant(9), cause: row.optionalText(10), problem: row.optionalText(11))
    }

    static func history(_ row: any SQLRow) -> HistoryEntry {
        HistoryEntry(
            at: Instant(milliseconds: row.integer(0)), event: row.text(1), actor: row.text(2),
            detail: row.optionalText(3))
    }
}

/// The index of quoted numbers.
private enum References {
    typealias Batch = (last: String?, count: Int, rows: [[SQLValue]])

    static func gather(
        _ paths: [ReferencePath], before end: Instant, limit: Int, _ connection: any SQLConnection
    ) throws(StoreError) -> Batch {
        let referrals = try connection.query(
            """
            SELECT id, message_id, digest FROM referral WHERE id > (SELECT referral_id FROM reference_cursor WHERE id = 1)
            AND id < ? ORDER BY id LIMIT ?
            """, [.text(IdentifierSource.floor(end)), .integer(Int64(limit))]
        ) { ($0.text(0), $0.optionalText(1), $0.text(2)) }
        var rows: [[SQLValue]] = []
        for (id, messageID, digest) in referrals {
            func add(_ value: String?, _ kind: String, _ applicationNo: String = "") {
                guard let value, !value.isEmpty else { return }
                rows.append([
                    .text(ReferencePath.normalised(value)), .text(kind), .text(id), .text(applicationNo),
                ])
            }
            add(messageID, "messageId")
            add(digest, "digest")
            let applications = try connection.query(
                "SELECT no, content FROM application WHERE referral_id = ?", [.text(id)]
            ) { ($0.text(0), $0.blob(1)) }
            for (number, content) in applications {
                guard let json = try? JSONValue(parsing: content) else { continue }
                for path in paths { add(json.at(path.path)?.string, path.kind, number) }
            }
        }
        return (referrals.last?.0, referrals.count, rows)
    }
}
