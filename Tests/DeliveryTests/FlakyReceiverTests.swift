import Foundation
import Messaging
import Testing
import Transport
import Vocabulary

@testable import Delivery

@Suite struct FlakyReceiverTests {
    @Test(arguments: [
        RawListener.Manner.reset, .say(""), .say("garbage\r\n\r\n"),
        .say("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf"),
        .say("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"),
    ])
    func `a connection that breaks is no answer, and nobody else waits for it`(manner: RawListener.Manner) async throws
    {
        let broken = RawListener(manner)
        let sound = try Receiver()
        let hall = try await DeliveryHall(partners: [partner("court", broken.url), partner("police", sound.url)])
        let application = try await hall.application()
        try await hall.status(application, to: "court", "1")
        try await hall.status(application, to: "court", "2")
        try await hall.status(application, to: "police", "1")
        for _ in 0..<30 {
            _ = try await hall.courier.drain()
            hall.advance(seconds: 60)
        }
        #expect(sound.confirmed == ["1"])
        #expect(try await hall.backlog() == 2)
        #expect(try await hall.deadLetters().isEmpty)
        #expect(hall.report("court")?.lastProblem?.hasPrefix("not reached: ") == true)
        #expect(hall.report("court")?.circuit.name == .open)
        broken.stop()
        await sound.stop()
        await hall.remove()
    }

    @Test func `a receiver that never answers is given up in time and tried again`() async throws {
        let gate = Gate()
        let silent = try Receiver { _ in
            await gate.pass()
            return HTTPResponse(status: 200)
        }
        let court = partner("court", silent.url) { $0.timeout = .milliseconds(50) }
        let hall = try await DeliveryHall(partners: [court])
        try await hall.status(try await hall.application(), to: "court", "a")
        #expect(try await hall.courier.drain() == 1)
        #expect(hall.report("court")?.lastProblem == "not reached: timedOut")
        gate.open()
        hall.advance(seconds: 10)
        // Whatever the machine's load, some later try is in time.
        while try await hall.backlog() > 0 {
            _ = try await hall.courier.drain()
            hall.advance(seconds: 900)
        }
        await silent.stop()
        await hall.remove()
    }

    @Test func `a push that takes its time is not begun anew by another courier`() async throws {
        let gate = Gate()
        let (entered, enter) = AsyncStream<Void>.makeStream()
        let slow = try Receiver { _ in
            enter.yield()
            await gate.pass()
            return HTTPResponse(status: 200)
        }
        let hall = try await DeliveryHall(partners: [partner("court", slow.url)])
        try await hall.status(try await hall.application(), to: "court", "a")
        async let first = hall.courier.drain()
        for await _ in entered { break }
        hall.advance(seconds: 600)
        #expect(try await hall.courier.drain() == 0)
        gate.open()
        #expect(try await first == 1)
        #expect(try await hall.backlog() == 0)
        #expect(slow.requests.count == 1)
        await slow.stop()
        await hall.remove()
    }

    @Test(.enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/openssl"), "needs the openssl command"))
    func `an expired certificate is not trusted, one of the same authority in force is`() async throws {
        let keys = try Certificates()
        defer { keys.remove() }
        let expired = try keys.serve(days: -1)
        let valid = try keys.serve(days: 1)
        let untrusted = try keys.serve(days: 1)
        let hall = try await DeliveryHall(partners: [
            partner("expired", "https://127.0.0.1:\(expired.port)/") { $0.authorities = keys.authority },
            partner("valid", "https://127.0.0.1:\(valid.port)/") { $0.authorities = keys.authority },
            partner("unknown", "https://127.0.0.1:\(untrusted.port)/"),
        ])
        for name in ["expired", "unknown"] {
            try await hall.status(try await hall.application(), to: name, "a")
        }
        #expect(try await hall.courier.drain() == 2)
        #expect(hall.report("expired")?.lastProblem == "not reached: certificateNotTrusted")
        #expect(hall.report("unknown")?.lastProblem == "not reached: certificateNotTrusted")
        #expect(try await hall.backlog() == 2)
        try await hall.status(try await hall.application(), to: "valid", "a")
        #expect(try await hall.courier.drain() == 1)
        #expect(hall.report("valid")?.lastSuccess != nil)
        #expect(try await hall.deadLetters().isEmpty)
        expired.stop()
        valid.stop()
        untrusted.stop()
        await hall.remove()
    }
}

/// An authority of the test's own, and servers with certificates of it.
private struct Certificates {
    private let folder = FileManager.default.temporaryDirectory.appending(path: "keys-\(UUID().uuidString)")

    var authority: String { folder.appending(path: "ca.pem").path }

    init() throws {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try "subjectAltName=IP:127.0.0.1\n".write(
            to: folder.appending(path: "extensions"), atomically: true, encoding: .utf8)
        let curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
        try openssl(["req", "-x509"] + curve + ["-subj", "/CN=authority", "-keyout", "ca.key", "-out", "ca.pem"])
        try openssl(["req"] + curve + ["-subj", "/CN=receiver", "-keyout", "receiver.key", "-out", "receiver.csr"])
    }

    /// Answers whoever completes the handshake with 200.
    func serve(days: Int) throws -> (port: UInt16, stop: () -> Void) {
        let certificate = "\(days).pem"
        try openssl([
            "x509", "-req", "-in", "receiver.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-set_serial", "1", "-days",
            "\(days)", "-extfile", "extensions", "-out", certificate,
        ])
        let server = process(["s_server", "-accept", "127.0.0.1:0", "-cert", certificate, "-key", "receiver.key"])
        let input = Pipe()
        let output = Pipe()
        server.standardInput = input
        server.standardOutput = output
        try server.run()
        // Said to the first that connects.
        try input.fileHandleForWriting.write(
            contentsOf: Data("HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".utf8))
        var text = ""
        while let byte = try output.fileHandleForReading.read(upToCount: 1), !byte.isEmpty {
            text += String(decoding: byte, as: UTF8.self)
            guard text.hasSuffix("\n"), let line = text.split(separator: "\n").last, line.hasPrefix("ACCEPT ") else {
                continue
            }
            // By a thread, not a handler: Dispatch's list of watched descriptors does not outlive one that is closed and
            // given out again.
            Thread.detachNewThread { while !output.fileHandleForReading.availableData.isEmpty {} }
            let port = line.split(separator: ":").last.flatMap { UInt16($0) } ?? 0
            return (
                port,
                {
                    // What it may have inherited blocks gentler signals.
                    kill(server.processIdentifier, SIGKILL)
                    server.waitUntilExit()
                    try? input.fileHandleForWriting.close()
                }
            )
        }
        throw CocoaError(.fileReadUnknown)
    }

    private func process(_ arguments: [String]) -> Process {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/openssl")
        process.arguments = arguments
        process.currentDirectoryURL = folder
        process.standardError = FileHandle.nullDevice
        return process
    }

    private func openssl(_ arguments: [String]) throws {
        let process = process(arguments)
        process.standardOutput = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0, "openssl \(arguments)")
    }

    func remove() { try? FileManager.default.removeItem(at: folder) }
}
