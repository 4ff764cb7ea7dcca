import Foundation
import Messaging
import Storage
import StrictJSON
import Synchronization
import Testing
import Transport

@testable import gateway

/// What several streams of referrals were acknowledged.
private actor Acknowledged {
    private(set) var ids: Set<String> = []
    func add(_ id: String) { ids.insert(id) }
}

@Suite struct EndToEnd {
    @Test func `what was acknowledged before a kill is there once after it`() async throws {
        let gateway = try GatewayProcess()
        try gateway.start()
        let acknowledged = Acknowledged()
        let remote = gateway.remote
        await withTaskGroup(of: Void.self) { group in
            for stream in 0..<8 {
                group.addTask {
                    for number in 0..<500 {
                        let id = "K-\(stream)-\(number)"
                        // The connection breaks when the gateway dies: then the stream ends.
                        let answer = try? await remote.call(
                            "POST", "/v1/referrals", body: courtNotice(id), mediaType: "application/xml")
                        guard let answer else { return }
                        if answer.status == 202 { await acknowledged.add(id) }
                    }
                }
            }
            while await acknowledged.ids.count < 200 { await Task.yield() }
            gateway.kill()
        }
        try gateway.start()
        let known = await acknowledged.ids
        #expect(known.count >= 200)
        for id in known {
            let (status, body) = try await gateway.remote.call("GET", "/v1/referrals?messageId=\(id)")
            #expect(status == 200)
            #expect(body["applications"]?.array?.count == 1)
        }
        var leased: [String] = []
        while true {
            let batch = try await gateway.institution.leases().compactMap {
                $0.at("application.source.messageId")?.string
            }
            if batch.isEmpty { break }
            leased += batch
        }
        #expect(Set(leased).count == leased.count)
        #expect(known.isSubset(of: Set(leased)))
        #expect(gateway.stop() == 0)
        gateway.remove()
    }

