import Messaging
import Vocabulary

extension SQLMessageStore: FollowUpStore {
    public func expireFollowUps(now: Instant) async throws(StoreError) -> Int {
        try await database.write { connection throws(StoreError) in try FollowUps.expire(now: now, connection) }
    }

    public func retryFollowUp(
        _ id: String, version: DeadLetterVersion?, keepUntil: Instant, work: any FollowUpHandling, _ act: AuditAct
    ) async throws(StoreError) -> DeadLetterActResult {
        let outcome = try await database.write { connection throws(StoreError) in
            try FollowUps.retry(id, version: version, keepUntil: keepUntil, work, act, connection)
        }
        if outcome == .done {
            ring(.application)
            ring(.status)
        }
        return outcome
    }

    public func parkedFollowUps(limit: Int) async throws(StoreError) -> [FollowUpRecord] {
        try await database.read { connection throws(StoreError) in
            try FollowUps.records(
                "WHERE state = 'parked' ORDER BY keep_until LIMIT ?", [.integer(Int64(limit))], connection)
        }
    }

    public func followUps(of referralID: String) async throws(StoreError) -> [FollowUpRecord] {
        try await database.read { connection throws(StoreError) in
            try FollowUps.records("WHERE referral_id = ? ORDER BY id", [.text(referralID)], connection)
        }
    }
}

/// What comes after a referral: found applications change, the rest waits.
enum FollowUps {
    /// Does what a message's records have to do with applications that are here already.
    ///
    /// - Returns: the answer, where it depends on what was found; and whether the message changed an application.
    static func settle(
        _ commit: IntakeCommit, _ connection: any SQLConnection
    ) throws(StoreError) -> (answer: IntakeAnswer?, changed: Bool) {
        guard let work = commit.work, !commit.isInvalid else { return (nil, false) }
        var attached: [String: [ApplicationRecord]] = [:]
        var changed = false
        for record in commit.records {
            if let followUp = record.followUp {
                attached[record.id] = try take(followUp, referralID: commit.referralID, work, connection)
            } else if let applicationNo = record.applicationNo {
                let names = record.keys.map { CaseName.key($0) } + commit.messageNames
                let released = try release(names, applicationNo, work, at: commit.receivedAt, connection)
                let related = try relate(applicationNo, record.personKeys, work, at: commit.receivedAt, connection)
                changed = changed || released || related
            }
        }
        guard !attached.isEmpty else { return (nil, changed) }
        let answer = work.answer(commit, attached: attached)
        try connection.run(
            "UPDATE referral SET outcome = ?, answer = ? WHERE id = ?",
            [.text(answer.outcome), .blob(answer.bytes), .text(commit.referralID)])
        return (answer, true)
    }

    // MARK: Finding

    /// The applications that one of the names names; the first that names any decides.
    private static func find(
        _ followUp: FollowUp, at now: Instant, _ connection: any SQLConnection
    ) throws(StoreError) -> [ApplicationRecord] {
        for name in followUp.names {
            let found = try numbers(of: name, near: now, connection)
            guard !found.isEmpty else { continue }
            var meant = found
            for person in followUp.person {
                let theirs = Set(try numbers(of: person, near: now, connection))
                if !theirs.isDisjoint(with: meant) { meant = meant.filter(theirs.contains) }
            }
            return try CaseRows.applications(meant, connection)
        }
        return []
    }

    private static func numbers(
        of name: CaseName, near instant: Instant, _ connection: any SQLConnection
    ) throws(StoreError) -> [String] {
        switch name {
        case .applicationNo(let number):
            return try connection.query("SELECT no FROM application WHERE no = ?", [.text(number)]) { $0.text(0) }
        case .referral(let id):
            return try connection.query(
                "SELECT no FROM application WHERE referral_id = ? ORDER BY no", [.text(id)]
            ) { $0.text(0) }
        case .message(let partner, let id):
            return try connection.query(
                """
                SELECT a.no FROM application a JOIN referral r ON r.id = a.referral_id
                WHERE r.partner = ? AND r.message_id = ? AND r.is_invalid = 0 ORDER BY a.no
                """, [.text(partner), .text(id)]
            ) { $0.text(0) }
        case .key(let key): return try ApplicationKeys.find([key], near: instant, connection)
        }
    }

