import Messaging
import Vocabulary

/// Statuses as rows, for those who are told them.
enum ToldStatuses {
    static func page(
        _ filter: ToldStatusFilter, after id: String?, limit: Int
    ) -> (sql: String, values: [SQLValue]) {
        let from = [id, filter.since.map { IdentifierSource.floor($0) }].compactMap(\.self).max() ?? ""
        var conditions = "m.channel = 'status' AND m.recipient = ? AND m.id > ?"
        var values: [SQLValue] = [.text(filter.partnerID), .text(from)]
        if let number = filter.applicationNo {
            conditions += " AND m.correlation_id = ?"
            values.append(.text(number))
        }
        if !filter.states.isEmpty {
            let states = filter.states.map(\.rawValue).sorted()
            conditions += " AND m.state IN (\(SQLValue.marks(states.count)))"
            values += states.map { .text($0) }
        }
        let sql = """
            SELECT \(Envelopes.columns), coalesce(m.payload, '') AS payload, m.state AS state, m.attempt AS attempt,
            m.problem AS problem, m.finished_at AS finished_at, m.erased_at AS erased_at FROM message m
            WHERE \(conditions) ORDER BY m.id LIMIT ?
            """
        return (sql, values + [.int(limit)])
    }

    static func read(_ row: any SQLRow) throws(StoreError) -> ToldStatus {
        let envelope = try Envelopes.read(row)
        return ToldStatus(
            envelope: envelope, body: envelope.payload.isEmpty || envelope.isUnreadable ? nil : envelope.payload,
            state: try row.word("state"), attempts: try row.int("attempt"),
            problem: try row.words("problem"), finishedAt: try row.optionalInstant("finished_at"),
            erasedAt: try row.optionalInstant("erased_at"))
    }
}
