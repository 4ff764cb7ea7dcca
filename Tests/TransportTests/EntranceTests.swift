import Foundation
import StrictJSON
import Synchronization
import Testing
import Vocabulary

@testable import Transport

private let court = Caller(role: .partner, id: "court")
private let police = Caller(role: .partner, id: "police")

/// Lets in whoever says its name; strangers on `/open` alone; `/health` always.
private func admit(_ head: HTTPRequest) -> Entrance {
    switch head.header("X-Name") {
    case "court": .open(Pass(caller: court))
    case "police": .open(Pass(caller: police))
    default:
        head.path == "/health"
            ? .open(Pass(isStranger: true, isEssential: true))
            : head.path == "/open" ? .open(Pass(isStranger: true)) : .refused(HTTPResponse(status: 401))
    }
}

/// A server whose `/slow` answers when it is told to, and whose `/news` waits until then.
private final class Hall: Sendable {
    let server: HTTPServer
    let client = HTTPClient()
    private let gate = Mutex<(isOpen: Bool, waiting: [CheckedContinuation<Void, Never>])>((false, []))
    private let inside = Mutex(0)

    init(_ change: (inout HTTPServerConfiguration) -> Void = { _ in }) throws {
        var configuration = HTTPServerConfiguration(host: "127.0.0.1", port: 0)
        change(&configuration)
        let hall = HallBox()
        server = try HTTPServer(configuration: configuration, admit: { admit($0) }) { request in
            await hall.answer(request)
        }
        hall.hall.withLock { $0 = self }
    }

    func answer(_ request: HTTPRequest) async -> HTTPResponse {
        switch request.path {
        case "/slow": await pass()
        case "/news":
            let caller = request.header("X-Name") == "court" ? court : police
            do { try await request.wait(for: caller) { await pass() } } catch { return error.response(to: request) }
        default: break
        }
        return HTTPResponse(
            status: 200, headers: [("X-Path", request.path), ("X-Host", request.header("Host") ?? "")],
            body: request.body)
    }

    private func pass() async {
        inside.withLock { $0 += 1 }
        await withCheckedContinuation { continuation in
            let isOpen = gate.withLock { gate in
                if !gate.isOpen { gate.waiting.append(continuation) }
                return gate.isOpen
            }
            if isOpen { continuation.resume() }
        }
    }

    func open() {
        let waiting = gate.withLock { gate in
            gate.isOpen = true
            defer { gate.waiting = [] }
            return gate.waiting
        }
        for one in waiting { one.resume() }
    }

    func until(inside count: Int) async throws {
        let end = ContinuousClock.now + .seconds(120)
        while inside.withLock({ $0 }) < count {
            guard ContinuousClock.now < end else { throw HTTPClientError.timedOut }
            try await Task.sleep(for: .milliseconds(5))
        }
    }

    func send(_ path: String, as name: String? = "court", _ count: Int = 0) async throws -> Int {
        try await client.send(
            OutgoingRequest(
                method: "POST", url: "http://127.0.0.1:\(server.port)\(path)",
                headers: name.map { [("X-Name", $0)] } ?? [], body: Array(repeating: 65, count: count),
                timeout: .seconds(600))
        ).status
    }

    func close() async {
        open()
        await client.close()
        await server.stop(drain: .seconds(1))
    }
}

/// The handler is made before the hall is.
private final class HallBox: Sendable {
    let hall = Mutex<Hall?>(nil)
    func answer(_ request: HTTPRequest) async -> HTTPResponse {
        await hall.withLock { $0 }?.answer(request) ?? HTTPResponse(status: 500)
    }
}

private func exchange(_ port: UInt16, _ pieces: [String], pause: useconds_t = 0) async -> String {
    await offThread { say(pieces, to: port, pause: pause) }
}

@Suite struct EntranceTests {
    @Test(arguments: ["Content-Length: 52428800", "Transfer-Encoding: chunked"])
    func `a stranger is refused by its header, before a byte of the body`(length: String) async throws {
        let hall = try Hall()
        // Nothing of the body is ever sent: an answer comes only because nobody waits for it.
        let answer = await exchange(hall.server.port, ["POST /slow HTTP/1.1\r\nHost: a\r\n\(length)\r\n\r\n"])
        #expect(answer.hasPrefix("HTTP/1.1 401 ") && answer.contains("Connection: close"), "\(answer)")
        await hall.close()
    }