    // MARK: Waiting

    /// Lays the follow-up beside its applications, or among those that wait.
    private static func take(
        _ followUp: FollowUp, referralID: String, _ work: any FollowUpHandling, _ connection: any SQLConnection
    ) throws(StoreError) -> [ApplicationRecord] {
        let changed = try change(followUp, work, at: followUp.receivedAt, connection)
        // A share is evidence, kept on its own; it waits for nothing.
        if followUp.kind == .statusShare { return changed }
        try insert(
            followUp, referralID: referralID, state: changed.isEmpty ? .parked : .attached, connection)
        try attachOrWait(followUp, changed, connection)
        return changed
    }

    /// Changes the applications that a follow-up is about; returns them as they are then.
    private static func change(
        _ followUp: FollowUp, _ work: any FollowUpHandling, at now: Instant, _ connection: any SQLConnection
    ) throws(StoreError) -> [ApplicationRecord] {
        var changed: [ApplicationRecord] = []
        for record in try find(followUp, at: now, connection) {
            guard let change = work.change(record, by: followUp), try CaseRows.apply(change, connection) else {
                continue
            }
            changed.append(try CaseRows.application(record.applicationNo, connection) ?? record)
        }
        return changed
    }

    private static func attachOrWait(
        _ followUp: FollowUp, _ changed: [ApplicationRecord], _ connection: any SQLConnection
    ) throws(StoreError) {
        for record in changed { try attach(followUp.id, to: record.applicationNo, connection) }
        guard changed.isEmpty else { return }
        for name in Set(followUp.names.map(\.text)) {
            try connection.run(
                "INSERT INTO awaited_key (key, follow_up_id) VALUES (?, ?)", [.text(name), .text(followUp.id)])
        }
    }

    /// What waited in vain leaves the dead-letter queue and looks again; it waits anew where there is still nothing.
    static func retry(
        _ id: String, version: DeadLetterVersion?, keepUntil: Instant, _ work: any FollowUpHandling, _ act: AuditAct,
        _ connection: any SQLConnection
    ) throws(StoreError) -> DeadLetterActResult {
        guard try Jobs.allow(act, connection) else { return .stale }
        let isLifted = try DeadLetterCounts.lift(
            id, version, where: "channel = 'referral' AND reason = 'expired'",
            becoming: "state = 'delivered', finished_at = ?", [.instant(act.at)], connection)
        guard isLifted else { return try DeadLetterRows.refusal(id, connection) }
        let found = try connection.query("SELECT \(columns) FROM follow_up WHERE id = ?", [.text(id)], read)
        guard let followUp = found.first.flatMap(\.self) else { throw .corrupt("follow-up \(id) is gone") }
        let changed = try change(followUp, work, at: act.at, connection)
        let state = changed.isEmpty ? FollowUpRecord.State.parked : .attached
        try connection.run(
            "UPDATE follow_up SET state = ?, keep_until = ? WHERE id = ?",
            [.text(state.rawValue), .instant(keepUntil), .text(id)])
        try attachOrWait(followUp, changed, connection)
        let met = changed.map(\.applicationNo).joined(separator: ", ")
        try History.append(
            id, changed.isEmpty ? "parked" : "retried", act.actor,
            changed.isEmpty ? act.detail : "\(act.detail) → \(met)",
            at: act.at, connection)
        try Audit.append(act, connection)
        if let step = act.job { try Jobs.count(step, .resent, at: act.at, connection) }
        return .done
    }

