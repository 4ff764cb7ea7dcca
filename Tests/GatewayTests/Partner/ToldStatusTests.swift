import Foundation
import Messaging
import StrictJSON
import Synchronization
import Testing
import Transport

@testable import gateway

/// A partner that is pushed its statuses looks after them itself.
@Suite struct ToldStatusTests {
    /// A partner's receiver, which answers as it is told and keeps what came.
    final class Receiver: Sendable {
        struct Heard: Sendable {
            let headers: [(name: String, value: String)]
            let body: [UInt8]

            func header(_ name: String) -> String? {
                headers.first { $0.name.lowercased() == name.lowercased() }?.value
            }
        }

        private let hear = Hearer()
        let server: HTTPServer

        init() throws {
            server = try HTTPServer(configuration: HTTPServerConfiguration(host: "127.0.0.1", port: 0)) {
                [hear] request in hear.answer(request)
            }
        }

        var url: String { "http://127.0.0.1:\(server.port)/told?key=secret" }
        var heard: [Heard] { hear.state.withLock { $0.heard } }
        func answer(_ status: Int) { hear.state.withLock { $0.status = status } }
        func stop() async { await server.stop(drain: .zero) }
    }

    final class Hearer: Sendable {
        let state = Mutex((status: 200, heard: [Receiver.Heard]()))

