import Messaging
import StrictJSON
import Vocabulary

extension SQLMessageStore: JobStore {
    public func addJob(_ job: BulkJob, _ act: AuditAct) async throws(StoreError) {
        let filter = job.filter.json.text()
        try await database.write { connection throws(StoreError) in
            try connection.run(
                """
                INSERT INTO bulk_job (id, filter, reason, actor, role, queue, rate, state, total, created_at, updated_at,
                act) VALUES (?, ?, ?, ?, ?, ?, ?, 'running', ?, ?, ?, ?)
                """,
                [
                    .text(job.id), .sealedText(filter, .jobFilter), .sealedText(job.reason, .jobReason),
                    .text(job.actor), .word(job.role),
                    .optional(job.queue), .integer(Int64(job.rate)), .integer(Int64(job.total)),
                    .instant(job.createdAt), .instant(job.createdAt), .word(job.act),
                ])
            try Audit.append(act, connection)
        }
    }

    public func job(_ id: String) async throws(StoreError) -> BulkJob? {
        try await database.read { connection throws(StoreError) in
            try connection.query("SELECT \(Jobs.columns) FROM bulk_job WHERE id = ?", [.text(id)], Jobs.read).first
        }
    }

    public func jobs(before id: String?, limit: Int) async throws(StoreError) -> [BulkJob] {
        try await database.read { connection throws(StoreError) in
            try connection.query(
                "SELECT \(Jobs.columns) FROM bulk_job WHERE id < ? ORDER BY id DESC LIMIT ?",
                [.text(id ?? "~"), .integer(Int64(limit))], Jobs.read)
        }
    }

    public func changeJob(
        _ id: String, to state: BulkJob.State, _ act: AuditAct?, now: Instant
    ) async throws(StoreError) -> Bool {
        try await database.write { connection throws(StoreError) in
            let present = try connection.query("SELECT state FROM bulk_job WHERE id = ?", [.text(id)]) {
                row throws(StoreError) in try row.word("state", as: BulkJob.State.self)
            }.first
            guard let present, present.allows(state) else { return false }
            try connection.run(
                "UPDATE bulk_job SET state = ?, updated_at = ?, lock_count = lock_count + 1, runner_until = 0 WHERE id = ?",
                [.text(state.rawValue), .instant(now), .text(id)])
            // What neither the job nor anybody counts for it ended before its turn: the figures add up to the total.
            if state == .finished {
                try connection.run(
                    """
                    UPDATE bulk_job SET ended_otherwise = total - resent - failed_again - skipped WHERE id = ?
                    """,
                    [.text(id)])
            }
            if let act { try Audit.append(act, connection) }
            return true
        }
    }

    public func lockJob(now: Instant, until: Instant) async throws(StoreError) -> BulkJob? {
        // Asked several times a second: an idle job must not take the writer's time.
        let isWaiting = try await database.read { connection throws(StoreError) in
            try !connection.query(
                "SELECT 1 FROM bulk_job WHERE state = 'running' AND runner_until <= ? LIMIT 1", [.instant(now)]
            ) { _ in true }.isEmpty
        }
        guard isWaiting else { return nil }
        return try await database.write { connection throws(StoreError) in
            try connection.query(
                """
                UPDATE bulk_job SET runner_until = ?, lock_count = lock_count + 1 WHERE id = (SELECT id FROM bulk_job
                WHERE state = 'running' AND runner_until <= ? ORDER BY id LIMIT 1) RETURNING \(Jobs.columns)
                """, [.instant(until), .instant(now)], Jobs.read
            ).first
        }
    }

    public func advanceJob(
        _ job: BulkJob, to cursor: DeadLetterCursor?, skipped: Int, now: Instant, until: Instant
    ) async throws(StoreError) -> BulkJob? {
        try await database.write { connection throws(StoreError) in
            try connection.query(
                """
                UPDATE bulk_job SET cursor = coalesce(?, cursor), skipped = skipped + ?, updated_at = ?,
                runner_until = ?, \(Jobs.total(andMore: "\(skipped)")) WHERE id = ? AND lock_count = ?
                RETURNING \(Jobs.columns)
                """,
                [
                    .optional(cursor?.text), .integer(Int64(skipped)), .instant(now), .instant(until), .text(job.id),
                    .integer(Int64(job.lockCount)),
                ], Jobs.read
            ).first
        }
    }
}

/// Bulk jobs as rows.
enum Jobs {
    static let columns = """
        id, filter, reason, actor, role, queue, rate, state, total, resent, failed_again, skipped, cursor, lock_count,
        created_at, updated_at, ended_otherwise, act
        """

    /// Where a dead letter of a job can end, by the column that counts it.
    enum Counter: String {
        case resent
        case failedAgain = "failed_again"
    }

    /// Whether an act may be done: by a job's worker only as long as the job is its own.
    static func allow(_ act: AuditAct, _ connection: any SQLConnection) throws(StoreError) -> Bool {
        guard let step = act.job else { return true }
        return try !connection.query(
            "SELECT 1 FROM bulk_job WHERE id = ? AND lock_count = ?",
            [.text(step.jobID), .integer(Int64(step.lockCount))]
        ) { _ in true }.isEmpty
    }

    /// Dead letters of before the order that were still on their way into the store when it was given were not counted then.
    ///
    /// - Parameter more: how many are counted in the same statement.
    static func total(andMore more: String) -> String {
        """
        total = CASE WHEN total < resent + failed_again + skipped + \(more) THEN resent + failed_again + skipped + \(more)
        ELSE total END
        """
    }

    /// Counts a step in the transaction that makes it: a job that is killed resumes with true figures.
    static func count(
        _ step: JobStep, _ counter: Counter, at: Instant, _ connection: any SQLConnection
    ) throws(StoreError) {
        try connection.run(
            """
            UPDATE bulk_job SET \(counter.rawValue) = \(counter.rawValue) + 1, updated_at = ?, \(total(andMore: "1"))
            WHERE id = ?
            """,
            [.instant(at), .text(step.jobID)])
    }

    static func read(_ row: any SQLRow) throws(StoreError) -> BulkJob {
        // Without its filter a job would take every dead letter there is.
        guard let json = (try? JSONValue(parsing: Array(try row.text("filter").utf8)))?.object,
            let filter = DeadLetterFilter(json: json)
        else { throw .corrupt("column filter of a bulk job cannot be read") }
        var job = BulkJob(
            id: try row.text("id"), filter: filter, reason: try row.words("reason") ?? "", actor: try row.text("actor"),
            role: try row.word("role"), queue: try row.optionalText("queue"), rate: try row.int("rate"),
            state: try row.word("state"), total: try row.int("total"), resent: try row.int("resent"),
            failedAgain: try row.int("failed_again"), skipped: try row.int("skipped"),
            cursor: try row.optionalText("cursor").flatMap { DeadLetterCursor(text: $0) },
            lockCount: try row.int("lock_count"), createdAt: try row.instant("created_at"),
            updatedAt: try row.instant("updated_at"))
        job.act = try row.word("act")
        job.endedOtherwise = try row.int("ended_otherwise")
        return job
    }
}
