import Messaging
import Vocabulary

extension SQLMessageStore: ClockOutcomeStore {
    public func clocksDue(
        from start: Instant, to end: Instant, running: Bool, after cursor: ClockOutcomeCursor?, limit: Int
    ) async throws(StoreError) -> [ClockOutcome] {
        try await database.read { connection throws(StoreError) in
            try connection.query(
                ClockOutcomeSQL.due(running: running),
                [
                    .instant(cursor?.dueAt ?? start), .instant(end), .instant(cursor?.dueAt ?? start),
                    .text(cursor?.applicationNo ?? ""), .text(cursor?.id ?? ""), .integer(Int64(limit)),
                ]
            ) { row in
                ClockOutcome(
                    applicationNo: row.text(0),
                    clock: RunningClock(
                        id: row.text(1), content: row.blob(2), dueAt: Instant(milliseconds: row.integer(3)),
                        soonAt: nil, isRunning: row.integer(4) == 1,
                        endedAt: row.optionalInteger(5).map { Instant(milliseconds: $0) }))
            }
        }
    }
}

enum ClockOutcomeSQL {
    static func due(running: Bool) -> String {
        """
        SELECT application_no, id, content, due_at, is_running, ended_at FROM clock
        WHERE \(running ? "is_running = 1" : "ended_at IS NOT NULL") AND due_at >= ? AND due_at < ?
        AND (due_at, application_no, id) > (?, ?, ?) ORDER BY due_at, application_no, id LIMIT ?
        """
    }
}
