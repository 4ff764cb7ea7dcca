import Messaging
import Vocabulary

extension RetentionTarget {
    /// Messages that were taken, but for shares, and leads that stayed leads.
    static let documents = RetentionTarget(
        candidates: { terms, name, limit, connection throws(StoreError) in
            try names(
                """
                SELECT r.id AS name FROM referral r WHERE r.erased_at IS NULL AND r.id > ? AND r.id < ?
                AND (r.outcome IN ('accepted', 'parked') OR (r.outcome = 'lead' AND EXISTS (SELECT 1 FROM application a
                WHERE a.referral_id = r.id AND a.lead_state = 'applied'))) ORDER BY r.id LIMIT ?
                """, [.text(name), .text(IdentifierSource.floor(terms.cutoff)), .int(limit)], connection)
        },
        verdict: { name, terms, connection throws(StoreError) in
            RetentionVerdict(finished: try Finished.referral(name, connection), terms)
        },
        erase: { name, eraser, connection throws(StoreError) in try Documents.erase(name, eraser, connection) })

    /// Documents that brought a share: of those that brought nothing else it is enough that their time is over, even where
    /// they are dead letters that nobody has mended.
    static let shareDocuments = RetentionTarget(
        candidates: { terms, name, limit, connection throws(StoreError) in
            try names(
                """
                SELECT id AS name FROM referral WHERE share_until IS NOT NULL AND erased_at IS NULL AND id > ?
                AND (share_until <= ? OR received_at <= ?) ORDER BY id LIMIT ?
                """, [.text(name), .instant(terms.now), .instant(terms.cutoff), .int(limit)], connection)
        },
        verdict: { name, _, connection throws(StoreError) in
            guard try Finished.shareDocument(name, connection) else { return .held }
            return .due(try Documents.received(name, connection))
        },
        erase: { name, eraser, connection throws(StoreError) in
            var content = try Documents.erase(name, eraser, connection)
            try FollowUpRows.erase("referral_id = ? AND kind = 'statusShare'", name, eraser, into: &content, connection)
            return content
        })

    /// Uploads whose every message has been erased.
    static let attachments = RetentionTarget(
        candidates: { terms, name, limit, connection throws(StoreError) in
            try names(
                """
                SELECT partner || '/' || sha256 AS name FROM upload WHERE keep_until IS NULL AND received_at < ?
                AND partner || '/' || sha256 > ? ORDER BY 1 LIMIT ?
                """, [.instant(terms.cutoff), .text(name), .int(limit)], connection)
        },
        verdict: { name, _, connection throws(StoreError) in
            guard let upload = try UploadRows.upload(name, connection) else { return .early }
            return try UploadRows.isReferredTo(upload, connection) ? .held : .due(upload.receivedAt)
        },
        erase: { name, _, connection throws(StoreError) in
            var content = ErasedContent()
            guard let upload = try UploadRows.upload(name, connection) else { return content }
            content.add(digest: upload.sm3, bytes: upload.size)
            try connection.run(
                "DELETE FROM upload WHERE partner = ? AND sha256 = ?", [.text(upload.partner), .text(upload.sha256)])
            return content
        })

    /// What the messages that became dead letters were, once those have ended: discarded, or delivered since they were sent
    /// again, by the sender or by an operator.
    static let deadLetters = RetentionTarget(
        candidates: { terms, name, limit, connection throws(StoreError) in
            try names(
                """
                SELECT id AS name FROM message WHERE state IN ('discarded', 'delivered') AND dead_since IS NOT NULL
                AND erased_at IS NULL AND id > ? AND finished_at < ? ORDER BY id LIMIT ?
                """, [.text(name), .instant(terms.cutoff), .int(limit)], connection)
        },
        verdict: { name, terms, connection throws(StoreError) in
            let subject = try connection.query(
                "SELECT correlation_id AS name, channel FROM message WHERE id = ?", [.text(name)]
            ) {
                row throws(StoreError) in (try row.text("name"), try row.word("channel", as: Channel.self))
            }.first
            guard let (subject, channel) = subject else { return .early }
            let isApplication = channel == .application || subject.hasPrefix("LA-")
            let since =
                isApplication
                ? try Finished.application(subject, connection) : try Finished.referral(subject, connection)
            return RetentionVerdict(finished: since, terms)
        },
        erase: { name, eraser, connection throws(StoreError) in try DeadLetterTarget.erase(name, eraser, connection) })

    /// The names that a statement gives, as its column `name`.
    static func names(
        _ sql: String, _ values: [SQLValue], _ connection: any SQLConnection
    ) throws(StoreError) -> [String] {
        try connection.query(sql, values) { row throws(StoreError) in try row.text("name") }
    }
}

