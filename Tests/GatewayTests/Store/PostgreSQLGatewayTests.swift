import Foundation
import Messaging
import PrivatePostgreSQL
import Storage
import StrictJSON
import Synchronization
import Testing
import Transport

@testable import gateway

/// The gateway's own program on a PostgreSQL database: one node, two, and from a file.
@Suite(.enabled(if: PrivatePostgreSQL.isInstalled, Comment(rawValue: PrivatePostgreSQL.skipped)))
final class PostgreSQLGatewayTests: Sendable {
    private let server: PrivatePostgreSQL
    private let name: String

    init() throws {
        server = try PrivatePostgreSQL.shared()
        name = try server.makeDatabase()
    }

    deinit { try? server.dropDatabase(name) }

    private var store: String { "<store postgresql=\"\(server.connection(to: name))\"/>" }

    private func node(returnAddress: String = "http://127.0.0.1:9/", key: String? = nil) throws -> GatewayProcess {
        let gateway = try GatewayProcess(returnAddress: returnAddress)
        try gateway.set(store + (key.map { "<identityKey path=\"\($0)\"/>" } ?? ""))
        return gateway
    }

    private func send(_ id: String, to gateway: GatewayProcess) async throws -> (status: Int, json: JSONValue) {
        let answer = try await gateway.remote.call(
            "POST", "/v1/referrals", body: courtNotice(id), mediaType: "application/xml")
        return (answer.status, answer.json)
    }

    /// Every message that was acknowledged is there once, and made one application.
    private func expectOnce(_ ids: [String]) throws {
        let rows = try server.execute(
            """
            SELECT r.message_id, count(*), count(a.no) FROM referral r LEFT JOIN application a ON a.referral_id = r.id
            GROUP BY 1
            """, in: name
        ).split(separator: "\n").map { $0.split(separator: "|").map(String.init) }
        let found = Dictionary(grouping: rows, by: { $0[0] })
        for id in ids { #expect(found[id] == [[id, "1", "1"]], "\(id)") }
        #expect(rows.allSatisfy { $0[1] == "1" })
    }

    @Test func `a referral comes in, is leased and reported on, and its status goes out`() async throws {
        let statuses = Mutex<[[UInt8]]>([])
        let court = try HTTPServer(configuration: HTTPServerConfiguration(host: "127.0.0.1", port: 0)) { request in
            statuses.withLock { $0.append(request.body) }
            return HTTPResponse(status: 200)
        }
        let gateway = try node(returnAddress: "http://127.0.0.1:\(court.port)/")
        try gateway.start()
        #expect(try await send("P-1", to: gateway).status == 202)
        #expect(try await send("P-1", to: gateway).status == 200)
        let lease = try #require(try await gateway.institution.leases().first)
        let number = try #require(lease.at("application.applicationNo")?.string)
        try await gateway.institution.acknowledge(lease)
        let report = #"{"event":"assign","assignment":{"lawyer":"测律师","unit":"测试律所","phone":"0519-80000010"}}"#
        _ = try await gateway.institution.ask("POST", "/v1/applications/\(number)/status", body: Array(report.utf8))
        try await eventually("both statuses were pushed") { statuses.withLock { $0.count == 2 } ? true : nil }
        #expect(statuses.withLock { $0 }.allSatisfy { String(decoding: $0, as: UTF8.self).contains("JGZT") })
        #expect(try await gateway.remote.call("GET", "/readyz").status == 200)
        #expect(try await gateway.desk.call("GET", "/metrics").status == 200)

        let broken = Array(courtNotice("P-2").dropLast(30))
        #expect(
            try await gateway.remote.call("POST", "/v1/referrals", body: broken, mediaType: "application/xml").status
                == 422)
        let dead = try await gateway.desk.ask("GET", "/v1/dead-letters")["deadLetters"]?[0]?["id"]?.string ?? ""
        let edited: JSONValue = [
            "reason": "mended", "editedBase64": .string(Data(courtNotice("P-2")).base64EncodedString()),
        ]
        let mended = try await gateway.desk.ask("POST", "/v1/dead-letters/\(dead)/retry", body: edited.serialized())
        #expect(mended.at("result.outcome") == "accepted")
        #expect(try await send("P-2", to: gateway).status == 200)
        #expect(gateway.stop() == 0)
        try expectCommands(gateway)
        gateway.remove()
        await court.stop(drain: .seconds(1))
    }

