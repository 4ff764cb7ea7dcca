import Messaging
import Vocabulary

extension SQLMessageStore: TallyStore {
    public func caseTallies(month: String) async throws(StoreError) -> [CaseTally] {
        try await database.read { connection throws(StoreError) in
            try connection.query("SELECT facts, applications FROM case_tally WHERE month = ?", [.text(month)]) {
                row throws(StoreError) in
                CaseTally(
                    facts: try CaseFacts(stored: try row.text("facts")), applications: try row.int("applications"))
            }
        }
    }

    public func clockTallies(
        from start: Instant, to end: Instant, now: Instant
    ) async throws(StoreError) -> [ClockTally] {
        let (first, last, today) = (Tallies.day(start), Tallies.day(end), Tallies.day(now))
        return try await database.read { connection throws(StoreError) in
            let whole = try connection.query(
                """
                SELECT clock, institution, outcome, sum(clocks) AS clocks FROM clock_tally
                WHERE day >= ?1 AND day < ?2 AND (outcome IN ('met', 'late', 'ended') OR (outcome = 'running' AND day < ?3))
                GROUP BY clock, institution, outcome ORDER BY clock, institution, outcome
                """, [.integer(first), .integer(last), .integer(today)], Tallies.read)
            guard first <= today, today < last else { return whole }
            // Of today's own only the hour tells.
            let ofToday = try connection.query(
                """
                SELECT substr(id, 1, instr(id || '#', '#') - 1) AS clock, coalesce(institution, '') AS institution,
                outcome, count(*) AS clocks FROM clock WHERE is_running = 1 AND due_at >= ? AND due_at < ?
                AND outcome = 'running' GROUP BY 1, 2, 3
                """, [.instant(Tallies.start(of: today)), .instant(now)], Tallies.read)
            return whole + ofToday
        }
    }

    public func messageTallies(from start: Instant, to end: Instant) async throws(StoreError) -> [Outcome: Int] {
        try await database.read { connection throws(StoreError) in
            let found = try connection.query(
                """
                SELECT outcome, sum(messages) AS messages FROM message_tally WHERE day >= ? AND day < ? GROUP BY outcome
                """, [.integer(Tallies.day(start)), .integer(Tallies.day(end))]
            ) { row throws(StoreError) in (try row.word("outcome", as: Outcome.self), try row.int("messages")) }
            return Dictionary(found) { $0 + $1 }.filter { $0.value > 0 }
        }
    }
}

/// What is counted as it happens, by triggers (`v025_tallies.sql`).
enum Tallies {
    private static let offset: Int64 = 28_800_000
    private static let length: Int64 = 86_400_000

    /// Days since 1970 in China's time.
    static func day(_ instant: Instant) -> Int64 { (instant.milliseconds + offset) / length }
    static func start(of day: Int64) -> Instant { Instant(milliseconds: day * length - offset) }

    /// `2026-03`
    static func month(of instant: Instant) -> String { String(instant.timestamp.date.iso.prefix(7)) }

    fileprivate static func read(_ row: any SQLRow) throws(StoreError) -> ClockTally {
        let institution = try row.text("institution")
        return ClockTally(
            clock: try row.text("clock"), institution: institution.isEmpty ? nil : institution,
            standing: try row.word("outcome"), clocks: try row.int("clocks"))
    }

    // MARK: Counting anew

    private static let kind = "substr(id, 1, instr(id || '#', '#') - 1)"
    /// Each tally beside the rows that it counts.
    private static let counted = [
        (
            said: "SELECT month, facts, applications FROM case_tally",
            counted: "SELECT month, facts, count(*) FROM application WHERE facts IS NOT NULL GROUP BY 1, 2",
            table: "case_tally"
        ),
        (
            said: "SELECT day, clock, institution, outcome, clocks FROM clock_tally",
            counted: """
            SELECT (due_at + 28800000) / 86400000, \(kind), coalesce(institution, ''), outcome, count(*) FROM clock
            WHERE outcome IS NOT NULL GROUP BY 1, 2, 3, 4
            """, table: "clock_tally"
        ),
        (
            said: "SELECT day, outcome, messages FROM message_tally WHERE messages <> 0",
            counted: "SELECT (received_at + 28800000) / 86400000, outcome, count(*) FROM referral GROUP BY 1, 2",
            table: "message_tally"
        ),
    ]

