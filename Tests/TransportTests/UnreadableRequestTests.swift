import Foundation
import StrictJSON
import Testing

@testable import Transport

private func listener(_ change: (inout HTTPServerConfiguration) -> Void = { _ in }) throws -> HTTPServer {
    var configuration = HTTPServerConfiguration(host: "127.0.0.1", port: 0)
    configuration.idleSeconds = 30
    configuration.problem = { status in
        HTTPResponse(
            status: status, headers: [("Content-Type", "application/problem+json; charset=utf-8")],
            body: Array("{\"title\":\"首部不合规\",\"status\":\(status)}".utf8))
    }
    change(&configuration)
    return try HTTPServer(configuration: configuration) { request in
        HTTPResponse(status: 200, headers: [("X-Path", request.path)], body: request.body)
    }
}

private func talk(_ server: HTTPServer, _ pieces: [String], pause: useconds_t = 0) async -> String {
    await offThread { say(pieces, to: server.port, pause: pause) }
}

/// An answer that is a whole problem of ours and the last of its connection.
private func expectProblem(
    _ status: Int, _ answer: String, _ request: String, at location: SourceLocation = #_sourceLocation
) {
    let parts = answer.components(separatedBy: "\r\n\r\n")
    let told = "\(request.prefix(60)): \(answer.prefix(400))"
    #expect(parts.count == 2, "\(told)", sourceLocation: location)
    #expect(answer.hasPrefix("HTTP/1.1 \(status) "), "\(told)", sourceLocation: location)
    #expect(
        answer.contains("Content-Type: application/problem+json; charset=utf-8\r\n"), "\(told)",
        sourceLocation: location)
    #expect(answer.contains("Connection: close\r\n"), "\(told)", sourceLocation: location)
    #expect(answer.contains("\r\nDate: "), "\(told)", sourceLocation: location)
    let body = parts.last ?? ""
    #expect(answer.contains("Content-Length: \(body.utf8.count)\r\n"), "\(told)", sourceLocation: location)
    #expect((try? JSONValue(parsing: Array(body.utf8)))?["title"] == "首部不合规", "\(told)", sourceLocation: location)
}

/// What libmicrohttpd answers, or would, by itself: each answer is a problem of ours, or the connection is closed without one
/// where nothing says that HTTP is spoken.
@Suite struct UnreadableRequestTests {
    private static let post = "POST / HTTP/1.1\r\nHost: a\r\n"
    private static let chunked = post + "Transfer-Encoding: chunked\r\n\r\n"
    private static func long(_ count: Int, _ text: String = "a") -> String { String(repeating: text, count: count) }

    /// What the gateway answers, by kind of request.
    private static let table: [(status: Int, request: String)] = [
        // The request line.
        (400, "GET /\r\n\r\n"), (400, "GET / http/1.1\r\nHost: a\r\n\r\n"), (400, "GET / XTTP/1.1\r\nHost: a\r\n\r\n"),
        (505, "GET / HTTP/2.0\r\nHost: a\r\n\r\n"), (505, "GET / HTTP/0.9\r\nHost: a\r\n\r\n"),
        (505, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), (400, "GET /a b HTTP/1.1\r\nHost: a\r\n\r\n"),
        (400, "GET  /  HTTP/1.1\r\nHost: a\r\n\r\n"), (400, "GET /a\tb HTTP/1.1\r\nHost: a\r\n\r\n"),
        (400, "GET /a\0/b HTTP/1.1\r\nHost: a\r\n\r\n"), (414, long(70_000, "G") + " / HTTP/1.1\r\nHost: a\r\n\r\n"),
        // The fields.
        (400, "GET / HTTP/1.1\r\nHost: a\r\njunk\r\n\r\n"), (400, "GET / HTTP/1.1\r\njunk\r\n\r\n"),
        (400, "GET / HTTP/1.1\r\n folded\r\nHost: a\r\n\r\n"),
        // Lengths.
        (400, post + "Content-Length: -1\r\n\r\n"), (400, post + "Content-Length: abc\r\n\r\n"),
        (400, post + "Content-Length:\r\n\r\n"), (400, post + "Content-Length: 1x\r\n\r\nab"),
        (413, post + "Content-Length: 18446744073709551616\r\n\r\n"),
        (413, post + "Content-Length: 9223372036854775807\r\n\r\n"),
        // Chunks.
        (400, chunked + "zz\r\nab\r\n0\r\n\r\n"), (413, chunked + "fffffffffffffffff\r\nab"),
        (400, chunked + "2\r\nabcd\r\n0\r\n\r\n"), (400, chunked + "2;" + long(70_000) + "\r\nab\r\n0\r\n\r\n"),
        (400, chunked + "2\r\nab\r\n0\r\njunk\r\n\r\n"),
        (431, chunked + "2\r\nab\r\n0\r\nX: " + long(70_000) + "\r\n\r\n"),
    ]