    /// The commands that work on the store itself.
    private func expectCommands(_ gateway: GatewayProcess) throws {
        let config = ["--config", gateway.settings.path]
        for command in [
            ["check"], ["check", "--store"], ["migrate"], ["audit", "verify"], ["retention", "plan"],
            ["retention", "run", "--reason", "季度清理"], ["users", "list"],
        ] {
            let (code, output) = try GatewayProcess.run(command + config, complaints: true)
            #expect(code == 0, "\(command): \(output)")
        }
        let (code, output) = try GatewayProcess.run(
            ["backup", gateway.folder.appending(path: "backup").path] + config, complaints: true)
        #expect(code == 1 && output.contains("pg_basebackup"))
    }

    @Test func `of two nodes on one database one is killed under load, and nothing acknowledged is lost`() async throws
    {
        let first = try node()
        try first.start()
        let key = first.folder.appending(path: "gateway.sqlite.identity-key").path
        let second = try node(key: key)
        try second.start()
        let streams = [LoadSenders(first, "one"), LoadSenders(second, "two")]
        let acknowledged = Mutex<[String]>([])
        try await withThrowingTaskGroup(of: Void.self) { group in
            // The connections of the one that is killed break.
            group.addTask { try? await streams[0].send() }
            group.addTask { try await streams[1].send() }
            try await eventually("both have acknowledged much") {
                streams.allSatisfy { $0.acknowledged.count > 100 } ? true : nil
            }
            first.kill()
            let then = streams[1].acknowledged.count
            try await eventually("the other goes on") { streams[1].acknowledged.count > then + 50 ? true : nil }
            streams.forEach { $0.stop() }
            try await group.waitForAll()
        }
        acknowledged.withLock { $0 = streams.flatMap(\.acknowledged) }
        try expectOnce(acknowledged.withLock { $0 })
        // What the first had taken is leased from the second, each once.
        var leased: [String] = []
        while true {
            let batch = try await second.institution.leases().compactMap {
                $0.at("application.source.messageId")?.string
            }
            if batch.isEmpty { break }
            leased += batch
        }
        #expect(Set(leased).count == leased.count)
        #expect(Set(acknowledged.withLock { $0 }).isSubset(of: leased))
        try first.start()
        #expect(try await send("back", to: first).status == 202)
        // Nobody who waits at one node must wait longer for what came in at the other.
        #expect(try await second.institution.leases().count == 1)
        #expect(first.stop() == 0 && second.stop() == 0)
        second.remove()
        first.remove()
    }

    @Test func `connections that are cut under load lose nothing that was acknowledged`() async throws {
        let gateway = try node()
        try gateway.start()
        let senders = LoadSenders(gateway, "cut")
        async let sending: Void = senders.send()
        for round in 1...20 {
            try await eventually("some more was acknowledged") { senders.acknowledged.count > 20 * round ? true : nil }
            try server.execute(
                """
                SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                WHERE datname = current_database() AND pid <> pg_backend_pid()
                """, in: name)
        }
        senders.stop()
        try await sending
        try expectOnce(senders.acknowledged)
        #expect(gateway.stop() == 0)
        gateway.remove()
    }

