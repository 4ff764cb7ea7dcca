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
            ) { row throws(StoreError) in
                ClockOutcome(
                    applicationNo: try row.text("application_no"),
                    clock: RunningClock(
                        id: try row.text("id"), content: try row.blob("content"), dueAt: try row.instant("due_at"),
                        soonAt: nil, isRunning: try row.flag("is_running"),
                        endedAt: try row.optionalInstant("ended_at")))
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
