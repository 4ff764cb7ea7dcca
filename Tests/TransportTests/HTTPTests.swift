import Foundation
import StrictJSON
import Testing

@testable import Transport

/// Says bytes to a server and returns all that it answers until it closes.
private func talk(to port: UInt16, _ pieces: [String], pause: useconds_t = 0) async -> String {
    // Waiting for the answer must not take a thread from whoever makes it.
    await offThread { say(pieces, to: port, pause: pause) }
}

/// A connection to a server on this machine; whoever asks for it closes it.
func dial(_ port: UInt16) -> Int32? {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    inet_pton(AF_INET, "127.0.0.1", &address.sin_addr)
    let connected = withUnsafePointer(to: &address) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
            connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
        }
    }
    if connected == 0 { return descriptor }
    close(descriptor)
    return nil
}

func say(_ pieces: [String], to port: UInt16, pause: useconds_t) -> String {
    guard let descriptor = dial(port) else { return "not connected" }
    defer { close(descriptor) }
    for piece in pieces {
        let bytes = Array(piece.utf8)
        // A server that has closed already is an answer, not a signal.
        if send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL)) < 0 { break }
        if pause > 0 { usleep(pause) }
    }
    var answer: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while true {
        let count = recv(descriptor, &buffer, buffer.count, 0)
        if count <= 0 { break }
        answer.append(contentsOf: buffer[..<count])
    }
    return String(decoding: answer, as: UTF8.self)
}

private func echo(_ change: (inout HTTPServerConfiguration) -> Void = { _ in }) throws -> HTTPServer {
    var configuration = HTTPServerConfiguration(host: "127.0.0.1", port: 0)
    // Where a connection is kept alive against expectation, the test fails instead of waiting.
    configuration.idleSeconds = 30
    change(&configuration)
    return try HTTPServer(configuration: configuration) { request in
        HTTPResponse(
            status: 200, headers: [("X-Method", request.method), ("X-Path", request.path)], body: request.body)
    }
}

@Suite struct ServerTests {
    @Test(arguments: [
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabc",
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n",
        "GET / HTTP/1.1\r\n\r\n", "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer a\r\nauthorization: Bearer b\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Type: text/xml\r\nContent-Type: text/json\r\nContent-Length: 0\r\n\r\n",
        "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\0x\r\n\r\nabc",
        "GET / HTTP/1.1\r\nHost: a\r\nX: a\0b\r\n\r\n", "GET / HTTP/1.1\r\nHost: a\r\nX\0Y: b\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nX: a\rb\r\n\r\n", "GET / HTTP/1.1\r\nHost: a\r\nX: \u{7}\r\n\r\n",
        "GET / HTTP/1.1\nHost: a\n\n", "GET / HTTP/1.1\r\nHost: a\nX: y\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nX: a\r\n b\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nX: a\r\n\tb\r\nY: z\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\n: y\r\nX: z\r\n\r\n", "GET / HTTP/1.1\r\nHost: a\r\nX : y\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nX(): y\r\n\r\n", "GET / HTTP/1.1\r\nHost: a\r\njunk\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a b\r\n\r\n", "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n",
        "G\u{1}T / HTTP/1.1\r\nHost: a\r\n\r\n", "GET /?a=b%00c HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET /a%0Ab HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET /a%00b HTTP/1.1\r\nHost: a\r\n\r\n", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: +3\r\n\r\nabc",
    ])
    func `ambiguous framing is refused and the connection closed`(request: String) async throws {
        let server = try echo()
        let answer = await talk(to: server.port, [request])
        #expect(answer.hasPrefix("HTTP/1.1 400 "), "\(answer)")
        await server.stop(drain: .seconds(1))
    }

