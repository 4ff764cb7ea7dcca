import Messaging
import Vocabulary

extension SQLMessageStore: CaseStore {
    public func application(_ applicationNo: String) async throws(StoreError) -> ApplicationRecord? {
        try await database.read { connection throws(StoreError) in
            try CaseRows.application(applicationNo, connection)
        }
    }

    public func statusHistory(_ applicationNo: String) async throws(StoreError) -> [StatusRecord] {
        try await database.read { connection throws(StoreError) in
            try connection.query(
                "SELECT id, code, content, at FROM status WHERE application_no = ? ORDER BY id",
                [.text(applicationNo)]
            ) { row in
                StatusRecord(
                    id: row.text(0), applicationNo: applicationNo, code: row.text(1), content: row.blob(2),
                    at: Instant(milliseconds: row.integer(3)))
            }
        }
    }

    public func changeCase(_ change: CaseChange) async throws(StoreError) -> CaseChangeResult {
        let work: @Sendable (any SQLConnection) throws(StoreError) -> CaseChangeResult = {
            connection throws(StoreError) in
            if let leaseID = change.leaseID {
                let settled = try Leases.settle(
                    leaseID, .acknowledge, actor: change.actor, now: change.at, connection)
                guard settled else { return .leaseEnded }
            }
            // Thrown away with everything else of this unit: the lease must not end with a step that was not made.
            guard try CaseRows.apply(change, connection) else { throw .failed(Self.staleMarker) }
            return .changed
        }
        let result: CaseChangeResult
        do {
            result = try await database.write(work)
        } catch {
            guard error == .failed(Self.staleMarker) else { throw error }
            return .stale
        }
        if result == .changed {
            if change.envelope != nil { ring(.status) }
            if change.queuesApplication { ring(.application) }
        }
        return result
    }

    private static let staleMarker = "stale"

    public func overdueHandovers(now: Instant, limit: Int) async throws(StoreError) -> [ApplicationRecord] {
        try await database.read { connection throws(StoreError) in
            try CaseRows.applications(
                "WHERE a.handover_state = 'proposed' AND a.handover_due <= ? ORDER BY a.handover_due LIMIT ?",
                [.instant(now), .integer(Int64(limit))], connection)
        }
    }

    public func history(of applicationNo: String) async throws(StoreError) -> [HistoryEntry] {
        try await database.read { connection throws(StoreError) in
            try connection.query(
                "SELECT at, event, actor, detail FROM history WHERE subject = ? ORDER BY at, rowid",
                [.text(applicationNo)]
            ) { row in
                HistoryEntry(
                    at: Instant(milliseconds: row.integer(0)), event: row.text(1), actor: row.text(2),
                    detail: row.optionalText(3))
            }
        }
    }

    public func relatedCases(of applicationNo: String) async throws(StoreError) -> [Relation] {
        try await database.read { connection throws(StoreError) in
            try connection.query(
                "SELECT other_no, rule FROM related_case WHERE application_no = ? ORDER BY other_no, rule",
                [.text(applicationNo)]
            ) { Relation(applicationNo: $0.text(0), rule: $0.text(1)) }
        }
    }
}

extension CaseChange {
    fileprivate var queuesApplication: Bool {
        if case .replaced = applicationMessage { return true }
        return !institutionMessages.isEmpty
    }
}

/// Applications as rows.
enum CaseRows {
    static func application(
        _ applicationNo: String, _ connection: any SQLConnection
    ) throws(StoreError) -> ApplicationRecord? {
        try applications("WHERE a.no = ?", [.text(applicationNo)], connection).first
    }

    static func applications(
        _ numbers: [String], _ connection: any SQLConnection
    ) throws(StoreError) -> [ApplicationRecord] {
        var records: [ApplicationRecord] = []
        for number in numbers { try records += application(number, connection).map { [$0] } ?? [] }
        return records
    }

