import Foundation
import Messaging
import Operations
import StrictJSON
import Testing
import Transport
import Vocabulary

@testable import Canonical
@testable import Cases
@testable import Intake
@testable import Storage
@testable import gateway

/// What one person may ask for: a copy, a correction, to be erased.
@Suite struct SubjectTests {
    private let world: World
    private let service: SubjectService
    private static let civil = Caller(role: .partner, id: "civil-affairs-zhonglou")

    init() async throws {
        let world = try await World(seed: 45)
        self.world = world
        service = SubjectService(clerk: world.front.intake.clerk, store: world.store, now: { world.now })
    }

    private func request(_ serial: Int, _ reason: String = "申请书2026-1") -> SubjectService.Request {
        request(inventedNumber(serial), reason)
    }

    private func request(
        _ number: String, _ reason: String = "申请书2026-1", type: String? = nil, isAsWritten: Bool = false
    ) -> SubjectService.Request {
        SubjectService.Request(
            idType: type, idNumber: Sensitive(number), isAsWritten: isAsWritten,
            caller: Caller(role: .operator, id: "wang", operatorRole: .administrator), reason: reason)
    }

    @discardableResult
    private func send(_ body: JSONValue) async throws -> JSONValue {
        let answer = try await world.front.receive(
            HTTPRequest(method: "POST", path: "/v1/referrals", query: [], headers: [], body: body.serialized()),
            from: Self.civil)
        return try JSONValue(parsing: answer.body)
    }

    private func refer(_ id: String, _ name: String, _ serial: Int) async throws -> (number: String, queue: String) {
        try await refer(id, name, number: inventedNumber(serial))
    }

    private func refer(
        _ id: String, _ name: String, number: String
    ) async throws -> (number: String, queue: String) {
        let receipt = try await send([
            "fsdwdm": "320404", "ywlx": "FLYZ_ZJ", "ywlsh": .string(id), "sqyy": "本人自愿申请",
            "sqr": ["xm": .string(name), "sfzh": .string(number)],
        ])
        return (try #require(receipt["applicationNo"]?.string), try #require(receipt["queue"]?.string))
    }

    private func signIn(_ application: (number: String, queue: String), then event: String?) async throws {
        let caller = Caller(role: .institution, id: application.queue)
        // What an earlier look has leased comes back first.
        world.pass(seconds: 61)
        for lease in try await world.store.lease(
            queue: application.queue, max: 100, now: world.now, ends: world.now.advanced(seconds: 60))
        where lease.envelope.correlationID == application.number {
            #expect(
                try await world.back.signIn(applicationNo: application.number, leaseID: lease.id, caller: caller) != nil
            )
        }
        guard let event else { return }
        _ = try await world.back.report(post(["event": .string(event)]), on: application.number, from: caller)
    }

    /// A paper that messages refer to.
    private func lay(upload digit: String, for messages: [String]) async throws {
        let digest = String(repeating: digit, count: 64)
        try await world.database.write { connection throws(StoreError) in
            try connection.run(
                """
                INSERT INTO upload (partner, sha256, sm3, media_type, size, bytes, received_at)
                VALUES (?, ?, 's', 'image/png', 1, x'01', 0)
                """, [.text(Self.civil.id), .text(digest)])
            for message in messages {
                try connection.run(
                    """
                    INSERT INTO upload_reference (partner, sha256, referral_id)
                    SELECT partner, ?, id FROM referral WHERE message_id = ?
                    """, [.text(digest), .text(message)])
            }
        }
    }

    private func uploads() async throws -> [String] {
        try await world.database.read { connection throws(StoreError) in
            try connection.query("SELECT sha256 FROM upload", []) { row throws(StoreError) in try row.text("sha256") }
        }
    }

    private func deliver() async throws {
        // Those of one application come one after the other.
        var leases: [Lease]
        repeat {
            leases = try await world.store.lease(
                [EndpointCapacity(Endpoint(.status, Self.civil.id), max: 100, isProbe: false)], now: world.now,
                ends: world.now.advanced(seconds: 60))
            for lease in leases {
                _ = try await world.store.settleDelivery(
                    leaseID: lease.id, .acknowledge, actor: "courier", now: world.now)
            }
        } while !leases.isEmpty
    }