    @Test func `a store in a file is moved whole, found again, and goes on`() async throws {
        let gateway = try GatewayProcess()
        try gateway.start()
        for number in 0..<20 { #expect(try await send("F-\(number)", to: gateway).status == 202) }
        _ = try await gateway.remote.call(
            "POST", "/v1/referrals", body: Array(courtNotice("broken").dropLast(30)), mediaType: "application/xml")
        let move = [
            "migrate", "--to", server.connection(to: name), "--reason", "迁移", "--config", gateway.settings.path,
        ]
        let (busy, told) = try GatewayProcess.run(move, complaints: true)
        #expect(busy == 1 && told.contains("is in use"))
        #expect(gateway.stop() == 0)
        let (code, output) = try GatewayProcess.run(move, complaints: true)
        #expect(code == 0 && output.contains("referral: 21"), "\(output)")
        let (again, refusal) = try GatewayProcess.run(move, complaints: true)
        #expect(again == 1 && refusal.contains("already"), "\(refusal)")
        let key = gateway.folder.appending(path: "store.sqlite.identity-key").path
        try gateway.set(store + "<identityKey path=\"\(key)\"/>")
        try gateway.start()
        #expect(try await send("F-3", to: gateway).status == 200)
        #expect(try await send("F-20", to: gateway).status == 202)
        #expect(try await gateway.institution.leases().count == 21)
        #expect(try await gateway.desk.ask("GET", "/v1/dead-letters")["deadLetters"]?.array?.count == 1)
        #expect(gateway.stop() == 0)
        let (checked, findings) = try GatewayProcess.run(
            ["check", "--store", "--config", gateway.settings.path], complaints: true)
        #expect(checked == 0, "\(findings)")
        gateway.remove()
    }

    @Test func `personal data are sealed where the settings say so`() async throws {
        let gateway = try node()
        let key = gateway.folder.appending(path: "master.key").path
        #expect(try GatewayProcess.run(["keys", "master", key]).code == 0)
        try gateway.set("<encryption suite=\"aes-256-gcm\" keyFile=\"\(key)\"/>")
        try gateway.start()
        #expect(try await send("S-1", to: gateway).status == 202)
        #expect(try await send("S-1", to: gateway).status == 200)
        let lease = try #require(try await gateway.institution.leases().first)
        #expect(lease.at("application.source.messageId") == "S-1")
        #expect(gateway.stop() == 0)
        let inClear = """
            SELECT count(*) FROM referral r, application a WHERE position(convert_to('测试甲', 'UTF8') IN r.raw) > 0
            OR position(convert_to('测试甲', 'UTF8') IN a.content) > 0
            """
        #expect(try server.execute(inClear, in: name) == "0\n")
        let config = ["--config", gateway.settings.path]
        for command in [["check", "--store"], ["audit", "verify"]] {
            let (code, output) = try GatewayProcess.run(command + config, complaints: true)
            #expect(code == 0, "\(command): \(output)")
        }
        let (code, output) = try GatewayProcess.run(
            ["keys", "rotate-data", "--reason", "定期轮换"] + config, complaints: true)
        #expect(code == 1 && output.contains("rotate-master"))
        let other = gateway.folder.appending(path: "other.key").path
        #expect(try GatewayProcess.run(["keys", "master", other]).code == 0)
        #expect(
            try GatewayProcess.run(["keys", "rotate-master", "--to", other, "--reason", "定期轮换"] + config).code == 0)
        #expect(try GatewayProcess.run(["check"] + config).code == 1)
        try gateway.set("<encryption suite=\"aes-256-gcm\" keyFile=\"\(other)\"/>")
        #expect(try GatewayProcess.run(["check"] + config).code == 0)
        gateway.remove()
    }

    @Test func `what is wrong with a server is told at the start and by check`() throws {
        let gateway = try GatewayProcess()
        for (connection, word) in [
            ("host=\(server.folder) user=gateway dbname=nothing_here", "nothing_here"),
            ("host=/nowhere user=gateway", "/nowhere"), ("host=db password=secret", "PGPASSFILE"),
            ("host", "connection string"),
        ] {
            try gateway.set("<store postgresql=\"\(connection)\"/>")
            let (code, output) = try GatewayProcess.run(
                ["check", "--config", gateway.settings.path], complaints: true)
            #expect(code == 1 && output.contains(word) && !output.contains("secret"), "\(output)")
        }
        gateway.remove()
    }
}