    static func applications(
        _ condition: String, _ values: [SQLValue], _ connection: any SQLConnection
    ) throws(StoreError) -> [ApplicationRecord] {
        try connection.query(
            """
            SELECT a.no, a.referral_id, r.partner, r.message_id, a.queue, a.content, a.case_state, a.aid_route, a.version,
            a.referral_state, a.application_message, a.handover_state, a.handover_to, a.handover_due, a.handover_returns,
            r.received_at FROM application a JOIN referral r ON r.id = a.referral_id \(condition)
            """, values
        ) { row in
            var record = ApplicationRecord(
                applicationNo: row.text(0), referralID: row.text(1), partnerID: row.text(2),
                messageID: row.optionalText(3), queue: row.optionalText(4), content: row.blob(5),
                caseState: row.optionalText(6), route: row.optionalText(7), version: Int(row.integer(8)))
            record.referralState = row.text(9)
            record.applicationMessageID = row.optionalText(10)
            record.handover = Handover(
                state: row.text(11), to: row.optionalText(12),
                dueAt: row.optionalInteger(13).map { Instant(milliseconds: $0) }, returns: Int(row.integer(14)))
            record.receivedAt = Instant(milliseconds: row.integer(15))
            return record
        }
    }

    /// - Returns: whether the application still was the version that the change was made from.
    static func apply(_ change: CaseChange, _ connection: any SQLConnection) throws(StoreError) -> Bool {
        let changed = try connection.run(
            """
            UPDATE application SET case_state = coalesce(?, case_state), referral_state = coalesce(?, referral_state),
            queue = coalesce(?, queue), content = coalesce(?, content), version = version + 1
            WHERE no = ? AND version = ?
            """,
            [
                .optional(change.caseState), .optional(change.referralState), .optional(change.responsible),
                change.content.map(SQLValue.blob) ?? .null, .text(change.applicationNo),
                .integer(Int64(change.expectedVersion)),
            ])
        guard changed == 1 else { return false }
        if let handover = change.handover {
            try connection.run(
                """
                UPDATE application SET handover_state = ?, handover_to = ?, handover_due = ?, handover_returns = ?
                WHERE no = ?
                """,
                [
                    .text(handover.state), .optional(handover.to), .optional(handover.dueAt?.milliseconds),
                    .integer(Int64(handover.returns)), .text(change.applicationNo),
                ])
        }
        try move(change, connection)
        if let status = change.status { try insert(status, connection) }
        if let envelope = change.envelope { try Envelopes.queue(envelope, connection) }
        for notice in change.institutionMessages { try Envelopes.queue(notice, connection) }
        try Clocks.keep(change.clocks, of: change.applicationNo, connection)
        if change.endsClocks { try Clocks.end(of: change.applicationNo, at: change.at, connection) }
        try History.append(change.applicationNo, change.event, change.actor, change.detail, at: change.at, connection)
        return true
    }

    static func insert(_ status: StatusRecord, _ connection: any SQLConnection) throws(StoreError) {
        try connection.run(
            "INSERT INTO status (id, application_no, code, content, at) VALUES (?, ?, ?, ?, ?)",
            [
                .text(status.id), .text(status.applicationNo), .text(status.code), .blob(status.content),
                .instant(status.at),
            ])
    }

    /// Ends the message that carried the application, where it is still under way, and sends the next one.
    private static func move(_ change: CaseChange, _ connection: any SQLConnection) throws(StoreError) {
        if case .stays = change.applicationMessage { return }
        let old = try connection.query(
            "SELECT id, due_at, priority FROM message WHERE id = (SELECT application_message FROM application WHERE no = ?)",
            [.text(change.applicationNo)]
        ) { ($0.text(0), $0.integer(1), $0.integer(2)) }.first
        let end = "state = 'discarded', ready_at = NULL, finished_at = ?"
        if let id = old?.0, try !DeadLetterCounts.lift(id, nil, becoming: end, [.instant(change.at)], connection) {
            try connection.run(
                "UPDATE message SET \(end) WHERE id = ? AND state IN ('queued', 'claimed')",
                [.instant(change.at), .text(id)])
        }
        guard case .replaced(let envelope) = change.applicationMessage else { return }
        try Envelopes.queue(envelope, connection)
        try connection.run(
            "UPDATE application SET application_message = ? WHERE no = ?",
            [.text(envelope.id), .text(change.applicationNo)])
        // It is as urgent in the other queue as it was in this one.
        guard let (_, dueAt, priority) = old else { return }
        try connection.run(
            "UPDATE message SET due_at = ?, priority = ? WHERE id = ?",
            [.integer(dueAt), .integer(priority), .text(envelope.id)])
    }
}
