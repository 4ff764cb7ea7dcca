import Foundation
import Messaging
import Storage
import StrictJSON
import Testing
import Transport
import Vocabulary

@testable import gateway

/// Papers that institutions fetch, and those that partners upload before their message (`config/institutions.md`).
@Suite struct AttachmentTests {
    /// Bytes that look like a PDF and have no pattern.
    private static func paper(_ size: Int, seed: UInt64 = 1) -> [UInt8] {
        var state = seed
        return Array("%PDF-1.7\n".utf8)
            + (0..<size).map { _ in
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                return UInt8(truncatingIfNeeded: state >> 33)
            }
    }

    private static func sha256(_ bytes: [UInt8]) -> String { Digest.hex(Digest.sha256(bytes)) }

    private static func send(
        _ remote: Remote, _ method: String, _ path: String, _ headers: [(String, String)] = [], body: [UInt8] = []
    ) async throws -> HTTPResponse {
        try await remote.client.send(
            OutgoingRequest(
                method: method, url: remote.url + path,
                headers: [("Authorization", "Bearer \(remote.token)")] + headers, body: body, timeout: .seconds(600),
                maxResponseBytes: 8 << 20))
    }

    /// A notice that its institution has signed in, with one supplement.
    private static func application(
        _ flow: FlowGateway, _ id: String, materials: [JSONValue]
    ) async throws -> (number: String, receipt: JSONValue) {
        _ = try await flow.partner("court").ask(
            "POST", "/v1/referrals", body: courtNotice(id), mediaType: "application/xml")
        let receipt = try await flow.send(
            "supplement", id + "-B", from: "court",
            [("reference", ["messageId": .string(id)]), ("materials", .array(materials))])
        let number = try await flow.signIn("CZ-TN")["applicationNo"]?.string ?? ""
        return (number, receipt)
    }

    @Test func `what came within a message is fetched whole and in parts, by the responsible institution alone`()
        async throws
    {
        let flow = try FlowGateway()
        let bytes = Self.paper(200_000)
        let text = Data(bytes).base64EncodedString(options: .lineLength76Characters)
        let (number, _) = try await Self.application(
            flow, "AT-1",
            materials: [
                ["kind": "indictment", "title": "起诉书", "content": .string(text)],
                ["kind": "judgment", "title": "只有名称"],
            ])
        let tianning = flow.institution("CZ-TN")
        let path = "/v1/applications/\(number)/attachments/"
        let whole = try await Self.send(tianning, "GET", path + "0")
        #expect(whole.status == 200 && whole.body == bytes)
        #expect(whole.header("Content-Type") == "application/pdf")
        let tag = "\"\(Digest.hex(Digest.sm3(bytes)))\""
        #expect(whole.header("ETag") == tag)
        let digest = Data(Digest.sha256(bytes)).base64EncodedString()
        #expect(whole.header("Repr-Digest") == "sha-256=:\(digest):")
        let part = try await Self.send(tianning, "GET", path + "0", [("Range", "bytes=100000-"), ("If-Range", tag)])
        #expect(part.status == 206 && part.body == Array(bytes[100_000...]))
        #expect(part.header("Content-Range") == "bytes 100000-\(bytes.count - 1)/\(bytes.count)")
        let changed = try await Self.send(
            tianning, "GET", path + "0", [("Range", "bytes=5-9"), ("If-Range", "\"another\"")])
        #expect(changed.status == 200 && changed.body == bytes)
        let beyond = try await Self.send(tianning, "GET", path + "0", [("Range", "bytes=\(bytes.count)-")])
        #expect(beyond.status == 416 && beyond.header("Content-Range") == "bytes */\(bytes.count)")
        #expect(try await Self.send(tianning, "GET", path + "0", [("If-None-Match", tag)]).status == 304)
        // No content, no such place, none of theirs.
        for place in ["1", "2", "-1", "x", "99999999999999999999"] {
            #expect(try await Self.send(tianning, "GET", path + place).status == 404, "\(place)")
        }
        #expect(try await Self.send(flow.institution("CZ-WJ"), "GET", path + "0").status == 404)
        #expect(try await Self.send(flow.partner("court"), "GET", path + "0").status == 403)
        await flow.end()
    }

