import Foundation
import Messaging
import Observability
import StrictJSON
import Synchronization
import Testing
import Transport
import Vocabulary

@testable import Canonical
@testable import Cases
@testable import Intake
@testable import Storage
@testable import gateway

/// What a case system may say with any step: personal and inner matters that not everybody may read.
private let said: [(name: String, value: JSONValue)] = [
    ("assignment", ["unit": "密律所", "lawyer": "密律师", "phone": "0519-80000010", "date": "2025-11-20"]),
    ("decision", ["reasonCode": "outOfScope", "reason": "密理由", "remedy": "密异议", "date": "2025-11-20"]),
    ("missing", [["kind": "idProof"]]), ("closure", ["resultCode": "won"]), ("termination", ["reasonCode": "T6"]),
    ("remark", "密理由"),
]

/// One story: valid and invalid calls by everybody, in an order that chance decides.
private struct Story {
    let world: World
    var chance: Chance
    var receipts: [(partner: String, referralID: String)] = []
    var responsible: [String: String] = [:]

    mutating func run(steps: Int) async throws {
        for number in 0..<steps {
            do {
                try await step(number)
            } catch is Problem {
                // Refused with a word: nothing may have changed.
            }
            try await checkResponsibility()
        }
        try await checkTold()
    }

    private mutating func step(_ number: Int) async throws {
        let institution = chance.one(of: World.institutions)
        let caller = Caller(role: .institution, id: institution)
        switch Int.random(in: 0..<12, using: &chance) {
        case 0, 1: try await refer(number)
        case 2:
            guard let (partner, id) = receipts.isEmpty ? nil : chance.one(of: receipts) else { return }
            _ = try await world.front.receive(
                post(["materials": [["kind": "idProof", "title": .string("材料\(number)")]]]),
                from: Caller(role: .partner, id: partner), about: .supplement(referralID: id))
        case 3:
            guard let (partner, id) = receipts.isEmpty ? nil : chance.one(of: receipts) else { return }
            _ = try await world.front.receive(
                post(["reason": .string("测试\(number)")]), from: Caller(role: .partner, id: partner),
                about: .withdrawal(referralID: id))
        case 4, 5:
            for lease in try await world.store.lease(
                queue: institution, max: 3, now: world.now, ends: world.now.advanced(seconds: 60))
            {
                _ = try? await world.back.signIn(
                    applicationNo: lease.envelope.correlationID, leaseID: lease.id, caller: caller)
            }
        case 6, 7, 8: try await report(number)
        case 9:
            guard let application = responsible.keys.sorted().randomElement(using: &chance) else { return }
            let owner = Caller(
                role: .institution, id: Bool.random(using: &chance) ? responsible[application] ?? "" : institution)
            _ = try await world.back.transfer(
                post(["to": .string(institution), "reason": "测试"]), on: application, from: owner)
        case 10:
            guard let application = responsible.keys.sorted().randomElement(using: &chance) else { return }
            _ = try await world.back.giveBack(post(["reason": "测试"]), on: application, from: caller)
        case _:
            world.pass(seconds: Int.random(in: 600...100_000, using: &chance))
            _ = try await world.back.escalateOverdueHandovers(limit: 100)
        }
        world.pass(seconds: 30)
    }

    private mutating func refer(_ number: Int) async throws {
        let (partner, bytes): (String, [UInt8]) =
            switch Int.random(in: 0..<2, using: &chance) {
            case 0: ("court-tianning", courtNotice("N-\(number)"))
            case _:
                ("civil-affairs-zhonglou", try Self.civilReferral("MZ-\(number)"))
            }
        let answer = try await world.front.receive(
            HTTPRequest(method: "POST", path: "/v1/referrals", query: [], headers: [], body: bytes),
            from: Caller(role: .partner, id: partner))
        guard let receipt = try? JSONValue(parsing: answer.body), let id = receipt["referralId"]?.string else { return }
        receipts.append((partner, id))
        if let application = receipt["applicationNo"]?.string, let queue = receipt["queue"]?.string {
            responsible[application] = queue
        }
    }

    private static func civilReferral(_ id: String) throws -> [UInt8] {
        let example = repository.appending(path: "Mappings/civil-affairs/referral/examples/all-fields.json")
        var referral = try JSONValue(parsing: [UInt8](try Data(contentsOf: example)))
        referral["ywlsh"] = .string(id)
        return referral.serialized()
    }

    private mutating func report(_ number: Int) async throws {
        guard let application = responsible.keys.sorted().randomElement(using: &chance),
            let record = try await world.store.application(application)
        else { return }
        let legal = record.standing.caseState.map { _ in record.standing.legalSteps(route: record.route) }
        let isLikely = Int.random(in: 0..<10, using: &chance) < 7
        let event = isLikely ? legal?.randomElement(using: &chance) ?? .accept : chance.one(of: CaseEvent.allCases)
        let caller = isLikely ? responsible[application] ?? "" : chance.one(of: World.institutions)
        _ = try await world.back.report(
            post(.object(JSONObject([("event", .string(event.rawValue))] + said))), on: application,
            from: Caller(role: .institution, id: caller))
    }

    /// Exactly one institution may act on a case, and that changes only where another signs in or the city assigns.
    private mutating func checkResponsibility() async throws {
        for (application, before) in responsible {
            var owners: [String] = []
            for code in World.institutions + ["CZ-XB", "CZ-JT", "CZ-LY", "CZ-JKQ"] {
                let caller = Caller(role: .institution, id: code)
                if (try? await world.back.ownApplication(application, caller: caller)) != nil { owners.append(code) }
            }
            #expect(owners.count == 1, "\(application): \(owners)")
            guard let owner = owners.first, owner != before else { continue }
            let last = try await world.lastEvent(of: application)
            let hasSigned = last == .entry(.transferSignedIn) || last == .entry(.transferAssigned)
            #expect(hasSigned, "\(before) → \(owner)")
            responsible[application] = owner
        }
    }

