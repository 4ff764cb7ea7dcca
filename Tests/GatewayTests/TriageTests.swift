import Cases
import Foundation
import StrictJSON
import Testing
import Transport

@testable import gateway

@Suite struct TriageOverTheGateway {
    /// A configuration of the test's own beside a running gateway.
    static func rules(of gateway: GatewayProcess) throws -> URL {
        let rules = gateway.folder.appending(path: "rules")
        try FileManager.default.copyItem(at: repository.appending(path: "config/rules"), to: rules)
        let settings = gateway.folder.appending(path: "gateway.xml")
        let shipped = repository.appending(path: "config/rules").path
        let text = try String(contentsOf: settings, encoding: .utf8)
        try #require(text.contains(shipped))
        try text.replacing(shipped, with: "rules").write(to: settings, atomically: true, encoding: .utf8)
        return rules
    }

    static func edit(_ file: URL, _ old: String, _ new: String) throws {
        let text = try String(contentsOf: file, encoding: .utf8)
        try #require(text.contains(old))
        try text.replacing(old, with: new).write(to: file, atomically: true, encoding: .utf8)
    }

    private static func send(_ gateway: GatewayProcess, _ id: String) async throws -> JSONValue {
        let answer = try await gateway.remote.call(
            "POST", "/v1/referrals", body: courtNotice(id), mediaType: "application/xml")
        #expect(answer.status == 202)
        return answer.json
    }