    @Test(arguments: [
        "GET /x HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
        "GET /x HTTP/1.1\r\nHost:a:80\r\nConnection:close\r\n\r\n",
        "GET /x HTTP/1.1\r\nHost: \t [::1]:80 \t\r\nX:\r\nY:    \r\nConnection: close\r\n\r\n",
        "GET /x?a=%E6%B5%8B&b=&c HTTP/1.1\r\nCookie: a=b; c=d\r\nHost: a\r\nX: 测\r\nConnection: close\r\n\r\n",
        "GET /x HTTP/1.0\r\nX: y\r\n\r\n", "GET /x HTTP/1.0\r\nHost: a\r\n\r\n",
        "POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nConnection: close\r\n\r\n\0a",
        "POST /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n1\r\na\r\n0\r\n\r\n",
    ])
    func `a request by the letter is taken, however it is spaced`(request: String) async throws {
        let server = try echo()
        let whole = await talk(to: server.port, [request])
        #expect(whole.contains(" 200 OK") && whole.contains("X-Path: /x\r\n"), "\(whole)")
        // Byte by byte, with the library's buffer never holding more than what came.
        let pieces = request.utf8.map { String(decoding: [$0], as: UTF8.self) }
        if request.utf8.allSatisfy({ $0 < 0x80 }) {
            #expect(await talk(to: server.port, pieces).contains(" 200 OK"))
        }
        await server.stop(drain: .seconds(1))
    }

    @Test func `many long fields are taken as they are`() async throws {
        let server = try echo()
        let fields = (0..<60).map { "X-\($0): \(String(repeating: "v", count: 300))\r\n" }.joined()
        let answer = await talk(
            to: server.port, ["GET /x HTTP/1.1\r\n", fields, "Host: a\r\nConnection: close\r\n\r\n"], pause: 1000)
        #expect(answer.hasPrefix("HTTP/1.1 200 "))
        await server.stop(drain: .seconds(1))
    }

    @Test func `whoever does not read its answer is cut off`() async throws {
        var configuration = HTTPServerConfiguration(host: "127.0.0.1", port: 0)
        configuration.answerDeadline = .milliseconds(200)
        let server = try HTTPServer(configuration: configuration) { _ in
            HTTPResponse(status: 200, body: Array(repeating: 65, count: 32 << 20))
        }
        let descriptor = try #require(dial(server.port))
        let request = Array("GET / HTTP/1.1\r\nHost: a\r\n\r\n".utf8)
        send(descriptor, request, request.count, Int32(MSG_NOSIGNAL))
        while server.openConnections == 0 { try await Task.sleep(for: .milliseconds(5)) }
        // Ends only because the server gives it up: nothing is read here.
        while server.openConnections > 0 { try await Task.sleep(for: .milliseconds(5)) }
        close(descriptor)
        await server.stop(drain: .seconds(1))
    }

    @Test func `a gigabyte that is only declared is refused at once`() async throws {
        let server = try echo()
        let answer = await talk(to: server.port, ["POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1073741824\r\n\r\n"])
        #expect(answer.hasPrefix("HTTP/1.1 413 "))
        await server.stop(drain: .seconds(1))
    }

    @Test func `an undeclared body over the limit is refused after it was read`() async throws {
        let server = try echo { $0.maxBodyBytes = 10 }
        let answer = await talk(
            to: server.port,
            ["POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nb\r\n12345678901\r\n0\r\n\r\n"])
        #expect(answer.hasPrefix("HTTP/1.1 413 "))
        await server.stop(drain: .seconds(1))
    }

    @Test func `a sender that trickles its header or its body is cut off`() async throws {
        let server = try echo {
            $0.headerDeadline = .milliseconds(200)
            $0.bodyDeadline = .milliseconds(200)
        }
        // Two minutes of it: however late the server looks at its clock, it ends only because it is given up.
        let slow = Array(repeating: "x", count: 6_000)
        let header = await talk(to: server.port, ["GET / HTTP/1.1\r\nHost: a\r\nX: "] + slow, pause: 20_000)
        #expect(!header.hasPrefix("HTTP/1.1 200"))
        let body = await talk(
            to: server.port, ["POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 6001\r\n\r\n"] + slow, pause: 20_000)
        #expect(!body.hasPrefix("HTTP/1.1 200"))
        await server.stop(drain: .seconds(1))
    }

