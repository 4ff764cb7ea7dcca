import Foundation
import Messaging
import Operations
import StrictJSON
import Testing
import Transport
import Vocabulary

@testable import Cases
@testable import Intake
@testable import Storage
@testable import gateway

@Suite struct RetentionTests {
    private static let caller = Caller(role: .operator, id: "wang", operatorRole: .administrator)

    /// What stands in a store's files.
    private struct Bytes {
        let data: Data

        init(_ folder: URL) throws {
            // By another process: to open and close the file in this one would end the locks of the store's connections.
            let files = ["", "-wal"].map { folder.appending(path: "store.sqlite" + $0).path }
            let process = Process()
            process.executableURL = URL(filePath: "/bin/cat")
            process.arguments = files.filter { FileManager.default.fileExists(atPath: $0) }
            let pipe = Pipe()
            process.standardOutput = pipe
            try process.run()
            data = pipe.fileHandleForReading.readDataToEndOfFile()
            process.waitUntilExit()
        }

        func hold(_ word: String) -> Bool { data.firstRange(of: Data(word.utf8)) != nil }
    }

    private func contents(_ world: World) async throws -> [String: [UInt8]] {
        let rows = try await world.database.read { connection throws(StoreError) in
            try connection.query("SELECT no, content FROM application", []) { row throws(StoreError) in
                (
                    try row.text("no"), try row.blob("content"),
                    try Finished.application(row.text("no"), connection) == nil
                )
            }
        }
        return Dictionary(uniqueKeysWithValues: rows.filter(\.2).map { ($0.0, $0.1) })
    }

    @Test func `after two years the file shrinks, what is unfinished is as it was, and the proof holds`()
        async throws
    {
        var years = try await TwoYears(seed: 14, until: Instant(Date()))
        try await years.live(ticks: 90)
        let world = years.world
        var schedule = RetentionSchedule()
        for kind in [RetentionKind.documents, .applications, .statuses, .history] {
            schedule[kind] = RetentionRule(days: 180, basis: schedule[kind].basis)
        }
        let service = RetentionService(store: world.store, schedule: schedule, now: { world.now })
        try await world.database.clearLog()
        let (before, old) = (try Bytes(world.folder), try await contents(world))
        // A story in which nothing ends, or nothing stays open, would prove nothing.
        #expect(old.count > 12 && years.shares.count > 15 && years.referrals.count > 100)

        let plan = try await service.plan()
        let done = try await service.run(by: Self.caller)
        #expect(plan.map(\.found.due) == done.map(\.found.due))
        for kind in [RetentionKind.shares, .documents, .applications, .statuses, .deadLetters] {
            #expect(done.contains { $0.kind == kind && $0.found.due > 0 }, "\(kind)")
        }
        #expect(try await service.run(by: Self.caller).allSatisfy { $0.found.due == 0 })
        #expect(try await world.database.unreadableRows(limit: 10) == [])

        // Nothing of an unfinished case is gone, but for what shares whose time is over had told of it.
        let now = try await contents(world)
        #expect(Set(now.keys) == Set(old.keys))
        for (number, content) in old where now[number] != content {
            #expect(String(decoding: content, as: UTF8.self).contains("\"shares["), "\(number)")
            #expect(!String(decoding: now[number] ?? [], as: UTF8.self).contains("\"shares["), "\(number)")
        }

        let proof = try await service.prove()
        #expect(proof.isWhole && proof.erasures.count > 3)
        try await world.database.clearLog()
        let after = try Bytes(world.folder)
        // What it erased is given back, but for the rows that prove it.
        let erased = done.reduce(0) { $0 + $1.found.bytes }
        #expect(
            before.data.count - after.data.count > erased / 2, "\(before.data.count) → \(after.data.count), \(erased)")

        // A share is nowhere to be found after its time, and everywhere before.
        let year = world.now.advanced(milliseconds: -365 * 86_400_000)
        for share in years.shares {
            #expect(before.hold(share.word))
            #expect(after.hold(share.word) == (share.at > year), "\(share.word)")
        }

        let mended = try await endedButKept(world, before: year)
        #expect(years.broken.count > 5 && mended == [])

