import Foundation
import Messaging
import Observability
import StrictJSON
import Synchronization
import Testing
import Transport
import Vocabulary

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
            rows.compactMap { $0["action"]?.string }.filter { !["credentialRefused", "beginSealing"].contains($0) } == [
                "changeConfiguration", "start", "reload", "reloadRefused", "stop", "start", "stop",
                "changeConfiguration", "start", "stop",
            ])
        #expect(
            Set(rows.compactMap { $0["action"] == "credentialRefused" ? $0["detail"]?.string : nil })
                == ["unknownToken ×1 127.0.0.1", "notAllowed ×1 127.0.0.1"])
        let settings = try rows.filter { $0["action"] == "changeConfiguration" }
            .map { try JSONValue(parsing: Array(($0["detail"]?.string ?? "").utf8)) }
        for name in [
            "config/gateway.xml", "config/partners.xml", "config/credentials.xml", "config/institutions.xml",
            "Mappings/sender-kinds.xml", "identityKey",
        ] {
            #expect(settings[0][name] != nil, "\(name)")
            #expect((settings[0][name] == settings[1][name]) == (name != "config/credentials.xml"), "\(name)")
        }
        #expect(try export(gateway).last?["action"] == "exportAudit")

        let config = gateway.folder.appending(path: "gateway.xml").path
        #expect(try GatewayProcess.run(["audit", "verify", "--config", config, "--head", heads]).code == 0)
        // The log holds them too, among other lines.
        let log = gateway.folder.appending(path: "log").path
        let other = gateway.logged.split(separator: "\n").filter { !$0.contains(#""audit head""#) }
        for (text, code, says) in [
            (gateway.logged, 0, "intact"), (other.joined(separator: "\n"), 1, "holds no head"),
            (gateway.logged + "\nno JSON\n", 1, "neither a head"), ("", 1, "holds no head"),
            (#"{"seq":1}"#, 1, "log:1:"),
        ] {
            try text.write(toFile: log, atomically: true, encoding: .utf8)
            let found = try GatewayProcess.run(
                ["audit", "verify", "--config", config, "--head", log], complaints: true)
            #expect(found.code == code && found.output.contains(says), "\(found)")
        }
        let lines = try String(contentsOfFile: heads, encoding: .utf8)
        try (lines + #"{"seq":2,"hash":"\#(String(repeating: "a", count: 64))"}"# + "\n")
            .write(toFile: heads, atomically: true, encoding: .utf8)
        #expect(try GatewayProcess.run(["audit", "verify", "--config", config, "--head", heads]).code == 1)
        gateway.remove()
    }

    @Test func `a store that is gone while its key is there is not begun anew, and a trail set back rings`()
        async throws
    {
        let gateway = try GatewayProcess()
        let config = ["--config", gateway.settings.path]
        let store = gateway.folder.appending(path: "store.sqlite")
        try gateway.start()
        gateway.stop()
        let earlier = gateway.folder.appending(path: "earlier")
        try FileManager.default.copyItem(at: store, to: earlier)
        try gateway.start()
        gateway.stop()
        #expect(try GatewayProcess.run(["audit", "verify"] + config).code == 0)
        // A whole earlier copy in its place is whole by itself.
        try FileManager.default.removeItem(at: store)
        for command in ["serve", "check"] {
            let (code, output) = try GatewayProcess.run([command] + config, complaints: true, with: ["LANG": "en"])
            #expect(code == 1 && output.contains("gateway restore"), "\(output)")
        }
        try FileManager.default.moveItem(at: earlier, to: store)
        #expect(try GatewayProcess.run(["audit", "verify"] + config).code == 1)
        try gateway.start()
        try await gateway.untilLogged("\"auditBroken\"")
        gateway.stop()
        try FileManager.default.removeItem(at: store)
        #expect(try GatewayProcess.run(["migrate"] + config).code == 0)
        try gateway.start()
        gateway.stop()
        gateway.remove()
    }

    @Test func `rows that are written at once by whoever comes are written once, in their order`() async throws {
        let store = SlowTrail()
        let audit = SystemAudit(store: store, now: { Instant(milliseconds: 0) }, log: Log(sink: .none, now: { "" }))
        await withTaskGroup(of: Void.self) { group in
            for number in 0..<20 {
                group.addTask { await audit.refusedReload(mistakes: number, by: "SIGHUP", because: nil) }
            }
            for _ in 0..<20 { group.addTask { try? await audit.flush() } }
        }
        try await eventually("all are written") {
            try? await audit.flush()
            return store.written.withLock(\.count) >= 20 ? true : nil
        }
        #expect(Set(store.written.withLock { $0 }).count == 20)
        #expect(store.written.withLock(\.count) == 20)
    }

    @Test func `a file of heads that cannot be written is told with its path, and no head is logged as handed out`()
        async throws
    {
        let gateway = try GatewayProcess()
        try gateway.set(#"<audit headFile="missing/heads.jsonl"/>"#)
        let path = gateway.folder.appending(path: "missing/heads.jsonl").path
        let check = try GatewayProcess.run(["check", "--config", gateway.settings.path], complaints: true)
        #expect(check.code == 1 && check.output.contains("\(path): No such file"), "\(check.output)")
        try gateway.start()
        try await gateway.untilLogged("No such file or directory")
        #expect(gateway.logged.contains("missing/heads.jsonl") || gateway.logged.contains("missing\\/heads.jsonl"))
        #expect(!gateway.logged.contains(#""audit head""#))
        gateway.stop()
        gateway.remove()
    }

    @Test func `whatever file the settings name is in their digests`() throws {
        let gateway = try GatewayProcess(
            courtWays: #"<returnAddress url="https://127.0.0.1:9/" tokenFile="court.token" authorities="ca.pem"/>"#)
        try gateway.set(#"<encryption suite="sm4" keyFile="master.key"/>"#)
        func write(_ text: String, to name: String) throws {
            try text.write(to: gateway.folder.appending(path: name), atomically: true, encoding: .utf8)
        }
        for name in ["court.token", "master.key"] { try write("first", to: name) }
        try write(sampleAuthority, to: "ca.pem")
        let configuration = try Configuration(file: gateway.settings.path)
        let key = try KeyedHash(key: [UInt8](repeating: 1, count: 32))
        var known = [ConfigurationDigests.files(of: configuration, key: key)]
        for name in ["court.token", "master.key", "ca.pem", "partners.xml", "gateway.xml"] {
            try write("second", to: name)
            known.append(ConfigurationDigests.files(of: configuration, key: key))
        }
        #expect(Set(known.map { $0.text() }).count == known.count)
        #expect(!known[0].text().contains(Digest.hex(Digest.sm3(Array("first".utf8)))))
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

/// A trail whose every row takes a while, and of which every third cannot be written at first.
private final class SlowTrail: AuditStore {
    let written = Mutex<[String]>([])
    private let tries = Mutex(0)

    func record(_ act: AuditAct) async throws(StoreError) {
        for _ in 0..<5 { await Task.yield() }
        let number = tries.withLock { tries in
            tries += 1
            return tries
        }
        if number.isMultiple(of: 3) { throw .busy }
        written.withLock { $0.append(act.detail) }
    }

    func auditEntries(
        _ filter: AuditFilter, after seq: Int?, newestFirst: Bool, limit: Int
    ) async throws(StoreError) -> [AuditEntry] { [] }
    func auditHead() async throws(StoreError) -> AuditHead? { nil }
    func auditEnd() async throws(StoreError) -> AuditSeal? { nil }
    func beginAuditSealing(_ act: AuditAct, code: @escaping @Sendable (AuditHead) -> String) async throws(StoreError) {}
    func addAuditSeal(_ seal: AuditSeal, endCode: String) async throws(StoreError) {}
    func auditSeals(after seq: Int?, limit: Int) async throws(StoreError) -> [AuditSeal] { [] }
    func lastAuditEntry(of action: AuditAction) async throws(StoreError) -> AuditEntry? { nil }
}
