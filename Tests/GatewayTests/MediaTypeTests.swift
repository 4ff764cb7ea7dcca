import Foundation
import StrictJSON
import Testing
import Transport

@testable import gateway

/// What the door takes as a document, over real HTTP.
@Suite struct MediaTypes {
    private static func packed(_ bytes: [UInt8]) throws -> [UInt8] {
        let file = FileManager.default.temporaryDirectory.appending(path: "body-\(UUID().uuidString)")
        try Data(bytes).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/gzip")
        process.arguments = ["-c", file.path]
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        let data = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return [UInt8](data)
    }

    private static func send(
        _ body: [UInt8], _ headers: [(String, String)], to gateway: GatewayProcess, path: String = "/v1/referrals"
    ) async throws -> HTTPResponse {
        try await gateway.remote.client.send(
            OutgoingRequest(
                method: "POST", url: "http://127.0.0.1:\(gateway.port)\(path)",
                headers: [("Authorization", "Bearer \(GatewayProcess.partnerToken)")] + headers, body: body,
                timeout: .seconds(600)))
    }

    @Test func `gzip is taken, a bomb and other codings are not, and what is no document leaves nothing behind`()
        async throws
    {
        let gateway = try GatewayProcess()
        try gateway.start()
        let xml = ("Content-Type", "application/xml")
        let plain = courtNotice("GZ-1")
        let taken = try await Self.send(try Self.packed(plain), [xml, ("Content-Encoding", "gzip")], to: gateway)
        #expect(taken.status == 202)
        // The same document unpacked is the same message.
        #expect(try await Self.send(plain, [xml], to: gateway).status == 200)

        let bomb = try Self.packed(Array(repeating: 0x20, count: 60 << 20))
        #expect(try await Self.send(bomb, [xml, ("Content-Encoding", "gzip")], to: gateway).status == 413)
        #expect(try await Self.send(plain, [xml, ("Content-Encoding", "gzip")], to: gateway).status == 400)
        for coding in ["br", "deflate", "zstd", "gzip, gzip"] {
            let answer = try await Self.send(plain, [xml, ("Content-Encoding", coding)], to: gateway)
            #expect(answer.status == 415)
            #expect(answer.header("Accept-Encoding") == "gzip, identity")
        }

        let pdf = Array("%PDF-1.4\n".utf8)
        let form = Array("--x\r\nContent-Disposition: form-data; name=\"f\"\r\n\r\n<R/>\r\n--x--\r\n".utf8)
        for (type, body) in [
            ("multipart/form-data; boundary=x", form), ("multipart/mixed", plain),
            ("image/png", [0x89, 0x50, 0x4E, 0x47]),
            ("image/jpeg", plain), ("application/pdf", pdf), ("application/xml", pdf),
            ("application/octet-stream", pdf),
            ("application/zip", [0x50, 0x4B, 0x03, 0x04]), ("application/gzip", try Self.packed(plain)),
            ("application/octet-stream", try Self.packed(plain)), ("application/xml", Array("您好".utf8)),
            ("application/json", Array("true".utf8)), ("application/json", Array("\"<a/>\"".utf8)), ("text/xml", form),
            ("application/xml", [0x89, 0x50, 0x4E, 0x47]), ("", pdf), ("image/svg+xml", [0xFF, 0xD8, 0xFF, 0xE0]),
            ("text/plain", Array("您好".utf8)),
            ("application/x-www-form-urlencoded", Array("xml=%3CR%2F%3E".utf8)), ("application/msword", plain),
        ] {
            for path in ["/v1/referrals", "/v1/translate"] {
                let answer = try await Self.send(body, [("Content-Type", type)], to: gateway, path: path)
                #expect(answer.status == 415, "\(type) to \(path)")
                #expect(answer.header("Accept") == "application/xml, application/json")
            }
        }
        for empty in [[], Array(" \r\n\t".utf8)] {
            for path in ["/v1/referrals", "/v1/translate"] {
                #expect(try await Self.send(empty, [xml], to: gateway, path: path).status == 400)
            }
        }
        #expect(try await gateway.desk.ask("GET", "/v1/dead-letters")["deadLetters"]?.array?.isEmpty ?? false)

        for (number, type) in ["application/xml", "text/xml; charset=utf-8", "application/octet-stream", "text/plain"]
            .enumerated()
        {
            let answer = try await Self.send(courtNotice("MT-\(number)"), [("Content-Type", type)], to: gateway)
            #expect(answer.status == 202, "\(type)")
        }
        #expect(try await Self.send(courtNotice("MT-none"), [], to: gateway).status == 202)
        gateway.stop()
        gateway.remove()
    }
}
