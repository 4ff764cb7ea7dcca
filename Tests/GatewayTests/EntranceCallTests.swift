import Foundation
import StrictJSON
import Testing
import Transport

@testable import gateway

@Suite struct EntranceCallTests {
    /// Says a header that declares a large body, and waits for an answer without sending one.
    private func refusal(_ port: UInt16, _ path: String, _ fields: String) async throws -> (Int, JSONValue) {
        let text = await offThread {
            let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
            defer { close(descriptor) }
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_port = port.bigEndian
            inet_pton(AF_INET, "127.0.0.1", &address.sin_addr)
            _ = withUnsafePointer(to: &address) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
                }
            }
            let head = Array("POST \(path) HTTP/1.1\r\nHost: a\r\n\(fields)Content-Length: 52428800\r\n\r\n".utf8)
            send(descriptor, head, head.count, Int32(MSG_NOSIGNAL))
            var answer: [UInt8] = []
            var buffer = [UInt8](repeating: 0, count: 65_536)
            while case let count = recv(descriptor, &buffer, buffer.count, 0), count > 0 {
                answer.append(contentsOf: buffer[..<count])
            }
            return String(decoding: answer, as: UTF8.self)
        }
        let parts = text.split(separator: "\r\n\r\n", maxSplits: 1)
        let body = try JSONValue(parsing: Array((parts.last ?? "").utf8))
        return (Int(text.dropFirst(9).prefix(3)) ?? 0, body)
    }

    @Test func `who does not say who it is has none of its body read`() async throws {
        let gateway = try GatewayProcess()
        try gateway.start()
        let tries: [(path: String, fields: String, status: Int)] = [
            ("/v1/referrals", "", 401), ("/v1/referrals", "Authorization: Bearer guess\r\n", 401),
            ("/v1/referrals", "Authorization: Bearer \(GatewayProcess.institutionToken)\r\n", 403),
            ("/v1/session", "", 401), ("/console/dead-letters/1/retry", "", 401), ("/nowhere", "", 404),
            ("/v1/referrals", "Cookie: legal-aid-gateway-session=\(String(repeating: "0", count: 64))\r\n", 401),
        ]
        for one in tries {
            let (status, body) = try await refusal(gateway.port, one.path, one.fields)
            #expect(status == one.status, "\(one)")
            #expect(body["type"]?.string?.hasPrefix("urn:legal-aid-gateway:problem:") == true)
        }
        _ = try await gateway.remote.ask("GET", "/v1/code-lists")
        gateway.remove()
    }

    @Test func `a partner over its rate is told when to come again, and the others are taken`() async throws {
        let gateway = try GatewayProcess()
        let file = gateway.folder.appending(path: "partners.xml")
        try String(contentsOf: file, encoding: .utf8)
            .replacing("id=\"court\"", with: "id=\"court\" callsPerMinute=\"2\"")
            .write(to: file, atomically: true, encoding: .utf8)
        try gateway.start()
        let client = HTTPClient()
        func ask(_ token: String) async throws -> HTTPResponse {
            try await client.send(
                OutgoingRequest(
                    method: "GET", url: "http://127.0.0.1:\(gateway.port)/v1/code-lists",
                    headers: [("Authorization", "Bearer \(token)")], body: [], timeout: .seconds(600)))
        }
        #expect(try await ask(GatewayProcess.partnerToken).status == 200)
        // A slow machine may earn another call meanwhile, never so many.
        let over = try await eventually("a call was too many") {
            let answer = try await ask(GatewayProcess.partnerToken)
            return answer.status == 200 ? nil : answer
        }
        #expect(over.status == 429)
        #expect(try JSONValue(parsing: over.body)["type"] == "urn:legal-aid-gateway:problem:rate-exceeded")
        #expect((over.header("Retry-After").flatMap { Int($0) } ?? 0) > 0)
        #expect(try await ask("other-token").status == 200)
        await client.close()
        gateway.remove()
    }
}
