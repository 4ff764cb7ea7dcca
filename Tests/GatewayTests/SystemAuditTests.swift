import Foundation
import StrictJSON
import Testing

@testable import gateway

/// What is done to the gateway itself stands in its audit trail.
@Suite struct SystemAuditTests {
    private func export(_ gateway: GatewayProcess) throws -> [JSONValue] {
        let config = gateway.folder.appending(path: "gateway.xml").path
        let (code, output) = try GatewayProcess.run(["audit", "export", "--config", config])
        #expect(code == 0)
        return try output.split(separator: "\n").map { try JSONValue(parsing: Array($0.utf8)) }
    }

    @Test func `starts, settings, reloads, refused tokens and exports are rows, and heads are handed out to a file`()
        async throws
    {
        let gateway = try GatewayProcess()
        let heads = gateway.folder.appending(path: "heads.jsonl").path
        try gateway.set(#"<audit headFile="heads.jsonl" headHours="1"/>"#)
        let rules = try TriageOverTheGateway.rules(of: gateway)
        try gateway.start()
        #expect(try await gateway.operator("nobody").call("GET", "/v1/alerts").status == 401)
        #expect(try await gateway.remote.call("GET", "/v1/alerts").status == 403)
        gateway.reload()
        try await gateway.untilLogged("mappings and rules reloaded")
        try TriageOverTheGateway.edit(rules.appending(path: "prechecks.xml"), "$noticeUrgentHours", "$noticeUrgentHour")
        gateway.reload()
        try await gateway.untilLogged("reload refused, the old set stays")
        try TriageOverTheGateway.edit(rules.appending(path: "prechecks.xml"), "$noticeUrgentHour", "$noticeUrgentHours")
        try await gateway.untilLogged("audit head")
        gateway.stop()
        try gateway.start()
        gateway.stop()
        let token = Token.hash("another")
        let credentials = gateway.folder.appending(path: "credentials.xml")
        try String(contentsOf: credentials, encoding: .utf8)
            .replacing("</credentials>", with: #"<operator name="li" tokenSha256="\#(token)"/></credentials>"#)
            .write(to: credentials, atomically: true, encoding: .utf8)
        try gateway.start()
        gateway.stop()

        let rows = try export(gateway)
        #expect(
            rows.compactMap { $0["action"]?.string }.filter { $0 != "credentialRefused" } == [
                "changeConfiguration", "start", "reload", "reloadRefused", "stop", "start", "stop",
                "changeConfiguration", "start", "stop",
            ])
        #expect(
            Set(rows.compactMap { $0["action"] == "credentialRefused" ? $0["detail"]?.string : nil })
                == ["unknownToken ×1 127.0.0.1", "notAllowed ×1 127.0.0.1"])
        let settings = try rows.filter { $0["action"] == "changeConfiguration" }
            .map { try JSONValue(parsing: Array(($0["detail"]?.string ?? "").utf8)) }
        for name in ["gateway", "partners", "credentials", "institutions", "senderKinds", "identityKey"] {
            #expect((settings[0][name] == settings[1][name]) == (name != "credentials"), "\(name)")
        }
        #expect(try export(gateway).last?["action"] == "exportAudit")

        let config = gateway.folder.appending(path: "gateway.xml").path
        #expect(try GatewayProcess.run(["audit", "verify", "--config", config, "--head", heads]).code == 0)
        let lines = try String(contentsOfFile: heads, encoding: .utf8)
        try (lines + #"{"seq":2,"hash":"\#(String(repeating: "a", count: 64))"}"# + "\n")
            .write(toFile: heads, atomically: true, encoding: .utf8)
        #expect(try GatewayProcess.run(["audit", "verify", "--config", config, "--head", heads]).code == 1)
        gateway.remove()
    }

    @Test func `a word that <audit> does not take is a mistake with its line`() throws {
        let gateway = try GatewayProcess()
        try gateway.set(#"<audit headfile="heads.jsonl"/>"#)
        let config = gateway.folder.appending(path: "gateway.xml").path
        let (code, output) = try GatewayProcess.run(["check", "--config", config], complaints: true)
        #expect(code == 1)
        #expect(output.contains("gateway.xml:") && output.contains("headfile"))
        gateway.remove()
    }
}