    @Test func `where anybody may call, little is read`() async throws {
        let hall = try Hall { $0.maxStrangerBytes = 10 }
        #expect(try await hall.send("/open", as: nil, 10) == 200)
        let declared = await exchange(
            hall.server.port, ["POST /open HTTP/1.1\r\nHost: a\r\nContent-Length: 11\r\n\r\n"])
        #expect(declared.hasPrefix("HTTP/1.1 401 "))
        let undeclared = await exchange(
            hall.server.port,
            ["POST /open HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nb\r\n12345678901\r\n0\r\n\r\n"])
        #expect(undeclared.hasPrefix("HTTP/1.1 401 "))
        await hall.close()
    }

    @Test func `all bodies together are bounded, and those of strangers apart`() async throws {
        let hall = try Hall { $0.maxHeldBytes = 800 }
        async let first = hall.send("/slow", 500)
        try await hall.until(inside: 1)
        #expect(try await hall.send("/x", 500) == 503)
        #expect(try await hall.send("/x", 300) == 200)
        #expect(try await hall.send("/open", as: nil, 100) == 200)
        #expect(try await hall.send("/open", as: nil, 101) == 503)
        hall.open()
        #expect(try await first == 200)
        // Given back once the answer is sent, which its reader may see a little earlier.
        while try await hall.send("/x", 800) != 200 { try await Task.sleep(for: .milliseconds(5)) }
        await hall.close()
    }

    @Test func `who waits for news takes no place, and waits a few times only`() async throws {
        let hall = try Hall {
            $0.maxInFlight = 1
            $0.maxWaitingPerCaller = 2
        }
        // One after the other: who comes in takes the only place until it waits.
        async let one = hall.send("/news")
        try await hall.until(inside: 1)
        async let two = hall.send("/news")
        try await hall.until(inside: 2)
        #expect(try await hall.send("/news") == 429)
        async let other = hall.send("/news", as: "police")
        try await hall.until(inside: 3)
        #expect(try await hall.send("/x") == 200)
        hall.open()
        #expect(try await [one, two, other] == [200, 200, 200])
        await hall.close()
    }

    @Test func `health calls are answered however busy the gateway is`() async throws {
        let hall = try Hall {
            $0.maxInFlight = 1
            $0.maxConnections = 1
        }
        async let slow = hall.send("/slow")
        try await hall.until(inside: 1)
        #expect(try await hall.send("/x") == 503)
        #expect(try await hall.send("/health", as: nil) == 200)
        hall.open()
        #expect(try await slow == 200)
        await hall.close()
    }

    @Test func `a second request on a connection is timed like the first`() async throws {
        let hall = try Hall { $0.headerDeadline = .milliseconds(300) }
        let slow = Array(repeating: "x", count: 6_000)
        let answer = await exchange(
            hall.server.port,
            ["GET /one HTTP/1.1\r\nX-Name: court\r\nHost: a\r\n\r\n", "GET /two HTTP/1.1\r\nX: "] + slow,
            pause: 20_000)
        // Two minutes of it would be idle by the library's own reckoning, which any byte begins anew.
        #expect(answer.contains("X-Path: /one") && !answer.contains("X-Path: /two"))
        await hall.close()
    }