    @Test func `two hundred copies at once give one application and one receipt`() async throws {
        let gateway = try GatewayProcess()
        try gateway.start()
        let remote = gateway.remote
        let answers = try await withThrowingTaskGroup(of: (Int, JSONValue).self) { group in
            for _ in 0..<200 {
                group.addTask {
                    let answer = try await remote.call(
                        "POST", "/v1/referrals", body: courtNotice("C-1"), mediaType: "application/xml")
                    return (answer.status, answer.json)
                }
            }
            return try await group.reduce(into: [(Int, JSONValue)]()) { $0.append($1) }
        }
        #expect(answers.filter { $0.0 == 202 }.count == 1)
        #expect(answers.filter { $0.0 == 200 }.count == 199)
        #expect(Set(answers.map(\.1)).count == 1)
        let other = courtNotice("C-1") + Array(" ".utf8)
        #expect(try await remote.call("POST", "/v1/referrals", body: other, mediaType: "application/xml").status == 409)
        let stranger = Remote(url: remote.url, token: "other-token")
        #expect(
            try await stranger.call("POST", "/v1/referrals", body: other, mediaType: "application/xml").status == 202)
        let id = answers[0].1["referralId"]?.string ?? ""
        #expect(try await stranger.call("GET", "/v1/referrals/\(id)").status == 404)
        gateway.stop()
        gateway.remove()
    }

    @Test func `a broken message is told its place, kept, repaired, and its id is free`() async throws {
        let gateway = try GatewayProcess()
        try gateway.start()
        let broken = Array(courtNotice("B-1").dropLast(30))
        let (status, problem) = try await gateway.remote.call(
            "POST", "/v1/referrals", body: broken, mediaType: "application/xml")
        #expect(status == 422)
        #expect(problem["type"] == "urn:legal-aid-gateway:problem:not-translatable")
        #expect(problem["errors"]?[0]?.at("location.line")?.int == 4)
        let deadLetters = try await gateway.desk.ask("GET", "/v1/dead-letters")["deadLetters"]?.array ?? []
        let id = try #require(deadLetters.first?["id"]?.string)
        let edited = Data(courtNotice("B-1")).base64EncodedString()
        let body = JSONValue.object(JSONObject([("reason", "mended"), ("editedBase64", .string(edited))])).serialized()
        let answer = try await gateway.desk.ask("POST", "/v1/dead-letters/\(id)/retry", body: body)
        #expect(answer.at("result.outcome") == "accepted")
        #expect(try await gateway.desk.call("POST", "/v1/dead-letters/\(id)/retry", body: body).status == 409)
        gateway.stop()
        gateway.remove()
    }

    @Test func `a status comes back in the court's own encoding, in order, after the court was down`() async throws {
        let deadLetters = Mutex<[[UInt8]]>([])
        let isDown = Mutex(true)
        let (arrived, arrive) = AsyncStream<Void>.makeStream()
        let court = try HTTPServer(configuration: HTTPServerConfiguration(host: "127.0.0.1", port: 0)) { request in
            if isDown.withLock({ down in
                defer { down = false }; return down
            }) {
                return HTTPResponse(status: 503)
            }
            deadLetters.withLock { $0.append(request.body) }
            arrive.yield()
            return HTTPResponse(status: 200)
        }
        let gateway = try GatewayProcess(returnAddress: "http://127.0.0.1:\(court.port)/")
        try gateway.start()
        _ = try await gateway.remote.ask(
            "POST", "/v1/referrals", body: courtNotice("S-1"), mediaType: "application/xml")
        let lease = try #require(try await gateway.institution.leases().first)
        let number = lease.at("application.applicationNo")?.string ?? ""
        try await gateway.institution.acknowledge(lease)
        let (illegal, problem) = try await gateway.institution.call(
            "POST", "/v1/applications/\(number)/status", body: Array(#"{"event":"grant"}"#.utf8))
        #expect(illegal == 409)
        #expect(problem["legal"]?.array?.contains("assign") == true)
        _ = try await gateway.institution.ask(
            "POST", "/v1/applications/\(number)/status",
            body: Array(#"{"event":"assign","assignment":{"lawyer":"测律师","unit":"测试律所","phone":"0519-80000010"}}"#.utf8)
        )
        var count = 0
        for await _ in arrived {
            count += 1
            if count == 2 { break }
        }
        let texts = deadLetters.withLock { $0 }.map { String(decoding: $0, as: UTF8.self) }
        #expect(texts.count == 2)
        #expect(texts[0].contains("<JGZT>01</JGZT>") && texts[1].contains("<JGZT>12</JGZT>"))
        #expect(texts[0].contains("encoding=\"GB18030\""))
        gateway.stop()
        gateway.remove()
        await court.stop(drain: .seconds(1))
    }

    @Test func `nobody gets in without a token and nobody sees what is not theirs`() async throws {
        let gateway = try GatewayProcess()
        try gateway.start()
        let stranger = Remote(url: gateway.remote.url, token: "wrong")
        #expect(try await stranger.call("GET", "/v1/dead-letters").status == 401)
        #expect(try await gateway.remote.call("GET", "/v1/dead-letters").status == 403)
        #expect(try await gateway.institution.call("POST", "/v1/queues/CZ-WJ/leases").status == 403)
        #expect(try await stranger.call("GET", "/readyz").status == 200)
        gateway.stop()
        gateway.remove()
    }

    @Test func `a gateway stops that is told to the moment it listens`() throws {
        let gateway = try GatewayProcess()
        for _ in 0..<8 {
            try gateway.start()
            #expect(gateway.stop() == 0)
        }
        gateway.remove()
    }

    @Test func `the demo goes well from end to end`() throws {
        let (code, output) = try GatewayProcess.run(["demo", "--once", "--port", "0"])
        #expect(code == 0, "\(output)")
        #expect(output.contains("✓ Everything went as it should."))
    }

    @Test func `check finds dead deadLetters that are miscounted, and migrate counts them anew`() async throws {
        let gateway = try GatewayProcess()
        let settings = ["--config", gateway.folder.appending(path: "gateway.xml").path]
        #expect(try GatewayProcess.run(["migrate"] + settings).code == 0)
        #expect(try GatewayProcess.run(["check"] + settings).code == 0)
        let database = try SQLiteDatabase(path: gateway.folder.appending(path: "store.sqlite").path, maxPending: 16)
        try await database.write { connection throws(StoreError) in
            _ = try connection.run(
                "INSERT INTO dead_letter_count VALUES (1, 'court', 'invalid', 'referral', '', 'invalid', 1)", [])
        }
        await database.close()
        #expect(try GatewayProcess.run(["check"] + settings).code == 1)
        #expect(try GatewayProcess.run(["migrate"] + settings).output.contains("counted anew"))
        #expect(try GatewayProcess.run(["check"] + settings).code == 0)
        gateway.remove()
    }

    @Test func `commands tell wrong use from failure`() throws {
        #expect(try GatewayProcess.run(["translate"]).code == 2)
        #expect(try GatewayProcess.run(["nonsense"]).code == 2)
        #expect(try GatewayProcess.run(["check"]).code == 0)
        #expect(try GatewayProcess.run(["check", "--config", "/nonexistent.xml"]).code == 1)
        let examples = "Mappings/court/defence-notice/examples/"
        #expect(try GatewayProcess.run(["translate", examples + "all-fields.gb18030.xml", "--json"]).code == 0)
        #expect(try GatewayProcess.run(["translate", examples + "attack-doctype.xml", "--explain"]).code == 1)
    }
}