    @Test func `pipelined requests are answered in order`() async throws {
        let server = try echo()
        let one = "POST /1 HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\n1"
        let two = "POST /2 HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nConnection: close\r\n\r\n2"
        let answer = await talk(to: server.port, [one + two])
        let first = try #require(answer.range(of: "X-Path: /1"))
        let second = try #require(answer.range(of: "X-Path: /2"))
        #expect(first.lowerBound < second.lowerBound)
        await server.stop(drain: .seconds(1))
    }

    @Test func `a stop while requests are suspended answers them and does not abort`() async throws {
        let (entered, enter) = AsyncStream<Void>.makeStream()
        let (gate, open) = AsyncStream<Void>.makeStream()
        let server = try HTTPServer(configuration: HTTPServerConfiguration(host: "127.0.0.1", port: 0)) { _ in
            enter.yield()
            for await _ in gate {}
            return HTTPResponse(status: 200)
        }
        let client = HTTPClient()
        let url = "http://127.0.0.1:\(server.port)/"
        async let answer = client.send(
            OutgoingRequest(method: "POST", url: url, headers: [], body: [1], timeout: .seconds(600)))
        for await _ in entered { break }
        await server.stop(drain: .milliseconds(50))
        #expect(try await answer.status == 503)
        open.finish()
        await client.close()
    }

    @Test func `a client that nobody holds any more closes its connections`() async throws {
        // The server itself would not let go of it.
        let server = try echo { $0.idleSeconds = 3600 }
        var client: HTTPClient? = HTTPClient()
        _ = try await client?.send(
            OutgoingRequest(
                method: "GET", url: "http://127.0.0.1:\(server.port)/", headers: [], body: [], timeout: .seconds(600)))
        #expect(server.openConnections == 1)
        client = nil
        let end = ContinuousClock.now + .seconds(120)
        while server.openConnections > 0, ContinuousClock.now < end { try await Task.sleep(for: .milliseconds(10)) }
        #expect(server.openConnections == 0)
        await server.stop(drain: .seconds(1))
    }

    @Test func `over the bound of requests in flight the answer is 503`() async throws {
        let server = try echo { $0.maxInFlight = 0 }
        #expect(await talk(to: server.port, ["GET / HTTP/1.1\r\nHost: a\r\n\r\n"]).hasPrefix("HTTP/1.1 503 "))
        await server.stop(drain: .seconds(1))
    }
}

@Suite struct ClientTests {
    @Test func `sixty-four requests at once come back each with its own body`() async throws {
        let server = try echo()
        let client = HTTPClient()
        let url = "http://127.0.0.1:\(server.port)/x"
        let answers = try await withThrowingTaskGroup(of: (Int, [UInt8]).self) { group in
            for number in 0..<64 {
                group.addTask {
                    let answer = try await client.send(
                        OutgoingRequest(
                            method: "POST", url: url, headers: [("X-A", "b")],
                            body: Array(repeating: UInt8(number), count: 5000), timeout: .seconds(600)))
                    return (number, answer.body)
                }
            }
            return try await group.reduce(into: [Int: [UInt8]]()) { $0[$1.0] = $1.1 }
        }
        #expect((0..<64).allSatisfy { answers[$0] == Array(repeating: UInt8($0), count: 5000) })
        await client.close()
        await server.stop(drain: .seconds(1))
    }

