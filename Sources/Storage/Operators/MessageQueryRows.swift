import Messaging
import StrictJSON
import Vocabulary

/// Referrals and messages as the operator services reads them.
enum MessageQueryRows {
    static func summaries(_ ids: [String], _ connection: any SQLConnection) throws(StoreError) -> [ReferralSummary] {
        var summaries: [ReferralSummary] = []
        for id in ids {
            let applications = try connection.query(
                "SELECT no, queue, case_state, lead_state FROM application WHERE referral_id = ? ORDER BY no LIMIT 500",
                [.text(id)]
            ) { row throws(StoreError) in
                ReferralSummary.Application(
                    no: try row.text("no"), queue: try row.optionalText("queue"),
                    caseState: try row.optionalWord("case_state"), lead: try row.optionalWord("lead_state"))
            }
            summaries += try connection.query(
                """
                SELECT partner, message_id, outcome, received_at, digest, mapping_id, mapping_version, encoding,
                coalesce(raw_bytes, length(raw)) AS bytes, erased_at FROM referral WHERE id = ?
                """, [.text(id)]
            ) { row throws(StoreError) in
                var summary = ReferralSummary(
                    id: id, partnerID: try row.text("partner"), messageID: try row.optionalText("message_id"),
                    outcome: try row.word("outcome"),
                    receivedAt: try row.instant("received_at"), digest: try row.text("digest"),
                    mappingID: try row.optionalText("mapping_id"),
                    mappingVersion: try row.optionalInt("mapping_version"),
                    encoding: try row.optionalText("encoding"), bytes: try row.int("bytes"), applications: applications)
                summary.erasedAt = try row.optionalInstant("erased_at")
                return summary
            }
        }
        return summaries
    }

    static func standing(_ row: any SQLRow) throws(StoreError) -> MessageStanding {
        MessageStanding(
            id: try row.text("id"), channel: try row.word("channel"), correlationID: try row.text("correlation_id"),
            recipient: try row.optionalText("recipient"), state: try row.word("state"), attempt: try row.int("attempt"),
            createdAt: try row.instant("created_at"), readyAt: try row.optionalInstant("ready_at"),
            finishedAt: try row.optionalInstant("finished_at"), deadSince: try row.optionalInstant("dead_since"),
            cause: try DeadLetterRows.cause(row), problem: try row.words("problem"))
    }
}
