import Foundation
import Testing

@testable import Transport

/// Callers that go away before they are answered.
@Suite struct HangUpTests {
    @Test(.timeLimit(.minutes(10)))
    func `a handler learns that its caller has hung up, and its answer that it reaches nobody`() async throws {
        let (lost, lose) = AsyncStream<String>.makeStream()
        let (arrived, arrive) = AsyncStream<Void>.makeStream()
        let server = try HTTPServer(configuration: HTTPServerConfiguration(host: "127.0.0.1", port: 0)) { request in
            arrive.yield()
            if request.path == "/gone" {
                // Long enough for any machine; where it never learns, the expectation below says so.
                for _ in 0..<30_000 where !request.hasHungUp() { try? await Task.sleep(for: .milliseconds(2)) }
            }
            #expect(request.hasHungUp() == (request.path == "/gone"))
            var response = HTTPResponse(status: 200, body: Array("answer".utf8))
            response.undelivered = { _ in lose.yield(request.path) }
            return response
        }
        let client = HTTPClient()
        let answer = try await client.send(
            OutgoingRequest(
                method: "GET", url: "http://127.0.0.1:\(server.port)/here", headers: [], body: [],
                timeout: .seconds(600), maxResponseBytes: 1000))
        #expect(answer.status == 200)
        let descriptor = try #require(dial(server.port))
        let request = Array("GET /gone HTTP/1.1\r\nHost: a\r\n\r\n".utf8)
        #expect(send(descriptor, request, request.count, Int32(MSG_NOSIGNAL)) == request.count)
        var arrivals = arrived.makeAsyncIterator()
        for _ in 0..<2 { await arrivals.next() }
        close(descriptor)
        var losses = lost.makeAsyncIterator()
        // The one that was read comes first or never.
        #expect(await losses.next() == "/gone")
        await client.close()
        await server.stop(drain: .seconds(5))
    }

    @Test(.timeLimit(.minutes(10)))
    func `a caller that has closed its half, and reads on, is not told what is taken back`() async throws {
        let (lost, lose) = AsyncStream<Bool>.makeStream()
        let server = try HTTPServer(configuration: HTTPServerConfiguration(host: "127.0.0.1", port: 0)) { request in
            for _ in 0..<30_000 where !request.hasHungUp() { try? await Task.sleep(for: .milliseconds(2)) }
            var response = HTTPResponse(status: 200, body: Array("lease".utf8))
            response.undelivered = { lose.yield($0) }
            return response
        }
        let descriptor = try #require(dial(server.port))
        let request = Array("GET /gone HTTP/1.1\r\nHost: a\r\n\r\n".utf8)
        #expect(send(descriptor, request, request.count, Int32(MSG_NOSIGNAL)) == request.count)
        shutdown(descriptor, Int32(SHUT_WR))
        // The answer comes once the handler has seen it.
        var losses = lost.makeAsyncIterator()
        #expect(await losses.next() == false)
        var answer: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1024)
        while case let count = recv(descriptor, &buffer, buffer.count, 0), count > 0 { answer += buffer[..<count] }
        close(descriptor)
        let text = String(decoding: answer, as: UTF8.self)
        #expect((text.isEmpty || text.hasPrefix("HTTP/1.1 503")) && !text.contains("lease"))
        await server.stop(drain: .seconds(5))
    }
}
