import Canonical
import Documents
import Foundation
import Messaging
import StrictJSON
import Testing
import Transport
import Vocabulary

@testable import Operations
@testable import gateway

/// A court's notice that names a unit which is not the court's.
private func foreignNotice(_ id: String) -> [UInt8] { courtNotice(id, from: "999999") }

private func body(_ members: (String, JSONValue?)...) -> [UInt8] { JSONValue.compact(members).serialized() }

extension GatewayProcess {
    /// - Returns: the receipt, or the problem.
    @discardableResult
    func send(_ bytes: [UInt8]) async throws -> JSONValue {
        try await remote.call("POST", "/v1/referrals", body: bytes, mediaType: "application/xml").json
    }

    /// Sends some at a time, fewer than are turned away.
    func sendAll(_ documents: [[UInt8]]) async throws {
        try await inConnections(16, documents) { try await self.send($0) }
    }

    /// Dead letters that keep a job of one a second under way for longer than any machine takes to pause it: notices that name
    /// nobody.
    func fillDeadLetterQueue() async throws {
        try await sendAll((0..<300).map { courtNotice("NAMELESS-\($0)", name: "") })
    }

    func tray(_ query: String = "") async throws -> [JSONValue] {
        try await desk.ask("GET", "/v1/dead-letters?limit=500&\(query)")["deadLetters"]?.array ?? []
    }

    /// The foreign unit is one of the court's own from now on.
    func mendRegistry() throws {
        let file = folder.appending(path: "partners.xml")
        let text = try String(contentsOf: file, encoding: .utf8)
        try text.replacing("<senderCode>", with: "<senderCode>999999</senderCode><senderCode>", maxReplacements: 1)
            .write(to: file, atomically: true, encoding: .utf8)
    }

    func job(_ id: String, until isReached: (JSONValue) -> Bool) async throws -> JSONValue {
        try await eventually("job \(id) got so far") {
            let job = try await desk.ask("GET", "/v1/jobs/\(id)")
            return isReached(job) ? job : .none
        }
    }
}

