import Messaging
import Vocabulary

extension RetentionTarget {
    /// Canonical applications, and the follow-ups that became part of them.
    static let applications = ofApplications("erased_at") { number, eraser, connection throws(StoreError) in
        try ApplicationContent.erase(number, eraser, connection)
    }

    /// What was told of applications, and the messages that told it.
    static let statuses = ofApplications("statuses_erased_at") { number, eraser, connection throws(StoreError) in
        try ApplicationContent.eraseStatuses(of: number, eraser, connection)
    }

    /// What people wrote beside the events.
    static let history = ofApplications("history_erased_at") { number, eraser, connection throws(StoreError) in
        try ApplicationContent.eraseHistory(of: number, eraser, connection)
    }

    /// Everything of leads that never became an application.
    static let leads = RetentionTarget(
        candidates: { terms, name, limit, connection throws(StoreError) in
            try names(
                """
                SELECT no AS name FROM application WHERE erased_at IS NULL AND lead_state IS NOT NULL
                AND lead_state <> 'applied' AND no > ? AND no < ? ORDER BY no LIMIT ?
                """, [.text(name), .text("LA-" + IdentifierSource.floor(terms.cutoff)), .int(limit)], connection)
        },
        verdict: finishedApplication,
        erase: { number, eraser, connection throws(StoreError) in
            var content = try ApplicationContent.erase(number, eraser, connection)
            for more in [
                try ApplicationContent.eraseStatuses(of: number, eraser, connection),
                try ApplicationContent.eraseHistory(of: number, eraser, connection),
            ] {
                content.digests += more.digests
                content.bytes += more.bytes
            }
            try ApplicationContent.eraseLeadDocument(of: number, eraser, into: &content, connection)
            return content
        })

    /// - Parameter mark: the column that tells when it was erased.
    private static func ofApplications(
        _ mark: String,
        erase: @escaping @Sendable (String, Eraser, any SQLConnection) throws(StoreError) -> ErasedContent
    ) -> RetentionTarget {
        RetentionTarget(
            candidates: { terms, name, limit, connection throws(StoreError) in
                try names(
                    """
                    SELECT no AS name FROM application WHERE \(mark) IS NULL AND no > ? AND no < ?
                    AND (lead_state IS NULL OR lead_state = 'applied') ORDER BY no LIMIT ?
                    """, [.text(name), .text("LA-" + IdentifierSource.floor(terms.cutoff)), .int(limit)], connection)
            },
            verdict: finishedApplication, erase: erase)
    }

    private static let finishedApplication:
        @Sendable (String, RetentionTerms, any SQLConnection) throws(StoreError) -> RetentionVerdict = {
            number, terms, connection throws(StoreError) in
            RetentionVerdict(finished: try Finished.application(number, connection), terms)
        }
}

/// What an application leaves when it is erased: its number, codes, times and states.
enum ApplicationContent {
    static func erase(
        _ number: String, _ eraser: Eraser, _ connection: any SQLConnection
    ) throws(StoreError) -> ErasedContent {
        var content = ErasedContent()
        let rows = try connection.query("SELECT content, referral_id FROM application WHERE no = ?", [.text(number)]) {
            row throws(StoreError) in (content: try row.blob("content"), referral: try row.text("referral_id"))
        }
        guard let row = rows.first else { return content }
        content.add(row.content, eraser.sm3)
        try connection.run(
            "UPDATE application SET content = ?, erased_at = ?\(connection.dialect.moved(in: "application")) WHERE no = ?",
            [.blob([]), .instant(eraser.now), .text(number)])
        // A follow-up that is part of other applications goes with the last of them.
        try FollowUpRows.erase(
            """
            id IN (SELECT b.follow_up_id FROM followed_by b WHERE b.application_no = ? AND NOT EXISTS (SELECT 1
            FROM followed_by o JOIN application a ON a.no = o.application_no WHERE o.follow_up_id = b.follow_up_id
            AND a.erased_at IS NULL))
            """, number, eraser, into: &content, connection)
        try connection.run("DELETE FROM case_key WHERE application_no = ?", [.text(number)])
        try connection.run(
            "DELETE FROM reference WHERE referral_id = ? AND application_no = ?", [.text(row.referral), .text(number)])
        try connection.run("DELETE FROM share_trace WHERE subject = ?", [.text(number)])
        return content
    }

