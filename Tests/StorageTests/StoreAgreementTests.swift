import Messaging
import PrivatePostgreSQL
import StrictJSON
import Testing
import Vocabulary

@testable import Storage

/// The same story told to a store in each database, with every question that other tests do not ask both: their answers are
/// written down and held to each other.
@Suite(.enabled(if: PrivatePostgreSQL.isInstalled, Comment(rawValue: PrivatePostgreSQL.skipped)))
struct StoreAgreementTests {
    private final class Transcript {
        private(set) var lines: [String] = []
        func note(_ question: String, _ answer: Any) { lines.append("\(question): \(answer)") }
        func note<Key: Comparable & Hashable, Value>(_ question: String, counts: [Key: Value]) {
            note(question, counts.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" })
        }
    }

    private static let end = start.advanced(seconds: 400 * 86_400)
    private static let month = Tallies.month(of: start)

    @Test func `both databases answer alike`() async throws {
        var answers: [[String]] = []
        for kind in StoreKind.tried {
            let home = try await TemporaryStore(kind)
            let transcript = Transcript()
            try await cases(home.store, transcript)
            try await operators(home.store, transcript)
            try await delivery(home.store, transcript)
            try await retention(home.store, transcript)
            let survey = try await home.database.survey()
            transcript.note("schema", survey.schema)
            for table in survey.tables where !["commit_link", "gateway_schema"].contains(table.name) {
                transcript.note("rows of \(table.name)", table.rows)
            }
            transcript.note("tallies", try await home.database.talliesAgree())
            transcript.note("dead letters", try await home.database.deadLetterCountsAgree())
            transcript.note("unreadable", try await home.database.unreadableRows(limit: 10).count)
            transcript.note("changed", try await home.database.changedDocuments(limit: 10) { digest($0) }.count)
            transcript.note("state", try await home.database.encryptionState())
            try await home.database.recountTallies()
            try await home.database.recountDeadLetters()
            transcript.note("tallies anew", try await home.database.talliesAgree())
            transcript.note("dead letters anew", try await home.database.deadLetterCountsAgree())
            answers.append(transcript.lines)
            await home.remove()
        }
        for (sqlite, postgreSQL) in zip(answers[0], answers[1]) { #expect(sqlite == postgreSQL) }
        #expect(answers[0].count == answers[1].count && answers[0].count > 100)
    }

    // MARK: Cases

    private func cases(_ store: SQLMessageStore, _ transcript: Transcript) async throws {
        let clocks = [("CLK-05", 100), ("CLK-05#2", 200), ("CLK-04", 300)].map { id, due in
            RunningClock(
                id: id, content: Array(#"{"met":true}"#.utf8), dueAt: start.advanced(seconds: due),
                soonAt: start.advanced(seconds: due - 50), isRunning: true, standing: .running)
        }
        _ = try await store.accept(caseMessage("M1", keys: ["person1", "case1"], clocks: clocks))
        _ = try await store.accept(caseMessage("M2", keys: ["person1"], about: .key("case1")))
        _ = try await store.accept(caseMessage("M3", about: .key("nothing")))
        for filter in [
            ClockFilter(), ClockFilter(dueBefore: start.advanced(seconds: 150)), ClockFilter(institution: "CZ-TN"),
            ClockFilter(institution: "CZ-WJ"),
        ] {
            var numbered = filter
            numbered.number = "CLK-05"
            numbered.nearBy = start.advanced(seconds: 120)
            for filter in [filter, numbered] {
                let found = try await store.clocks(filter, after: nil, limit: 10)
                transcript.note("clocks", found.map(\.clock.id))
                let last = found.first.map {
                    ClockCursor(dueAt: $0.clock.dueAt, applicationNo: $0.applicationNo, id: $0.clock.id)
                }
                transcript.note("next clocks", try await store.clocks(filter, after: last, limit: 1).map(\.clock.id))
            }
        }
        transcript.note("clocks of", try await store.clocks(of: "LA-M1").map(\.clock.id))
        transcript.note("tallies", try await store.clockTallies(from: start, to: Self.end, now: start))
        transcript.note(
            "tallies of today",
            try await store.clockTallies(
                from: start.advanced(seconds: -86_400), to: start.advanced(seconds: 86_400),
                now: start.advanced(seconds: 250)))
        transcript.note(
            "cases", try await store.caseTallies(month: Self.month).map { "\($0.facts.stored) \($0.applications)" })
        transcript.note(
            "messages",
            counts: Dictionary(
                uniqueKeysWithValues: try await store.messageTallies(
                    from: start.advanced(seconds: -86_400), to: Self.end
                ).map {
                    ($0.key.rawValue, $0.value)
                }))
        transcript.note("hearings", try await store.hearingsWithoutLawyer(from: start, to: Self.end, limit: 5))
        for filter in [LeadFilter(), LeadFilter(institution: "CZ-TN", includesUnplaced: true, state: .registered)] {
            transcript.note("leads", try await store.leads(filter, after: nil, limit: 5).count)
        }
        transcript.note("lead figures", try await store.leadFigures(from: start, to: Self.end).count)
        transcript.note("overdue", try await store.overdueHandovers(now: Self.end, limit: 5).count)
        try await store.keepReviewCases(["case1", "case2"], of: "court", month: "2023-11")
        transcript.note("coverage", try await store.reviewCoverage(month: "2023-11"))
        try await limits(store, transcript)
    }

    private func limits(_ store: SQLMessageStore, _ transcript: Transcript) async throws {
        try await store.beginReckoning(by: "rules 1", at: start)
        try await store.beginReckoning(by: "rules 1", at: start)
        transcript.note("to reckon", try await store.applicationsToReckon(by: "rules 1", limit: 5))
        try await store.reckoned(by: "rules 1", through: "LA-M1", settle: .seconds(60), at: start)
        transcript.note("left", try await store.applicationsToReckon(by: "rules 1", limit: 5))
        try await store.reckoned(by: "rules 1", through: nil, settle: .seconds(60), at: start)
        transcript.note("again", try await store.applicationsToReckon(by: "rules 1", limit: 5))
        try await store.reckoned(by: "rules 1", through: nil, settle: .seconds(60), at: Self.end)
        transcript.note("done", try await store.applicationsToReckon(by: "rules 1", limit: 5))
        let record = try #require(try await store.application("LA-M1"))
        var change = CaseChange(of: record, nil, historyEvent: .entry(.related), actor: "gateway", at: start)
        change.movedLimits = [
            MovedLimit(
                applicationNo: "LA-M1", institution: "CZ-TN", clock: "CLK-05", from: start, to: Self.end,
                wasProvisional: true, isProvisional: false, at: start)
        ]
        transcript.note("moved", try await store.changeCase(change) == .changed)
        for institution in [nil, "CZ-TN", "CZ-WJ"] {
            transcript.note("moved of", try await store.movedLimits(of: institution, before: nil, limit: 5))
        }
        transcript.note("count", try await store.countMovedLimits(since: start))
    }

    // MARK: Operators

    private func operators(_ store: SQLMessageStore, _ transcript: Transcript) async throws {
        let account = OperatorAccount(
            name: "wang", role: .operator, secret: "s", isDisabled: false, createdAt: start, changedAt: start)
        for _ in 0..<2 { transcript.note("added", try await store.addAccount(account, act(.addAccount, on: "wang"))) }
        for change in [
            AccountChange.role(.auditor), .secret("t", oneTimeUntil: Self.end, forgetting: "k"), .disabled,
            .enabled(forgetting: "k"),
        ] {
            transcript.note("changed", try await store.changeAccount("wang", change, act(.changeRole, on: "wang")))
            transcript.note("account", try await store.account("wang") as Any)
        }
        transcript.note("accounts", try await store.accounts())
        let session = OperatorSession(
            tokenHash: "h", account: "wang", createdAt: start, seenAt: start, endsAt: Self.end)
        try await store.openSession(session, forgetting: ["k"], act(.signIn, on: "wang"))
        try await store.touchSession("h", at: start.advanced(seconds: 5))
        transcript.note("session", try await store.session("h") as Any)
        try await store.closeSession("h", act(.signOut, on: "wang"))
        transcript.note("closed", try await store.session("h") == nil)
        let policy = LockPolicy(failures: 2, window: .seconds(60))
        for seconds in [0, 1, 100] {
            let moment = start.advanced(seconds: seconds)
            try await store.noteFailure([("k", policy)], at: moment, act(.signInFailed, on: "k", at: moment))
            transcript.note("locked", try await store.lockedUntil(["k", "other"]) as Any)
        }
        try await alerts(store, transcript)
        try await drift(store, transcript)
        try await store.noteRules("rules 1", at: start)
        try await store.noteRules("rules 2", at: start)
        transcript.note("rules", try await store.rules(inForceAt: start) as Any)
        let paths = [ReferencePath(name: "related", path: "related")]
        transcript.note("indexed", try await store.indexReferences(ReferencePaths(paths), before: Self.end, limit: 100))
        transcript.note(
            "indexed again", try await store.indexReferences(ReferencePaths(paths), before: Self.end, limit: 100))
        for quoted in ["M1", "LA-M1", "nothing"] {
            transcript.note(
                "found", try await store.findReferrals(quoted, partners: ["court"], limit: 5).map(\.messageID))
        }
        transcript.note("queues", try await store.queueFigures())
        transcript.note("partner", try await store.partnerFigures("court", since: start).backlog)
        transcript.note("referrals", try await store.referrals(partner: "court", before: nil, limit: 9).count)
        transcript.note("count", try await store.countReferrals(from: start, to: Self.end))
        for number in [1, 2] {
            let act = AuditAct(
                at: start, actor: "system", role: "system", action: .beginSealing, subject: "audit",
                detail: "\(number)",
                sm3: { "\($0.count)" })
            try await store.beginAuditSealing(act) { "end of \($0.seq)" }
            transcript.note("end", try await store.auditEnd() as Any)
        }
        for seq in [900, 800] {
            let head = AuditHead(seq: seq, hash: "hash \(seq)")
            try await store.addAuditSeal(AuditSeal(head: head, at: start, code: "code"), endCode: "end \(seq)")
            transcript.note("end moved", try await store.auditEnd() as Any)
        }
        transcript.note("seals", try await store.auditSeals(after: 0, limit: 5).count)
        transcript.note("last act", try await store.lastAuditEntry(of: .signOut) as Any)
        transcript.note("audit", try await store.auditEntries(AuditFilter(), after: nil, newestFirst: true, limit: 99))
    }

    private func alerts(_ store: SQLMessageStore, _ transcript: Transcript) async throws {
        let condition = AlertCondition(rule: "queueAge", subject: "CZ-TN")
        for (seconds, conditions) in [(0, [condition]), (1, []), (2, [condition]), (3, []), (90, [])] {
            let now = start.advanced(seconds: seconds)
            let messages = try await store.reconcileAlerts(
                Set(conditions), looked: { _ in true }, settle: .seconds(60), now: now, isSent: { _ in true },
                write: { phase, alert in AlertMessage(id: "\(phase) \(alert.beganAt)", body: "{}") })
            transcript.note("alerts", messages)
            transcript.note("open", try await store.openAlerts())
        }
        let leased = try await store.lease(
            [EndpointCapacity(.alerts, max: 5, isProbe: false)], now: Self.end, ends: Self.end.advanced(seconds: 60))
        transcript.note("leased", leased.map(\.id).sorted())
        for lease in leased {
            transcript.note(
                "settled",
                try await store.settleDelivery(leaseID: lease.id, .acknowledge, actor: "courier", now: Self.end))
        }
        transcript.note("due", try await store.nextDue([.alerts], after: start) as Any)
    }

    private func drift(_ store: SQLMessageStore, _ transcript: Transcript) async throws {
        for (week, field) in [("2024-W01", "a"), ("2024-W02", "b"), ("2024-W02", "b")] {
            var tally = DriftTally(key: DriftTally.Key(partnerID: "court", mappingID: "m", week: week))
            tally.documents = 2
            tally.fields = [field: 2]
            tally.codes = [DriftTally.Code(list: "sex", digest: field): 1]
            transcript.note("news", try await store.add([tally]))
        }
        for partner in [nil, "court", "other"] {
            transcript.note("drift", try await store.drift(partner: partner, week: "2024-W02", since: "2024-W01"))
        }
    }

    // MARK: Delivery

    private func delivery(_ store: SQLMessageStore, _ transcript: Transcript) async throws {
        let court = Endpoint(.status, "court")
        for number in 1...3 {
            let record = try #require(try await store.application("LA-M1"))
            var change = CaseChange(of: record, nil, historyEvent: .entry(.related), actor: "gateway", at: start)
            change.statusMessage = status("LA-M1")
            transcript.note("changed \(number)", try await store.changeCase(change) == .changed)
        }
        transcript.note("paused", try await store.pause(court, act(.pauseChannel, on: "court")))
        transcript.note("feed", try await store.feed(partner: "court", after: nil, limit: 2, now: Self.end).count)
        transcript.note("pauses", try await store.pauses())
        transcript.note("resumed", try await store.resume(court, act(.resumeChannel, on: "court")))
        for position in [nil, 1, 2, 99] as [Int64?] {
            let page = try await store.feed(partner: "court", after: position, limit: 2, now: Self.end)
            transcript.note("feed after", page.map(\.position))
        }
        try await store.hasten(court, now: Self.end)
        transcript.note("due", try await store.nextDue([court], after: start) as Any)
        transcript.note("last", try await store.lastDeliveries(among: 10).map { "\($0.key) \($0.value)" })
        transcript.note("expired", try await store.expireMessages(now: Self.end, limit: 10))
        transcript.note("spent", try await store.exhaustLeases(of: ["CZ-TN"], now: Self.end, maxAttempts: 0, limit: 10))
        transcript.note("causes", try await store.deadLetterCauses(DeadLetterFilter()).map(\.count))
        for filter in Self.groupFilters { transcript.note("groups", try await store.deadLetterGroups(filter)) }
        for (trouble, hours) in [("deadLetters/letter-expired", 4), ("paused", 1), ("paused", 2)] {
            let taken = Acknowledgement(
                trouble: trouble, known: hours, actor: "li", reason: "已联系", at: start,
                endsAt: start.advanced(seconds: hours * 3600))
            try await store.acknowledge(taken, act(.acknowledgeTrouble, on: trouble))
        }
        for hours in [0, 1, 2, 4] {
            transcript.note(
                "acknowledged", try await store.acknowledgements(at: start.advanced(seconds: hours * 3600)))
        }
        for _ in 1...2 {
            let withdrawn = try await store.withdrawAcknowledgement(
                of: "paused", act(.withdrawAcknowledgement, on: "paused"))
            transcript.note("withdrawn", withdrawn)
        }
        transcript.note("causes since", try await store.deadLetterCauses(DeadLetterFilter(since: start)).map(\.count))
    }

    /// Nothing, each side by itself, and what makes the store count dead letter by dead letter.
    private static var groupFilters: [DeadLetterFilter] {
        var anyOf = DeadLetterFilter()
        anyOf.causes = [.expired, .leasesEnded, .unroutable()]
        var noneOf = anyOf
        noneOf.causes = []
        var since = anyOf
        since.since = Instant(milliseconds: 0)
        return [DeadLetterFilter(), DeadLetterFilter(partnerID: "court"), anyOf, noneOf, since]
    }

    // MARK: Retention

    private func retention(_ store: SQLMessageStore, _ transcript: Transcript) async throws {
        let file = try await store.subject(["person1"], now: start)
        transcript.note("subject", (file.applications.count, file.shares.count, file.waiting.count))
        let erased = try await store.eraseSubject(["person1"], act(.eraseSubject, on: "request"))
        if case .refused(let open) = erased { transcript.note("refused", open.count) }
        let rule = RetentionRule(days: 1, basis: LocalizedText(zh: "测试", en: "test"))
        for part in RetentionPart.allCases {
            let due = try await store.dueRecords(of: part, by: rule, after: nil, limit: 50, now: Self.end)
            transcript.note("due \(part)", (due.due, due.held, due.unreadable.count))
            let step = try await store.eraseRecords(
                of: part, by: rule, after: nil, limit: 50, act(.eraseByRetention, on: "", at: Self.end))
            transcript.note("erased \(part)", (step.due, step.held, step.unreadable.count))
        }
        for erasure in try await store.erasures(after: 0, limit: 50) {
            transcript.note("erasure", (erasure.part, erasure.records, erasure.bytes))
            transcript.note("records", try await store.erasedRecords(of: erasure.seq).count)
        }
        transcript.note("space", try await store.freeSpace(pages: 10) >= 0)
        try await store.clearLog()
    }
}
