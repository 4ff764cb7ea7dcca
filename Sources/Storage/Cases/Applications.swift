import Messaging
import StrictJSON
import Vocabulary

extension SQLMessageStore: CaseStore {
    public func application(_ applicationNo: String) async throws(StoreError) -> ApplicationRecord? {
        try await database.read { connection throws(StoreError) in
            try CaseRows.application(applicationNo, connection)
        }
    }

    public func applications(
        sharing keys: [String], near instant: Instant, atMost count: Int
    ) async throws(StoreError) -> [ApplicationRecord] {
        try await database.read { connection throws(StoreError) in
            var records: [ApplicationRecord] = []
            for number in try ApplicationKeys.find(keys, near: instant, atMost: count, connection) {
                do throws(StoreError) {
                    records += try CaseRows.applications([number], connection)
                } catch .corrupt { continue }
            }
            return records
        }
    }

    public func statusHistory(_ applicationNo: String) async throws(StoreError) -> [StatusRecord] {
        try await database.read { connection throws(StoreError) in
            try connection.query(
                "SELECT id, application_no, code, content, at, erased_at FROM status WHERE application_no = ? ORDER BY id",
                [.text(applicationNo)], CaseRows.status)
        }
    }

    public func changeCase(_ change: CaseChange) async throws(StoreError) -> CaseChangeResult {
        try await write { transaction throws(StoreError) in
            guard let record = try CaseRows.application(change.applicationNo, transaction),
                record.version == change.expectedVersion
            else { return .stale }
            // The lease must not end with a step that is not made, nor the step be made on a lease that has ended.
            if let leaseID = change.leaseID, try Leases.find(leaseID, now: change.at, transaction) == nil {
                return .leaseEnded
            }
            guard try CaseRows.carryOut(change, on: record, transaction) else { return .stale }
            if let leaseID = change.leaseID {
                _ = try Leases.settle(leaseID, .acknowledge, actor: change.actor, now: change.at, transaction)
            }
            return .changed
        }
    }

    public func overdueHandovers(now: Instant, limit: Int) async throws(StoreError) -> [ApplicationRecord] {
        try await database.read { connection throws(StoreError) in
            try CaseRows.applications(
                "WHERE a.handover_state = 'proposed' AND a.handover_due <= ? ORDER BY a.handover_due LIMIT ?",
                [.instant(now), .int(limit)], connection)
        }
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
        for number in numbers { records += try application(number, connection).map { [$0] } ?? [] }
        return records
    }

    static func applications(
        _ condition: String, _ values: [SQLValue], _ connection: any SQLConnection
    ) throws(StoreError) -> [ApplicationRecord] {
        try connection.query(
            """
            SELECT a.no AS no, a.referral_id AS referral_id, r.partner AS partner, coalesce(f.message_id, r.message_id)
            AS message_id, a.queue AS queue, a.content AS content, a.case_state AS case_state, a.aid_route AS aid_route,
            a.version AS version, a.referral_state AS referral_state, a.application_message AS application_message,
            a.handover_state AS handover_state, a.handover_to AS handover_to, a.handover_due AS handover_due,
            a.handover_returns AS handover_returns, a.lead_state AS lead_state, a.lawyer_work AS lawyer_work, a.stepped_at AS stepped_at, a.facts AS facts,
            a.erased_at AS erased_at, r.erased_at AS document_erased_at,
            coalesce(a.applied_at, r.received_at) AS received_at
            FROM application a JOIN referral r ON r.id = a.referral_id LEFT JOIN referral f ON f.id = r.corrects
            \(condition)
            """, values
        ) { row throws(StoreError) in
            let erasedAt = try row.optionalInstant("erased_at")
            let number = try row.text("no")
            let content = Erased.object(try row.json("content"), at: erasedAt)
            var record = ApplicationRecord(
                applicationNo: number, referralID: try row.text("referral_id"),
                partnerID: try row.text("partner"), messageID: try row.optionalText("message_id"),
                queue: try row.optionalText("queue"), content: content,
                known: RecentContents.shared.object(of: number, content), route: try row.word("aid_route"),
                version: try row.int("version"),
                standing: ApplicationStanding(
                    referral: try row.word("referral_state"), caseState: try row.optionalWord("case_state"),
                    handover: try row.word("handover_state"), returns: try row.int("handover_returns"),
                    lead: try row.optionalWord("lead_state"), work: try row.optionalWord("lawyer_work")),
                handover: Handover(
                    to: try row.optionalText("handover_to"), dueAt: try row.optionalInstant("handover_due")),
                receivedAt: try row.instant("received_at"))
            record.applicationMessageID = try row.optionalText("application_message")
            record.steppedAt = try row.optionalInstant("stepped_at")
            record.erasedAt = erasedAt
            record.documentErasedAt = try row.optionalInstant("document_erased_at")
            record.facts = try row.optionalText("facts").map { text throws(StoreError) in try CaseFacts(stored: text) }
            return record
        }
    }