    @Test func `of one address only so many connections may be idle`() async throws {
        let hall = try Hall { $0.maxIdlePerAddress = 2 }
        let sockets = try (0..<5).map { _ in try #require(dial(hall.server.port)) }
        // Some may be closed before the last is taken.
        func areClosed() -> Int {
            var byte: UInt8 = 0
            return sockets.count { recv($0, &byte, 1, Int32(MSG_PEEK) | Int32(MSG_DONTWAIT)) == 0 }
        }
        while areClosed() < 3 { try await Task.sleep(for: .milliseconds(5)) }
        while hall.server.openConnections > 2 { try await Task.sleep(for: .milliseconds(5)) }
        #expect(areClosed() == 3)
        for socket in sockets { close(socket) }
        await hall.close()
    }

    @Test(arguments: [
        ("GET http://b:80/one?q=1 HTTP/1.1", "/one", "b:80"), ("GET HTTPS://b/ HTTP/1.1", "/", "b"),
        ("GET http://b HTTP/1.1", "/", "b"), ("GET http://b?q=1 HTTP/1.1", "/", "b"),
        ("GET /http://b/ HTTP/1.1", "/http://b/", "a"),
    ])
    func `an absolute target is its path, and its authority the host`(line: String, path: String, host: String)
        async throws
    {
        let hall = try Hall()
        let answer = await exchange(
            hall.server.port, ["\(line)\r\nX-Name: court\r\nHost: a\r\nConnection: close\r\n\r\n"])
        #expect(answer.contains("X-Path: \(path)\r\n") && answer.contains("X-Host: \(host)\r\n"), "\(answer)")
        await hall.close()
    }

    @Test func `what is malformed or too much of a header is told as a problem of ours`() async throws {
        let hall = try Hall {
            $0.problem = { HTTPResponse(status: $0, headers: [("Content-Type", "application/problem+json")]) }
        }
        let many = (0...100).map { "a\($0)=b" }.joined(separator: "&")
        let most = String(repeating: "a&", count: 15_000)
        // Beyond our bound, and well within what the library holds of a header.
        let half = String(repeating: "a&", count: 8_500)
        for (line, field, status) in [
            ("/x?\(most)", "", 400), ("/x?a=\(most)", "", 400), ("/x\(half)?\(half)", "", 414),
            ("/\(String(repeating: "v", count: 33 << 10))", "", 414),
            ("http://a%41/", "", 400), ("http://u@a/", "", 400), ("ftp://a/", "", 400), ("/x?\(many)", "", 400),
            ("/x", "X: \(String(repeating: "v", count: 33 << 10))\r\n", 431),
        ] {
            let answer = await exchange(
                hall.server.port, ["GET \(line) HTTP/1.1\r\nX-Name: court\r\nHost: a\r\n\(field)\r\n"])
            #expect(
                answer.hasPrefix("HTTP/1.1 \(status) ") && answer.contains("problem+json"),
                "\(line.count) \(line.prefix(24)) \(status): \(answer.prefix(200))")
        }
        await hall.close()
    }

    @Test func `what a proxy says of the sender is believed of those that are named`() async throws {
        func source(_ peer: String, proxies: Set<String> = []) -> (String, Bool) {
            var request = HTTPRequest(
                method: "GET", path: "/", query: [],
                headers: [("X-Forwarded-For", "203.0.113.1"), ("X-Forwarded-Proto", "https")], body: [], peer: peer)
            request.isProxied = request.isProxied || proxies.contains(peer)
            return (request.source, request.isSecure)
        }
        #expect(source("127.0.0.1") == ("203.0.113.1", true))
        #expect(source("192.0.2.1") == ("192.0.2.1", false))
        #expect(source("192.0.2.1", proxies: ["192.0.2.1"]) == ("203.0.113.1", true))
    }

    @Test func `the listener takes IPv6 where the machine has it`() async throws {
        #expect(ListenAddress("::1", 0) != nil && ListenAddress("localhost", 0) == nil)
        guard FileManager.default.contents(atPath: "/proc/net/if_inet6")?.isEmpty == false else { return }
        let server = try HTTPServer(configuration: HTTPServerConfiguration(host: "::1", port: 0)) { request in
            HTTPResponse(status: 200, body: Array(request.peer.utf8))
        }
        let client = HTTPClient()
        let answer = try await client.send(
            OutgoingRequest(
                method: "GET", url: "http://[::1]:\(server.port)/", headers: [], body: [], timeout: .seconds(600)))
        #expect(answer.status == 200 && answer.body == Array("::1".utf8))
        await client.close()
        await server.stop(drain: .seconds(1))
    }

    @Test func `a caller has a minute's calls at once, then as many as come by the second`() throws {
        let rate = CallRate { $0 == court ? 3 : nil }
        let start = ContinuousClock.now
        for _ in 0..<3 { try rate.take(court, at: start) }
        do {
            try rate.take(court, at: start)
            Issue.record("the fourth was taken")
        } catch {
            #expect(error.kind == .rateExceeded && error.headers.first?.value == "20")
        }
        #expect(throws: Problem.self) { try rate.take(court, at: start + .seconds(19)) }
        try rate.take(court, at: start + .seconds(21))
        #expect(throws: Problem.self) { try rate.take(court, at: start + .seconds(22)) }
        for _ in 0..<10 { try rate.take(police, at: start) }
    }
}
