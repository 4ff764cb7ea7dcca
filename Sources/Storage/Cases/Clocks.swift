import Messaging
import Vocabulary

extension SQLMessageStore: ClockStore {
    public func clocks(
        _ filter: ClockFilter, after cursor: ClockCursor?, limit: Int
    ) async throws(StoreError) -> [ClockRecord] {
        try await database.read { connection throws(StoreError) in
            try Clocks.records(
                """
                WHERE c.is_running = 1 AND c.due_at <= ? AND c.due_at >= ? AND (CAST(? AS TEXT) IS NULL OR a.queue = ?)
                AND (CAST(? AS BIGINT) IS NULL OR c.soon_at <= ?) AND (CAST(? AS TEXT) IS NULL OR c.id = ? OR substr(c.id, 1, length(?) + 1) = ?)
                AND (c.due_at, c.application_no, c.id) > (?, ?, ?) ORDER BY c.due_at, c.application_no, c.id LIMIT ?
                """,
                [
                    .integer(filter.dueBefore?.milliseconds ?? .max), .integer(filter.dueAfter?.milliseconds ?? .min),
                    .optional(filter.institution), .optional(filter.institution),
                    .optional(filter.nearBy?.milliseconds), .optional(filter.nearBy?.milliseconds),
                    .optional(filter.number), .optional(filter.number), .optional(filter.number),
                    .optional(filter.number.map { $0 + "#" }), .integer(cursor?.dueAt.milliseconds ?? .min),
                    .text(cursor?.applicationNo ?? ""), .text(cursor?.id ?? ""), .integer(Int64(limit)),
                ], connection)
        }
    }

    public func clocks(of applicationNo: String) async throws(StoreError) -> [ClockRecord] {
        try await database.read { connection throws(StoreError) in
            try Clocks.records("WHERE c.application_no = ? ORDER BY c.due_at", [.text(applicationNo)], connection)
        }
    }

    public func markDueClocks(now: Instant, limit: Int) async throws(StoreError) -> [ClockAlarm] {
        try await database.write { connection throws(StoreError) in
            let overdue = try Clocks.markDue(.overdue, now: now, limit: limit, connection)
            return overdue + (try Clocks.markDue(.dueSoon, now: now, limit: limit, connection))
        }
    }
}

/// Clocks as rows.
enum Clocks {
    /// Keeps the clocks of an application as they are now. One whose end has moved may be raised again.
    static func keep(
        _ clocks: [RunningClock], of applicationNo: String, _ connection: any SQLConnection
    ) throws(StoreError) {
        for clock in clocks {
            try connection.run(
                """
                INSERT INTO clock (application_no, id, content, due_at, soon_at, is_running, ended_at, outcome, institution)
                VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, coalesce((SELECT c.institution FROM clock c
                WHERE c.application_no = ?1 AND c.id = ?9), (SELECT a.queue FROM application a WHERE a.no = ?1)))
                ON CONFLICT (application_no, id) DO UPDATE SET content = excluded.content, due_at = excluded.due_at,
                soon_at = excluded.soon_at, is_running = excluded.is_running, ended_at = excluded.ended_at,
                outcome = excluded.outcome, institution = CASE WHEN clock.ended_at IS NULL OR excluded.ended_at IS NULL
                THEN excluded.institution ELSE clock.institution END,
                soon_raised_at = CASE WHEN excluded.due_at = clock.due_at THEN clock.soon_raised_at END,
                overdue_raised_at = CASE WHEN excluded.due_at = clock.due_at THEN clock.overdue_raised_at END
                """,
                [
                    .text(applicationNo), .text(clock.id), .blob(clock.content), .instant(clock.dueAt),
                    .optional(clock.soonAt?.milliseconds), .integer(clock.isRunning ? 1 : 0),
                    .optional(clock.endedAt?.milliseconds), .optional(clock.standing),
                    // One whose place another has taken stays with whoever was responsible.
                    .optional(clock.id.contains("#") ? String(clock.id.prefix { $0 != "#" }) : nil),
                ])
        }
    }

