import Messaging
import Vocabulary

extension SQLMessageStore: RetentionStore {
    public func dueRecords(
        of part: RetentionPart, by rule: RetentionRule, after name: String?, limit: Int, now: Instant
    ) async throws(StoreError) -> RetentionStep {
        guard let cutoff = rule.cutoff(at: now) else { return RetentionStep() }
        let terms = RetentionTerms(now: now, cutoff: cutoff)
        return try await database.read { connection throws(StoreError) in
            try Retention.look(part, terms, after: name, limit: limit, connection).step
        }
    }

    public func eraseRecords(
        of part: RetentionPart, by rule: RetentionRule, after name: String?, limit: Int, _ act: AuditAct
    ) async throws(StoreError) -> RetentionStep {
        guard let cutoff = rule.cutoff(at: act.at) else { return RetentionStep() }
        let terms = RetentionTerms(now: act.at, cutoff: cutoff)
        // Looked at beside the writer: it is asked for what is due alone, and judges that once more.
        let (step, due) = try await database.read { connection throws(StoreError) in
            try Retention.look(part, terms, after: name, limit: limit, connection)
        }
        guard !due.isEmpty else { return step }
        var done = try await write { transaction throws(StoreError) in
            try Retention.erase(part, due, terms, days: rule.days, act, transaction)
        }
        (done.held, done.next) = (step.held, step.next)
        done.unreadable = step.unreadable + done.unreadable
        return done
    }

    public func erasures(after seq: Int, limit: Int) async throws(StoreError) -> [Erasure] {
        try await database.read { connection throws(StoreError) in
            try connection.query(
                """
                SELECT seq, at, part, days, records, bytes, first_at, last_at, digest FROM erasure WHERE seq > ?
                ORDER BY seq LIMIT ?
                """, [.int(seq), .int(limit)]
            ) { row throws(StoreError) in
                Erasure(
                    seq: try row.int("seq"), at: try row.instant("at"), part: try row.word("part"),
                    days: try row.optionalInt("days"), records: try row.int("records"), bytes: try row.int("bytes"),
                    first: try row.instant("first_at"), last: try row.instant("last_at"), digest: try row.text("digest")
                )
            }
        }
    }

    public func erasedRecords(of seq: Int) async throws(StoreError) -> [(name: String, digest: String)] {
        try await database.read { connection throws(StoreError) in
            try connection.query(
                "SELECT name, digest FROM erased_record WHERE erasure = ? ORDER BY name", [.int(seq)]
            ) { row throws(StoreError) in (name: try row.text("name"), digest: try row.text("digest")) }
        }
    }

    public func freeSpace(pages: Int) async throws(StoreError) -> Int {
        try await database.freeSpace(pages: pages)
    }

    public func clearLog() async throws(StoreError) { try await database.clearLog() }
}

/// Going through what is kept for a time.
enum Retention {
    private typealias Line = (name: String, digest: String)

    static func look(
        _ part: RetentionPart, _ terms: RetentionTerms, after name: String?, limit: Int,
        _ connection: any SQLConnection
    ) throws(StoreError) -> (step: RetentionStep, due: [String]) {
        let target = part.target
        let names = try target.candidates(terms, name ?? "", limit, connection)
        var step = RetentionStep()
        var due: [String] = []
        for name in names {
            do throws(StoreError) {
                switch try target.verdict(name, terms, connection) {
                case .due(let since):
                    due.append(name)
                    step.due += 1
                    step.oldest = min(step.oldest ?? since, since)
                case .early: break
                case .held: step.held += 1
                }
            } catch .corrupt(let what) {
                step.unreadable.append("\(part.rawValue) \(name): \(what)")
            }
        }
        step.next = names.count < limit ? nil : names.last
        return (step, due)
    }

    /// Whoever looks has no lock: each is judged once more in the transaction that erases it.
    static func erase(
        _ part: RetentionPart, _ names: [String], _ terms: RetentionTerms, days: Int?, _ act: AuditAct,
        _ transaction: StoreTransaction
    ) throws(StoreError) -> RetentionStep {
        let target = part.target
        let eraser = Eraser(now: terms.now, sm3: act.sm3)
        RecentContents.shared.forget()
        var step = RetentionStep()
        var lines: [Line] = []
        var moments: [Instant] = []
        for name in names {
            // Of a record that turns out to be unreadable halfway nothing is erased.
            try transaction.run("SAVEPOINT record", [])
            do throws(StoreError) {
                guard case .due(let since) = try target.verdict(name, terms, transaction) else {
                    try transaction.run("RELEASE record", [])
                    continue
                }
                let content = try target.erase(name, eraser, transaction)
                // Of sign-ins not even the hashes that name them are kept.
                lines.append(
                    (
                        part.kind == .signIns ? act.sm3(Array(name.utf8)) : name,
                        act.sm3(Array(content.digests.joined(separator: "\n").utf8))
                    ))
                moments.append(since)
                step.bytes += content.bytes
            } catch .corrupt(let what) {
                try transaction.run("ROLLBACK TO record", [])
                step.unreadable.append("\(part.rawValue) \(name): \(what)")
            }
            try transaction.run("RELEASE record", [])
        }
        guard let first = moments.min(), let last = moments.max() else { return step }
        (step.due, step.oldest) = (lines.count, first)
        try prove(lines, part, days: days, bytes: step.bytes, (first, last), act, transaction)
        return step
    }

    /// Writes down what was erased, and that it was, in the transaction that does it.
    static func prove(
        _ lines: [(name: String, digest: String)], _ part: RetentionPart, days: Int?, bytes: Int,
        _ times: (first: Instant, last: Instant), _ act: AuditAct, _ transaction: StoreTransaction
    ) throws(StoreError) {
        let sorted = lines.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
        let last =
            try transaction.query("SELECT coalesce(max(seq), 0) AS seq FROM erasure", []) {
                row throws(StoreError) in try row.int("seq")
            }.first ?? 0
        let erasure = Erasure(
            seq: last + 1, at: act.at, part: part, days: days, records: sorted.count, bytes: bytes, first: times.first,
            last: times.last, digest: act.sm3(Array(sorted.map { Erasure.line($0.name, $0.digest) }.joined().utf8)))
        try transaction.run(
            """
            INSERT INTO erasure (seq, at, part, days, records, bytes, first_at, last_at, digest)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                .int(erasure.seq), .instant(erasure.at), .word(part), .optional(days.map { Int64($0) }),
                .int(erasure.records), .int(bytes), .instant(times.first), .instant(times.last), .text(erasure.digest),
            ])
        for line in sorted {
            try transaction.run(
                "INSERT INTO erased_record (erasure, name, digest) VALUES (?, ?, ?)",
                [.int(erasure.seq), .text(line.name), .text(line.digest)])
        }
        try Audit.append(act.about(erasure.subject, detail: erasure.told(reason: act.detail)), transaction)
    }
}
