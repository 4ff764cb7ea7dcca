import Messaging
import Vocabulary

/// What is finished, and since when: nothing else is ever erased for its age. The one place where that is said.
enum Finished {
    /// An application whose standing is at rest, none of whose clocks runs or is paused, and about which no message waits,
    /// is under way or lies among the dead letters.
    ///
    /// - Returns: when something last happened about it; nothing where it is not finished. That a share's words were erased
    ///   in it is nothing that happened about it: the time of keeping would begin anew.
    static func application(_ number: String, _ connection: any SQLConnection) throws(StoreError) -> Instant? {
        let rows = try connection.query(
            """
            SELECT a.referral_state AS referral_state, a.case_state AS case_state, a.handover_state AS handover_state,
            a.handover_returns AS handover_returns, a.lead_state AS lead_state, a.stepped_at AS stepped_at,
            coalesce(a.applied_at, r.received_at) AS received_at,
            (SELECT max(h.at) FROM history h WHERE h.subject = a.no AND h.event <> ?) AS told_at,
            EXISTS (SELECT 1 FROM clock c WHERE c.application_no = a.no AND c.ended_at IS NULL) AS has_clock
            FROM application a JOIN referral r ON r.id = a.referral_id WHERE a.no = ?
            """, [.text(HistoryEvent.entry(.sharesErased).rawValue), .text(number)]
        ) { row throws(StoreError) in
            let standing = ApplicationStanding(
                referral: try row.word("referral_state"), caseState: try row.optionalWord("case_state"),
                handover: try row.word("handover_state"), returns: try row.int("handover_returns"),
                lead: try row.optionalWord("lead_state"))
            let moments = [
                try row.instant("received_at"), try row.optionalInstant("stepped_at"),
                try row.optionalInstant("told_at"),
            ]
            let hasClock = try row.flag("has_clock")
            return (isFinished: standing.isAtRest && !hasClock, since: moments.compactMap(\.self).max())
        }
        guard let row = rows.first, row.isFinished, let since = row.since else { return nil }
        guard let messages = try messages(about: number, connection) else { return nil }
        return max(since, messages)
    }

    /// A message as it came: nothing of it waits, is under way or is a dead letter, and all applications that it made or
    /// became part of are finished.
    static func referral(_ id: String, _ connection: any SQLConnection) throws(StoreError) -> Instant? {
        let received = try connection.query("SELECT received_at FROM referral WHERE id = ?", [.text(id)]) {
            row throws(StoreError) in try row.instant("received_at")
        }.first
        guard let received, let messages = try messages(about: id, connection) else { return nil }
        let isWaiting = try connection.query(
            "SELECT 1 FROM follow_up WHERE referral_id = ? AND state = 'parked'", [.text(id)]
        ) { _ in true }
        guard isWaiting.isEmpty else { return nil }
        var since = max(received, messages)
        for number in try applications(of: id, connection) {
            guard let ended = try application(number, connection) else { return nil }
            since = max(since, ended)
        }
        return since
    }

    /// Whether the document of a share may go: all that it made or became part of is finished, and no message about it waits
    /// or is under way. A dead letter does not keep it: nobody may hold a share longer than its time, so that it can be mended.
    static func shareDocument(_ id: String, _ connection: any SQLConnection) throws(StoreError) -> Bool {
        let waiting = try connection.query(
            """
            SELECT 1 FROM message WHERE correlation_id = ? AND finished_at IS NULL AND state <> 'dead'
            UNION ALL SELECT 1 FROM follow_up WHERE referral_id = ? AND state = 'parked' LIMIT 1
            """, [.text(id), .text(id)]
        ) { _ in true }
        guard waiting.isEmpty else { return false }
        for number in try applications(of: id, connection) where try application(number, connection) == nil {
            return false
        }
        return true
    }

    private static func applications(
        of id: String, _ connection: any SQLConnection
    ) throws(StoreError) -> [String] {
        try connection.query(
            """
            SELECT no FROM application WHERE referral_id = ? UNION SELECT b.application_no FROM follow_up f
            JOIN followed_by b ON b.follow_up_id = f.id WHERE f.referral_id = ?
            """, [.text(id), .text(id)]
        ) { row throws(StoreError) in try row.text("no") }
    }

    /// When the last of the messages about something ended, long ago where there is none; nothing while one has not ended.
    private static func messages(
        about subject: String, _ connection: any SQLConnection
    ) throws(StoreError) -> Instant? {
        let found = try connection.query(
            """
            SELECT count(*) - count(finished_at) AS open, max(finished_at) AS ended_at FROM message
            WHERE correlation_id = ?
            """, [.text(subject)]
        ) { row throws(StoreError) in (open: try row.int("open"), ended: try row.optionalInstant("ended_at")) }.first
        guard let found, found.open == 0 else { return nil }
        return found.ended ?? Instant(milliseconds: 0)
    }
}