    @Test func `a route and a limit are changed by an edit and a reload, and a mistake changes nothing`() async throws {
        let gateway = try GatewayProcess()
        let rules = try Self.rules(of: gateway)
        try gateway.start()
        let before = try await Self.send(gateway, "R-1")
        #expect(before["queue"] == "CZ-TN")
        let first = try #require(before["clocks"]?.array?.first { $0["id"] == "CLK-04" })

        try Self.edit(
            rules.appending(path: "routing.xml"), #"<route id="RT-09""#,
            #"<route id="RT-77" title="试行集中受理" by="institution" value="'CZ-SZ'" basis="试行办法"/><route id="RT-09""#)
        try Self.edit(rules.appending(path: "clocks.xml"), #"amount="3""#, #"amount="90""#)
        var after = JSONValue.null
        gateway.reload()
        // The reload is over when a message meets the new rules; each is a message of its own.
        for number in 0..<200 where after["queue"] != "CZ-SZ" { after = try await Self.send(gateway, "R-2-\(number)") }
        #expect(after["queue"] == "CZ-SZ")
        let second = try #require(after["clocks"]?.array?.first { $0["id"] == "CLK-04" })
        #expect((second["dueAt"]?.string ?? "") > (first["dueAt"]?.string ?? ""))

        try Self.edit(rules.appending(path: "routing.xml"), "RT-77", "RT-78")
        try Self.edit(rules.appending(path: "prechecks.xml"), "$noticeUrgentHours", "$noticeUrgentHour")
        gateway.reload()
        try await gateway.untilLogged("reload refused, the old set stays")
        #expect(try await Self.send(gateway, "R-3")["queue"] == "CZ-SZ")
        let remote = gateway.remote
        let metrics = String(
            decoding: try await remote.client.send(
                OutgoingRequest(
                    method: "GET", url: remote.url + "/metrics", headers: [], body: [], timeout: .seconds(60))
            ).body, as: UTF8.self)
        #expect(metrics.contains(#"gateway_rule_fired_total{rule="RT-77",outcome="indicated"}"#))
        #expect(!metrics.contains("RT-78"))
        #expect(metrics.contains(#"gateway_rule_fired_total{rule="MC-01",outcome="indicated"}"#))
        gateway.stop()
        gateway.remove()
    }

    private static let notice = repository.appending(
        path: "Mappings/court/defence-notice/examples/all-fields.gb18030.xml"
    ).path

    @Test func `the command shows of a partner's document every rule, fired or not, and why`() throws {
        let (code, output) = try GatewayProcess.run(["triage", Self.notice, "--received", "2023-11-08", "--json"])
        #expect(code == 0)
        let record = try #require(try JSONValue(parsing: Array(output.utf8)).at("results")?[0])
        #expect(record.at("target.institutionCode") == "CZ-TN")
        let rules = record["rules"]?.array ?? []
        let fired = try #require(rules.first { $0["rule"] == "NT-01" })
        #expect(fired["outcome"] == "indicated")
        #expect(fired["evidence"]?.array?.contains("criminal.noticeGrounds[0]") == true)
        let quiet = try #require(rules.first { $0["rule"] == "NT-06" })
        #expect(quiet["outcome"] == "notIndicated")
        #expect(quiet["condition"]?.string?.contains("NG-06") == true)
        for rule in ["RT-01", "CLK-04", "MAT-24", "SG-01", "UR-05"] {
            #expect(rules.contains { $0["rule"]?.string == rule })
        }
        let report = try GatewayProcess.run(["triage", Self.notice, "--received", "2023-11-08"]).output
        #expect(report.contains("to CZ-TN by RT-01"))
        #expect(report.contains("NT-01 indicated LAL25-1"))
        #expect(!report.contains("测试甲"))
    }

    @Test func `the command plays a story on a partner's document and shows every clock after each event`() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "story-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let story = folder.appending(path: "story.txt")
        func play(_ text: String, _ flags: [String] = []) throws -> (code: Int32, output: String) {
            try text.write(to: story, atomically: true, encoding: .utf8)
            let played = try GatewayProcess.run(["triage", Self.notice, "--story", story.path] + flags)
            return (played.code, played.output)
        }
        let told = try play("2026-03-02 received\n2026-03-02 signIn\n2026-03-04 assign  # the third day is the 5th")
        #expect(told.code == 0)
        #expect(told.output.contains("CLK-04 runs until 2026-03-05T23:59:59+08:00"))
        #expect(told.output.contains("CLK-04 stopped 2026-03-04"))
        #expect(!told.output.contains("测试甲"))
        let moments = try JSONValue(
            parsing: Array(play("2026-03-02 received\n2026-03-02 signIn", ["--json"]).output.utf8))["story"]
        #expect(moments?[1]?["state"] == "pendingIntake" && moments?[1]?["clocks"]?.array?.isEmpty == false)
        let refused = try play("2026-03-02 received\n2026-03-02 signIn\n2026-03-02 grant")
        #expect(refused.code == 2)
    }

    @Test func `the command takes a canonical application, with evidence on file`() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "triage-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let application = folder.appending(path: "application.json")
        let shares = folder.appending(path: "shares.json")
        try #"{"aidRoute":"byApplication","matter":{"factsPlace":"天宁区与钟楼区交界"}}"#.write(
            to: application, atomically: true, encoding: .utf8)
        try #"[{"kind":"MLG","status":"inForce"}]"#.write(to: shares, atomically: true, encoding: .utf8)
        let (code, output) = try GatewayProcess.run(
            [
                "triage", application.path, "--evidence", shares.path, "--received", "2026-03-02T09:00:00+08:00",
                "--json",
            ])
        #expect(code == 0)
        let record = try #require(try JSONValue(parsing: Array(output.utf8)).at("results")?[0])
        #expect(record.at("target.candidates") == ["CZ-TN", "CZ-ZL"])
        #expect(record["hints"]?.array?.first { $0["rule"] == "MC-04" }?["evidence"] == ["shares[0]"])
        #expect(try GatewayProcess.run(["triage", application.path, "--received", "yesterday"]).code == 2)
        #expect(try GatewayProcess.run(["triage"]).code == 2)
        try "not a document".write(to: application, atomically: true, encoding: .utf8)
        #expect(try GatewayProcess.run(["triage", application.path]).code == 1)
    }

    @Test func `a dry run tells the rules only when asked to explain, a receipt never`() async throws {
        let gateway = try GatewayProcess()
        try gateway.start()
        func rules(_ path: String) async throws -> JSONValue? {
            let answer = try await gateway.desk.call(
                "POST", path, body: courtNotice("E-1"), mediaType: "application/xml")
            #expect(answer.status == 200)
            return answer.json.at("results")?[0]?["rules"]
        }
        #expect(try await rules("/v1/translate") == nil)
        let explained = try #require(try await rules("/v1/translate?explain=true")?.array)
        #expect(explained.contains { $0["rule"] == "RT-01" && $0["indicates"] == "CZ-TN" })
        #expect(explained.contains { $0["outcome"] == "notIndicated" })
        let receipt = try await Self.send(gateway, "E-2")
        #expect(receipt["rules"] == nil)
        let hint = try #require(receipt["hints"]?.array?.first { $0["rule"] == "MC-01" })
        #expect(hint["outcome"] == "indicated")
        #expect(hint["evidence"] == ["aidRoute"])
        #expect(hint["ruleVersion"] == 1)
        gateway.stop()
        gateway.remove()
    }
}
