import Messaging
import StrictJSON
import Vocabulary

/// Referrals and messages as the operator services reads them.
enum MessageQueryRows {
    static func summaries(_ ids: [String], _ connection: any SQLConnection) throws(StoreError) -> [ReferralSummary] {
        var summaries: [ReferralSummary] = []
        for id in ids {
            let applications = try connection.query(
                "SELECT no, queue, case_state FROM application WHERE referral_id = ? ORDER BY no LIMIT 500", [.text(id)]
            ) { ReferralSummary.Application(no: $0.text(0), queue: $0.optionalText(1), caseState: $0.optionalText(2)) }
            summaries += try connection.query(
                """
                SELECT partner, message_id, outcome, received_at, digest, mapping_id, mapping_version, encoding,
                length(raw) FROM referral WHERE id = ?
                """, [.text(id)]
            ) { row in
                ReferralSummary(
                    id: id, partnerID: row.text(0), messageID: row.optionalText(1), outcome: row.text(2),
                    receivedAt: Instant(milliseconds: row.integer(3)), digest: row.text(4),
                    mappingID: row.optionalText(5), mappingVersion: row.optionalInteger(6).map { Int($0) },
                    encoding: row.optionalText(7), bytes: Int(row.integer(8)), applications: applications)
            }
        }
        return summaries
    }

    static func standing(_ row: any SQLRow) -> MessageStanding {
        func instant(_ column: Int) -> Instant? { row.optionalInteger(column).map { Instant(milliseconds: $0) } }
        return MessageStanding(
            id: row.text(0), channel: Channel(rawValue: row.text(1)) ?? .referral, correlationID: row.text(2),
            recipient: row.optionalText(3), state: row.text(4), attempt: Int(row.integer(5)),
            createdAt: Instant(milliseconds: row.integer(6)), readyAt: instant(7), finishedAt: instant(8),
            deadSince: instant(9), cause: row.optionalText(10), problem: row.optionalText(11))
    }

    static func history(_ row: any SQLRow) -> HistoryEntry {
        HistoryEntry(
            at: Instant(milliseconds: row.integer(0)), event: row.text(1), actor: row.text(2),
            detail: row.optionalText(3))
    }
}