    @Test func `an attachment is uploaded once and referred to by its digest, by its sender alone`() async throws {
        let flow = try FlowGateway()
        let bytes = Self.paper(50_000, seed: 2)
        let digest = Self.sha256(bytes)
        let court = flow.partner("court")
        let lied = try await Self.send(court, "PUT", "/v1/attachments/\(Self.sha256([1]))", body: bytes)
        #expect(lied.status == 400 && String(decoding: lied.body, as: UTF8.self).contains(digest))
        for (address, body) in [("abc", bytes), (digest, [])] {
            #expect(try await Self.send(court, "PUT", "/v1/attachments/\(address)", body: body).status == 400)
        }
        for (address, status) in [(digest, 201), (digest.uppercased(), 200)] {
            let answer = try await Self.send(court, "PUT", "/v1/attachments/\(address)", body: bytes)
            let json = try JSONValue(parsing: answer.body)
            #expect(answer.status == status && json["reference"]?.string == "sha-256:" + digest)
            #expect(json["keptUntil"] != nil && json["mediaType"] == "application/pdf")
        }
        let never = "sha-256:" + Self.sha256([7])
        let (number, receipt) = try await Self.application(
            flow, "AT-2",
            materials: [
                ["kind": "indictment", "title": "起诉书", "content": .string("sha-256:" + digest.uppercased())],
                ["kind": "judgment", "title": "判决书", "content": .string(never)],
            ])
        let findings = receipt["findings"]?.array ?? []
        let told = findings.filter { $0["code"] == "attachmentNotUploaded" }
        #expect(told.count == 1 && told[0]["severity"] == "warning" && told[0]["path"] == "materials[1].content")
        #expect(told[0].at("location.path")?.string?.contains("materials") == true)
        #expect(told[0]["field"]?.string?.hasSuffix("/content") == true)
        #expect(findings.contains { $0["code"] == "attachmentByDigest" && $0["path"] == "materials[0].content" })
        let fetched = try await Self.send(
            flow.institution("CZ-TN"), "GET", "/v1/applications/\(number)/attachments/0")
        #expect(fetched.status == 200 && fetched.body == bytes)
        #expect(
            try await Self.send(flow.institution("CZ-TN"), "GET", "/v1/applications/\(number)/attachments/1").status
                == 404)
        // Now that a message refers to it, it does not wait any more.
        let again = try await Self.send(court, "PUT", "/v1/attachments/\(digest)", body: bytes)
        #expect(try JSONValue(parsing: again.body)["keptUntil"] == nil)
        // Nor does what a dead letter refers to: it may be mended and sent again long after.
        let kept = Self.paper(100, seed: 3)
        let stored = try await Self.send(court, "PUT", "/v1/attachments/\(Self.sha256(kept))", body: kept)
        #expect(try JSONValue(parsing: stored.body)["keptUntil"] != nil)
        let invalid: JSONValue = [
            "flow": "referralSuggestion",
            "materials": [["kind": "indictment", "title": "起诉书", "content": .string("sha-256:" + Self.sha256(kept))]],
        ]
        #expect(try await court.call("POST", "/v1/referrals", body: invalid.serialized()).status == 422)
        let later = try await Self.send(court, "PUT", "/v1/attachments/\(Self.sha256(kept))", body: kept)
        #expect(try JSONValue(parsing: later.body)["keptUntil"] == nil)
        // Another partner that knows the digest gets nothing by it.
        let stranger = try await flow.send(
            "referralSuggestion", "AT-3", from: "procuratorate",
            [
                ("recipient", ["name": "测试乙"]), ("consent", ["applyWill": "self"]),
                ("proceeding", ["handlingOrgan": ["code": "320402", "type": "court"]]),
                ("materials", [["kind": "indictment", "title": "起诉书", "content": .string("sha-256:" + digest)]]),
            ])
        #expect((stranger["findings"]?.array ?? []).contains { $0["code"] == "attachmentNotUploaded" })
        await flow.end()
    }

    @Test func `one attachment is bounded, and so is what waits for its message`() async throws {
        let gateway = try GatewayProcess(courtWays: "")
        try gateway.set(#"<uploads bytes="2048" quotaBytes="3000" keepHours="1"/>"#)
        try gateway.start()
        func put(_ size: Int, _ seed: UInt64) async throws -> HTTPResponse {
            let bytes = Self.paper(size, seed: seed)
            return try await Self.send(
                gateway.remote, "PUT", "/v1/attachments/\(Self.sha256(bytes))", body: bytes)
        }
        #expect(try await put(2000, 1).status == 201)
        #expect(try await put(3000, 2).status == 413)
        let full = try await put(2000, 3)
        #expect(full.status == 429)
        let wait = try #require(full.header("Retry-After").flatMap { Int($0) })
        #expect((1...3600).contains(wait))
        #expect(try JSONValue(parsing: full.body)["type"] == "urn:legal-aid-gateway:problem:quota-exceeded")
        // What is there already costs nothing.
        #expect(try await put(2000, 1).status == 200)
        #expect(try await put(900, 4).status == 201)
        gateway.stop()
        gateway.remove()
    }
}
