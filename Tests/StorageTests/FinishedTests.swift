import Messaging
import Testing
import Vocabulary

@testable import Storage

/// What may be erased for its age, over everything that an application can be: its standing, its time limits, the messages
/// about it, its age.
@Suite struct FinishedTests {
    private struct Life {
        var referral: ReferralState
        var caseState: CaseState?
        var handover: HandoverState
        var lead: LeadState?
        /// Running, paused, over.
        var clock: String?
        var message: String?
        var isOld: Bool

        /// Written down apart from the machines: what ends a case for good, and what may rest until somebody objects.
        private static let ended: Set<CaseState> = [
            .deemedWithdrawn, .withdrawn, .transferredOut, .closed, .archived, .objectionUpheld, .helpGiven, .refused,
            .terminated,
        ]

        var isFinished: Bool {
            guard handover != .proposed, clock == nil || clock == "over",
                message == nil || message == "delivered" || message == "discarded"
            else { return false }
            switch referral {
            // Nothing is taken back or returned after such a decision; where a row says both, it is kept.
            case .cancelled, .returnedToSender: return caseState != .refused && caseState != .terminated
            case .leadOnly: return lead == .declined
            case .routingManual, .queued, .handedOver:
                guard let caseState, Self.ended.contains(caseState) else { return false }
                return caseState != .refused && caseState != .terminated
            case .signedIn:
                guard let caseState, Self.ended.contains(caseState) else { return false }
                return handover != .escalated || (caseState != .refused && caseState != .terminated)
            }
        }
    }

    private static func life(_ chance: inout SystemRandomNumberGenerator) -> Life? {
        guard let referral = ReferralState.allCases.randomElement(using: &chance),
            let handover = HandoverState.allCases.randomElement(using: &chance)
        else { return nil }
        let isLead = referral == .leadOnly
        return Life(
            referral: referral,
            caseState: isLead ? nil : ([nil] + CaseState.allCases).randomElement(using: &chance) ?? nil,
            handover: handover,
            lead: isLead ? [.registered, .contacted, .declined].randomElement(using: &chance) : nil,
            clock: [nil, nil, "running", "paused", "over"].randomElement(using: &chance) ?? nil,
            message: [nil, nil, "queued", "claimed", "dead", "delivered", "discarded"].randomElement(using: &chance)
                ?? nil,
            isOld: Int.random(in: 0..<4, using: &chance) > 0)
    }

    private static let object = SQLValue.blob(Array("{}".utf8))