    static func eraseStatuses(
        of number: String, _ eraser: Eraser, _ connection: any SQLConnection
    ) throws(StoreError) -> ErasedContent {
        var content = ErasedContent()
        let told = try connection.query(
            "SELECT content FROM status WHERE application_no = ? AND erased_at IS NULL ORDER BY id", [.text(number)]
        ) { row throws(StoreError) in try row.blob("content") }
        for status in told { content.add(status, eraser.sm3) }
        try connection.run(
            """
            UPDATE status SET content = ?, erased_at = ?\(connection.dialect.moved(in: "status"))
            WHERE application_no = ? AND erased_at IS NULL
            """,
            [.blob([]), .instant(eraser.now), .text(number)])
        try MessageRows.erase(about: number, eraser, into: &content, connection)
        try connection.run(
            "UPDATE application SET statuses_erased_at = ? WHERE no = ?", [.instant(eraser.now), .text(number)])
        return content
    }

    static func eraseHistory(
        of number: String, _ eraser: Eraser, _ connection: any SQLConnection
    ) throws(StoreError) -> ErasedContent {
        var content = ErasedContent()
        let whose = "subject = ? OR subject IN (SELECT id FROM message WHERE correlation_id = ?)"
        let values: [SQLValue] = [.text(number), .text(number)]
        let details = try connection.query(
            "SELECT detail FROM history WHERE detail IS NOT NULL AND (\(whose)) ORDER BY rowid", values
        ) { row throws(StoreError) in try row.text("detail") }
        content.add(Array(details.joined(separator: "\n").utf8), eraser.sm3)
        try connection.run("UPDATE history SET detail = NULL WHERE detail IS NOT NULL AND (\(whose))", values)
        try connection.run(
            "UPDATE application SET history_erased_at = ? WHERE no = ?", [.instant(eraser.now), .text(number)])
        return content
    }

    /// The document goes with the last of the leads that it brought.
    static func eraseLeadDocument(
        of number: String, _ eraser: Eraser, into content: inout ErasedContent, _ connection: any SQLConnection
    ) throws(StoreError) {
        let referrals = try connection.query(
            """
            SELECT r.id AS id FROM application a JOIN referral r ON r.id = a.referral_id WHERE a.no = ?
            AND r.outcome = 'lead' AND r.erased_at IS NULL AND NOT EXISTS (SELECT 1 FROM application o
            WHERE o.referral_id = r.id AND o.erased_at IS NULL)
            """, [.text(number)]
        ) { row throws(StoreError) in try row.text("id") }
        for id in referrals where try Finished.referral(id, connection) != nil {
            let document = try Documents.erase(id, eraser, connection)
            content.digests += document.digests
            content.bytes += document.bytes
        }
    }
}

/// Messages that have ended.
enum MessageRows {
    static func erase(
        about subject: String, _ eraser: Eraser, into content: inout ErasedContent, _ connection: any SQLConnection
    ) throws(StoreError) {
        let ended = "correlation_id = ? AND finished_at IS NOT NULL AND payload IS NOT NULL"
        let payloads = try connection.query("SELECT payload FROM message WHERE \(ended) ORDER BY id", [.text(subject)])
        {
            row throws(StoreError) in try row.blob("payload")
        }
        for payload in payloads { content.add(payload, eraser.sm3) }
        try connection.run(
            "UPDATE message SET payload = NULL, findings = NULL, problem = NULL, erased_at = coalesce(erased_at, ?)\(connection.dialect.moved(in: "message")) WHERE \(ended)",
            [.instant(eraser.now), .text(subject)])
    }
}

/// Follow-ups that have come to their end.
enum FollowUpRows {
    /// - Parameter condition: with one value, the name.
    static func erase(
        _ condition: String, _ name: String, _ eraser: Eraser, into content: inout ErasedContent,
        _ connection: any SQLConnection
    ) throws(StoreError) {
        let rows = try connection.query(
            "SELECT id, content FROM follow_up WHERE erased_at IS NULL AND \(condition) ORDER BY id", [.text(name)]
        ) { row throws(StoreError) in (id: try row.text("id"), content: try row.blob("content")) }
        for row in rows {
            content.add(row.content, eraser.sm3)
            try connection.run(
                "UPDATE follow_up SET content = ?, names = '', erased_at = ?\(connection.dialect.moved(in: "follow_up")) WHERE id = ?",
                [.blob([]), .instant(eraser.now), .text(row.id)])
            try connection.run("DELETE FROM share_trace WHERE subject = ?", [.text(row.id)])
        }
    }
}