    @Test func `what the library cannot read is answered by a problem`() async throws {
        let server = try listener()
        for (status, request) in Self.table { expectProblem(status, await talk(server, [request]), request) }
        // What was told is over for the library, too.
        while server.openConnections > 0 { try await Task.sleep(for: .milliseconds(5)) }
        await server.stop(drain: .seconds(1))
    }

    @Test(arguments: [33_000, 60_000, 65_000, 65_300, 65_400, 65_500, 65_536, 66_000, 100_000, 300_000])
    func `a header over the bound is told so, however long it is`(count: Int) async throws {
        let server = try listener()
        let get = "GET / HTTP/1.1\r\nHost: a\r\n"
        for fields in [
            "X: " + Self.long(count) + "\r\n", Self.long(count / 5, "a:b\r\n"),
            Self.long(count / 80, "X: " + Self.long(75) + "\r\n"), "Cookie: " + Self.long(count / 5, "a=b; ") + "\r\n",
        ] {
            expectProblem(431, await talk(server, [get + fields + "\r\n"]), "\(fields.prefix(9)) \(count)")
        }
        for target in ["/" + Self.long(count), "/?" + Self.long(count / 4, "a=b&"), "/?" + Self.long(count, "&")] {
            let answer = await talk(server, ["GET \(target) HTTP/1.1\r\nHost: a\r\n\r\n"])
            // Where the target alone all but fills a connection's memory, it is the fields that do not fit.
            let isBarely = count > 65_000 && answer.hasPrefix("HTTP/1.1 431 ")
            expectProblem(isBarely ? 431 : 414, answer, "\(target.prefix(9)) \(count)")
        }
        await server.stop(drain: .seconds(1))
    }

    @Test func `a later request that cannot be read is told so after the answer to the first`() async throws {
        let server = try listener()
        let answer = await talk(server, ["GET /x HTTP/1.1\r\nHost: a\r\n\r\n", "GET / HTTP/3.0\r\n\r\n"])
        let end = try #require(answer.range(of: "HTTP/1.1 505 "))
        #expect(answer.hasPrefix("HTTP/1.1 200 OK\r\n"))
        expectProblem(505, String(answer[end.lowerBound...]), "the second")
        await server.stop(drain: .seconds(1))
    }

    @Test(arguments: ["junk\r\n\r\n", " GET / HTTP/1.1\r\nHost: a\r\n\r\n", "\u{16}\u{3}\u{1}\0\u{5}\u{1}\r\n\r\n"])
    func `what is no HTTP at all is closed without a word`(bytes: String) async throws {
        let server = try listener()
        #expect(await talk(server, [bytes]) == "")
        await server.stop(drain: .seconds(1))
    }

    @Test func `who sends too slowly is told before it is cut off`() async throws {
        let server = try listener {
            $0.headerDeadline = .milliseconds(200)
            $0.bodyDeadline = .milliseconds(200)
        }
        let slow = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n"
        for request in ["GET / HTTP/1.1\r\nHost: a\r\nX", slow + "abc"] {
            expectProblem(408, await talk(server, [request]), request)
        }
        await server.stop(drain: .seconds(1))
    }
}