@Suite struct OperatorServiceTests {
    @Test
    func `a GBK deadLetter is shown masked with its place, edited by one of two, and falls back when still broken`()
        async throws
    {
        let gateway = try GatewayProcess()
        try gateway.start()
        let text = String(decoding: courtNotice("G-1"), as: UTF8.self).replacing("UTF-8", with: "GBK")
        let good = try TextEncoding.gb18030.encode(text)
        let broken = try TextEncoding.gb18030.encode(text.replacing("</XM>", with: "</X>"))
        try await gateway.send(broken)
        let id = try #require(try await gateway.tray().first?["id"]?.string)

        let shown = try await gateway.desk.ask("GET", "/v1/dead-letters/\(id)")
        #expect(shown["code"] == "letter-unreadable")
        #expect(shown["turn"] == "sender")
        #expect(shown["digest"] == .string(Digest.hex(Digest.sm3(broken))))
        let marked = shown["excerpts"]?[0]?.array?.first { $0["markedColumn"] != nil }
        #expect(marked?["line"] == shown["findings"]?[0]?.at("location.line"))
        #expect(marked?["text"]?.string?.contains("<XM>***</X>") == true)
        #expect(!shown.text().contains("测试甲"))
        let opened = try await gateway.desk.ask(
            "POST", "/v1/dead-letters/\(id)/document", body: body(("reason", "to mend it")))
        #expect(opened["base64"]?.string == Data(broken).base64EncodedString())
        #expect(opened["encoding"] == "gb18030")

        let version = shown["version"]
        let preview = try await gateway.desk.ask(
            "POST", "/v1/dead-letters/\(id)/preview", body: body(("editedText", .string(text))))
        #expect(preview["outcome"] == "accepted")
        #expect(preview["changes"]?.array?.filter { $0["change"] != "same" }.count == 2)
        #expect(!preview.text().contains("测试甲"))

        let worse = text.replacing("</XM>", with: "</Y>")
        let first = try await gateway.desk.ask(
            "POST", "/v1/dead-letters/\(id)/retry",
            body: body(("reason", "a try"), ("version", version), ("editedText", .string(worse))))
        #expect(first.at("result.status") == 422)
        let second = try await gateway.desk.call(
            "POST", "/v1/dead-letters/\(id)/retry",
            body: body(("reason", "another's"), ("version", version), ("editedText", .string(text))))
        #expect(second.status == 409)
        #expect(second.json["type"] == "urn:legal-aid-gateway:problem:stale")

        let back = try #require(try await gateway.tray().first)
        let again = try await gateway.desk.ask("GET", "/v1/dead-letters/\(back["id"]?.string ?? "")")
        #expect(again.at("origin.deadLetter") == .string(id))
        #expect(again.at("origin.digest") == .string(Digest.hex(Digest.sm3(broken))))
        #expect(again["changes"]?.array?.contains { $0["change"] == "added" } == true)
        let last = try await gateway.desk.ask(
            "POST", "/v1/dead-letters/\(back["id"]?.string ?? "")/retry",
            body: body(("reason", "mended"), ("version", again["version"]), ("editedText", .string(text))))
        #expect(last.at("result.outcome") == "accepted")
        #expect(last.at("result.digest.sm3") == .string(Digest.hex(Digest.sm3(good))))
        #expect(try await gateway.tray().isEmpty)
        gateway.stop()
        let file = gateway.folder.appending(path: "gateway.xml").path
        let (code, output) = try GatewayProcess.run(["audit", "export", "--config", file])
        #expect(code == 0)
        let actions = output.split(separator: "\n").compactMap {
            try? JSONValue(parsing: Array($0.utf8))["action"]?.string
        }
        #expect(
            actions.filter { !["beginSealing", "changeConfiguration", "start", "stop"].contains($0) }
                == ["unmask", "editAndResend", "editAndResend"])
        gateway.remove()
    }

    @Test func `a bulk retry killed in the middle resumes, pauses, and leaves other causes alone`() async throws {
        let gateway = try GatewayProcess()
        try gateway.start()
        try await gateway.sendAll(
            (0..<300).map { foreignNotice("F-\($0)") } + (0..<3).map { Array("<ROOT><\($0)".utf8) })
        let causes = try await gateway.desk.ask("GET", "/v1/dead-letters/causes")["causes"]?.array ?? []
        let cause = try #require(causes.first?["cause"]?.string)
        // At the rule that reads the code.
        #expect(cause.contains(/^invalid\/senderMismatch\/court\/defence-notice:\d+$/))
        #expect(causes.map { $0["count"]?.int } == [300, 3])
        gateway.stop()
        try gateway.mendRegistry()
        try gateway.start()

        let filter: JSONValue = ["cause": .string(cause)]
        let preview = try await gateway.desk.ask(
            "POST", "/v1/dead-letters/retry", body: body(("filter", filter), ("preview", true)))
        #expect(preview["total"] == 300)
        let order = body(("filter", filter), ("reason", "registry mended"), ("ratePerSecond", 10))
        let job = try await gateway.desk.ask("POST", "/v1/dead-letters/retry", body: order)
        let id = try #require(job["id"]?.string)
        _ = try await gateway.job(id) { ($0["resent"]?.int ?? 0) >= 16 }
        gateway.kill()
        try gateway.start()
        let resumed = try await gateway.job(id) { ($0["resent"]?.int ?? 0) >= 24 }
        #expect(resumed["state"] == "running")
        let paused = try await gateway.desk.ask("POST", "/v1/jobs/\(id)/pause", body: body(("reason", "try")))
        #expect(paused["state"] == "paused")
        #expect(
            try await gateway.desk.call("POST", "/v1/jobs/\(id)/pause", body: body(("reason", "try"))).status == 409)
        _ = try await gateway.desk.ask("POST", "/v1/jobs/\(id)/resume", body: body(("reason", "try")))
        let done = try await gateway.job(id) { $0["state"] == "finished" }
        #expect(done["resent"] == 300)
        #expect(done["failedAgain"] == 0 && done["skipped"] == 0)
        #expect(try await gateway.tray().map { $0["code"] } == Array(repeating: "letter-unreadable", count: 3))

        var leased: [String] = []
        while true {
            let batch = try await gateway.institution.leases().compactMap {
                $0.at("application.source.messageId")?.string
            }
            if batch.isEmpty { break }
            leased += batch
        }
        #expect(leased.count == 300)
        #expect(Set(leased).count == 300)
        #expect(try await gateway.desk.ask("GET", "/v1/jobs")["jobs"]?.array?.count == 1)
        gateway.stop()
        gateway.remove()
    }

    @Test func `a stopped job stays stopped and a deadLetter that fails again does not come round twice`() async throws
    {
        let gateway = try GatewayProcess()
        try gateway.start()
        for number in 0..<4 { try await gateway.send(foreignNotice("S-\(number)")) }
        let order = body(("filter", ["reason": "invalid"]), ("reason", "try"), ("ratePerSecond", 1000))
        let job = try await gateway.desk.ask("POST", "/v1/dead-letters/retry", body: order)
        let done = try await gateway.job(job["id"]?.string ?? "") { $0["state"] == "finished" }
        #expect(done["failedAgain"] == 4 && done["resent"] == 0)
        #expect(try await gateway.tray().count == 4)
        try await gateway.fillDeadLetterQueue()
        let slow = body(("filter", ["partner": "court"]), ("reason", "try"), ("ratePerSecond", 1))
        let id = try await gateway.desk.ask("POST", "/v1/dead-letters/retry", body: slow)["id"]?.string ?? ""
        #expect(
            try await gateway.desk.ask("POST", "/v1/jobs/\(id)/stop", body: body(("reason", "try")))["state"]
                == "stopped")
        #expect(
            try await gateway.desk.call("POST", "/v1/jobs/\(id)/resume", body: body(("reason", "try"))).status == 409)
        let (bad, _) = try await gateway.desk.call(
            "POST", "/v1/dead-letters/retry", body: body(("filter", ["raeson": "invalid"]), ("reason", "try")))
        #expect(bad == 400)
        gateway.stop()
        gateway.remove()
    }

    @Test func `an unroutable application is retried by asking the rules again, one or all`() async throws {
        let gateway = try GatewayProcess()
        let rules = gateway.folder.appending(path: "rules")
        let shipped = repository.appending(path: "config/rules")
        try FileManager.default.copyItem(at: shipped, to: rules)
        let file = gateway.folder.appending(path: "gateway.xml")
        let text = try String(contentsOf: file, encoding: .utf8).replacing(shipped.path, with: rules.path)
        try text.write(to: file, atomically: true, encoding: .utf8)
        let routing = rules.appending(path: "routing.xml")
        let whole = try String(contentsOf: routing, encoding: .utf8)
        // Only arbitration finds its way.
        try whole.split(separator: "\n").filter { !$0.contains("<route ") || $0.contains("RT-05") }
            .joined(separator: "\n").write(to: routing, atomically: true, encoding: .utf8)
        try gateway.start()
        for number in 0..<4 { try await gateway.send(courtNotice("U-\(number)")) }
        let deadLetters = try await gateway.tray("reason=unroutable")
        #expect(deadLetters.count == 4)
        let first = "/v1/dead-letters/\(deadLetters.first?["id"]?.string ?? "")/retry"
        #expect(
            try await gateway.desk.ask("GET", String(first.dropLast(6)))["remedies"]?.array?.contains("retry") == true)
        let early = try await gateway.desk.call("POST", first, body: body(("reason", "too early")))
        #expect(early.status == 409 && early.json["detail"]?.string?.contains("RT-13") == true)
        let order = body(("filter", ["reason": "unroutable"]), ("reason", "rules mended"), ("ratePerSecond", 100))
        let vain = try await gateway.desk.ask("POST", "/v1/dead-letters/retry", body: order)["id"]?.string ?? ""
        #expect(try await gateway.job(vain) { $0["state"] == "finished" }["skipped"] == 4)

        try whole.write(to: routing, atomically: true, encoding: .utf8)
        gateway.reload()
        try await gateway.untilLogged("mappings and rules reloaded")
        _ = try await gateway.desk.ask("POST", first, body: body(("reason", "rules mended")))
        let job = try await gateway.desk.ask("POST", "/v1/dead-letters/retry", body: order)["id"]?.string ?? ""
        #expect(try await gateway.job(job) { $0["state"] == "finished" }["resent"] == 3)
        #expect(try await gateway.tray().isEmpty)
        let leases = try await gateway.institution.leases()
        #expect(leases.compactMap { $0.at("application.source.messageId")?.string } == (0..<4).map { "U-\($0)" })
        let acts =
            try await gateway.operator("auditor").ask(
                "GET", "/v1/audit?subject=\(deadLetters.first?["id"]?.string ?? "")")["entries"]?.array ?? []
        #expect(acts.first?["detail"] == "CZ-TN: rules mended")
        gateway.stop()
        gateway.remove()
    }

    @Test func `a discarded message is told to its sender and needs a reason`() async throws {
        let (deadLetters, arrive) = AsyncStream<[UInt8]>.makeStream()
        let court = try HTTPServer(configuration: HTTPServerConfiguration(host: "127.0.0.1", port: 0)) { request in
            arrive.yield(request.body)
            return HTTPResponse(status: 200)
        }
        let gateway = try GatewayProcess(returnAddress: "http://127.0.0.1:\(court.port)/")
        try gateway.start()
        try await gateway.send(foreignNotice("D-1"))
        let id = try await gateway.tray("messageId=D-1").first?["id"]?.string ?? ""
        #expect(try await gateway.desk.call("POST", "/v1/dead-letters/\(id)/discard").status == 400)
        let answer = try await gateway.desk.ask(
            "POST", "/v1/dead-letters/\(id)/discard", body: body(("reason", "重复报送")))
        try #require(answer["senderTold"] == true)
        let told = await deadLetters.first { _ in true } ?? []
        #expect(String(decoding: told, as: UTF8.self).contains("<JGZT>99</JGZT>"))
        #expect(try await gateway.tray().isEmpty)
        gateway.stop()
        gateway.remove()
        await court.stop(drain: .seconds(1))
    }

    @Test func `every code is complete and means one thing`() throws {
        let rows = ErrorTable.rows
        #expect(Set(rows.map { "\($0.family.rawValue) \($0.code)" }).count == rows.count)
        for row in rows {
            for text in [row.happened, row.advice] {
                #expect(text.zh.unicodeScalars.contains { $0.value > 0x4E00 }, "\(row.code): \(text.zh)")
                #expect(text.en.contains { $0.isASCII && $0.isLetter }, "\(row.code): \(text.en)")
            }
        }
        #expect(rows.filter { $0.family == .deadLetter }.count == FailureAdvice.allCases.count)
        let (code, table) = try GatewayProcess.run(["codes"])
        #expect(code == 0)
        #expect(table.contains("`letter-content-invalid`") && table.contains("`message-id-conflict`"))
    }

    @Test(arguments: [
        (DeadLetterFailure.http(503), FailureAdvice.receiverFailing), (.refused(404), .refused),
        (.notReached("timedOut"), .notReached), (.notConfirmed, .pushFailed), (.notWritten, .pushFailed),
        (.unreadablePayload, .unreadablePayload), (.other, .pushFailed),
    ])
    func `a failed push is classed by what happened`(failure: DeadLetterFailure, code: FailureAdvice) {
        let cause = DeadLetterCause.undeliverable(failure)
        #expect(FailureAdvice(cause) == code)
        #expect(cause.name.utf8.allSatisfy { $0 < 0x80 })
        #expect(DeadLetterCause(name: cause.name) == cause)
    }

    @Test func `a diff shows the changed lines with their neighbours and no value`() {
        let old = (1...9).map { "<A>\($0)</A>" }.joined(separator: "\n")
        let new = old.replacing("<A>5</A>", with: "<B>张三</B>\n<C/>")
        let diff = LineDiff(old: Array(old.utf8), new: Array(new.utf8))
        #expect(diff.lines.map(\.change) == [.same, .same, .removed, .added, .added, .same, .same])
        #expect(
            diff.lines.map(\.text) == ["<A>#</A>", "<A>#</A>", "<A>#</A>", "<B>**</B>", "<C/>", "<A>#</A>", "<A>#</A>"])
        #expect(diff.lines.map(\.number) == [3, 4, 5, 5, 6, 7, 8])
        #expect(LineDiff(old: Array(old.utf8), new: Array(old.utf8)).isEmpty)
    }
}