    /// Every sender was told what the table says and nothing else.
    private func checkTold() async throws {
        for application in responsible.keys {
            let record = try #require(try await world.store.application(application))
            let partner = try #require(world.front.intake.registry.partners[record.partnerID])
            let audience = partner.kind.audience
            let told = try await world.database.read { connection throws(StoreError) in
                try connection.query(
                    "SELECT recipient, payload FROM message WHERE channel = 'status' AND correlation_id = ?",
                    [.text(application)]
                ) { row throws(StoreError) in (try row.text("recipient"), try row.blob("payload")) }
            }
            let visible = try await world.store.statusHistory(application).filter { status in
                StatusVisibility.detail(of: status.code, for: audience) != .withheld
            }
            #expect(told.count == visible.count)
            #expect(told.allSatisfy { $0.0 == partner.id })
            guard audience == .civilAffairs else { continue }
            for (_, payload) in told {
                let text = String(decoding: payload, as: UTF8.self)
                #expect(!text.contains("密律师") && !text.contains("密理由") && !text.contains("密律所"))
            }
        }
    }
}

@Suite struct FlowProperties {
    @Test(arguments: [1, 7, 42, 2026] as [UInt64])
    func `no story leaves a case without exactly one responsible institution or tells too much`(
        seed: UInt64
    ) async throws {
        let world = try await World(seed: seed)
        var story = Story(world: world, chance: Chance(seed: seed))
        try await story.run(steps: 250)
        // A story in which nothing happens would prove nothing.
        #expect(story.responsible.count > 10)
        let states = try await world.database.read { connection throws(StoreError) in
            try connection.query("SELECT DISTINCT event FROM history", []) { row throws(StoreError) in
                try row.text("event")
            }
        }
        #expect(
            Set(states).isSuperset(of: ["signedIn", "materialsAdded", "assign", "transferProposed", "transferSignedIn"])
        )
        #expect(try await world.database.talliesAgree())
        await world.remove()
    }

    @Test func `the store knows the states of the machines and no others`() async throws {
        let world = try await World(seed: 3)
        _ = try await world.front.receive(
            HTTPRequest(method: "POST", path: "/", query: [], headers: [], body: courtNotice("N-1")),
            from: Caller(role: .partner, id: "court-tianning"))
        func accepts(_ column: String, _ state: String, to: String? = nil) async -> Bool {
            let changed = try? await world.database.write { connection throws(StoreError) in
                try connection.run(
                    "UPDATE application SET \(column) = ?, handover_to = ?", [.text(state), .optional(to)])
            }
            return changed == 1
        }
        for state in ReferralState.allCases { #expect(await accepts("referral_state", state.rawValue)) }
        for state in CaseState.allCases { #expect(await accepts("case_state", state.rawValue)) }
        for state in HandoverState.allCases {
            let target = state == .proposed ? "CZ-WJ" : nil
            #expect(await accepts("handover_state", state.rawValue, to: target))
            #expect(await accepts("handover_state", state.rawValue, to: target == nil ? "CZ-WJ" : nil) == false)
        }
        for column in ["referral_state", "case_state", "handover_state"] {
            #expect(await accepts(column, "nonsense") == false)
        }
        let orphan = try? await world.database.write { connection throws(StoreError) in
            try connection.run("UPDATE application SET queue = NULL", [])
        }
        #expect(orphan == nil)
        await world.remove()
    }
}

private extension SQLValue {
    static func optional(_ text: String?) -> SQLValue { text.map(SQLValue.text) ?? .null }
}

@Suite struct EscalationTests {
    private static func application(_ id: String) throws -> HTTPRequest {
        post(
            [
                "source": ["messageId": .string(id)], "recipient": ["name": "测试庚", "mobile": "13800000009"],
                "consent": ["applyWill": "self"],
                "matter": ["caseDomain": "civil", "factsPlace": "溧阳市测试镇", "factsSummary": "道路交通事故"],
                "firstContact": ["institution": "CZ-JT", "officer": "测站员"],
            ])
    }

    @Test func `a hand-over that cannot be escalated stops none of the others`() async throws {
        let world = try await World(seed: 7)
        let caller = Caller(role: .institution, id: "CZ-JT")
        var numbers: [String] = []
        for id in ["E-1", "E-2", "E-3"] {
            let answer = try await world.front.receive(Self.application(id), from: caller, about: .application)
            let receipt = try JSONValue(parsing: answer.body)
            try #require(receipt["handoverTo"] == "CZ-LY")
            numbers.append(try #require(receipt["applicationNo"]?.string))
            world.pass(seconds: 60)
        }
        let first = numbers[0]
        try await world.database.write { connection throws(StoreError) in
            _ = try connection.run("UPDATE application SET referral_state = 'queued' WHERE no = ?", [.text(first)])
        }
        world.pass(seconds: 60 * 86_400)
        func states() async throws -> [HandoverState?] {
            var states: [HandoverState?] = []
            for number in numbers { states.append(try await world.store.application(number)?.standing.handover) }
            return states
        }
        #expect(try await world.back.escalateOverdueHandovers(limit: 1) == 1)
        #expect(try await states() == [.proposed, .escalated, .proposed])
        #expect(try await world.back.escalateOverdueHandovers(limit: 10) == 1)
        #expect(try await states() == [.proposed, .escalated, .escalated])
        #expect(try await world.back.escalateOverdueHandovers(limit: 10) == 0)
        await world.remove()
    }
}
