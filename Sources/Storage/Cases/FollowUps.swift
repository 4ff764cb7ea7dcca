import Messaging
import Vocabulary

/// What comes after a referral: found applications change, the rest waits.
enum FollowUps {
    /// Does what a message's records have to do with applications that are here already.
    ///
    /// - Returns: for each record that is a follow-up, the applications that it changed.
    static func attach(
        _ commit: IntakeCommit, _ records: [IntakeRecord], _ transaction: StoreTransaction
    ) throws(StoreError) -> [String: [JoinedApplication]] {
        guard let work = commit.work, !commit.isInvalid else { return [:] }
        var attached: [String: [JoinedApplication]] = [:]
        for record in records {
            if let followUp = record.followUp {
                let joined = try attachOrPark(followUp, referralID: commit.referralID, work, transaction)
                attached[record.id] = joined
                // What came before a second notice may name the application by that.
                if followUp.isNotice, let number = joined.first?.record.applicationNo {
                    try release(commit.messageNames, number, work, at: commit.receivedAt, transaction)
                }
            } else if let applicationNo = record.applicationNo {
                let names = record.keys.map { CaseName.key($0) } + commit.messageNames
                try release(names, applicationNo, work, at: commit.receivedAt, transaction)
                try relate(applicationNo, record.personKeys, work, at: commit.receivedAt, transaction)
            }
        }
        return attached
    }

    // MARK: Finding

    /// The applications that a follow-up is about. The strongest name that it bears decides alone: where that one is not on
    /// file, the follow-up waits and never falls through to a weaker one; nor is anybody else's application meant where it
    /// names a person.
    private static func find(
        _ followUp: FollowUp, by work: any FollowUpHandling, at now: Instant, _ connection: any SQLConnection
    ) throws(StoreError) -> [ApplicationRecord] {
        if followUp.kind == .statusShare { return try ofPerson(followUp.names, at: now, connection) }
        guard let name = followUp.names.first else { return [] }
        let found = try CaseRows.applications(try numbers(of: name, near: now, connection), connection)
        return found.isEmpty ? [] : try work.meant(found, by: followUp)
    }

    /// Evidence is laid beside all open applications of its person.
    private static func ofPerson(
        _ names: [CaseName], at now: Instant, _ connection: any SQLConnection
    ) throws(StoreError) -> [ApplicationRecord] {
        for name in names {
            let found = try numbers(of: name, near: now, connection)
            if !found.isEmpty { return try CaseRows.applications(found, connection) }
        }
        return []
    }

    private static func numbers(
        of name: CaseName, near instant: Instant, _ connection: any SQLConnection
    ) throws(StoreError) -> [String] {
        switch name {
        case .applicationNo(let number):
            return try connection.query("SELECT no FROM application WHERE no = ?", [.text(number)], readNumber)
        case .referral(let id):
            return try ReferralRows.applications(of: id, connection)
        case .message(let partner, let id):
            return try ReferralRows.applications(ofMessage: id, from: partner, connection)
        case .key(let key): return try ApplicationKeys.find([key], near: instant, connection)
        }
    }

    /// The follow-up with what it is told by about an application: the message that made it, or a second notice.
    private static func addressed(
        _ followUp: FollowUp, to applicationNo: String, _ connection: any SQLConnection
    ) throws(StoreError) -> FollowUp {
        guard let name = followUp.names.first else { return followUp }
        let (condition, values): (String, [SQLValue])
        switch name {
        case .applicationNo, .key: return followUp
        case .referral(let id): (condition, values) = ("r.id = ? OR r.corrects = ?", [.text(id), .text(id)])
        case .message(let partner, let id):
            (condition, values) = ("r.partner = ? AND r.message_id = ?", [.text(partner), .text(id)])
        }
        var addressed = followUp
        addressed.isAboutSecondNotice =
            try !connection.query(
                """
                SELECT b.application_no AS no FROM referral r JOIN follow_up f ON f.referral_id = r.id AND f.is_notice = 1
                JOIN followed_by b ON b.follow_up_id = f.id WHERE (\(condition)) AND b.application_no = ? LIMIT 1
                """, values + [.text(applicationNo)], readNumber
            ).isEmpty
        return addressed
    }