    fileprivate static func areRight(_ connection: any SQLConnection) throws(StoreError) -> Bool {
        for (said, counted, _) in counted {
            for (one, other) in [(said, counted), (counted, said)] {
                guard try connection.query("\(one) EXCEPT \(other)", [], { _ in true }).isEmpty else { return false }
            }
        }
        return true
    }

    fileprivate static func recount(_ connection: any SQLConnection) throws(StoreError) {
        for (_, counted, table) in counted {
            try connection.run("DELETE FROM \(table)", [])
            try connection.run("INSERT INTO \(table) \(counted)", [])
        }
    }

    /// The facts of an application as its row and what it was told tell them.
    fileprivate static func facts(
        of record: ApplicationRecord, _ connection: any SQLConnection
    ) throws(StoreError) -> CaseFacts? {
        guard !record.standing.isLead else { return nil }
        // What was erased counts as it was.
        guard record.erasedAt == nil else { return record.facts }
        var facts = CaseFacts(
            of: try record.canonical, partner: record.partnerID, institution: record.queue,
            state: record.standing.caseState)
        let told = try connection.query(
            "SELECT DISTINCT code FROM status WHERE application_no = ?", [.text(record.applicationNo)]
        ) { row throws(StoreError) in try row.word("code", as: StatusCode.self) }
        for code in told { facts.note(told: code) }
        // Statuses may be erased by now; what they told of the case counts on.
        if let former = record.facts { facts.keepHistory(of: former) }
        return facts
    }

    /// The next applications after one, with those of them whose facts are not what they should be.
    fileprivate static func wrong(
        after number: String, limit: Int, _ connection: any SQLConnection
    ) throws(StoreError) -> (last: String?, wrong: [(ApplicationRecord, CaseFacts?)]) {
        let numbers = try connection.query(
            "SELECT no FROM application WHERE no > ? ORDER BY no LIMIT ?", [.text(number), .int(limit)]
        ) { row throws(StoreError) in try row.text("no") }
        var wrong: [(ApplicationRecord, CaseFacts?)] = []
        for number in numbers {
            do throws(StoreError) {
                guard let record = try CaseRows.application(number, connection) else { continue }
                let facts = try facts(of: record, connection)
                if facts?.stored != record.facts?.stored { wrong.append((record, facts)) }
            } catch .corrupt {
                // A row that cannot be read is named by itself.
                continue
            }
        }
        return (numbers.last, wrong)
    }

    fileprivate static func mend(
        _ record: ApplicationRecord, _ facts: CaseFacts?, _ connection: any SQLConnection
    ) throws(StoreError) {
        try connection.run(
            "UPDATE application SET facts = ?, month = ? WHERE no = ?",
            [
                .optional(facts?.stored), .optional(facts.map { _ in month(of: record.receivedAt) }),
                .text(record.applicationNo),
            ])
    }
}

extension Database {
    private static var page: Int { 500 }

    /// Counts anew what the bulletin's figures are kept of, down to what each application says.
    ///
    /// - Returns: whether they agree.
    public func talliesAgree() async throws(StoreError) -> Bool {
        guard try await read({ connection throws(StoreError) in try Tallies.areRight(connection) }) else {
            return false
        }
        var last: String? = ""
        while let number = last {
            let page = try await read { connection throws(StoreError) in
                try Tallies.wrong(after: number, limit: Self.page, connection)
            }
            guard page.wrong.isEmpty else { return false }
            last = page.last
        }
        return true
    }

    /// Whether applications are there that a release without these figures, or with others, has taken.
    public func lacksTallies() async throws(StoreError) -> Bool {
        try await read { connection throws(StoreError) in
            try !connection.query(
                """
                SELECT 1 FROM application WHERE facts IS NULL AND erased_at IS NULL
                AND (lead_state IS NULL OR lead_state = 'applied') UNION ALL SELECT 1 FROM recount LIMIT 1
                """, []
            ) { _ in true }.isEmpty
        }
    }

    /// Makes those figures anew.
    public func recountTallies() async throws(StoreError) {
        var last: String? = ""
        while let number = last {
            last = try await write { connection throws(StoreError) in
                let page = try Tallies.wrong(after: number, limit: Self.page, connection)
                for (record, facts) in page.wrong { try Tallies.mend(record, facts, connection) }
                return page.last
            }
        }
        try await write { connection throws(StoreError) in
            try Tallies.recount(connection)
            try connection.run("DELETE FROM recount", [])
        }
    }
}
