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
}
