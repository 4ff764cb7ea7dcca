import Foundation
import StrictJSON
import Testing
import Transport

@testable import gateway

/// A rehearsal's whole day, and that nothing of it is seen by anybody else.
@Suite struct RehearsalTests {
    static let token = "rehearsal-token"

    /// A gateway whose court may rehearse.
    private func rehearsing(_ gateway: GatewayProcess) throws {
        let file = gateway.folder.appending(path: "credentials.xml")
        let line = #"<partner id="court" tokenSha256="\#(Token.hash(Self.token))" test="true"/>"#
        try String(contentsOf: file, encoding: .utf8).replacing("</credentials>", with: line + "</credentials>")
            .write(to: file, atomically: true, encoding: .utf8)
    }

    /// What operators, institutions and the partner itself see.
    private func traces(_ gateway: GatewayProcess) async throws -> [String] {
        let desk = gateway.desk
        let month = String(Date().addingTimeInterval(8 * 3600).ISO8601Format().prefix(7))
        var seen: [String] = []
        for path in [
            "/v1/messages", "/v1/dead-letters", "/v1/dead-letters/causes", "/v1/clocks", "/v1/leads", "/v1/parked",
            "/v1/alerts", "/v1/drift", "/v1/queues", "/v1/outlets", "/v1/reports/monthly?month=\(month)",
        ] {
            seen.append("\(path): \(try await desk.ask("GET", path).text())")
        }
        for path in ["/v1/messages", "/v1/statuses"] {
            seen.append("own \(path): \(try await gateway.remote.ask("GET", path).text())")
        }
        seen.append("leases: \(try await gateway.institution.leases().count)")
        return seen
    }

    @Test func `a rehearsal's day of referrals, mistakes, statuses and withdrawals leaves no trace`() async throws {
        let receiver = try ToldStatusTests.Receiver()
        let gateway = try GatewayProcess(returnAddress: receiver.url)
        try rehearsing(gateway)
        try gateway.start()
        let before = try await traces(gateway)
        let rehearsal = gateway.operator(Self.token)
        let receipt = try await rehearsal.ask(
            "POST", "/v1/referrals", body: courtNotice("D-1"), mediaType: "application/xml")
        #expect(receipt["outcome"] == "accepted" && receipt["queue"] == "CZ-TN")
        let number = receipt["applicationNo"]?.string ?? ""
        let invalid = try await rehearsal.call(
            "POST", "/v1/referrals", body: courtNotice("D-2", name: ""), mediaType: "application/xml")
        #expect(invalid.status == 422)
        let steps = "/v1/rehearsal/applications/\(number)/steps"
        func step(_ body: String) async throws -> (status: Int, json: JSONValue) {
            try await rehearsal.call("POST", steps, body: Array(body.utf8))
        }
        // Nobody reports on what was not signed in.
        #expect(try await step(#"{"event":"assign"}"#).status >= 400)
        #expect(try await step(#"{"event":"signIn"}"#).status == 200)
        #expect(try await step(#"{"event":"signIn"}"#).status == 409)
        let assigned = try await step(
            #"{"event":"assign","assignment":{"lawyer":"测律师","unit":"测试律所","phone":"0519-80000010"}}"#)
        #expect(assigned.status == 200 && assigned.json["reportedToSender"] == true, "\(assigned.json.text())")
        let events = try await rehearsal.ask("GET", "/v1/status-events")["events"]?.array ?? []
        #expect(events.count == 2)
        let second = try await rehearsal.ask(
            "POST", "/v1/referrals", body: courtNotice("D-3"), mediaType: "application/xml")
        _ = try await rehearsal.ask(
            "POST", "/v1/referrals/\(second["referralId"]?.string ?? "")/withdrawal",
            body: Array(#"{"reason":"误报"}"#.utf8))
        let own = try await rehearsal.ask("GET", "/v1/messages")["messages"]?.array ?? []
        #expect(own.count == 4 && own.contains { $0["state"] == "cancelled" })
        // Nothing else is open to it, and nothing of it to anybody else.
        for path in ["/v1/queues", "/v1/audit", "/console/"] {
            #expect(try await rehearsal.call("GET", path).status >= 400, "\(path)")
        }
        #expect(try await gateway.remote.call("POST", steps, body: Array(#"{"event":"signIn"}"#.utf8)).status == 403)
        #expect(try await gateway.remote.call("GET", "/v1/referrals?messageId=D-1").status == 404)
        #expect(try await traces(gateway) == before)
        #expect(receiver.heard.isEmpty)
        let metrics = String(decoding: try await gateway.desk.download("/metrics"), as: UTF8.self)
        #expect(!metrics.contains("gateway_caller_last_seen_timestamp_seconds{role=\"partner\",id=\"other\""))
        let trail = try await gateway.operator("auditor").ask("GET", "/v1/audit?actor=court")
        #expect(trail["entries"] == [])
        // The same id is free for the real thing.
        try await gateway.send(courtNotice("D-1"))
        gateway.stop()
        let left = try FileManager.default.contentsOfDirectory(atPath: gateway.folder.path)
        #expect(!left.contains { $0.contains("rehearsal") })
        gateway.remove()
        await receiver.stop()
    }

    @Test func `the checklist is run by a command, whose report both sides keep`() async throws {
        let gateway = try GatewayProcess()
        try rehearsing(gateway)
        try gateway.start()
        let file = gateway.folder.appending(path: "token")
        try Self.token.write(to: file, atomically: true, encoding: .utf8)
        let report = gateway.folder.appending(path: "report.md")
        let words = [
            "--config", gateway.folder.appending(path: "gateway.xml").path, "--url",
            "http://127.0.0.1:\(gateway.port)", "--token-file", file.path,
        ]
        let ran = try GatewayProcess.run(["conformance", "court", report.path] + words, complaints: true)
        let text = try String(contentsOf: report, encoding: .utf8)
        #expect(ran.code == 0, "\(ran.output)\n\(text)")
        #expect(text.contains("全部通过") && text.matches(of: /passed/).count >= 14)
        // With the token of the real thing the simulated institution does nothing, and the report says so.
        try GatewayProcess.partnerToken.write(to: file, atomically: true, encoding: .utf8)
        let real = try GatewayProcess.run(["conformance", "court", report.path] + words)
        #expect(real.code == 1)
        #expect(try String(contentsOf: report, encoding: .utf8).contains("**未通过 failed**"))
        #expect(try GatewayProcess.run(["conformance", "nobody"] + words).code == 1)
        gateway.stop()
        gateway.remove()
    }

    @Test func `a token for rehearsals is made by the command, for partners alone`() throws {
        let made = try GatewayProcess.run(["keys", "new", "--partner", "court", "--test"])
        #expect(made.code == 0 && made.output.contains("test=\"true\""))
        #expect(try GatewayProcess.run(["keys", "new", "--operator", "wang", "--test"]).code == 2)
    }
}