    private static func readNumber(_ row: any SQLRow) throws(StoreError) -> String { try row.text("no") }

    // MARK: Waiting

    /// Lays the follow-up beside its applications, or among those that wait.
    private static func attachOrPark(
        _ followUp: FollowUp, referralID: String, _ work: any FollowUpHandling, _ transaction: StoreTransaction
    ) throws(StoreError) -> [JoinedApplication] {
        let changed = try change(followUp, work, at: followUp.receivedAt, transaction)
        // A share is evidence, kept on its own; it waits for nothing.
        if followUp.kind == .statusShare { return changed }
        try insert(
            followUp, referralID: referralID, state: changed.isEmpty ? .parked : .attached, transaction)
        try recordMatch(followUp, changed, transaction)
        return changed
    }

    /// Changes the applications that a follow-up is about; returns them as they are then.
    private static func change(
        _ followUp: FollowUp, _ work: any FollowUpHandling, at now: Instant, _ transaction: StoreTransaction
    ) throws(StoreError) -> [JoinedApplication] {
        var changed: [JoinedApplication] = []
        for record in try find(followUp, by: work, at: now, transaction) {
            let clocks = try Clocks.ofApplication(record.applicationNo, transaction)
            guard
                let change = try work.change(
                    record, clocks: clocks, by: try addressed(followUp, to: record.applicationNo, transaction)),
                let next = try CaseRows.apply(change, to: record, transaction)
            else { continue }
            changed.append(JoinedApplication(next, clocks: change.clocks))
        }
        return changed
    }

    private static func recordMatch(
        _ followUp: FollowUp, _ changed: [JoinedApplication], _ connection: any SQLConnection
    ) throws(StoreError) {
        for joined in changed { try attach(followUp.id, to: joined.record.applicationNo, connection) }
        try connection.run("DELETE FROM awaited_key WHERE follow_up_id = ?", [.text(followUp.id)])
        guard changed.isEmpty else { return }
        for name in Set(followUp.names.map(\.text)) {
            try connection.run(
                "INSERT INTO awaited_key (key, follow_up_id) VALUES (?, ?)", [.text(name), .text(followUp.id)])
        }
    }

    /// What waited in vain leaves the dead letters and looks again; it waits anew where there is still nothing.
    static func retry(
        _ id: String, version: DeadLetterVersion?, keepUntil: Instant, _ work: any FollowUpHandling, _ act: AuditAct,
        _ transaction: StoreTransaction
    ) throws(StoreError) -> DeadLetterActResult {
        guard try Jobs.allow(act, transaction) else { return .stale }
        guard let message = try StoredMessage.find(id, transaction), message.isDead(version),
            message.channel == .referral, message.cause?.reason == .expired
        else { return try DeadLetterRows.refusal(id, transaction) }
        let found = try transaction.query("SELECT \(columns) FROM follow_up WHERE id = ?", [.text(id)], read)
        guard let followUp = found.first else { throw .corrupt("follow-up \(id) is gone") }
        let changed = try change(followUp, work, at: act.at, transaction)
        let state = changed.isEmpty ? FollowUpRecord.State.parked : .attached
        try transaction.run(
            "UPDATE follow_up SET state = ?, keep_until = ? WHERE id = ?",
            [.word(state), .instant(keepUntil), .text(id)])
        try recordMatch(followUp, changed, transaction)
        let numbers = changed.map(\.record.applicationNo).joined(separator: ", ")
        try message.apply(
            changed.isEmpty ? .requeue(at: act.at) : .supersede(at: act.at), actor: act.actor,
            detail: changed.isEmpty ? act.detail : "\(act.detail) → \(numbers)",
            history: changed.isEmpty ? .parked : .matched, transaction)
        try Audit.append(act, transaction)
        if let step = act.job { try Jobs.count(step, .resent, at: act.at, transaction) }
        return .done
    }