        try await checkAgain(years)
        try await checkCommands(world, proof)
        try await checkTampering(world, service)
        await world.database.close()
        try await checkPages(years)
        await world.remove()
    }

    @Test func `what an open application and its receipt say because of a share goes when the share must`() async throws
    {
        let world = try await World(seed: 5)
        let share: JSONValue = [
            "fsdwdm": "320404", "ywlx": "FLYZ_ZTGX", "ywlsh": "S-1",
            "mdlb": [["xm": "测密甲", "sfzh": .string(inventedNumber(1)), "jzlb": "低保", "jzzt": "在保"]],
        ]
        _ = try await world.front.receive(
            HTTPRequest(method: "POST", path: "/", query: [], headers: [], body: share.serialized()),
            from: Caller(role: .partner, id: "civil-affairs-zhonglou"))
        world.pass(seconds: 86_400)
        let application: JSONValue = [
            "source": ["messageId": "W-1"],
            "recipient": ["name": "测密甲", "idNumber": .string(inventedNumber(1)), "mobile": "13800000009"],
            "consent": ["applyWill": "self"],
            "matter": ["caseDomain": "civil", "causeOfAction": "离婚纠纷", "factsPlace": "天宁区测试路"],
            "firstContact": ["institution": "CZ-TN", "officer": "测站员"],
        ]
        let answer = try await world.front.receive(
            post(application), from: Caller(role: .institution, id: "CZ-TN"), about: .application)
        let receipt = try JSONValue(parsing: answer.body)
        let number = try #require(receipt["applicationNo"]?.string, "\(receipt.text())")
        func told() async throws -> (application: String, receipt: String, version: Int) {
            let record = try #require(try await world.store.application(number))
            let referral = try #require(try await world.store.referral(id: record.referralID))
            return (
                String(decoding: record.content, as: UTF8.self), String(decoding: referral.answer, as: UTF8.self),
                record.version
            )
        }
        let before = try await told()
        #expect(before.application.contains("\"shares[") && before.receipt.contains("\"shares["))
        #expect(before.application.contains("exemptionGroundDerived"))
        let service = RetentionService(store: world.store, schedule: RetentionSchedule(), now: { world.now })
        world.pass(seconds: 363 * 86_400)
        _ = try await service.run(by: Self.caller)
        let still = try await told()
        #expect(still.application == before.application && still.receipt == before.receipt)
        // The share's year is over; the application's day of receipt is younger than that.
        world.pass(seconds: 86_400 + 60)
        _ = try await service.run(by: Self.caller)
        let after = try await told()
        for text in [after.application, after.receipt] {
            #expect(!text.contains("\"shares[") && !text.contains("exemptionGroundDerived"))
        }
        #expect(after.application.contains("测密甲") && after.version == before.version + 1)
        #expect(try await world.lastEvent(of: number) == .entry(.sharesErased))
        #expect(try await service.prove().isWhole)
        await world.remove()
    }

    @Test func `a gateway that runs erases by itself what is past its period`() async throws {
        let world = try await World(seed: 4)
        world.go(to: Instant(Date()).advanced(milliseconds: -400 * 86_400_000))
        let share: JSONValue = [
            "fsdwdm": "320404", "ywlx": "FLYZ_ZTGX", "ywlsh": "S-1",
            "mdlb": [["xm": "测密甲", "sfzh": .string(inventedNumber(1)), "jzlb": "低保"]],
        ]
        _ = try await world.front.receive(
            HTTPRequest(method: "POST", path: "/", query: [], headers: [], body: share.serialized()),
            from: Caller(role: .partner, id: "civil-affairs-zhonglou"))
        await world.database.close()
        #expect(try Bytes(world.folder).hold("测密甲"))
        let gateway = try GatewayProcess()
        try world.lend(to: gateway)
        try gateway.start()
        try await gateway.untilLogged("shareDocuments")
        gateway.stop()
        #expect(try !Bytes(gateway.folder).hold("测密甲"))
        gateway.remove()
        await world.remove()
    }

    /// A share that nobody mended in its time ends like one that was good: as part of a batch, by itself, or as bytes that
    /// no mapping takes from a sender of shares alone.
    @Test func `a share's document goes when its time is over, though it is a dead letter that nobody ended`()
        async throws
    {
        let world = try await World(seed: 6)
        let received = Instant(Date()).advanced(milliseconds: -400 * 86_400_000)
        world.go(to: received)
        // Without a number nothing is known of whom it speaks.
        func person(_ name: String, _ number: String?) -> JSONValue {
            .compact([("xm", .string(name)), ("sfzh", .text(number)), ("jzlb", "低保"), ("jzzt", "在保")])
        }
        func send(_ id: String, _ persons: [JSONValue]) async throws -> Int {
            let share: JSONValue = [
                "fsdwdm": "320404", "ywlx": "FLYZ_ZTGX", "ywlsh": .string(id), "mdlb": .array(persons),
            ]
            do {
                return try await world.front.receive(
                    HTTPRequest(method: "POST", path: "/", query: [], headers: [], body: share.serialized()),
                    from: Caller(role: .partner, id: "civil-affairs-zhonglou")
                ).status
            } catch let problem as Problem {
                return problem.kind.status
            }
        }
        let words = ["测密甲", "测密乙", "测密丙"]
        #expect(try await send("S-1", [person(words[0], inventedNumber(1)), person(words[1], nil)]) < 300)
        #expect(try await send("S-2", [person(words[2], nil)]) == 422)
        let service = RetentionService(store: world.store, schedule: RetentionSchedule(), now: { world.now })
        world.go(to: received.advanced(milliseconds: 364 * 86_400_000))
        #expect(try await service.run(by: Self.caller).allSatisfy { $0.found.due == 0 })
        await world.database.close()
        let before = try Bytes(world.folder)
        #expect(words.allSatisfy(before.hold))

        let gateway = try GatewayProcess()
        try world.lend(to: gateway)
        try gateway.start()
        try await gateway.untilLogged("shareDocuments")
        let letters = try await gateway.desk.ask("GET", "/v1/dead-letters")["deadLetters"]?.array ?? []
        #expect(letters.count == 2)
        for letter in letters {
            let id = try #require(letter["id"]?.string)
            let path = "/v1/dead-letters/\(id)"
            #expect(letter["code"] == "letter-document-erased" && letter["remedies"] == ["discard"])
            let shown = try await gateway.desk.ask("GET", path)
            #expect(shown["documentErasedAt"] != nil && shown["findings"]?.array?.isEmpty == false)
            let reason = Array(#"{"reason": "测试"}"#.utf8)
            for remedy in ["retry", "document", "preview"] {
                let answer = try await gateway.desk.call(
                    "POST", "\(path)/\(remedy)",
                    body: remedy == "preview" ? Array(#"{"editedText": "{}"}"#.utf8) : reason)
                #expect(answer.status == 404, "\(remedy) \(answer.status)")
                #expect(answer.json["detail"]?.string?.contains("删除") == true, "\(answer.json.text())")
            }
        }
        let first = try #require(letters.first?["id"]?.string)
        let discarded = try await gateway.desk.call(
            "POST", "/v1/dead-letters/\(first)/discard",
            body: Array(#"{"reason": "测试"}"#.utf8))
        #expect(discarded.status == 200)
        gateway.stop()
        let after = try Bytes(gateway.folder)
        for word in words { #expect(!after.hold(word), "\(word)") }
        gateway.remove()
        await world.remove()
    }

    /// Documents that could not be read, whose dead letter is over, discarded or corrected.
    private func endedButKept(_ world: World, before moment: Instant) async throws -> [String] {
        try await world.database.read { connection throws(StoreError) in
            try connection.query(
                """
                SELECT r.id AS id FROM referral r WHERE r.outcome = 'invalid' AND length(r.raw) > 0 AND r.received_at < ?
                AND NOT EXISTS (SELECT 1 FROM message m WHERE m.correlation_id = r.id AND m.finished_at IS NULL)
                """, [.instant(moment)]
            ) { row throws(StoreError) in try row.text("id") }
        }
    }

    /// The same message again after it was erased gets its receipt and makes nothing new.
    private func checkAgain(_ years: TwoYears) async throws {
        let count = try await years.world.store.countReferrals(from: Instant(milliseconds: 0), to: years.end)
        for sent in [years.referrals.first, years.shares.first, years.leads.first].compactMap(\.self) {
            let answer = try await years.again(sent.bytes, from: sent.caller)
            let told = try JSONValue(parsing: answer.body)
            #expect(told["referralId"] == sent.receipt["referralId"])
            #expect(told["applicationNo"] == sent.receipt["applicationNo"])
            await #expect(throws: Problem.self) {
                try await years.again(sent.bytes + Array(" ".utf8), from: sent.caller)
            }
        }
        #expect(try await years.world.store.countReferrals(from: Instant(milliseconds: 0), to: years.end) == count)
    }

    /// Whoever looks at what was erased is told so, and finds no damage.
    private func checkPages(_ years: TwoYears) async throws {
        let gateway = try GatewayProcess()
        try years.world.lend(to: gateway)
        try gateway.start()
        let old = [try #require(years.shares.first)]
        for sent in old {
            let trace = try await gateway.desk.ask("GET", "/v1/messages/\(sent.id)/trace")
            #expect(trace.at("message.erasedAt") != nil)
            let document = try await gateway.desk.call("GET", "/v1/messages/\(sent.id)/document")
            #expect(document.status == 404 && document.json["detail"]?.string?.contains("删除") == true)
            let month = String(sent.at.rfc3339.prefix(7))
            #expect(try await gateway.desk.call("GET", "/v1/reports/monthly?month=\(month)").status == 200)
        }
        let letter = try #require(years.broken.first).id
        for (method, path) in [("GET", ""), ("POST", "/retry")] {
            let answer = try await gateway.desk.call(
                method, "/v1/dead-letters/\(letter)\(path)", body: Array(#"{"reason": "测试"}"#.utf8))
            #expect(answer.status == 404 && answer.json["detail"]?.string?.contains("删除") == true)
        }
        #expect(try await gateway.desk.call("GET", "/v1/dead-letters").status == 200)
        gateway.stop()
        gateway.remove()
    }

    private func checkCommands(_ world: World, _ proof: RetentionProof) async throws {
        let config = repository.appending(path: "config").path
        let file = world.folder.appending(path: "gateway.xml")
        try """
        <gateway xmlns="urn:legal-aid-gateway:config:1"><store path="store.sqlite"/>
          <mappings path="\(repository.appending(path: "Mappings").path)"/><rules path="\(config)/rules"/>
          <calendar path="\(config)/calendar"/><institutions path="\(config)/institutions.xml"/>
          <partners path="\(config)/partners.xml"/><credentials path="\(config)/credentials.xml"/>
        </gateway>
        """.write(to: file, atomically: true, encoding: .utf8)
        let printed = try GatewayProcess.run(["retention", "proof", "--json", "--config", file.path])
        let json = try JSONValue(parsing: Array(printed.output.utf8))
        #expect(printed.code == 0 && json["whole"] == true)
        #expect(json["erasures"]?.array?.count == proof.erasures.count)
        let plan = try GatewayProcess.run(["retention", "plan", "--config", file.path])
        #expect(plan.code == 0 && RetentionKind.allCases.allSatisfy { plan.output.contains($0.rawValue) })
        let check = try GatewayProcess.run(["check", "--config", file.path])
        #expect(!check.output.contains("cannot be read"))
    }

    /// Whatever of the proof is changed is found.
    private func checkTampering(_ world: World, _ service: RetentionService) async throws {
        let first = try #require(try await service.prove().erasures.first)
        func flaws(after sql: String) async throws -> [RetentionProof.Flaw] {
            try await world.database.write { connection throws(StoreError) in _ = try connection.run(sql, []) }
            return try await service.prove().flaws.filter { $0.seq == first.seq }.map(\.flaw)
        }
        #expect(
            try await flaws(after: "UPDATE erasure SET bytes = bytes + 1 WHERE seq = \(first.seq)") == [.notInTrail])
        #expect(try await flaws(after: "UPDATE erasure SET bytes = bytes - 1 WHERE seq = \(first.seq)") == [])
        #expect(
            try await flaws(after: "UPDATE erased_record SET digest = 'x' WHERE erasure = \(first.seq)")
                == [.recordsDiffer])
        #expect(
            try await flaws(after: "DELETE FROM erased_record WHERE erasure = \(first.seq)") == [.recordsDiffer])
        #expect(try await flaws(after: "DELETE FROM erasure WHERE seq = \(first.seq)") == [.missing])
    }
}
