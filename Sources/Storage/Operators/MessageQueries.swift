import Messaging
import StrictJSON
import Vocabulary

extension SQLMessageStore: MessageQueryStore {
    public func queueFigures() async throws(StoreError) -> [QueueFigures] {
        try await database.read { connection throws(StoreError) in
            var dead: [String: Int] = [:]
            for (queue, count) in try connection.query(
                MessageQuerySQL.deadByQueue, [],
                { row throws(StoreError) in (try row.text("queue"), try row.int("messages")) })
            {
                dead[queue] = count
            }
            let open = try connection.query(MessageQuerySQL.openByQueue, []) { row throws(StoreError) in
                (
                    try row.text("recipient"), try row.int("depth"), try row.int("notices"),
                    try row.optionalInteger("oldest_at"), try row.integer("due")
                )
            }
            let standing = open.map { queue, depth, notices, oldest, due in
                QueueFigures(
                    queue: queue, depth: depth, notices: notices, oldest: oldest.map { Instant(milliseconds: $0) },
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
            let last = try connection.query(MessageQuerySQL.lastSeen, [.text(partnerID)]) { row throws(StoreError) in
                try row.instant("received_at")
            }.first
            let backlog = try connection.query(MessageQuerySQL.backlog, [.text(partnerID)]) { row throws(StoreError) in
                (try row.int("messages"), try row.optionalInstant("oldest_at"))
            }.first
            let dead = try connection.query(MessageQuerySQL.deadOfPartner, [.text(partnerID)]) {
                row throws(StoreError) in try row.int("messages")
            }
            .first
            return PartnerFigures(
                partnerID: partnerID, lastSeen: last,
                outcomes: try MessageQuerySQL.outcomes(partnerID, from: since, to: nil, connection),
                backlog: backlog?.0 ?? 0,
                oldestBacklog: backlog?.1, deadLetters: dead ?? 0)
        }
    }

    public func referrals(
        _ filter: MessageFilter, before id: String?, limit: Int
    ) async throws(StoreError) -> [ReferralSummary] {
        let (sql, values) = MessageQuerySQL.page(filter, before: id)
        let asked = values + [.int(limit)]
        return try await database.read { connection throws(StoreError) in
            try MessageQueryRows.summaries(
                try connection.query(sql, asked) { row throws(StoreError) in try row.text("id") },
                connection)
        }
    }

    public func countReferrals(_ filter: MessageFilter, atMost most: Int) async throws(StoreError) -> Int {
        let (condition, values) = MessageQuerySQL.condition(filter, before: nil)
        let sql = "SELECT count(*) AS referrals FROM (SELECT id FROM referral WHERE \(condition) LIMIT ?) AS counted"
        let asked = values + [.int(most)]
        return try await database.read { connection throws(StoreError) in
            try connection.query(sql, asked) { row throws(StoreError) in try row.int("referrals") }.first ?? 0
        }
    }

    public func findReferrals(
        _ quoted: String, partners: [String], limit: Int
    ) async throws(StoreError) -> [ReferralSummary] {
        let normalised = ReferencePath.normalised(quoted)
        let inIndex = try database.lookUp(normalised)
        return try await database.read { connection throws(StoreError) in
            var found: [String] = []
            for (sql, value) in MessageQuerySQL.searches(quoted, inIndex: inIndex == normalised ? nil : inIndex) {
                found += try connection.query(sql, [.text(value), .integer(Int64(limit))]) {
                    row throws(StoreError) in try row.text("id")
                }
            }
            for partner in partners {
                found += try connection.query(MessageQuerySQL.byMessageID, [.text(partner), .text(quoted)]) {
                    row throws(StoreError) in
                    try row.text("id")
                }
            }
            var seen: Set<String> = []
            let unique = found.filter { seen.insert($0).inserted }.sorted(by: >)
            return try MessageQueryRows.summaries(Array(unique.prefix(limit)), connection)
        }
    }

    public func trace(referral id: String) async throws(StoreError) -> Trace? {
        try await database.read { connection throws(StoreError) in
            guard let referral = try MessageQueryRows.summaries([id], connection).first else { return nil }
            let numbers = referral.applications.map(\.no)
            var messages: [MessageStanding] = []
            for subject in [id] + numbers {
                messages += try connection.query(MessageQuerySQL.messages, [.text(subject)], MessageQueryRows.standing)
            }
            var history: [(subject: String, entry: HistoryEntry)] = []
            var acts: [AuditEntry] = []
            for subject in Set([id] + numbers + messages.map(\.id)).sorted() {
                history += try connection.query(MessageQuerySQL.history, [.text(subject)]) {
                    row throws(StoreError) in (subject, try History.read(row))
                }
                acts += try connection.query(MessageQuerySQL.acts, [.text(subject)], Audit.read)
            }
            var statuses: [StatusRecord] = []
            for number in numbers {
                statuses += try connection.query(MessageQuerySQL.statuses, [.text(number)]) { row throws(StoreError) in
                    StatusRecord(
                        id: try row.text("id"), applicationNo: number, code: try row.word("code"), content: [],
                        at: try row.instant("at"))
                }
            }
            let relatives = try connection.query(MessageQuerySQL.relatives, [.text(id), .text(id)]) {
                row throws(StoreError) in try row.text("id")
            }
            return Trace(
                referral: referral, relatives: relatives, messages: messages, history: history, statuses: statuses,
                acts: acts)
        }
    }

    public func referrals(
        ofApplications numbers: [String], limit: Int
    ) async throws(StoreError) -> [ReferralSummary] {
        guard !numbers.isEmpty else { return [] }
        return try await database.read { connection throws(StoreError) in
            let ids = try connection.query(
                """
                SELECT DISTINCT referral_id AS id FROM application WHERE no IN (\(SQLValue.marks(numbers.count)))
                ORDER BY referral_id DESC LIMIT ?
                """, numbers.map { .text($0) } + [.int(limit)]
            ) { row throws(StoreError) in try row.text("id") }
            return try MessageQueryRows.summaries(ids, connection)
        }
    }

    public func document(referral id: String) async throws(StoreError) -> StoredDocument? {
        try await database.read { connection throws(StoreError) in
            try connection.query("SELECT raw, media_type, digest, erased_at FROM referral WHERE id = ?", [.text(id)]) {
                row throws(StoreError) in
                var document = StoredDocument(
                    bytes: try row.blob("raw"), mediaType: try row.text("media_type"), digest: try row.text("digest"))
                document.erasedAt = try row.optionalInstant("erased_at")
                return document
            }.first
        }
    }

    public func indexReferences(
        _ reading: any ReferenceReading, before end: Instant, limit: Int
    ) async throws(StoreError) -> Int {
        // Read and parsed beside the writer; only the finished rows take its time.
        let (last, count, rows) = try await database.read { connection throws(StoreError) in
            try References.gather(reading, before: end, limit: limit, connection)
        }
        guard let last else { return 0 }
        let named = try rows.map { row throws(StoreError) in
            [.text(try database.lookUp(row.value)), .text(row.kind), .text(row.referralID), .text(row.applicationNo)]
                as [SQLValue]
        }
        try await database.write { connection throws(StoreError) in
            for row in named {
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

    public func countReferrals(from start: Instant, to end: Instant) async throws(StoreError) -> Int {
        try await database.read { connection throws(StoreError) in
            try connection.query(
                MessageQuerySQL.countReferrals,
                [.text(IdentifierSource.floor(start)), .text(IdentifierSource.floor(end))]
            ) { row throws(StoreError) in try row.int("referrals") }.first ?? 0
        }
    }
}

/// The index of quoted numbers.
private enum References {
    struct Row: Sendable {
        let value: String
        let kind: String
        let referralID: String
        /// Empty where it names the whole referral.
        let applicationNo: String
    }

    typealias Batch = (last: String?, count: Int, rows: [Row])

    static func gather(
        _ reading: any ReferenceReading, before end: Instant, limit: Int, _ connection: any SQLConnection
    ) throws(StoreError) -> Batch {
        let referrals = try connection.query(
            """
            SELECT id, message_id, digest, is_invalid FROM referral WHERE id > (SELECT referral_id FROM reference_cursor WHERE id = 1)
            AND id < ? ORDER BY id LIMIT ?
            """, [.text(IdentifierSource.floor(end)), .integer(Int64(limit))]
        ) { row throws(StoreError) in
            (
                try row.text("id"), try row.optionalText("message_id"), try row.text("digest"),
                try row.flag("is_invalid")
            )
        }
        var rows: [Row] = []
        for (id, messageID, digest, isInvalid) in referrals {
            func add(_ value: String?, _ kind: String, _ applicationNo: String = "") {
                guard let value, !value.isEmpty else { return }
                rows.append(
                    Row(
                        value: ReferencePath.normalised(value), kind: kind, referralID: id,
                        applicationNo: applicationNo))
            }
            add(messageID, "messageId")
            add(messageID.flatMap(ReferencePath.end), "end")
            add(digest, "digest")
            add(ReferencePath.end(of: id), "end")
            if isInvalid {
                let raw = try connection.query(
                    "SELECT raw FROM referral WHERE id = ? AND erased_at IS NULL", [.text(id)]
                ) { row throws(StoreError) in try row.blob("raw") }
                for (kind, value) in raw.flatMap(reading.references(inUnread:)) { add(value, kind) }
            }
            let applications = try connection.query(
                "SELECT no, content FROM application WHERE referral_id = ? AND erased_at IS NULL", [.text(id)]
            ) { row throws(StoreError) in (try row.text("no"), try row.json("content")) }
            for (number, content) in applications {
                add(ReferencePath.end(of: number), "end", number)
                // A damaged application is named by `gateway check`; those behind it are found by their references all the same.
                guard let json = try? JSONValue(parsing: content) else { continue }
                for (kind, value) in reading.references(in: json) { add(value, kind, number) }
            }
        }
        return (referrals.last?.0, referrals.count, rows)
    }
}