    /// Those that are not over yet, paused ones among them, are over with their case.
    static func end(of applicationNo: String, at now: Instant, _ connection: any SQLConnection) throws(StoreError) {
        try connection.run(
            """
            UPDATE clock SET is_running = 0, ended_at = ?1, outcome = CASE WHEN outcome = 'running' AND ?1 > due_at THEN 'late'
            WHEN outcome IN ('running', 'paused') THEN 'ended' ELSE outcome END WHERE application_no = ?2 AND ended_at IS NULL
            """, [.instant(now), .text(applicationNo)])
    }

    static func ofApplication(
        _ applicationNo: String, _ connection: any SQLConnection
    ) throws(StoreError) -> [RunningClock] {
        try records("WHERE c.application_no = ? ORDER BY c.due_at", [.text(applicationNo)], connection).map(\.clock)
    }

    static func records(
        _ condition: String, _ values: [SQLValue], _ connection: any SQLConnection
    ) throws(StoreError) -> [ClockRecord] {
        try connection.query(
            """
            SELECT c.application_no AS application_no, c.id AS id, c.content AS content, c.due_at AS due_at,
            c.soon_at AS soon_at, c.is_running AS is_running, c.ended_at AS ended_at, c.outcome AS outcome, a.queue AS queue, c.soon_raised_at AS soon_raised_at,
            c.overdue_raised_at AS overdue_raised_at FROM clock c JOIN application a ON a.no = c.application_no \(condition)
            """, values
        ) { row throws(StoreError) in
            return ClockRecord(
                applicationNo: try row.text("application_no"), institution: try row.optionalText("queue"),
                clock: RunningClock(
                    id: try row.text("id"), content: try row.blob("content"), dueAt: try row.instant("due_at"),
                    soonAt: try row.optionalInstant("soon_at"), isRunning: try row.flag("is_running"),
                    endedAt: try row.optionalInstant("ended_at"), standing: try row.optionalWord("outcome")),
                soonRaisedAt: try row.optionalInstant("soon_raised_at"),
                overdueRaisedAt: try row.optionalInstant("overdue_raised_at"))
        }
    }

    /// Marks what is due: of several nodes, or of a node before and after its restart, one finds the mark still unset.
    static func markDue(
        _ alarm: ClockAlarm.Kind, now: Instant, limit: Int, _ connection: any SQLConnection
    ) throws(StoreError) -> [ClockAlarm] {
        let (mark, condition) =
            switch alarm {
            case .overdue: ("overdue_raised_at", "c.overdue_raised_at IS NULL AND c.due_at < ?")
            case .dueSoon:
                ("soon_raised_at", "c.soon_raised_at IS NULL AND c.overdue_raised_at IS NULL AND c.soon_at <= ?")
            }
        let due = try records(
            "WHERE c.is_running = 1 AND \(condition) LIMIT ?", [.instant(now), .integer(Int64(limit))], connection)
        var alarms: [ClockAlarm] = []
        for record in due {
            let marked = try connection.run(
                "UPDATE clock SET \(mark) = ? WHERE application_no = ? AND id = ? AND due_at = ? AND \(mark) IS NULL",
                [.instant(now), .text(record.applicationNo), .text(record.clock.id), .instant(record.clock.dueAt)])
            guard marked == 1 else { continue }
            try History.append(
                record.applicationNo, alarm.historyEvent, "gateway", record.clock.id, at: now, connection)
            alarms.append(ClockAlarm(kind: alarm, clock: record))
        }
        return alarms
    }
}

extension ClockAlarm.Kind {
    fileprivate var historyEvent: HistoryEvent.Entry {
        switch self {
        case .dueSoon: .dueSoon
        case .overdue: .overdue
        }
    }
}