    private static func insert(
        _ followUp: FollowUp, referralID: String, state: FollowUpRecord.State, _ connection: any SQLConnection
    ) throws(StoreError) {
        try connection.run(
            """
            INSERT INTO follow_up (id, referral_id, partner, kind, state, content, names, person, received_at, keep_until)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                .text(followUp.id), .text(referralID), .text(followUp.partnerID), .text(followUp.kind.rawValue),
                .text(state.rawValue), .blob(followUp.content),
                .text(followUp.names.map(\.text).joined(separator: "\n")),
                .text(followUp.person.map(\.text).joined(separator: "\n")), .instant(followUp.receivedAt),
                .instant(followUp.keepUntil),
            ])
    }

    private static func attach(
        _ id: String, to applicationNo: String, _ connection: any SQLConnection
    ) throws(StoreError) {
        try connection.run(
            "INSERT INTO followed_by (application_no, follow_up_id) VALUES (?, ?)", [.text(applicationNo), .text(id)])
    }

    /// The application has come: what waited for it becomes part of it, in the order in which it came.
    private static func release(
        _ names: [CaseName], _ applicationNo: String, _ work: any FollowUpHandling, at now: Instant,
        _ connection: any SQLConnection
    ) throws(StoreError) -> Bool {
        guard !names.isEmpty else { return false }
        let marks = names.map { _ in "?" }.joined(separator: ", ")
        let waiting = try connection.query(
            """
            SELECT \(columns) FROM follow_up
            WHERE state = 'parked' AND id IN (SELECT follow_up_id FROM awaited_key WHERE key IN (\(marks))) ORDER BY id
            """, names.map { .text($0.text) }, read)
        for followUp in waiting.compactMap(\.self) {
            // The names that it waits by may fit another application better: the same search decides.
            guard
                let record = try find(followUp, at: now, connection).first(where: { $0.applicationNo == applicationNo }
                ),
                let change = work.change(record, by: followUp), try CaseRows.apply(change, connection)
            else { continue }
            try connection.run("UPDATE follow_up SET state = 'attached' WHERE id = ?", [.text(followUp.id)])
            try connection.run("DELETE FROM awaited_key WHERE follow_up_id = ?", [.text(followUp.id)])
            try attach(followUp.id, to: applicationNo, connection)
            try History.append(followUp.id, "released", "gateway", applicationNo, at: now, connection)
        }
        return !waiting.isEmpty
    }

    private static let columns = "id, kind, partner, content, names, person, received_at, keep_until"

    private static func read(_ row: any SQLRow) -> FollowUp? {
        guard let kind = FollowUp.Kind(rawValue: row.text(1)) else { return nil }
        return FollowUp(
            id: row.text(0), kind: kind, partnerID: row.text(2), content: row.blob(3), names: names(row.text(4)),
            person: names(row.text(5)), receivedAt: Instant(milliseconds: row.integer(6)),
            keepUntil: Instant(milliseconds: row.integer(7)))
    }

    private static func names(_ column: String) -> [CaseName] {
        column.split(separator: "\n").compactMap { CaseName(text: String($0)) }
    }

    static func records(
        _ condition: String, _ values: [SQLValue], _ connection: any SQLConnection
    ) throws(StoreError) -> [FollowUpRecord] {
        let rows = try connection.query(
            "SELECT id, referral_id, partner, kind, state, received_at, keep_until, names FROM follow_up \(condition)",
            values
        ) { row in
            (
                row.text(0), row.text(1), row.text(2), row.text(3), row.text(4), row.integer(5), row.integer(6),
                names(row.text(7))
            )
        }
        return try rows.map { row throws(StoreError) in
            let numbers = try connection.query(
                "SELECT application_no FROM followed_by WHERE follow_up_id = ? ORDER BY application_no",
                [.text(row.0)]
            ) { $0.text(0) }
            return FollowUpRecord(
                id: row.0, referralID: row.1, partnerID: row.2, kind: FollowUp.Kind(rawValue: row.3) ?? .supplement,
                state: FollowUpRecord.State(rawValue: row.4) ?? .parked, names: row.7,
                receivedAt: Instant(milliseconds: row.5), keepUntil: Instant(milliseconds: row.6),
                applicationNos: numbers)
        }
    }

    /// The message that waited too long becomes a dead letter of the channel that it came by; its bytes are there.
    static func expire(now: Instant, _ connection: any SQLConnection) throws(StoreError) -> Int {
        let expired = try connection.query(
            """
            SELECT f.id, f.referral_id, f.partner, r.message_id, r.media_type, f.received_at FROM follow_up f
            JOIN referral r ON r.id = f.referral_id WHERE f.state = 'parked' AND f.keep_until <= ? LIMIT 100
            """, [.instant(now)]
        ) { ($0.text(0), $0.text(1), $0.text(2), $0.optionalText(3), $0.text(4), $0.integer(5)) }
        for (id, referralID, partner, messageID, mediaType, receivedAt) in expired {
            let moved = try connection.run(
                "UPDATE follow_up SET state = 'quarantined' WHERE id = ? AND state = 'parked'", [.text(id)])
            guard moved == 1 else { continue }
            try connection.run("DELETE FROM awaited_key WHERE follow_up_id = ?", [.text(id)])
            let cause = DeadLetterCause(.expired, findings: nil, problem: nil)
            let countRow = try DeadLetterCounts.lay(cause, of: partner, .referral, recipient: nil, connection)
            try connection.run(
                """
                INSERT INTO message (id, channel, correlation_id, partner, sender_message_id, media_type, created_at,
                due_at, priority, state, reason, dead_since, problem, cause, count_row)
                VALUES (?, 'referral', ?, ?, ?, ?, ?, ?, 0, 'dead', 'expired', ?, ?, ?, ?)
                ON CONFLICT (id) DO UPDATE SET state = 'dead', dead_since = excluded.dead_since, finished_at = NULL,
                count_row = excluded.count_row
                """,
                [
                    .text(id), .text(referralID), .text(partner), .optional(messageID), .text(mediaType),
                    .integer(receivedAt), .integer(Envelopes.noClock), .instant(now),
                    .text("waited for a referral that did not come"), .text(cause.name), .integer(countRow),
                ])
            try History.append(id, "expired", "gateway", nil, at: now, connection)
        }
        return expired.count
    }

    // MARK: Same person, same matter

    private static func relate(
        _ applicationNo: String, _ keys: [String], _ work: any FollowUpHandling, at now: Instant,
        _ connection: any SQLConnection
    ) throws(StoreError) -> Bool {
        let numbers = try ApplicationKeys.find(keys, near: now, connection).filter { $0 != applicationNo }
        guard !numbers.isEmpty, let record = try CaseRows.application(applicationNo, connection) else { return false }
        let earlier = try CaseRows.applications(Array(numbers.prefix(20)), connection)
        let relations = work.relations(of: record, to: earlier)
        guard !relations.isEmpty else { return false }
        for relation in relations {
            for (one, other) in [(applicationNo, relation.applicationNo), (relation.applicationNo, applicationNo)] {
                try connection.run(
                    "INSERT INTO related_case (application_no, other_no, rule, at) VALUES (?, ?, ?, ?)",
                    [.text(one), .text(other), .text(relation.rule), .instant(now)])
            }
        }
        for old in earlier {
            let back = relations.filter { $0.applicationNo == old.applicationNo }
                .map { Relation(applicationNo: applicationNo, rule: $0.rule) }
            if back.isEmpty { continue }
            _ = try CaseRows.apply(work.change(old, related: back, isNew: false, at: now), connection)
        }
        return try CaseRows.apply(work.change(record, related: relations, isNew: true, at: now), connection)
    }
}

extension IntakeCommit {
    /// How a follow-up by the same sender names what this message made.
    fileprivate var messageNames: [CaseName] {
        messageID.map { [.message(partner: partnerID, id: $0)] } ?? []
    }
}
