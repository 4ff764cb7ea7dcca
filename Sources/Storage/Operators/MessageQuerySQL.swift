import Messaging
import StrictJSON
import Vocabulary

/// The operators' questions as SQL, each answered by an index.
enum MessageQuerySQL {
    /// An application itself is kept once, elsewhere; what is told about it brings its own words.
    static let openByQueue = """
        SELECT q.recipient, q.depth, q.notices, (SELECT o.created_at FROM message o WHERE o.id = q.oldest) AS oldest_at, q.due
        FROM (SELECT recipient, count(*) AS depth,
        sum(CASE WHEN payload IS NULL AND erased_at IS NULL THEN 0 ELSE 1 END) AS notices, min(id) AS oldest, min(due_at) AS due FROM message
        WHERE channel = 'application' AND state IN ('queued', 'claimed') GROUP BY recipient) q
        """
    static let deadByQueue =
        "SELECT queue, sum(messages) AS messages FROM dead_letter_count WHERE queue <> '' GROUP BY queue"
    static let lastSeen = "SELECT received_at FROM referral WHERE partner = ? ORDER BY id DESC LIMIT 1"
    static let backlog = """
        SELECT count(*) AS messages, min(created_at) AS oldest_at FROM message
        WHERE channel = 'status' AND recipient = ? AND state IN ('queued', 'claimed')
        """
    static let deadOfPartner = "SELECT coalesce(sum(messages), 0) AS messages FROM dead_letter_count WHERE partner = ?"
    static let byMessageID = "SELECT id FROM referral WHERE partner = ? AND message_id = ? AND is_invalid = 0"
    static let messages = """
        SELECT id, channel, correlation_id, recipient, state, attempt, created_at, ready_at, finished_at, dead_since,
        cause, problem FROM message WHERE correlation_id = ? ORDER BY id LIMIT 500
        """
    static let history = "SELECT \(History.columns) FROM history WHERE subject = ? ORDER BY rowid LIMIT 500"
    static let acts = """
        SELECT seq, at, actor, role, action, subject, detail, previous, hash FROM audit WHERE subject = ?
        ORDER BY seq LIMIT 500
        """
    static let statuses = "SELECT id, code, at FROM status WHERE application_no = ? ORDER BY id LIMIT 500"
    static let relatives = """
        SELECT m.correlation_id AS id FROM dead_letter_resend e JOIN message m ON m.id = e.dead_letter WHERE e.successor = ?
        UNION SELECT e.successor FROM message m JOIN dead_letter_resend e ON e.dead_letter = m.id
        WHERE m.correlation_id = ? AND m.channel = 'referral'
        """
    static let countReferrals = "SELECT count(*) AS referrals FROM referral WHERE id >= ? AND id < ?"

    static func page(_ filter: MessageFilter, before id: String?) -> (sql: String, values: [SQLValue]) {
        let (condition, values) = condition(filter, before: id)
        return ("SELECT id FROM referral WHERE \(condition) ORDER BY id DESC LIMIT ?", values)
    }

    /// What a list of messages asks for. Identifiers only grow, so that a time bounds them.
    static func condition(_ filter: MessageFilter, before id: String?) -> (sql: String, values: [SQLValue]) {
        let below = [id, filter.until.map { IdentifierSource.floor($0) }].compactMap(\.self).min() ?? "~"
        var parts = ["id < ?"]
        var values: [SQLValue] = [.text(below)]
        func add(_ sql: String, _ value: SQLValue?) {
            guard let value else { return }
            parts.append(sql)
            values.append(value)
        }
        add("id >= ?", filter.from.map { .text(IdentifierSource.floor($0)) })
        add("partner = ?", filter.partnerID.map { .text($0) })
        add("outcome = ?", filter.outcome.map { .word($0) })
        add("mapping_id = ?", filter.mappingID.map { .text($0) })
        let application = "EXISTS (SELECT 1 FROM application a WHERE a.referral_id = referral.id AND a."
        add(application + "queue = ?)", filter.queue.map { .text($0) })
        add(application + "case_state = ?)", filter.caseState.map { .word($0) })
        return (parts.joined(separator: " AND "), values)
    }

    /// Look-ups by whole numbers, each giving referrals' ids.
    ///
    /// - Parameter inIndex: how the number stands in the index of an encrypted store.
    static func searches(_ quoted: String, inIndex: String? = nil) -> [(sql: String, value: String)] {
        let envelope = String(quoted.split(separator: ".").first ?? "")
        let hashed = inIndex.map {
            [(sql: "SELECT referral_id AS id FROM reference WHERE value = ? LIMIT ?", value: $0)]
        }
        return [
            ("SELECT id FROM referral WHERE id = ? LIMIT ?", quoted),
            ("SELECT referral_id AS id FROM application WHERE no = ? LIMIT ?", quoted),
            (
                """
                SELECT coalesce(a.referral_id, m.correlation_id) AS id FROM message m
                LEFT JOIN application a ON a.no = m.correlation_id WHERE m.id = ? LIMIT ?
                """, envelope
            ),
            (
                """
                SELECT coalesce(a.referral_id, m.correlation_id) AS id FROM message m
                LEFT JOIN application a ON a.no = m.correlation_id
                WHERE m.state = 'dead' AND m.sender_message_id = ? LIMIT ?
                """, quoted
            ),
            (
                "SELECT referral_id AS id FROM reference WHERE value = ? LIMIT ?", ReferencePath.normalised(quoted)
            ),
        ] + (hashed ?? [])
    }

    static func outcomes(
        _ partner: String, from start: Instant, to end: Instant?, _ connection: any SQLConnection
    ) throws(StoreError) -> [Outcome: Int] {
        let found = try connection.query(
            "SELECT outcome, count(*) AS referrals FROM referral WHERE partner = ? AND id >= ? AND id < ? GROUP BY outcome",
            [
                .text(partner), .text(IdentifierSource.floor(start)),
                .text(end.map { IdentifierSource.floor($0) } ?? "~"),
            ]
        ) { row throws(StoreError) in (try row.word("outcome", as: Outcome.self), try row.int("referrals")) }
        return Dictionary(found) { $0 + $1 }
    }
}
