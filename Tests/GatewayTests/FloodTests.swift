import Foundation
import StrictJSON
import Testing
import Transport

@testable import Operations
@testable import gateway

/// Many at once, who mean no good: memory stays bounded, and whoever has work to do is served.
@Suite(.serialized) struct FloodTests {
    /// Connections of strangers that do not wait for anything.
    private final class Crowd {
        private(set) var sockets: [Int32] = []
        private var answers: [String]
        private let port: UInt16

        init(_ count: Int, at port: UInt16) throws {
            self.port = port
            answers = Array(repeating: "", count: count)
            var limit = rlimit()
            getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
            limit.rlim_cur = limit.rlim_max
            setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
            for _ in 0..<count { sockets.append(try Self.connection(to: port)) }
        }

        deinit { for socket in sockets { close(socket) } }

        private static func connection(to port: UInt16) throws -> Int32 {
            let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_port = port.bigEndian
            inet_pton(AF_INET, "127.0.0.1", &address.sin_addr)
            let connected = withUnsafePointer(to: &address) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
                }
            }
            guard connected == 0 else { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }
            return descriptor
        }

        /// Sends as much as is taken at once; returns how many bytes that were.
        @discardableResult
        func say(_ bytes: [UInt8], by index: Int) -> Int {
            let sent = send(sockets[index], bytes, bytes.count, Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT))
            return max(0, sent)
        }

        /// What it has been answered by now.
        func answer(to index: Int) -> String {
            var buffer = [UInt8](repeating: 0, count: 4096)
            while case let count = recv(sockets[index], &buffer, buffer.count, Int32(MSG_DONTWAIT)), count > 0 {
                answers[index] += String(decoding: buffer[..<count], as: UTF8.self)
            }
            return answers[index]
        }

        func anew(_ index: Int) throws {
            close(sockets[index])
            answers[index] = ""
            sockets[index] = try Self.connection(to: port)
        }
    }

    /// The most memory that a gateway ever had, in KiB.
    private func peak(_ gateway: GatewayProcess) throws -> Int {
        let status = try String(contentsOfFile: "/proc/\(gateway.identifier)/status", encoding: .utf8)
        let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
        return try #require(line?.split { !$0.isNumber }.first.flatMap { Int($0) })
    }

    @Test func `a thousand strangers with 50 MB each cost nobody anything`() async throws {
        let gateway = try GatewayProcess()
        try gateway.set(#"<limits connections="1100" headerSeconds="600" bodySeconds="600"/>"#)
        try gateway.start()
        for number in 0..<20 { _ = try await gateway.send(courtNotice("W-\(number)")) }
        let before = try peak(gateway)
        let crowd = try Crowd(1000, at: gateway.port)
        let heads = [
            "POST /v1/referrals HTTP/1.1\r\nHost: a\r\nContent-Length: 52428800\r\n\r\n",
            "POST /v1/referrals HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer guess\r\nContent-Length: 52428800\r\n\r\n",
            "POST /console/sign-in HTTP/1.1\r\nHost: a\r\nContent-Length: 52428800\r\n\r\n",
            "POST /v1/session HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n",
        ]
        // A chunk of a body whose length nobody has said is 64 KiB.
        let data = Array("10000\r\n".utf8) + Array(repeating: UInt8(ascii: "a"), count: 65_536) + Array("\r\n".utf8)
        var sent = 0
        for index in crowd.sockets.indices { crowd.say(Array(heads[index % heads.count].utf8), by: index) }
        for round in 0..<20 {
            for index in crowd.sockets.indices { sent += crowd.say(data, by: index) }
            #expect(try await gateway.send(courtNotice("S-\(round)"))["outcome"] == "accepted")
            #expect(try await gateway.remote.call("GET", "/healthz").status == 200)
        }
        for index in crowd.sockets.indices {
            // Some are cut off in the midst of what they say, and hear nothing of it.
            let answer = crowd.answer(to: index)
            #expect(
                answer.isEmpty || answer.hasPrefix("HTTP/1.1 401 ") || answer.hasPrefix("HTTP/1.1 503 "), "\(answer)")
        }
        let growth = try peak(gateway) - before
        print("a thousand strangers, \(sent >> 20) MiB sent: peak RSS \(before >> 10) MiB before, +\(growth >> 10) MiB")
        #expect(growth < 256 << 10)
        #expect(try await gateway.institution.leases().count == 40)
        gateway.stop()
        gateway.remove()
    }

    @Test func `five hundred calls that wait leave other calls and health as they are`() async throws {
        let gateway = try GatewayProcess(courtWays: "")
        try gateway.set(
            #"<limits waitingCalls="500" idlePerAddress="1000" inFlight="64" headerSeconds="600" bodySeconds="600"/>"#)
        try gateway.start()
        let crowd = try Crowd(500, at: gateway.port)
        let call = Array(
            "GET /v1/status-events?wait=30 HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer \(GatewayProcess.partnerToken)\r\n\r\n"
                .utf8)
        for index in crowd.sockets.indices { crowd.say(call, by: index) }
        // Who comes in before those before it have begun to wait may be sent away, and asks again.
        func askAgain() throws -> Bool {
            let sentAway = crowd.sockets.indices.filter { crowd.answer(to: $0).hasPrefix("HTTP/1.1 503 ") }
            for index in sentAway {
                try crowd.anew(index)
                crowd.say(call, by: index)
            }
            return sentAway.isEmpty
        }
        _ = try await eventually("nobody was sent away") {
            _ = try await gateway.remote.call("GET", "/healthz")
            return try askAgain() ? true : nil
        }
        // More of them than there are places to work.
        #expect(crowd.sockets.indices.count { crowd.answer(to: $0).isEmpty } > 64)
        for round in 0..<20 {
            #expect(try await gateway.operator("other-token").ask("GET", "/v1/messages")["messages"] != nil)
            #expect(try await gateway.remote.call("GET", "/healthz").status == 200)
            #expect(try await gateway.remote.call("GET", "/readyz").status == 200)
            if round == 0 { _ = try await gateway.remote.download("/metrics") }
        }
        _ = try await gateway.send(courtNotice("W-1"))
        for lease in try await gateway.institution.leases() { try await gateway.institution.acknowledge(lease) }
        // Each is told the news that it waited for.
        for index in crowd.sockets.indices {
            let answer = try await eventually("call \(index) was answered") {
                let answer = crowd.answer(to: index)
                return try askAgain() && !answer.isEmpty ? answer : nil
            }
            #expect(answer.hasPrefix("HTTP/1.1 200 "), "\(answer)")
        }
        gateway.stop()
        gateway.remove()
    }

    @Test func `a flood of sign-ins neither locks the administrator out nor fills the audit trail`() async throws {
        let gateway = try GatewayProcess()
        try gateway.start()
        let admin = try await ConsoleVisitor.add("guan", "administrator", to: gateway)
        let client = HTTPClient()
        let port = gateway.port
        let began = ContinuousClock.now
        let tried = Shared<[Int: Int]>([:])
        @Sendable func guess(_ number: Int) async throws {
            // A proxy on this machine is believed from where they come.
            let body: JSONValue = [
                "name": number.isMultiple(of: 2) ? "guan" : .string("name-\(number)"), "password": "guess",
            ]
            let answer = try await client.send(
                OutgoingRequest(
                    method: "POST", url: "http://127.0.0.1:\(port)/v1/session",
                    headers: [("Content-Type", "application/json"), ("X-Forwarded-For", "198.51.100.\(number % 40)")],
                    body: body.serialized(), timeout: .seconds(600)))
            tried.withLock { $0[answer.status, default: 0] += 1 }
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for connection in 0..<32 {
                group.addTask { for number in stride(from: connection, to: 160, by: 32) { try await guess(number) } }
            }
            // In the midst of it, from the browser that was signed in before.
            _ = try await eventually("guesses were refused") { tried.withLock { $0[401, default: 0] } > 2 ? true : nil }
            #expect(try await admin.signIn("guan", "password of guan") == 303)
            #expect(try await admin.get("/").status == 200)
            try await group.waitForAll()
        }
        let statuses = tried.withLock { $0 }
        #expect(Set(statuses.keys).isSubset(of: [401, 429, 503]), "\(statuses)")
        #expect(try await admin.signIn("guan", "password of guan") == 303)
        let rows = try await gateway.operator("auditor").ask("GET", "/v1/audit?limit=200")["entries"]?.array ?? []
        #expect(rows.count { $0["action"] == "signInFailed" } <= 10)
        // Each half minute a few rows tell of all that were refused in it, however many, and from wherever.
        let turns = Int((ContinuousClock.now - began) / .seconds(30)) + 2
        #expect(rows.count < 15 + turns * (RefusedCredentials.limit + 2), "\(rows.count)")
        await admin.leave()
        await client.close()
        gateway.stop()
        gateway.remove()
    }
}