    private static func insert(
        _ followUp: FollowUp, referralID: String, state: FollowUpRecord.State, _ connection: any SQLConnection
    ) throws(StoreError) {
        try connection.run(
            """
            INSERT INTO follow_up (id, referral_id, partner, kind, state, content, names, person, received_at, keep_until,
            is_notice) VALUES (?, ?, ?, ?, ?, ?, ?, '', ?, ?, ?)
            """,
            [
                .text(followUp.id), .text(referralID), .text(followUp.partnerID), .word(followUp.kind), .word(state),
                // Whose application is meant is read from the content; releases before this one kept a key of it.
                .sealed(followUp.content, .followUpContent), .text(followUp.names.map(\.text).joined(separator: "\n")),
                .instant(followUp.receivedAt), .instant(followUp.keepUntil), .flag(followUp.isNotice),
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
        _ transaction: StoreTransaction
    ) throws(StoreError) {
        guard !names.isEmpty else { return }
        let marks = names.map { _ in "?" }.joined(separator: ", ")
        let waiting = try transaction.query(
            """
            SELECT \(columns) FROM follow_up
            WHERE state = 'parked' AND id IN (SELECT follow_up_id FROM awaited_key WHERE key IN (\(marks))) ORDER BY id
            """, names.map { .text($0.text) }, read)
        for followUp in waiting {
            // The names that it waits by may fit another application better: the same search decides.
            let meant: (record: ApplicationRecord, change: CaseChange)?
            do throws(StoreError) {
                let record = try find(followUp, by: work, at: now, transaction)
                    .first { $0.applicationNo == applicationNo }
                meant = try record.flatMap { record throws(StoreError) in
                    try work.change(
                        record, clocks: try Clocks.ofApplication(applicationNo, transaction),
                        by: try addressed(followUp, to: applicationNo, transaction)
                    ).map { (record, $0) }
                }
            } catch .corrupt(let what) {
                // A damaged row keeps nobody's application out: it is an operator's from now on.
                try giveUp(followUp.id, because: what, at: now, transaction)
                continue
            }
            guard let meant, try CaseRows.apply(meant.change, to: meant.record, transaction) != nil else { continue }
            try transaction.run("UPDATE follow_up SET state = 'attached' WHERE id = ?", [.text(followUp.id)])
            try transaction.run("DELETE FROM awaited_key WHERE follow_up_id = ?", [.text(followUp.id)])
            try attach(followUp.id, to: applicationNo, transaction)
            if let message = try StoredMessage.find(followUp.id, transaction) {
                // It was a dead letter once and waits since a person let it look again.
                try message.apply(
                    .deliver(at: now), actor: "gateway", detail: applicationNo, history: .matched, transaction)
            } else {
                try History.append(followUp.id, .matched, "gateway", applicationNo, at: now, transaction)
            }
        }
    }

    /// A person names the application: the search is left out, whose it is counts all the same.
    static func attach(
        _ id: String, to applicationNo: String, _ work: any FollowUpHandling, _ act: AuditAct,
        _ transaction: StoreTransaction
    ) throws(StoreError) -> FollowUpAttachment {
        let found = try transaction.query(
            "SELECT \(columns) FROM follow_up WHERE id = ? AND state = 'parked'", [.text(id)], read)
        guard let followUp = found.first else { return .stale }
        guard let record = try CaseRows.application(applicationNo, transaction) else { return .noApplication }
        guard try !work.meant([record], by: followUp).isEmpty,
            let change = try work.change(
                record, clocks: try Clocks.ofApplication(applicationNo, transaction), by: followUp),
            try CaseRows.apply(change, to: record, transaction) != nil
        else { return .notTheirs }
        try transaction.run("UPDATE follow_up SET state = 'attached' WHERE id = ?", [.text(id)])
        try transaction.run("DELETE FROM awaited_key WHERE follow_up_id = ?", [.text(id)])
        try attach(id, to: applicationNo, transaction)
        let detail = "\(act.detail) → \(applicationNo)"
        if let message = try StoredMessage.find(id, transaction) {
            try message.apply(
                .deliver(at: act.at), actor: act.actor, detail: detail, history: .matched, transaction)
        } else {
            try History.append(id, .matched, act.actor, detail, at: act.at, transaction)
        }
        try Audit.append(act, transaction)
        return .done
    }

    /// A person ends the waiting.
    static func giveUp(
        _ id: String, _ act: AuditAct, _ transaction: StoreTransaction
    ) throws(StoreError) -> DeadLetterActResult {
        let waiting = try deadLetters(
            "f.id = ?", [.text(id)], .expired, because: "an operator ended the waiting", at: act.at, transaction)
        guard let deadLetter = waiting.first else {
            let known = try transaction.query("SELECT id AS no FROM follow_up WHERE id = ?", [.text(id)], readNumber)
            return known.isEmpty ? .notFound : .stale
        }
        try giveUp(deadLetter, at: act.at, by: act.actor, because: act.detail, transaction)
        try Audit.append(act, transaction)
        return .done
    }

    private static let columns = "id, kind, partner, content, names, received_at, keep_until, is_notice"

    private static func read(_ row: any SQLRow) throws(StoreError) -> FollowUp {
        var followUp = FollowUp(
            id: try row.text("id"), kind: try row.word("kind"), partnerID: try row.text("partner"),
            content: StoredObject(try row.json("content")), names: try names(row.text("names")),
            receivedAt: try row.instant("received_at"), keepUntil: try row.instant("keep_until"))
        followUp.isNotice = try row.flag("is_notice")
        return followUp
    }

    private static func names(_ column: String) throws(StoreError) -> [CaseName] {
        var names: [CaseName] = []
        for line in column.split(separator: "\n") {
            guard let name = CaseName(text: String(line)) else { throw .corrupt("a follow-up bears an unknown name") }
            names.append(name)
        }
        return names
    }

    static func records(
        _ condition: String, _ values: [SQLValue], _ connection: any SQLConnection
    ) throws(StoreError) -> [FollowUpRecord] {
        var records = try connection.query(
            """
            SELECT id, referral_id, partner, kind, state, received_at, keep_until, names, (SELECT m.state FROM message m
            WHERE m.id = follow_up.id) AS dead_letter FROM follow_up \(condition)
            """, values
        ) { row throws(StoreError) in
            var record = FollowUpRecord(
                id: try row.text("id"), referralID: try row.text("referral_id"), partnerID: try row.text("partner"),
                kind: try row.word("kind"), state: try row.word("state"), names: try names(row.text("names")),
                receivedAt: try row.instant("received_at"), keepUntil: try row.instant("keep_until"), applicationNos: []
            )
            record.deadLetter = try row.optionalWord("dead_letter")
            return record
        }
        for index in records.indices {
            records[index].applicationNos = try connection.query(
                "SELECT application_no AS no FROM followed_by WHERE follow_up_id = ? ORDER BY application_no",
                [.text(records[index].id)], readNumber)
        }
        return records
    }

    /// The message that waited too long becomes a dead letter of the channel that it came by; its bytes are there.
    ///
    /// - Returns: how many did.
    static func expire(now: Instant, limit: Int, _ transaction: StoreTransaction) throws(StoreError) -> Int {
        let expired = try deadLetters(
            "f.keep_until <= ? LIMIT ?", [.instant(now), .int(limit)],
            .expired, because: "waited for a referral that did not come", at: now, transaction)
        for deadLetter in expired { try giveUp(deadLetter, at: now, transaction) }
        return expired.count
    }

    /// Ends the waiting of one that cannot be read; it can be looked at again once it is restored.
    private static func giveUp(
        _ id: String, because problem: String, at now: Instant, _ transaction: StoreTransaction
    ) throws(StoreError) {
        for deadLetter in try deadLetters(
            "f.id = ?", [.text(id)], .unreadableFollowUp, because: problem, at: now, transaction)
        {
            try giveUp(deadLetter, at: now, transaction)
        }
    }

    /// What those that wait become as dead letters.
    private static func deadLetters(
        _ condition: String, _ values: [SQLValue], _ cause: DeadLetterCause, because problem: String, at now: Instant,
        _ transaction: StoreTransaction
    ) throws(StoreError) -> [NewDeadLetter] {
        try transaction.query(
            """
            SELECT f.id AS id, f.referral_id AS referral_id, f.partner AS partner, r.message_id AS message_id,
            r.media_type AS media_type, f.received_at AS received_at FROM follow_up f
            JOIN referral r ON r.id = f.referral_id WHERE f.state = 'parked' AND \(condition)
            """, values
        ) { row throws(StoreError) in
            NewDeadLetter(
                id: try row.text("id"), channel: .referral, correlationID: try row.text("referral_id"),
                partner: try row.text("partner"), senderMessageID: try row.optionalText("message_id"),
                mediaType: try row.text("media_type"), createdAt: try row.instant("received_at"), since: now,
                cause: cause, problem: problem)
        }
    }

    private static func giveUp(
        _ deadLetter: NewDeadLetter, at now: Instant, by actor: String = "gateway", because detail: String? = nil,
        _ transaction: StoreTransaction
    ) throws(StoreError) {
        let moved = try transaction.run(
            "UPDATE follow_up SET state = 'quarantined' WHERE id = ? AND state = 'parked'", [.text(deadLetter.id)])
        guard moved == 1 else { return }
        // What it waited for stays known: by that its sender sees it beside its referral.
        if let message = try StoredMessage.find(deadLetter.id, transaction) {
            try message.apply(
                .giveUp(deadLetter.cause, at: now), actor: actor, detail: detail, problem: deadLetter.problem,
                history: .expired, transaction)
        } else {
            try DeadLetterRows.insert(deadLetter, transaction)
            try History.append(deadLetter.id, .expired, actor, detail, at: now, transaction)
        }
    }

    // MARK: Same person, same matter

    /// With how many of a person's applications a new one is compared, the newest of them: what those are related to it takes
    /// over from them. So the cost is the same however many there are.
    private static let compared = 3
    /// How many are looked at for those: leads, and what came in the same referral, are passed over.
    private static let looked = 16
    /// How many relations an application names.
    private static let named = 20

    /// Names what a new application is related to. Of the earlier ones one learns of it, that of another institution before
    /// the own; nothing is done to the rest.
    private static func relate(
        _ applicationNo: String, _ keys: [String], _ work: any FollowUpHandling, at now: Instant,
        _ transaction: StoreTransaction
    ) throws(StoreError) {
        let numbers = try ApplicationKeys.find(keys, near: now, atMost: looked, transaction)
            .filter { $0 != applicationNo }
        guard !numbers.isEmpty, let record = try CaseRows.application(applicationNo, transaction) else { return }
        var relations: [Relation] = []
        var told: (old: ApplicationRecord, rules: [String])?
        var left = compared
        for number in numbers where left > 0 {
            do throws(StoreError) {
                guard let old = try CaseRows.application(number, transaction), !old.standing.isLead,
                    old.referralID != record.referralID
                else { continue }
                left -= 1
                let found = try work.relations(of: record, to: old)
                for relation in found where !relations.contains(relation) { relations.append(relation) }
                let rules = found.filter { $0.applicationNo == number }.map(\.rule)
                let isBetter = told.map { $0.old.queue == record.queue && old.queue != record.queue } ?? true
                if !rules.isEmpty, isBetter { told = (old, rules) }
            } catch .corrupt(let what) {
                // A damaged row of one application keeps no other one out: what it has to do with this one stays open.
                try History.append(applicationNo, .notCompared, "gateway", "\(number): \(what)", at: now, transaction)
            }
        }
        guard let told else { return }
        let back = told.rules.map { Relation(applicationNo: applicationNo, rule: $0) }
        let notice = try work.change(told.old, related: back, isNew: false, at: now)
        _ = try CaseRows.carryOut(notice, on: told.old, transaction)
        let change = try work.change(record, related: Array(relations.prefix(named)), isNew: true, at: now)
        _ = try CaseRows.carryOut(change, on: record, transaction)
    }
}

extension IntakeCommit {
    /// How a follow-up by the same sender names what this message made.
    fileprivate var messageNames: [CaseName] {
        messageID.map { [.message(partner: partnerID, id: $0)] } ?? []
    }
}