    private func insert(
        _ life: Life, _ number: String, old: Instant, new: Instant, _ connection: any SQLConnection
    ) throws(StoreError) {
        let at = SQLValue.instant(life.isOld ? old : new)
        try connection.run(
            """
            INSERT INTO referral (id, partner, digest, raw, media_type, received_at, outcome, is_invalid, answer)
            VALUES (?, 'court', 'd', ?, 'application/json', ?, 'accepted', 0, ?)
            """, [.text(String(number.dropFirst(3))), .blob([1]), .instant(old), Self.object])
        try connection.run(
            """
            INSERT INTO application (no, referral_id, queue, content, case_state, aid_route, referral_state,
            handover_state, handover_to, lead_state, stepped_at) VALUES (?, ?, 'CZ-TN', ?, ?, 'byApplication', ?, ?, ?, ?, ?)
            """,
            [
                .text(number), .text(String(number.dropFirst(3))), Self.object, .optional(life.caseState),
                .word(life.referral),
                .word(life.handover),
                life.handover == .proposed ? .text("CZ-WJ") : .null, .optional(life.lead), at,
            ])
        if let clock = life.clock {
            try connection.run(
                """
                INSERT INTO clock (application_no, id, content, due_at, is_running, ended_at)
                VALUES (?, 'CLK-05', ?, 0, ?, ?)
                """, [.text(number), Self.object, .flag(clock == "running"), clock == "over" ? .instant(old) : .null])
        }
        guard let message = life.message else { return }
        let isOpen = message == "queued" || message == "claimed"
        let isDead = message == "dead"
        if isDead {
            try connection.run(
                """
                INSERT INTO dead_letter_count (id, partner, cause, channel, queue, reason, messages)
                VALUES (1, 'court', 'exhausted/rejected', 'application', 'CZ-TN', 'exhausted', 1)
                ON CONFLICT DO NOTHING
                """, [])
        }
        try connection.run(
            """
            INSERT INTO message (id, channel, correlation_id, partner, recipient, media_type, created_at, due_at, priority,
            state, ready_at, finished_at, dead_since, reason, cause, count_row)
            VALUES (?, 'application', ?, 'court', 'CZ-TN', 'application/json', 0, 0, 0, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                .text("M" + number), .text(number), .text(message), isOpen ? .instant(old) : .null,
                isOpen || isDead ? .null : .instant(old), isDead ? .instant(old) : .null,
                isDead ? .text("exhausted") : .null, isDead ? .text("exhausted/rejected") : .null,
                isDead ? .integer(1) : .null,
            ])
    }

    @Test(arguments: StoreKind.tried)
    func `only what is finished and old is erased, whatever else an application can be`(kind: StoreKind) async throws {
        let home = try await TemporaryStore(kind)
        var chance = SystemRandomNumberGenerator()
        let now = start
        let (old, new) = (now.advanced(seconds: -100 * 86_400), now.advanced(seconds: -10 * 86_400))
        var lives: [String: Life] = [:]
        let identifiers = IdentifierSource(random: { UInt64.random(in: .min ... .max) })
        while lives.count < 1500 {
            guard let life = Self.life(&chance) else { continue }
            lives["LA-" + identifiers.next(at: old)] = life
        }
        try await home.database.write { [lives] connection throws(StoreError) in
            for (number, life) in lives { try insert(life, number, old: old, new: new, connection) }
        }
        let rule = RetentionRule(days: 50, basis: LocalizedText(zh: "测试", en: "test"))
        for part in RetentionPart.allCases {
            var name: String?
            repeat {
                name = try await home.store.eraseRecords(
                    of: part, by: rule, after: name, limit: 200, act(.eraseByRetention, on: "", at: now)
                ).next
            } while name != nil
        }
        let erased = try await home.database.read { connection throws(StoreError) in
            try connection.query(
                """
                SELECT a.no AS no, a.erased_at IS NOT NULL AS content, r.erased_at IS NOT NULL AS raw FROM application a
                JOIN referral r ON r.id = a.referral_id
                """, []
            ) { row throws(StoreError) in (try row.text("no"), try row.flag("content"), try row.flag("raw")) }
        }
        #expect(erased.contains(where: \.1) && erased.count == lives.count)
        for (number, content, raw) in erased {
            let life = try #require(lives[number])
            #expect(content == (life.isFinished && life.isOld), "\(life)")
            #expect(raw == content, "\(life)")
        }
        await home.remove()
    }

    private func document(_ home: TemporaryStore) async throws {
        let old = start.advanced(seconds: -100 * 86_400)
        let id = IdentifierSource(random: { UInt64.random(in: .min ... .max) }).next(at: old)
        try await home.database.write { connection throws(StoreError) in
            _ = try connection.run(
                """
                INSERT INTO referral (id, partner, digest, raw, media_type, received_at, outcome, is_invalid, answer)
                VALUES (?, 'court', 'd', ?, 'application/json', ?, 'accepted', 0, ?)
                """, [.text(id), .blob([1]), .instant(old), Self.object])
        }
    }

    private func eraseDocuments(_ home: TemporaryStore) async throws -> Int {
        try await home.store.eraseRecords(
            of: .documents, by: RetentionRule(days: 1, basis: LocalizedText(zh: "测试", en: "test")), after: nil,
            limit: 200, act(.eraseByRetention, on: "", at: start)
        ).due
    }

    @Test(arguments: StoreKind.tried)
    func `the newest record can be erased, and the one that comes after it too`(kind: StoreKind) async throws {
        let home = try await TemporaryStore(kind)
        for round in 0..<5 {
            for _ in 0...round { try await document(home) }
            #expect(try await eraseDocuments(home) == round + 1)
        }
        let left = try await home.database.read { connection throws(StoreError) in
            try connection.query("SELECT id FROM referral WHERE length(raw) > 0", []) { _ in true }
        }
        #expect(left.isEmpty)
        await home.remove()
    }

    @Test(arguments: StoreKind.tried)
    func `a record that turns out unreadable halfway is whole, and the others go`(kind: StoreKind) async throws {
        let home = try await TemporaryStore(kind)
        let identifiers = IdentifierSource(random: { UInt64.random(in: .min ... .max) })
        let old = start.advanced(seconds: -100 * 86_400)
        let life = Life(
            referral: .signedIn, caseState: .closed, handover: .collected, lead: nil, clock: nil, message: nil,
            isOld: true)
        let numbers = (0..<3).map { _ in "LA-" + identifiers.next(at: old) }
        try await home.database.write { connection throws(StoreError) in
            for number in numbers { try insert(life, number, old: old, new: old, connection) }
            // What is read after the application was emptied.
            try connection.run(
                """
                INSERT INTO follow_up (id, referral_id, partner, kind, state, content, names, person, received_at, keep_until)
                VALUES ('F', ?, 'court', 'supplement', 'attached', ?, '', '', 0, 0)
                """,
                [
                    .text(String(numbers[1].dropFirst(3))),
                    .blob(SealedValue.magic + [1] + [UInt8](repeating: 0, count: 40)),
                ])
            try connection.run(
                "INSERT INTO followed_by (application_no, follow_up_id) VALUES (?, 'F')", [.text(numbers[1])])
        }
        let step = try await home.store.eraseRecords(
            of: .applications, by: RetentionRule(days: 50, basis: LocalizedText(zh: "测试", en: "test")), after: nil,
            limit: 200, act(.eraseByRetention, on: "", at: start))
        #expect(step.due == 2 && step.unreadable.count == 1)
        let whole = try await home.database.read { connection throws(StoreError) in
            try connection.query("SELECT no FROM application WHERE erased_at IS NULL AND length(content) > 0", []) {
                row throws(StoreError) in try row.text("no")
            }
        }
        #expect(whole == [numbers[1]])
        #expect(try await home.store.erasedRecords(of: 1).map(\.name) == [numbers[0], numbers[2]].sorted())
        await home.remove()
    }
}