        func answer(_ request: HTTPRequest) -> HTTPResponse {
            state.withLock { state in
                state.heard.append(Receiver.Heard(headers: request.headers, body: request.body))
                return HTTPResponse(
                    status: state.status, headers: [("Content-Type", "application/json")],
                    body: Array(#"{"code":"E-7","note":"看到了"}"#.utf8))
            }
        }
    }

    @Test func `failed pushes are seen with their reason, from any moment, and sent again by their partner alone`()
        async throws
    {
        let receiver = try Receiver()
        receiver.answer(400)
        let gateway = try GatewayProcess(returnAddress: receiver.url)
        try gateway.start()
        let court = gateway.remote
        for number in 1...3 { try await gateway.send(courtNotice("S-\(number)")) }
        for lease in try await gateway.institution.leases() { try await gateway.institution.acknowledge(lease) }
        func statuses(_ query: String) async throws -> [JSONValue] {
            try await court.ask("GET", "/v1/statuses\(query)")["statuses"]?.array ?? []
        }
        let failed = try await eventually("all three failed") {
            let found = try await statuses("?state=failed")
            return found.count == 3 ? found : nil
        }
        #expect(failed.allSatisfy { $0["problem"]?.string?.contains("400") == true && $0["attempts"] == 1 })
        let body = try #require(failed.first?["body"]?.string.flatMap { Data(base64Encoded: $0) })
        #expect(String(decoding: body, as: UTF8.self).contains("<JGZT>01</JGZT>"))
        // From any moment, and about one application.
        let at = try #require(failed.last?["at"]?.string)
        #expect(try await statuses("?since=\(at.replacing("+", with: "%2B"))").count >= 1)
        #expect(try await statuses("?since=2099-01-01").isEmpty)
        let number = failed.first?["applicationNo"]?.string ?? ""
        #expect(try await statuses("?applicationNo=\(number)").count == 1)
        let page = try await court.ask("GET", "/v1/statuses?limit=2")
        #expect(try await statuses("?after=\(page["next"]?.string ?? "")").count == 1)
        // Nobody else sees or sends them.
        let other = gateway.operator("other-token")
        #expect(try await other.ask("GET", "/v1/statuses")["statuses"] == [])
        let id = failed.first?["id"]?.string ?? ""
        #expect(try await other.call("POST", "/v1/statuses/\(id)/replay").status == 404)
        #expect(try await other.ask("POST", "/v1/statuses/replay")["replayed"] == 0)
        receiver.answer(200)
        #expect(try await court.ask("POST", "/v1/statuses/\(id)/replay")["replayed"] == true)
        try await eventually("it is delivered") {
            try await statuses("?state=delivered").contains { $0["id"]?.string == id } ? true : nil
        }
        // It is no failed one any more.
        #expect(try await court.call("POST", "/v1/statuses/\(id)/replay").status == 404)
        let rest = try await court.ask("POST", "/v1/statuses/replay", body: Array(#"{"since":"\#(at)"}"#.utf8))
        #expect((rest["replayed"]?.int ?? 0) >= 1 && rest["more"] == false)
        _ = try await court.ask("POST", "/v1/statuses/replay")
        try await eventually("all are delivered") { try await statuses("?state=delivered").count == 3 ? true : nil }
        #expect(try await statuses("?state=failed").isEmpty)
        #expect(try await court.call("POST", "/v1/statuses/replay", body: Array(#"{"sicne":"x"}"#.utf8)).status == 400)
        // Each push bore the id that the list names.
        #expect(Set(receiver.heard.compactMap { $0.header("Idempotency-Key") }).isSuperset(of: [id]))
        let trail = try await gateway.operator("auditor").ask("GET", "/v1/audit?subject=\(id)")
        #expect(trail["entries"]?[0]?["actor"] == "court" && trail["entries"]?[0]?["role"] == "partner")
        gateway.stop()
        gateway.remove()
        await receiver.stop()
    }

    @Test func `both directions of a connection are tested, by the partner, on the command line and at the console`()
        async throws
    {
        let receiver = try Receiver()
        let gateway = try GatewayProcess(returnAddress: receiver.url)
        try gateway.addOperator()
        try gateway.start()
        let court = gateway.remote
        let pong = try await court.ask("POST", "/v1/ping", body: Array("测试".utf8), mediaType: "text/plain")
        #expect(pong["id"] == "court" && pong["name"] == "常州市天宁区人民法院")
        #expect(pong["received"]?["bytes"] == 6)
        #expect(pong["received"]?["sha256"]?.string == Digest.hex(Digest.sha256(Array("测试".utf8))))
        #expect(try await gateway.institution.ask("POST", "/v1/ping")["role"] == "institution")
        #expect(try await gateway.operator("nobody").call("POST", "/v1/ping").status == 401)
        let answer = try await court.ask("POST", "/v1/ping/return")
        #expect(answer["outcome"] == "confirmed" && answer["status"] == 200)
        #expect(answer["answer"]?.string?.contains("看到了") == true)
        #expect(answer["url"]?.string?.hasSuffix("/told") == true)
        let ping = try #require(receiver.heard.first)
        #expect(ping.header("X-Gateway-Ping") == "true" && ping.header("Idempotency-Key")?.isEmpty == false)
        #expect(try await gateway.operator("other-token").call("POST", "/v1/ping/return").status == 409)
        receiver.answer(400)
        let url = "http://127.0.0.1:\(gateway.port)"
        let file = gateway.folder.appending(path: "token")
        try GatewayProcess.operatorToken.write(to: file, atomically: true, encoding: .utf8)
        let command = ["partners", "test", "court", "--url", url, "--token-file", file.path]
        let said = try GatewayProcess.run(command)
        #expect(said.code == 1 && said.output.contains("refused") && said.output.contains("HTTP 400"))
        #expect(said.output.contains("看到了"))
        let visitor = ConsoleVisitor(gateway)
        #expect(try await visitor.signIn("li", "correct horse battery") == 303)
        #expect(try await visitor.get("/partners").html.contains("测试连接"))
        let shown = try await visitor.post("/partners/test", ["recipient": "court"])
        #expect(shown.status == 200 && shown.html.contains("被拒绝，不会重试") && shown.html.contains("看到了"))
        #expect(!shown.html.contains("secret"))
        await receiver.stop()
        let unreached = try await gateway.desk.ask("POST", "/v1/partners/court/test")
        #expect(unreached["outcome"] == "failed" && unreached["said"]?.string?.contains("notConnected") == true)
        #expect(try await gateway.desk.call("POST", "/v1/partners/nobody/test").status == 404)
        // Nothing was stored, and what an operator did stands in the trail.
        #expect(try await court.ask("GET", "/v1/statuses")["statuses"] == [])
        let trail = try await gateway.operator("auditor").ask("GET", "/v1/audit?subject=status:court")
        #expect(trail["entries"]?.array?.count == 3)
        await visitor.leave()
        gateway.stop()
        gateway.remove()
    }
}