    @Test func `what cannot be reached and what is too large are told apart`() async throws {
        let server = try echo()
        let client = HTTPClient()
        let url = "http://127.0.0.1:\(server.port)/"
        await #expect(throws: HTTPClientError.answerTooLarge) {
            try await client.send(
                OutgoingRequest(
                    method: "POST", url: url, headers: [], body: Array(repeating: 1, count: 100),
                    timeout: .seconds(600), maxResponseBytes: 10))
        }
        await server.stop(drain: .seconds(1))
        await #expect(throws: HTTPClientError.notConnected) {
            try await client.send(
                OutgoingRequest(method: "GET", url: url, headers: [], body: [], timeout: .seconds(600)))
        }
        await #expect(throws: HTTPClientError.badAddress) {
            try await client.send(
                OutgoingRequest(method: "GET", url: "file:///etc/hostname", headers: [], body: [], timeout: .seconds(1))
            )
        }
        await client.close()
    }
}

@Test func `digests agree with the published vectors`() {
    let abc = Array("abc".utf8)
    #expect(Digest.hex(Digest.sm3(abc)) == "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0")
    #expect(Digest.hex(Digest.sha256(abc)) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
}

@Test func `a token past its last moment is told so, and only its holder is`() async throws {
    let hash = Digest.hex(Digest.sha256(Array("old".utf8)))
    let router = Router(
        routes: [Route("GET", "/v1/thing", for: .partner) { _, _ in HTTPResponse(status: 200) }],
        doorkeeper: Doorkeeper(callers: [hash: Caller(role: .partner, id: "court")], isExpired: { $0 == hash }),
        explain: { _, _ in Problem(.internalError, zh: "", en: "") })
    for (token, kind) in [("old", "credential-expired"), ("other", "unauthorized")] {
        let answer = await router.respond(
            to: HTTPRequest(
                method: "GET", path: "/v1/thing", query: [], headers: [("Authorization", "Bearer \(token)")], body: []))
        #expect(answer.status == 401)
        #expect(try JSONValue(parsing: answer.body)["type"]?.string == "urn:legal-aid-gateway:problem:\(kind)")
        #expect(answer.header("WWW-Authenticate")?.contains("invalid_token") == (token == "old"))
    }
}

@Test func `a router knows its callers, its paths and its methods`() async {
    let token = "t0ken"
    let doorkeeper = Doorkeeper(callers: [
        Digest.hex(Digest.sha256(Array(token.utf8))): Caller(role: .partner, id: "court")
    ])
    let router = Router(
        routes: [
            Route("GET", "/open") { _, _ in HTTPResponse(status: 200) },
            Route("GET", "/folder") { _, _ in HTTPResponse(status: 200) }.asFolder,
            Route("POST", "/v1/things/{id}/do", for: .partner) { _, visit in
                HTTPResponse(status: 200, body: Array((visit.value("id") + (try visit.caller().id)).utf8))
            },
            Route("GET", "/v1/desk", for: .operator) { _, _ in HTTPResponse(status: 200) },
        ], doorkeeper: doorkeeper, explain: { _, _ in Problem(.internalError, zh: "", en: "") })
    func ask(_ method: String, _ path: String, _ token: String?) async -> HTTPResponse {
        await router.respond(
            to: HTTPRequest(
                method: method, path: path, query: [],
                headers: token.map { [("authorization", "Bearer \($0)")] } ?? [], body: []))
    }
    #expect(await ask("GET", "/open", nil).status == 200)
    #expect(await ask("POST", "/v1/things/7/do", token).body == Array("7court".utf8))
    #expect(await ask("POST", "/v1/things/7/do", nil).status == 401)
    #expect(await ask("POST", "/v1/things/7/do", "other").status == 401)
    #expect(await ask("GET", "/v1/desk", token).status == 403)
    #expect(await ask("GET", "/v1/things/7/do", token).header("Allow") == "POST")
    #expect(await ask("GET", "/nowhere", token).status == 404)
    // Another spelling is another address.
    for path in ["//open", "/open/", "/open//", "/v1//desk", "/v1/things/7/do/", ""] {
        #expect(await ask("GET", path, token).status == 404, "\(path)")
    }
    #expect(await ask("GET", "/folder", nil).status == 200)
    #expect(await ask("GET", "/folder/", nil).status == 200)
    #expect(await ask("GET", "/folder//", nil).status == 404)
}
