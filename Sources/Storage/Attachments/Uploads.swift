import Messaging
import Vocabulary

extension SQLMessageStore: AttachmentStore {
    public func document(
        of applicationNo: String, _ isFound: @escaping @Sendable (StoredDocument) -> [UInt8]?
    ) async throws(StoreError) -> [UInt8]? {
        let referrals = try await database.read { connection throws(StoreError) in
            try connection.query(Uploads.referrals, [.text(applicationNo), .text(applicationNo)]) {
                row throws(StoreError) in try row.text("referral_id")
            }
        }
        for id in referrals {
            if let document = try await document(referral: id), let found = isFound(document) { return found }
        }
        return nil
    }

    public func upload(_ sha256: String, of partner: String) async throws(StoreError) -> Upload? {
        try await database.read { connection throws(StoreError) in
            try connection.query(
                "SELECT \(Uploads.facts), bytes FROM upload WHERE partner = ? AND sha256 = ?",
                [.text(partner), .text(sha256)]
            ) { row throws(StoreError) in
                Upload(facts: try Uploads.read(row), partnerID: partner, bytes: try row.blob("bytes"))
            }.first
        }
    }

    public func keep(
        _ upload: Upload, until: Instant, quota: Int, now: Instant
    ) async throws(StoreError) -> UploadResult {
        try await database.write { connection throws(StoreError) in
            try Uploads.keep(upload, until: until, quota: quota, now: now, connection)
        }
    }

    public func holdUploads(
        _ digests: [String], of partner: String, until: Instant
    ) async throws(StoreError) -> [String: Upload.Facts] {
        try await database.write { connection throws(StoreError) in
            var held: [String: Upload.Facts] = [:]
            for digest in digests {
                try connection.run(
                    Uploads.waitLonger, [.instant(until), .text(partner), .text(digest)])
                held[digest] =
                    try connection.query(
                        "SELECT \(Uploads.facts) FROM upload WHERE partner = ? AND sha256 = ?",
                        [.text(partner), .text(digest)], Uploads.read
                    ).first
            }
            return held
        }
    }

    public func eraseUploads(now: Instant, limit: Int) async throws(StoreError) -> Int {
        try await database.write { connection throws(StoreError) in
            try connection.run(
                """
                DELETE FROM upload WHERE (partner, sha256) IN
                (SELECT partner, sha256 FROM upload WHERE keep_until <= ? LIMIT ?)
                """,
                [.instant(now), .int(limit)])
        }
    }
}

/// Attachments that were uploaded, as rows.
enum Uploads {
    /// What no stored message refers to yet waits until then at least.
    static let waitLonger = """
        UPDATE upload SET keep_until = CASE WHEN keep_until < ?1 THEN ?1 ELSE keep_until END
        WHERE partner = ?2 AND sha256 = ?3
        """

    static let facts = "sha256, sm3, media_type, size"

    /// An application's own referral, and what was joined to it, in the order in which they came.
    static let referrals = """
        SELECT referral_id FROM application WHERE no = ?
        UNION ALL SELECT * FROM (SELECT f.referral_id FROM followed_by b JOIN follow_up f ON f.id = b.follow_up_id
        WHERE b.application_no = ? ORDER BY f.id) AS joined
        """

    static func read(_ row: any SQLRow) throws(StoreError) -> Upload.Facts {
        Upload.Facts(
            sha256: try row.text("sha256"), sm3: try row.text("sm3"), mediaType: try row.text("media_type"),
            size: try row.int("size"))
    }

    static func keep(
        _ upload: Upload, until: Instant, quota: Int, now: Instant, _ connection: any SQLConnection
    ) throws(StoreError) -> UploadResult {
        let name: [SQLValue] = [.text(upload.partnerID), .text(upload.facts.sha256)]
        // Sent again, it waits anew.
        try connection.run(waitLonger, [.instant(until)] + name)
        let known = try connection.query("SELECT keep_until FROM upload WHERE partner = ? AND sha256 = ?", name) {
            row throws(StoreError) in try row.optionalInstant("keep_until")
        }
        if let known = known.first { return .known(until: known) }
        let waiting = try connection.query(
            """
            SELECT coalesce(sum(size), 0) AS waiting, min(keep_until) AS first FROM upload
            WHERE partner = ? AND keep_until > ?
            """, [.text(upload.partnerID), .instant(now)]
        ) { row throws(StoreError) in (try row.int("waiting"), try row.optionalInstant("first")) }.first
        if let waiting, waiting.0 + upload.facts.size > quota {
            return .overQuota(waiting: waiting.0, until: waiting.1 ?? now)
        }
        try connection.run(
            """
            INSERT INTO upload (partner, sha256, sm3, media_type, size, bytes, received_at, keep_until)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?)
            """,
            name + [
                .text(upload.facts.sm3), .text(upload.facts.mediaType), .int(upload.facts.size),
                .sealed(upload.bytes, .uploadBytes),
                .instant(now), .instant(until),
            ])
        return .stored(until: until)
    }

    /// What a stored message refers to is kept as long as the message.
    static func refer(
        to digests: [String], of partner: String, by referralID: String, _ connection: any SQLConnection
    ) throws(StoreError) {
        for digest in Set(digests) {
            let isHere = try connection.run(
                "UPDATE upload SET keep_until = NULL WHERE partner = ? AND sha256 = ?", [.text(partner), .text(digest)])
            guard isHere == 1 else { continue }
            try connection.run(
                "INSERT INTO upload_reference (partner, sha256, referral_id) VALUES (?, ?, ?)",
                [.text(partner), .text(digest), .text(referralID)])
        }
    }
}
