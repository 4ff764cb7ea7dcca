import Foundation
import StrictJSON
import Testing
import Transport

@testable import gateway

@Suite struct TriageOverTheGateway {
    /// A configuration of the test's own beside a running gateway.
    private static func rules(of gateway: GatewayProcess) throws -> URL {
        let rules = gateway.folder.appending(path: "rules")
        try FileManager.default.copyItem(at: repository.appending(path: "config/rules"), to: rules)
        let settings = gateway.folder.appending(path: "gateway.xml")
        let shipped = repository.appending(path: "config/rules").path
        let text = try String(contentsOf: settings, encoding: .utf8)
        try #require(text.contains(shipped))
        try text.replacing(shipped, with: "rules").write(to: settings, atomically: true, encoding: .utf8)
        return rules
    }

    private static func edit(_ file: URL, _ old: String, _ new: String) throws {
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
}
