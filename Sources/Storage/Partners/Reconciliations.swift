import Messaging
import Vocabulary

extension SQLMessageStore: ReconciliationStore {
    public func exchanged(
        with partner: String, from start: Instant, to end: Instant
    ) async throws(StoreError) -> (outcomes: [Outcome: Int], statuses: [DeliveryState.Name: Int]) {
        try await database.read { connection throws(StoreError) in
            let statuses = try connection.query(Reconciliations.statusCounts, Reconciliations.span(partner, start, end))
            {
                row throws(StoreError) in
                (try row.word("state", as: DeliveryState.Name.self), try row.int("messages"))
            }
            return (
                try MessageQuerySQL.outcomes(partner, from: start, to: end, connection),
                Dictionary(statuses) { $0 + $1 }
            )
        }
    }

    public func receivedMessages(
        of partner: String, from start: Instant, to end: Instant, limit: Int
    ) async throws(StoreError) -> [ReceivedMessage] {
        try await database.read { connection throws(StoreError) in
            try connection.query(
                Reconciliations.messages, Reconciliations.span(partner, start, end) + [.int(limit)],
                Reconciliations.message)
        }
    }

    public func receivedMessages(
        of partner: String, named ids: [String]
    ) async throws(StoreError) -> [ReceivedMessage] {
        try await database.read { connection throws(StoreError) in
            var found: [ReceivedMessage] = []
            for id in ids {
                let name: [SQLValue] = [.text(partner), .text(id)]
                found += try connection.query(Reconciliations.named, name + name, Reconciliations.message)
            }
            return found
        }
    }

    public func madeStatuses(
        for partner: String, from start: Instant, to end: Instant, limit: Int
    ) async throws(StoreError) -> [MadeStatus] {
        try await database.read { connection throws(StoreError) in
            try connection.query(
                Reconciliations.statuses, Reconciliations.span(partner, start, end) + [.int(limit)],
                Reconciliations.status)
        }
    }

    public func madeStatuses(for partner: String, named ids: [String]) async throws(StoreError) -> [MadeStatus] {
        try await database.read { connection throws(StoreError) in
            var found: [MadeStatus] = []
            for id in ids {
                found += try connection.query(
                    Reconciliations.statusNamed, [.text(id), .text(partner)], Reconciliations.status)
            }
            return found
        }
    }
}

/// What two sides hold against each other, as SQL.
enum Reconciliations {
    private static let columns = "id, message_id, outcome, received_at"
    private static let statusColumns = "id, correlation_id, state, created_at"

    static let messages = """
        SELECT \(columns) FROM referral WHERE partner = ? AND id >= ? AND id < ? ORDER BY id LIMIT ?
        """
    /// An index for each half.
    static let named = """
        SELECT \(columns) FROM referral WHERE partner = ? AND message_id = ? AND is_invalid = 0
        UNION ALL SELECT \(columns) FROM referral WHERE partner = ? AND message_id = ? AND is_invalid = 1
        """
    static let statuses = """
        SELECT \(statusColumns) FROM message WHERE channel = 'status' AND recipient = ? AND id >= ? AND id < ?
        ORDER BY id LIMIT ?
        """
    static let statusNamed = """
        SELECT \(statusColumns) FROM message WHERE id = ? AND channel = 'status' AND recipient = ?
        """
    static let statusCounts = """
        SELECT state, count(*) AS messages FROM message WHERE channel = 'status' AND recipient = ? AND id >= ? AND id < ?
        GROUP BY state
        """

    /// Identifiers bear the moment at which they were given.
    static func span(_ partner: String, _ start: Instant, _ end: Instant) -> [SQLValue] {
        [.text(partner), .text(IdentifierSource.floor(start)), .text(IdentifierSource.floor(end))]
    }

    static func message(_ row: any SQLRow) throws(StoreError) -> ReceivedMessage {
        ReceivedMessage(
            referralID: try row.text("id"), messageID: try row.optionalText("message_id"),
            outcome: try row.word("outcome"), receivedAt: try row.instant("received_at"))
    }

    static func status(_ row: any SQLRow) throws(StoreError) -> MadeStatus {
        MadeStatus(
            id: try row.text("id"), applicationNo: try row.text("correlation_id"), state: try row.word("state"),
            createdAt: try row.instant("created_at"))
    }
}