/// Documents as they came.
enum Documents {
    static func received(_ id: String, _ connection: any SQLConnection) throws(StoreError) -> Instant {
        let found = try connection.query("SELECT received_at FROM referral WHERE id = ?", [.text(id)]) {
            row throws(StoreError) in try row.instant("received_at")
        }
        guard let received = found.first else { throw .corrupt("referral \(id) is gone") }
        return received
    }

    /// The answer stays: by it the same message gets the same receipt.
    static func erase(
        _ id: String, _ eraser: Eraser, _ connection: any SQLConnection
    ) throws(StoreError) -> ErasedContent {
        var content = ErasedContent()
        let found = try connection.query(
            "SELECT digest, coalesce(raw_bytes, length(raw)) AS bytes FROM referral WHERE id = ? AND erased_at IS NULL",
            [.text(id)]
        ) { row throws(StoreError) in (digest: try row.text("digest"), bytes: try row.int("bytes")) }
        for row in found { content.add(digest: row.digest, bytes: row.bytes) }
        try connection.run(
            "UPDATE referral SET raw = ?, erased_at = coalesce(erased_at, ?)\(connection.dialect.moved(in: "referral")) WHERE id = ?",
            [.blob([]), .instant(eraser.now), .text(id)])
        // What its sender was told of it, where it never became an application.
        try MessageRows.erase(about: id, eraser, into: &content, connection)
        return content
    }
}

/// Ended dead letters.
private enum DeadLetterTarget {
    static func erase(
        _ id: String, _ eraser: Eraser, _ connection: any SQLConnection
    ) throws(StoreError) -> ErasedContent {
        var content = ErasedContent()
        let rows = try connection.query(
            "SELECT correlation_id, channel, payload, findings, problem FROM message WHERE id = ?", [.text(id)]
        ) { row throws(StoreError) in
            (
                subject: try row.text("correlation_id"), channel: try row.word("channel", as: Channel.self),
                parts: [
                    try row.optionalBlob("payload") ?? [], try row.optionalBlob("findings") ?? [],
                    Array((try row.optionalText("problem") ?? "").utf8),
                ]
            )
        }
        guard let row = rows.first else { return content }
        for part in row.parts { content.add(part, eraser.sm3) }
        try connection.run(
            """
            UPDATE message SET payload = NULL, findings = NULL, problem = NULL, erased_at = ?\(connection.dialect.moved(in: "message")) WHERE id = ?
            """,
            [.instant(eraser.now), .text(id)])
        guard row.channel == .referral else { return content }
        try FollowUpRows.erase("id = ? AND state = 'quarantined'", id, eraser, into: &content, connection)
        let isInvalid = try !connection.query(
            "SELECT 1 FROM referral WHERE id = ? AND is_invalid = 1 AND erased_at IS NULL", [.text(row.subject)]
        ) { _ in true }.isEmpty
        if isInvalid {
            let document = try Documents.erase(row.subject, eraser, connection)
            content.digests += document.digests
            content.bytes += document.bytes
        }
        return content
    }
}

/// Uploads, by partner and digest.
private enum UploadRows {
    struct Row {
        let partner: String
        let sha256: String
        let sm3: String
        let size: Int
        let receivedAt: Instant
        let isUnlisted: Bool
    }

    static func upload(_ name: String, _ connection: any SQLConnection) throws(StoreError) -> Row? {
        try connection.query(
            "SELECT partner, sha256, sm3, size, received_at, is_unlisted FROM upload WHERE partner = ? AND sha256 = ?",
            [.text(String(name.dropLast(65))), .text(String(name.suffix(64)))]
        ) { row throws(StoreError) in
            Row(
                partner: try row.text("partner"), sha256: try row.text("sha256"), sm3: try row.text("sm3"),
                size: try row.int("size"), receivedAt: try row.instant("received_at"),
                isUnlisted: try row.flag("is_unlisted"))
        }.first
    }

    /// Releases before this one did not keep which messages refer to an upload: any of its partner's of the year after it
    /// may, which is the longest that an upload waited for its message.
    static func isReferredTo(_ upload: Row, _ connection: any SQLConnection) throws(StoreError) -> Bool {
        let key: [SQLValue] = [.text(upload.partner), .text(upload.sha256)]
        let kept = try connection.query(
            """
            SELECT r.erased_at IS NULL AS is_kept FROM upload_reference u JOIN referral r ON r.id = u.referral_id
            WHERE u.partner = ? AND u.sha256 = ?
            """, key
        ) { row throws(StoreError) in try row.flag("is_kept") }
        if kept.contains(true) { return true }
        guard upload.isUnlisted || kept.isEmpty else { return false }
        return try !connection.query(
            "SELECT 1 FROM referral WHERE partner = ? AND id >= ? AND id < ? AND erased_at IS NULL LIMIT 1",
            [
                .text(upload.partner), .text(IdentifierSource.floor(upload.receivedAt)),
                .text(IdentifierSource.floor(upload.receivedAt.advanced(milliseconds: 8760 * 3_600_000))),
            ]
        ) { _ in true }.isEmpty
    }
}
