import Messaging
import Vocabulary

/// What is asked of the store about messages that follow a referral.
extension SQLMessageStore: FollowUpStore {
    public func expireFollowUps(now: Instant, limit: Int) async throws(StoreError) -> Int {
        try await write { transaction throws(StoreError) in
            try FollowUps.expire(now: now, limit: limit, transaction)
        }
    }

    public func retryFollowUp(
        _ id: String, version: DeadLetterVersion?, keepUntil: Instant, work: any FollowUpHandling, _ act: AuditAct
    ) async throws(StoreError) -> DeadLetterActResult {
        try await write { transaction throws(StoreError) in
            try FollowUps.retry(id, version: version, keepUntil: keepUntil, work, act, transaction)
        }
    }

    public func parkedFollowUps(
        of partnerID: String?, after cursor: FollowUpCursor?, limit: Int
    ) async throws(StoreError) -> [FollowUpRecord] {
        var conditions = ["state = 'parked'"]
        var values: [SQLValue] = []
        if let partnerID {
            conditions.append("partner = ?")
            values.append(.text(partnerID))
        }
        if let cursor {
            conditions.append("(keep_until > ? OR (keep_until = ? AND id > ?))")
            values += [.instant(cursor.keepUntil), .instant(cursor.keepUntil), .text(cursor.id)]
        }
        let condition = "WHERE \(conditions.joined(separator: " AND ")) ORDER BY keep_until, id LIMIT ?"
        let asked = values + [.int(limit)]
        return try await database.read { connection throws(StoreError) in
            try FollowUps.records(condition, asked, connection)
        }
    }

    public func parkedFigures() async throws(StoreError) -> [ParkedFigures] {
        try await database.read { connection throws(StoreError) in
            try connection.query(
                """
                SELECT partner, count(*) AS messages, min(received_at) AS oldest_at FROM follow_up WHERE state = 'parked'
                GROUP BY partner ORDER BY partner
                """, []
            ) { row throws(StoreError) in
                ParkedFigures(
                    partnerID: try row.text("partner"), count: try row.int("messages"),
                    oldest: try row.instant("oldest_at"))
            }
        }
    }

    public func giveUpFollowUp(_ id: String, _ act: AuditAct) async throws(StoreError) -> DeadLetterActResult {
        try await write { transaction throws(StoreError) in try FollowUps.giveUp(id, act, transaction) }
    }

    public func attachFollowUp(
        _ id: String, to applicationNo: String, work: any FollowUpHandling, _ act: AuditAct
    ) async throws(StoreError) -> FollowUpAttachment {
        try await write { transaction throws(StoreError) in
            try FollowUps.attach(id, to: applicationNo, work, act, transaction)
        }
    }

    public func followUps(of referralID: String) async throws(StoreError) -> [FollowUpRecord] {
        try await database.read { connection throws(StoreError) in
            try FollowUps.records("WHERE referral_id = ? ORDER BY id", [.text(referralID)], connection)
        }
    }

    public func followUps(about referral: ReferralRecord) async throws(StoreError) -> [FollowUpRecord] {
        var names = [CaseName.referral(referral.id)] + referral.applicationNos.map { .applicationNo($0) }
        if let id = referral.messageID { names.append(.message(partner: referral.partnerID, id: id)) }
        let (keys, numbers) = (names.map(\.text), referral.applicationNos)
        let (keyMarks, numberMarks) = (SQLValue.marks(keys.count), SQLValue.marks(numbers.count))
        return try await database.read { connection throws(StoreError) in
            try FollowUps.records(
                """
                WHERE partner = ? AND id IN (SELECT follow_up_id FROM awaited_key WHERE key IN (\(keyMarks))
                UNION SELECT follow_up_id FROM followed_by WHERE application_no IN (\(numberMarks))) ORDER BY id
                """, [.text(referral.partnerID)] + (keys + numbers).map { .text($0) }, connection)
        }
    }
}