    @Test func `a copy holds all that is stored about the person and nothing of another, and is in the trail`()
        async throws
    {
        let first = try await refer("R-1", "测试甲", 1)
        // Found however old it is.
        world.pass(seconds: 800 * 86_400)
        let second = try await refer("R-2", "测试甲", 1)
        _ = try await refer("R-3", "测试乙", 2)
        try await send([
            "fsdwdm": "320404", "ywlx": "FLYZ_ZTGX", "ywlsh": "S-1",
            "mdlb": [["xm": "测试甲", "sfzh": .string(inventedNumber(1)), "jzlb": "低保"]],
        ])
        let file = try await service.export(request(1))
        let numbers = file["applications"]?.array?.compactMap { $0["applicationNo"]?.string }
        #expect(numbers == [first.number, second.number])
        #expect(file["shares"]?.array?.count == 1)
        #expect(file.text().contains("测试甲") && !file.text().contains("测试乙"))
        #expect(file.at("applications")?[0]?["messages"]?.array?.count == 1)
        let acts = try await world.store.auditEntries(AuditFilter(), after: nil, newestFirst: true, limit: 10)
        #expect(acts.first?.action == "exportSubject" && acts.first?.actor == "wang")
        #expect(!acts.contains { "\($0)".contains(inventedNumber(1)) || "\($0)".contains("测试甲") })
        await #expect(throws: SubjectService.Refusal.nothingStored) { try await service.export(request(9)) }
        let asked = try await world.store.auditEntries(AuditFilter(), after: nil, newestFirst: true, limit: 1)
        #expect(asked.first?.action == "exportSubject" && asked.first?.detail.contains("nothing stored") == true)
        #expect(!"\(asked)".contains(inventedNumber(9)))
        await world.remove()
    }

