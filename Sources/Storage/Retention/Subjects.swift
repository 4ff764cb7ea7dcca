import Messaging
import Vocabulary

extension SQLMessageStore: SubjectStore {
    public func subject(_ persons: [String], now: Instant) async throws(StoreError) -> SubjectFile {
        try await database.read { connection throws(StoreError) in
            var applications: [SubjectFile.Application] = []
            for number in try Subjects.applications(of: persons, now: now, connection) {
                if let application = try Subjects.application(number, connection) { applications.append(application) }
            }
            return SubjectFile(
                applications: applications, shares: try Subjects.shares(of: persons, connection),
                waiting: try Subjects.waiting(for: persons, connection))
        }
    }

    public func eraseSubject(_ persons: [String], _ act: AuditAct) async throws(StoreError) -> SubjectErasure {
        try await write { transaction throws(StoreError) in try Subjects.erase(persons, act, transaction) }
    }
}

/// One person's data as rows.
enum Subjects {
    /// All of a person's applications, however old; those that were erased are found by nothing any more.
    static func applications(
        of persons: [String], now: Instant, _ connection: any SQLConnection
    ) throws(StoreError) -> [String] {
        let first = try connection.query("SELECT min(quarter) AS quarter FROM case_key", []) {
            row throws(StoreError) in try row.optionalInteger("quarter")
        }.first.flatMap(\.self)
        guard let first, first <= now.quarter else { return [] }
        var numbers: Set<String> = []
        for quarter in first...now.quarter {
            for person in persons {
                numbers.formUnion(
                    try connection.query(
                        "SELECT application_no AS no FROM case_key WHERE quarter = ? AND key = ?",
                        [.integer(quarter), .text(person)]
                    ) { row throws(StoreError) in try row.text("no") })
            }
        }
        return numbers.sorted()
    }

    static func application(
        _ number: String, _ connection: any SQLConnection
    ) throws(StoreError) -> SubjectFile.Application? {
        guard let record = try CaseRows.application(number, connection) else { return nil }
        let statuses = try connection.query(
            "SELECT id, application_no, code, content, at, erased_at FROM status WHERE application_no = ? ORDER BY id",
            [.text(number)], CaseRows.status)
        let history = try connection.query(
            "SELECT \(History.columns) FROM history WHERE subject = ? ORDER BY rowid", [.text(number)], History.read)
        let followUps = try contents(
            "id IN (SELECT follow_up_id FROM followed_by WHERE application_no = ?)", [.text(number)], connection)
        var messages: [SubjectFile.Message] = []
        for id in try referrals(of: number, connection) {
            messages += try connection.query(
                "SELECT partner, received_at, raw, media_type, digest, erased_at FROM referral WHERE id = ?",
                [.text(id)]
            ) { row throws(StoreError) in
                var document = StoredDocument(
                    bytes: try row.blob("raw"), mediaType: try row.text("media_type"), digest: try row.text("digest"))
                document.erasedAt = try row.optionalInstant("erased_at")
                return SubjectFile.Message(
                    referralID: id, partnerID: try row.text("partner"), receivedAt: try row.instant("received_at"),
                    document: document)
            }
        }
        return SubjectFile.Application(
            record: record, statuses: statuses, history: history, followUps: followUps, messages: messages,
            isFinished: try Finished.application(number, connection) != nil)
    }

    static func shares(of persons: [String], _ connection: any SQLConnection) throws(StoreError) -> [Evidence] {
        try connection.query(
            """
            SELECT id, person, content, partner, received_at, keep_until FROM evidence
            WHERE person IN (\(SQLValue.marks(persons.count))) ORDER BY id
            """, persons.map(SQLValue.text)
        ) { row throws(StoreError) in
            Evidence(
                id: try row.text("id"), person: try row.text("person"), content: try row.blob("content"),
                partnerID: try row.text("partner"), receivedAt: try row.instant("received_at"),
                keepUntil: try row.instant("keep_until"))
        }
    }

    static func waiting(
        for persons: [String], _ connection: any SQLConnection
    ) throws(StoreError) -> [SubjectFile.FollowUpContent] {
        try contents(
            "id IN (SELECT follow_up_id FROM awaited_key WHERE key IN (\(SQLValue.marks(persons.count))))",
            persons.map { .text(CaseName.key($0).text) }, connection)
    }

