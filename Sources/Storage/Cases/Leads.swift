import Messaging
import Vocabulary

extension SQLMessageStore: LeadStore {
    public func leads(
        _ filter: LeadFilter, after applicationNo: String?, limit: Int
    ) async throws(StoreError) -> [ApplicationRecord] {
        // What the sender took back is nobody's to answer, and keeps the state that it had.
        let state =
            filter.state.map { "a.lead_state = '\($0.rawValue)'" } ?? "a.lead_state IN ('registered', 'contacted')"
        let unplaced = filter.includesUnplaced ? "OR a.queue IS NULL" : ""
        return try await database.read { connection throws(StoreError) in
            try CaseRows.applications(
                """
                WHERE \(state) AND a.referral_state <> 'cancelled' AND a.no > ?
                AND (CAST(? AS TEXT) IS NULL OR a.queue = ? \(unplaced)) ORDER BY a.no LIMIT ?
                """,
                [
                    .text(applicationNo ?? ""), .optional(filter.institution), .optional(filter.institution),
                    .int(limit),
                ], connection)
        }
    }

    public func leadFigures(from start: Instant, to end: Instant) async throws(StoreError) -> [LeadState: Int] {
        try await database.read { connection throws(StoreError) in
            let found = try connection.query(
                """
                SELECT lead_state, count(*) AS leads FROM application WHERE lead_state IS NOT NULL AND no >= ? AND no < ?
                AND referral_state <> 'cancelled' GROUP BY lead_state
                """,
                [.text("LA-" + IdentifierSource.floor(start)), .text("LA-" + IdentifierSource.floor(end))]
            ) { row throws(StoreError) in (try row.word("lead_state", as: LeadState.self), try row.int("leads")) }
            return Dictionary(found) { $0 + $1 }
        }
    }
}