    @Test func `a slip in the number or the kind of document is told, and never answered with nothing stored`()
        async throws
    {
        let wrong = String(inventedNumber(1).dropLast()) + (inventedNumber(1).hasSuffix("1") ? "2" : "1")
        _ = try await refer("R-1", "测试甲", number: wrong)
        await #expect(throws: SubjectService.Refusal.wrongNumber(.checksumError)) {
            try await service.export(request(wrong))
        }
        await #expect(throws: SubjectService.Refusal.wrongNumber(.formatError)) {
            try await service.erase(request("1234"))
        }
        await #expect(throws: SubjectService.Refusal.unknownDocument("11")) {
            try await service.export(request(wrong, type: "11"))
        }
        #expect(try await service.export(request(wrong, isAsWritten: true))["applications"]?.array?.count == 1)
        await world.remove()
    }

    @Test func `what followed from a number follows from the corrected one`() async throws {
        let application = try await refer("R-1", "测试甲", 1)
        func person() async throws -> LegalAidApplication {
            try #require(try await world.store.application(application.number)).application
        }
        func flags() async throws -> [String] {
            try await person().value("groupFlags")?.array?.compactMap { $0["code"]?.string } ?? []
        }
        func correct(_ changes: [(String, JSONValue)], of number: String, type: String? = nil) async throws {
            try await service.correct(
                application.number, JSONObject(changes), request(number, type: type, isAsWritten: true))
        }
        let first = inventedNumber(1)
        #expect(try await person().text("recipient.birthDate") == "1990-01-01")
        let child = Self.number(born: "20150312", 5)
        try await correct([("recipient.idNumber", .string(child))], of: first)
        #expect(try await person().text("recipient.birthDate") == "2015-03-12")
        #expect(try await person().text("recipient.birthDateSource") == "derivedFromId")
        #expect(try await person().text("recipient.idCheck") == "valid")
        #expect(try await flags().contains("minor"))
        // A woman's number of one born in 1950: the sex on file contradicts it, and is corrected with it.
        let woman = Self.number(born: "19500312", 6)
        await #expect {
            try await correct([("recipient.idNumber", .string(woman))], of: child)
        } throws: { error in
            guard case .badChanges(let mistakes) = error as? SubjectService.Refusal else { return false }
            return mistakes.contains { $0.hasPrefix("recipient.sexCode: ") }
        }
        try await correct([("recipient.idNumber", .string(woman)), ("recipient.sexCode", "2")], of: child)
        #expect(try await Set(flags()).isSuperset(of: ["elderly", "woman"]))
        #expect(try await !flags().contains("minor"))
        // A number is judged by its own document.
        for changes: [(String, JSONValue)] in [
            [("recipient.idNumber", "E12345678")], [("recipient.idNumber", "E1234"), ("recipient.idType", "553")],
            [("recipient.idType", "553")], [("recipient.age", 70)],
            [("recipient.statutoryRepresentative.idNumber", .string(woman.dropLast() + "?"))],
        ] {
            await #expect(throws: SubjectService.Refusal.self) { try await correct(changes, of: woman) }
        }
        try await correct([("recipient.statutoryRepresentative.idNumber", .string(first))], of: woman)
        #expect(try await person().text("recipient.birthDateSource") == "derivedFromId")
        try await correct([("recipient.idNumber", "E12345678"), ("recipient.idType", "414")], of: woman)
        #expect(try await person().text("recipient.idCheck") == "notChecked")
        #expect(try await person().value("recipient.birthDate") == nil)
        #expect(try await person().value("recipient.birthDateSource") == nil)
        #expect(try await !flags().contains("elderly"))
        try await correct([("recipient.birthDate", "2014-02-03")], of: "E12345678", type: "414")
        #expect(try await person().text("recipient.birthDate") == "2014-02-03")
        #expect(try await flags().contains("minor"))
        await world.remove()
    }

    /// A number that is right in itself and nobody's.
    private static func number(born: String, _ serial: Int) -> String {
        let digits = "320402" + born + String(String(1000 + serial).suffix(3))
        let weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]
        let sum = zip(digits.compactMap(\.wholeNumberValue), weights).reduce(0) { $0 + $1.0 * $1.1 }
        return digits + String(Array("10X98765432")[sum % 11])
    }

    @Test func `a correction amends the application alone, tells the institution and finds the person again`()
        async throws
    {
        let application = try await refer("R-1", "测试甲", 1)
        try await signIn(application, then: "accept")
        let before = try await service.export(request(1))
        for bad: JSONObject in [
            JSONObject([("recipient.mobile", 7)]), JSONObject([("matter.causeOfAction", "离婚纠纷")]),
            JSONObject([("recipient.birthDate", "1990-13-01")]), JSONObject([("recipient.none", "x")]), JSONObject(),
            JSONObject([("recipient.idNumber", .string(String(inventedNumber(1).dropLast()) + "?"))]),
        ] {
            await #expect(throws: SubjectService.Refusal.self) {
                try await service.correct(application.number, bad, request(1))
            }
        }
        await #expect(throws: SubjectService.Refusal.notThisPerson(application.number)) {
            try await service.correct(application.number, JSONObject([("recipient.name", "测试丙")]), request(2))
        }
        try await service.correct(
            application.number,
            JSONObject([("recipient.name", "测试丙"), ("recipient.idNumber", .string(inventedNumber(3)))]), request(1))
        let record = try #require(try await world.store.application(application.number))
        #expect(try record.application.text("recipient.name") == "测试丙")
        let after = try await service.export(request(3))
        #expect(after.at("applications")?[0]?["messages"] == before.at("applications")?[0]?["messages"])
        let leases = try await world.store.lease(
            queue: application.queue, max: 10, now: world.now, ends: world.now.advanced(seconds: 60))
        let notice = try #require(leases.map { try? JSONValue(parsing: $0.envelope.payload) }.last ?? nil)
        #expect(notice.at("notice.kind") == "correction" && notice.at("notice.reason") == "申请书2026-1")
        #expect(notice.at("notice.fields") == ["recipient.name", "recipient.idNumber"])
        #expect(try await world.lastEvent(of: application.number) == .entry(.subjectCorrected))
        let acts = try await world.store.auditEntries(AuditFilter(), after: nil, newestFirst: true, limit: 10)
        let act = try #require(acts.first { $0.action == "correctSubject" })
        #expect(act.subject == application.number && !act.detail.contains("测试丙"))
        await world.remove()
    }

    @Test func `nobody is erased while anything is open; then everything is, and it is proved`() async throws {
        let first = try await refer("R-1", "测密甲", 1)
        let other = try await refer("R-2", "测密乙", 2)
        try await send([
            "fsdwdm": "320404", "ywlx": "FLYZ_ZTGX", "ywlsh": "S-1",
            "mdlb": [
                ["xm": "测密甲", "sfzh": .string(inventedNumber(1)), "jzlb": "低保"],
                ["xm": "测密丙", "sfzh": .string(inventedNumber(3)), "jzlb": "低保"],
            ],
        ])
        await #expect(throws: SubjectService.Refusal.notFinished([first.number])) {
            try await service.erase(request(1))
        }
        #expect(try await service.export(request(1))["applications"]?.array?.count == 1)
        try await signIn(first, then: "withdraw")
        try await signIn(other, then: "accept")
        try await deliver()
        // What the institution was told of it must have been read as well; an earlier lease of it ends first.
        world.pass(seconds: 61)
        for lease in try await world.store.lease(
            queue: first.queue, max: 100, now: world.now, ends: world.now.advanced(seconds: 60))
        {
            _ = try await world.store.settle(leaseID: lease.id, .acknowledge, actor: first.queue, now: world.now)
        }
        try await lay(upload: "1", for: ["R-1"])
        try await lay(upload: "2", for: ["R-1", "R-2"])
        let result = try await service.erase(request(1))
        // A paper that another's message refers to as well is kept.
        #expect(try await uploads() == [String(repeating: "2", count: 64)])
        // The share's message names another person too.
        #expect(result.records > 3 && result.keptMessages.count == 1)
        await #expect(throws: SubjectService.Refusal.nothingStored) { try await service.export(request(1)) }
        let left = try await service.export(request(2))
        #expect(left.text().contains("测密乙"))
        let retention = RetentionService(store: world.store, schedule: RetentionSchedule(), now: { world.now })
        let proof = try await retention.prove()
        #expect(proof.isWhole && proof.erasures.contains { $0.days == nil })
        #expect(try await world.database.unreadableRows(limit: 10) == [])
        let caller = Caller(role: .institution, id: first.queue)
        await #expect(throws: Problem.self) {
            _ = try await world.back.report(post(["event": "accept"]), on: first.number, from: caller)
        }
        await world.remove()
    }
}