    private static func contents(
        _ condition: String, _ values: [SQLValue], _ connection: any SQLConnection
    ) throws(StoreError) -> [SubjectFile.FollowUpContent] {
        try connection.query(
            "SELECT id, kind, partner, received_at, content, erased_at FROM follow_up WHERE \(condition) ORDER BY id",
            values
        ) { row throws(StoreError) in
            SubjectFile.FollowUpContent(
                id: try row.text("id"), kind: try row.word("kind"), partnerID: try row.text("partner"),
                receivedAt: try row.instant("received_at"),
                content: Erased.object(try row.blob("content"), at: try row.optionalInstant("erased_at")))
        }
    }

    private static func referrals(of number: String, _ connection: any SQLConnection) throws(StoreError) -> [String] {
        try connection.query(Uploads.referrals, [.text(number), .text(number)]) { row throws(StoreError) in
            try row.text("referral_id")
        }
    }

    // MARK: Erasing

    static func erase(
        _ persons: [String], _ act: AuditAct, _ transaction: StoreTransaction
    ) throws(StoreError) -> SubjectErasure {
        let numbers = try applications(of: persons, now: act.at, transaction)
        var open = try waiting(for: persons, transaction).map(\.id)
        for number in numbers where try Finished.application(number, transaction) == nil { open.append(number) }
        guard open.isEmpty else { return .refused(open.sorted()) }
        let shares = try shares(of: persons, transaction).map(\.id)
        var messages: Set<String> = []
        for number in numbers { messages.formUnion(try referrals(of: number, transaction)) }
        messages.formUnion(
            try RetentionTarget.names(
                "SELECT referral_id AS name FROM evidence WHERE referral_id IS NOT NULL AND id IN (\(SQLValue.marks(shares.count)))",
                shares.map(SQLValue.text), transaction))
        var own: Set<String> = []
        for id in messages where try isOnly(numbers, shares, in: id, transaction) { own.insert(id) }
        var records = 0
        for (part, names) in [
            (RetentionPart.applications, numbers), (.statuses, numbers), (.history, numbers), (.shareEvidence, shares),
            (.documents, own.sorted()),
        ] where !names.isEmpty {
            records += try erase(part, names, act, transaction)
        }
        let papers = try uploads(only: own.sorted(), at: act.at, transaction)
        if !papers.isEmpty { records += try erase(.attachments, papers, act, transaction) }
        return .erased(records: records, keptMessages: messages.subtracting(own).sorted())
    }

    /// The uploads that erased messages have referred to, and no other does.
    private static func uploads(
        only messages: [String], at now: Instant, _ connection: any SQLConnection
    ) throws(StoreError) -> [String] {
        let names = try RetentionTarget.names(
            """
            SELECT DISTINCT p.partner || '/' || p.sha256 AS name FROM upload_reference u
            JOIN upload p ON p.partner = u.partner AND p.sha256 = u.sha256
            WHERE u.referral_id IN (\(SQLValue.marks(messages.count))) ORDER BY 1
            """, messages.map(SQLValue.text), connection)
        let terms = RetentionTerms(now: now, cutoff: now)
        var free: [String] = []
        for name in names {
            if case .due = try RetentionTarget.attachments.verdict(name, terms, connection) { free.append(name) }
        }
        return free
    }

    /// Whether a message speaks of nobody else, and nothing of it is unfinished.
    private static func isOnly(
        _ numbers: [String], _ shares: [String], in id: String, _ connection: any SQLConnection
    ) throws(StoreError) -> Bool {
        let others = try connection.query(
            """
            SELECT no AS name FROM application WHERE referral_id = ? UNION SELECT id FROM evidence WHERE referral_id = ?
            UNION SELECT b.application_no FROM follow_up f JOIN followed_by b ON b.follow_up_id = f.id
            WHERE f.referral_id = ?
            """, [.text(id), .text(id), .text(id)]
        ) { row throws(StoreError) in try row.text("name") }
        let own = Set(numbers + shares)
        guard others.allSatisfy(own.contains) else { return false }
        return try Finished.referral(id, connection) != nil
    }

    private static func erase(
        _ part: RetentionPart, _ names: [String], _ act: AuditAct, _ transaction: StoreTransaction
    ) throws(StoreError) -> Int {
        let eraser = Eraser(now: act.at, sm3: act.sm3)
        var lines: [(name: String, digest: String)] = []
        var bytes = 0
        for name in names {
            let content = try part.target.erase(name, eraser, transaction)
            lines.append((name, act.sm3(Array(content.digests.joined(separator: "\n").utf8))))
            bytes += content.bytes
        }
        try Retention.prove(lines, part, days: nil, bytes: bytes, (act.at, act.at), act, transaction)
        return lines.count
    }
}