    static func insert(
        _ record: IntakeRecord, _ applicationNo: String, _ content: CanonicalContent, _ standing: ApplicationStanding,
        _ commit: IntakeCommit, _ transaction: StoreTransaction
    ) throws(StoreError) {
        let facts =
            standing.isLead
            ? nil
            : CaseFacts(
                of: content.object, partner: commit.partnerID, institution: record.queue, state: standing.caseState)
        try transaction.run(
            """
            INSERT INTO application (no, referral_id, queue, content, case_state, aid_route, referral_state,
            application_message, handover_state, handover_to, handover_due, lead_state, facts, month)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                .text(applicationNo), .text(commit.referralID), .optional(record.queue),
                .sealed(content.bytes, .applicationContent),
                .optional(standing.caseState), .word(record.route), .word(standing.referral), .text(record.id),
                .word(standing.handover), .optional(record.handover.to), .optional(record.handover.dueAt),
                .optional(standing.lead), .optional(facts?.stored), .text(Tallies.month(of: commit.receivedAt)),
            ])
        RecentContents.shared.note(content, of: applicationNo)
        try ApplicationKeys.insert(record.keys, of: applicationNo, at: commit.receivedAt, transaction)
        try Clocks.keep(record.clocks, of: applicationNo, transaction)
        try Hearings.keep(in: content.object, of: applicationNo, isNew: true, transaction)
        if let status = record.status { try insert(status, transaction) }
        if let message = record.statusMessage { try Envelopes.queue(message, transaction) }
    }

    // MARK: Changes

    /// Reads the application and applies the change to it, where it still is the version that the change was made from.
    static func apply(
        _ change: CaseChange, _ transaction: StoreTransaction
    ) throws(StoreError) -> ApplicationRecord? {
        guard let record = try application(change.applicationNo, transaction), record.version == change.expectedVersion
        else { return nil }
        return try apply(change, to: record, transaction)
    }

    /// The same as `carryOut`.
    ///
    /// - Returns: the application as it is then; `nil` where nothing was written.
    static func apply(
        _ change: CaseChange, to record: ApplicationRecord, _ transaction: StoreTransaction
    ) throws(StoreError) -> ApplicationRecord? {
        try carryOut(change, on: record, transaction) ? application(change.applicationNo, transaction) : nil
    }

    /// The one place where an application's states are set: the machine says what follows from the event, and what must be
    /// done with it.
    ///
    /// - Returns: `false`, with nothing written, where its standing does not allow the event or somebody else changed it.
    static func carryOut(
        _ change: CaseChange, on record: ApplicationRecord, _ transaction: StoreTransaction
    ) throws(StoreError) -> Bool {
        // Nothing is added to what was erased.
        guard record.erasedAt == nil else { return false }
        var standing = record.standing
        var effects: [ApplicationEffect] = []
        var route = record.route
        if let event = change.event {
            do throws(ApplicationMachine.Refusal) {
                let next = try ApplicationMachine.transition(from: record.standing, on: event, route: record.route)
                (standing, effects, route) = (next.standing, next.effects, next.route ?? record.route)
            } catch {
                return false
            }
        }
        guard try write(change, standing, route, of: record, transaction) else { return false }
        try Clocks.keep(change.clocks, of: change.applicationNo, transaction)
        for moved in change.movedLimits { try MovedLimits.insert(moved, transaction) }
        if let content = change.content {
            RecentContents.shared.note(content, of: change.applicationNo)
            try Hearings.keep(in: content.object, of: change.applicationNo, isNew: false, transaction)
        }
        for effect in effects { try perform(effect, change, record, transaction) }
        if let status = change.status { try insert(status, transaction) }
        if let message = change.statusMessage { try Envelopes.queue(message, transaction) }
        for message in change.institutionMessages { try Envelopes.queue(message, transaction) }
        try ApplicationKeys.replace(
            change.removedKeys, by: change.addedKeys, of: record.applicationNo, at: record.receivedAt, transaction)
        if let act = change.audit { try Audit.append(act, transaction) }
        try ShareTraces.note(change.applicationNo, until: change.sharesUntil, transaction)
        for message in change.institutionMessages where !message.payload.isEmpty {
            try ShareTraces.inherit(from: change.applicationNo, to: message.id, transaction)
        }
        try History.append(
            change.applicationNo, change.historyEvent, change.actor, change.detail, at: change.at,
            occurredAt: change.occurredAt, transaction)
        return true
    }

    private static func write(
        _ change: CaseChange, _ standing: ApplicationStanding, _ route: AidRoute, of record: ApplicationRecord,
        _ transaction: StoreTransaction
    ) throws(StoreError) -> Bool {
        let handover: Handover =
            switch standing.handover {
            case .proposed: record.standing.handover == .proposed ? record.handover : change.handover
            case .collected, .handedOver, .escalated, .external: Handover()
            }
        // A step follows upon the one before; what only adds to a state may be told in any order.
        let isStep =
            change.responsible != nil
            || (record.standing.caseState != nil
                && (standing.caseState != record.standing.caseState || standing.work != record.standing.work))
        let changed = try transaction.run(
            """
            UPDATE application SET case_state = ?, referral_state = ?, handover_state = ?, handover_to = ?,
            handover_due = ?, handover_returns = ?, lead_state = ?, lawyer_work = ?, applied_at = coalesce(?, applied_at),
            queue = coalesce(?, queue), content = coalesce(?, content), aid_route = ?, facts = ?,
            month = coalesce(?, month, ?), stepped_at = coalesce(?, stepped_at), statuses_erased_at = NULL,
            history_erased_at = NULL, version = version + 1 WHERE no = ? AND version = ?
            """,
            [
                .optional(standing.caseState), .word(standing.referral), .word(standing.handover),
                .optional(handover.to), .optional(handover.dueAt), .int(standing.returns),
                .optional(standing.lead), .optional(standing.work), .optional(change.appliedAt),
                .optional(change.responsible), .optionalSealed(change.content?.bytes, .applicationContent),
                .word(route),
                .optional(try facts(after: change, standing, of: record)?.stored),
                .optional(change.appliedAt.map(Tallies.month)), .text(Tallies.month(of: record.receivedAt)),
                .optional(isStep ? change.occurredAt ?? change.at : nil), .text(change.applicationNo),
                .int(record.version),
            ])
        return changed == 1
    }

    /// What the bulletin counts of an application after a change. An application is read only where the change writes it, or where it was a lead.
    private static func facts(
        after change: CaseChange, _ standing: ApplicationStanding, of record: ApplicationRecord
    ) throws(StoreError) -> CaseFacts? {
        guard !standing.isLead else { return nil }
        let institution = change.responsible ?? record.queue
        var facts: CaseFacts
        // What is related to it says nothing of itself.
        let isAsBefore = change.content == nil || change.historyEvent == .entry(.related)
        if isAsBefore, let former = record.facts {
            facts = former
            (facts.institution, facts.state) = (institution, standing.caseState)
        } else {
            let content = if let written = change.content { written.object } else { try record.canonical }
            facts = CaseFacts(
                of: content, partner: record.partnerID, institution: institution, state: standing.caseState)
            if let former = record.facts { facts.keepHistory(of: former) }
        }
        if let code = change.status?.code { facts.note(told: code) }
        facts.signedInTimely = facts.signedInTimely ?? change.isTimelySignIn
        return facts
    }

    private static func perform(
        _ effect: ApplicationEffect, _ change: CaseChange, _ record: ApplicationRecord, _ transaction: StoreTransaction
    ) throws(StoreError) {
        switch effect {
        case .endMessage: try endMessage(of: record, change, transaction)
        case .sendMessage:
            guard let message = change.applicationMessage else {
                throw .failed("the step needs a message to an institution")
            }
            try endMessage(of: record, change, transaction)
            try Envelopes.queue(message, transaction)
            // It is as urgent in the other queue as it was in this one.
            try transaction.run(
                """
                UPDATE message SET (due_at, priority) = (SELECT o.due_at, o.priority FROM message o WHERE o.id = ?)
                WHERE id = ? AND EXISTS (SELECT 1 FROM message o WHERE o.id = ?)
                """,
                [.optional(record.applicationMessageID), .text(message.id), .optional(record.applicationMessageID)])
            try transaction.run(
                "UPDATE application SET application_message = ? WHERE no = ?",
                [.text(message.id), .text(record.applicationNo)])
        case .endClocks: try Clocks.end(of: record.applicationNo, at: change.occurredAt ?? change.at, transaction)
        // What is told, and which clocks move, was made ready by whoever made the change.
        case .moveClocks, .tellSender, .tellResponsibleOfWithdrawal, .tellTargetOfWithdrawal, .tellResponsibleOfReturn,
            .tellCityCentre:
            break
        }
    }

    /// Ends the message that carried the application, where it is still under way.
    private static func endMessage(
        of record: ApplicationRecord, _ change: CaseChange, _ transaction: StoreTransaction
    ) throws(StoreError) {
        guard let id = record.applicationMessageID, let message = try StoredMessage.find(id, transaction) else {
            return
        }
        try message.apply(.discard(at: change.at), actor: change.actor, transaction)
    }

    // MARK: Statuses

    static func insert(_ status: StatusRecord, _ connection: any SQLConnection) throws(StoreError) {
        try connection.run(
            "INSERT INTO status (id, application_no, code, content, at) VALUES (?, ?, ?, ?, ?)",
            [
                .text(status.id), .text(status.applicationNo), .word(status.code),
                .sealed(status.content, .statusContent),
                .instant(status.at),
            ])
    }

    static func status(_ row: any SQLRow) throws(StoreError) -> StatusRecord {
        StatusRecord(
            id: try row.text("id"), applicationNo: try row.text("application_no"), code: try row.word("code"),
            content: Erased.object(try row.json("content"), at: try row.optionalInstant("erased_at")),
            at: try row.instant("at"))
    }
}
