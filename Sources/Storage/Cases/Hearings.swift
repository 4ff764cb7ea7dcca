import Messaging
import StrictJSON
import Vocabulary

extension SQLMessageStore: HearingStore {
    public func hearingsWithoutLawyer(
        from start: Instant, to end: Instant, limit: Int
    ) async throws(StoreError) -> [Hearing] {
        let waiting = CaseState.allCases.filter(\.waitsForLawyer).map(SQLValue.word)
        let open = ReferralState.allCases.filter(\.isUnderWay).map(SQLValue.word)
        return try await database.read { connection throws(StoreError) in
            try connection.query(
                """
                SELECT h.application_no AS no, a.queue AS queue, min(h.at) AS at FROM hearing h
                JOIN application a ON a.no = h.application_no WHERE h.at >= ? AND h.at <= ?
                AND (a.lead_state IS NULL OR a.lead_state = ?) AND a.referral_state IN (\(SQLValue.marks(open.count)))
                AND (a.case_state IS NULL OR a.case_state IN (\(SQLValue.marks(waiting.count)))) AND a.lawyer_work IS NULL
                GROUP BY h.application_no, a.queue ORDER BY at, no LIMIT ?
                """, [.instant(start), .instant(end), .word(LeadState.applied)] + open + waiting + [.int(limit)]
            ) { row throws(StoreError) in
                Hearing(
                    applicationNo: try row.text("no"), institution: try row.optionalText("queue"),
                    at: try row.instant("at"))
            }
        }
    }
}

/// Hearings as rows, read from the application that tells them.
enum Hearings {
    /// - Parameter isNew: whether the application has none yet.
    static func keep(
        in application: JSONObject, of applicationNo: String, isNew: Bool, _ connection: any SQLConnection
    ) throws(StoreError) {
        if !isNew { try connection.run("DELETE FROM hearing WHERE application_no = ?", [.text(applicationNo)]) }
        let times = (application["proceeding"]?["hearings"]?.array ?? []).compactMap { $0["at"]?.string.flatMap(end) }
        for time in Set(times) {
            try connection.run(
                "INSERT INTO hearing (application_no, at) VALUES (?, ?)", [.text(applicationNo), .instant(time)])
        }
    }

    /// A day without a time is over when it ends.
    private static func end(_ text: String) -> Instant? {
        if let day = CalendarDate(iso: text) {
            return Instant(Timestamp(day, hour: 23, minute: 59, second: 59))
        }
        // The seconds may be missing.
        return Instant(rfc3339: text.utf8.count == 22 ? "\(text.prefix(16)):00\(text.suffix(6))" : text)
    }
}
