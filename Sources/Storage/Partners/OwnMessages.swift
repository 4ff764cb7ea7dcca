import Messaging
import Vocabulary

extension SQLMessageStore: PartnerViewStore {
    public func ownMessages(
        _ filter: OwnMessageFilter, before id: String?, limit: Int
    ) async throws(StoreError) -> [OwnMessage] {
        try await database.read { connection throws(StoreError) in
            var found: [OwnMessage] = []
            for id in try OwnMessages.page(filter, before: id, limit: limit, connection) {
                if let message = try OwnMessages.read(id, connection) { found.append(message) }
            }
            return found
        }
    }

    public func toldStatuses(
        _ filter: ToldStatusFilter, after id: String?, limit: Int
    ) async throws(StoreError) -> [ToldStatus] {
        let (sql, values) = ToldStatuses.page(filter, after: id, limit: limit)
        return try await database.read { connection throws(StoreError) in
            try connection.query(sql, values, ToldStatuses.read)
        }
    }
}

/// A partner's messages as rows.
enum OwnMessages {
    static let inTime = "SELECT id FROM referral WHERE partner = ? AND id >= ? AND id < ? ORDER BY id DESC LIMIT ?"
    /// An index for each half: of invalid messages several may bear one id.
    static let byMessageID = """
        SELECT id FROM referral WHERE partner = ? AND message_id = ? AND is_invalid = 0
        UNION ALL SELECT id FROM referral WHERE partner = ? AND message_id = ? AND is_invalid = 1
        """
    static let letters = """
        SELECT state, count(*) AS messages FROM message WHERE correlation_id = ? AND channel = 'referral' GROUP BY state
        """

    static func page(
        _ filter: OwnMessageFilter, before id: String?, limit: Int, _ connection: any SQLConnection
    ) throws(StoreError) -> [String] {
        let from = filter.since.map { IdentifierSource.floor($0) } ?? ""
        let ends = [id, filter.until.map { IdentifierSource.floor($0) }].compactMap(\.self)
        let end = ends.min() ?? "~"
        func read(_ row: any SQLRow) throws(StoreError) -> String { try row.text("id") }
        guard let messageID = filter.messageID else {
            return try connection.query(
                inTime, [.text(filter.partnerID), .text(from), .text(end), .int(limit)], read)
        }
        let name: [SQLValue] = [.text(filter.partnerID), .text(messageID)]
        let all = try connection.query(byMessageID, name + name, read)
        return Array(all.filter { $0 >= from && $0 < end }.sorted(by: >).prefix(limit))
    }

    static func read(_ id: String, _ connection: any SQLConnection) throws(StoreError) -> OwnMessage? {
        guard let record = try ReferralRows.read("WHERE id = ?", [.text(id)], connection) else { return nil }
        var applications: [OwnMessage.Application] = []
        for number in record.applicationNos {
            guard let application = try CaseRows.application(number, connection) else { continue }
            applications.append(
                OwnMessage.Application(no: number, standing: application.standing, queue: application.queue))
        }
        let letters = try connection.query(letters, [.text(id)]) { row throws(StoreError) in
            (try row.word("state", as: DeliveryState.Name.self), try row.int("messages"))
        }
        return try connection.query(
            """
            SELECT digest, coalesce(raw_bytes, length(raw)) AS bytes, mapping_id, corrects, erased_at FROM referral
            WHERE id = ?
            """, [.text(id)]
        ) { row throws(StoreError) in
            OwnMessage(
                record: record, digest: try row.text("digest"), bytes: try row.int("bytes"),
                mappingID: try row.optionalText("mapping_id"), corrects: try row.optionalText("corrects"),
                erasedAt: try row.optionalInstant("erased_at"), applications: applications,
                deadLetters: Dictionary(letters) { $0 + $1 })
        }.first
    }
}
