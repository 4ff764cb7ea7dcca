import StrictJSON
import Testing

@testable import gateway

/// Messages that meet: out of order, about the same person, about nobody's case.
@Suite struct FlowMeetings {
    @Test func `what comes before its referral waits in sight and joins it`() async throws {
        let flow = try FlowGateway()
        let early = try await flow.send(
            "supplement", "E-1", from: "court",
            [("reference", ["messageId": "N-1"]), ("materials", [["kind": "indictment", "title": "起诉书"]])])
        #expect(early["outcome"] == "parked" && early["parked"]?["until"]?.string != nil)
        #expect(try await flow.referral(early, of: "court")["state"] == "parked")
        let parked = try await flow.gateway.desk.ask("GET", "/v1/parked")["parked"]?.array ?? []
        #expect(parked.count == 1 && parked[0]["kind"] == "supplement" && parked[0]["ageSeconds"]?.int != nil)
        // Somebody else's referral of the same number is another one.
        _ = try await flow.send(
            "referralSuggestion", "N-1", from: "procuratorate",
            [("recipient", ["name": "测试乙"]), ("consent", ["applyWill": "self"])])
        #expect(try await flow.referral(early, of: "court")["state"] == "parked")
        let receipt = try await flow.partner("court").ask(
            "POST", "/v1/referrals", body: courtNotice("N-1"), mediaType: "application/xml")
        #expect(try await flow.referral(early, of: "court")["state"] == "attached")
        let application = try await flow.application(receipt["applicationNo"]?.string ?? "", as: "CZ-TN")
        #expect(application["materials"]?.array?.contains { $0["title"] == "起诉书" } == true)
        let (copy, again) = try await flow.partner("court").call(
            "POST", "/v1/referrals",
            body: JSONValue.object(
                JSONObject([
                    ("flow", "supplement"), ("id", "E-1"), ("reference", ["messageId": "N-1"]),
                    ("materials", [["kind": "indictment", "title": "起诉书"]]),
                ])
            ).serialized())
        #expect(copy == 200 && again["outcome"] == "parked")
        await flow.end()
    }

    @Test func `what waits too long lies among the dead deadLetters`() async throws {
        let flow = try FlowGateway(parkedSeconds: 1)
        _ = try await flow.send("cancel", "C-1", from: "court", [("reference", ["messageId": "never"])])
        try await flow.gateway.untilLogged("parked messages expired")
        let deadLetters = try await flow.gateway.desk.ask("GET", "/v1/dead-letters?reason=expired")["deadLetters"]?
            .array
        #expect(deadLetters?.count == 1 && deadLetters?[0]["messageId"] == "C-1")
        await flow.end()
    }

    @Test func `what waited in vain looks again when it is retried, and falls back as often as it must`() async throws {
        let flow = try FlowGateway(parkedSeconds: 1)
        _ = try await flow.send("cancel", "C-2", from: "court", [("reference", ["messageId": "W-2"])])
        let desk = flow.gateway.desk
        func deadLetter(after version: JSONValue?) async throws -> JSONValue {
            try await eventually("it lies among the dead letters") {
                let found = try await desk.ask("GET", "/v1/dead-letters?reason=expired")["deadLetters"]?[0]
                return found?["version"] == version ? .none : found
            }
        }
        func retry(_ deadLetter: JSONValue) async throws -> (status: Int, json: JSONValue) {
            let order: JSONValue = ["reason": "look again", "version": deadLetter["version"] ?? .null]
            let answer = try await desk.call(
                "POST", "/v1/dead-letters/\(deadLetter["id"]?.string ?? "")/retry", body: order.serialized())
            return (answer.status, answer.json)
        }
        let first = try await deadLetter(after: nil)
        #expect(try await retry(first).status == 200)
        let second = try await deadLetter(after: first["version"])
        #expect(second["id"] == first["id"])
        #expect(try await retry(first).status == 409)

        let receipt = try await flow.send(
            "referralSuggestion", "W-2", from: "court",
            [("recipient", ["name": "测试甲"]), ("proceeding", ["handlingOrgan": ["code": "苏0402", "type": "court"]])])
        #expect(try await retry(second).status == 200)
        #expect(try await desk.ask("GET", "/v1/dead-letters")["deadLetters"]?.array?.isEmpty == true)
        let trace = try await desk.ask("GET", "/v1/messages/C-2/trace")["timeline"]?.array ?? []
        let number = try #require(receipt["applicationNo"]?.string)
        #expect(trace.contains { $0["event"] == "matched" && $0["detail"] == .string("look again → \(number)") })
        await flow.end()
    }

    @Test func `a broken message that its call said the subject of is mended as one about that`() async throws {
        let flow = try FlowGateway()
        let desk = flow.gateway.desk
        let court = flow.partner("court")
        /// Mends what lies in the dead-letter queue, and tells what became of it.
        func mend(_ messageOf: String, as text: String) async throws -> JSONValue {
            let deadLetter = try #require(
                try await desk.ask("GET", "/v1/dead-letters?partner=\(messageOf)")["deadLetters"]?[0])
            let path = "/v1/dead-letters/\(deadLetter["id"]?.string ?? "")"
            let edit: JSONValue = [
                "reason": "mended", "version": deadLetter["version"] ?? .null, "editedText": .string(text),
            ]
            let shown = try await desk.ask("GET", path)
            #expect(shown.at("about.kind") == (messageOf == "court" ? "supplement" : "application"))
            let trial: JSONValue = ["editedText": .string(text)]
            let preview = try await desk.ask("POST", path + "/preview", body: trial.serialized())
            #expect(preview.at("result.findings")?.array?.contains { $0["severity"] == "error" } != true)
            let answer = try await desk.ask("POST", path + "/retry", body: edit.serialized())
            return answer["result"] ?? .null
        }
        let broken = Array(#"{"materials":[{"kind":"indictment","title":"起诉书"}]"#.utf8)
        var receipts: [JSONValue] = []
        for id in ["S-1", "S-2"] {
            receipts.append(
                try await court.ask("POST", "/v1/referrals", body: courtNotice(id), mediaType: "application/xml"))
        }
        // The same bytes about two referrals are two messages; sent again they are the ones from before.
        for _ in 0..<2 {
            for receipt in receipts {
                let path = "/v1/referrals/\(receipt["referralId"]?.string ?? "")/supplements"
                #expect(try await court.call("POST", path, body: broken).status == 422)
            }
        }
        #expect(try await desk.ask("GET", "/v1/dead-letters")["deadLetters"]?.array?.count == 2)
        for _ in receipts {
            let result = try await mend("court", as: #"{"materials":[{"kind":"indictment","title":"起诉书"}]}"#)
            #expect(result["outcome"] == "accepted", "\(result.text())")
        }
        for receipt in receipts {
            let number = receipt["applicationNo"]?.string ?? ""
            let application = try await flow.application(number, as: "CZ-TN")
            #expect(application["materials"]?.array?.count { $0["title"] == "起诉书" } == 1)
        }

        let nameless = Array(#"{"source":{"messageId":"I-1"},"recipient":{"mobile":"13800000009"}}"#.utf8)
        #expect(try await flow.institution("CZ-JT").call("POST", "/v1/applications", body: nameless).status == 422)
        let result = try await mend(
            "CZ-JT",
            as: """
                {"source":{"messageId":"I-1"},"recipient":{"name":"测试庚","mobile":"13800000009"},
                 "consent":{"applyWill":"self"},"matter":{"caseDomain":"civil","factsPlace":"金坛区测试镇",
                 "factsSummary":"道路交通事故"},"firstContact":{"institution":"CZ-JT","officer":"测站员"}}
                """)
        #expect(result["outcome"] == "accepted" && result["queue"] == "CZ-JT", "\(result.text())")
        await flow.end()
    }

    @Test func `a broken message that asked for a mapping is mended by that mapping where there is one`() async throws {
        let flow = try FlowGateway()
        let desk = flow.gateway.desk
        let court = flow.partner("court")
        func text(_ id: String, kind: String) -> String {
            String(decoding: courtNotice(id), as: UTF8.self).replacing(
                "<LEIX>TZBH</LEIX>", with: "<LEIX>\(kind)</LEIX>")
        }
        func deadLetter(of bytes: String, asking mapping: String) async throws -> JSONValue {
            let answer = try await court.call(
                "POST", "/v1/referrals?mapping=\(mapping)", body: Array(bytes.utf8), mediaType: "application/xml")
            #expect(answer.status == 422)
            let deadLetters = try await desk.ask("GET", "/v1/dead-letters?partner=court")["deadLetters"]
            return try await desk.ask("GET", "/v1/dead-letters/\(deadLetters?[0]?["id"]?.string ?? "")")
        }
        func retry(_ deadLetter: JSONValue, as text: String? = nil) async throws -> JSONValue {
            let order = JSONValue.compact([
                ("reason", "mended"), ("version", deadLetter["version"] ?? .null), ("editedText", .text(text)),
            ])
            return try await desk.ask(
                "POST", "/v1/dead-letters/\(deadLetter["id"]?.string ?? "")/retry", body: order.serialized())
        }
        // No mapping would take it by what it says of itself.
        let strange = text("A-1", kind: "BHTZ")
        let cut = try await deadLetter(of: String(strange.dropLast(20)), asking: "court/defence-notice")
        #expect(cut["askedMapping"] == "court/defence-notice")
        #expect(cut["about"] == nil)
        let mended = try await retry(cut, as: strange)
        #expect(mended.at("result.outcome") == "accepted", "\(mended.text())")

        let sound = try await deadLetter(of: text("A-2", kind: "TZBH"), asking: "court/no-such")
        #expect(sound["askedMapping"] == "court/no-such")
        let told = try await retry(sound)
        #expect(told.at("result.outcome") == "accepted", "\(told.text())")
        await flow.end()
    }

    @Test func `a withdrawal cancels before the sign-in and is the institution's to decide after it`() async throws {
        let flow = try FlowGateway()
        func refer(_ id: String) async throws -> JSONValue {
            try await flow.partner("court").ask(
                "POST", "/v1/referrals", body: courtNotice(id), mediaType: "application/xml")
        }
        func withdraw(_ receipt: JSONValue) async throws -> JSONValue {
            try await flow.partner("court").ask(
                "POST", "/v1/referrals/\(receipt["referralId"]?.string ?? "")/withdrawal",
                body: Array(#"{"reason":"通知有误"}"#.utf8))
        }
        let first = try await refer("W-1")
        #expect(try await withdraw(first)["outcome"] == "accepted")
        #expect(try await flow.referral(first, of: "court")["state"] == "cancelled")
        #expect(try await flow.leases("CZ-TN").isEmpty)
        let second = try await refer("W-2")
        _ = try await flow.signIn("CZ-TN")
        _ = try await withdraw(second)
        #expect(try await flow.referral(second, of: "court")["state"] == "signedIn")
        let lease = try #require(try await flow.leases("CZ-TN").first)
        #expect(lease["application"]?["notice"]?["kind"] == "withdrawal")
        #expect(lease["application"]?["notice"]?["reason"] == "通知有误")
        let id = second["referralId"]?.string ?? ""
        #expect(try await flow.partner("civil").call("POST", "/v1/referrals/\(id)/withdrawal").status == 404)
        await flow.end()
    }

    @Test func `two agencies' applications of one person are named on both sides and not merged`() async throws {
        let flow = try FlowGateway()
        func refer(_ id: String, from partner: String, organ: JSONValue) async throws -> JSONValue {
            try await flow.send(
                "referralSuggestion", id, from: partner,
                [
                    ("recipient", ["name": "测试己", "idNumber": "320412199202299948"]),
                    ("consent", ["applyWill": "self"]),
                    ("proceeding", ["caseNumber": "（2026）苏0402民初8号", "handlingOrgan": organ]),
                ])
        }
        let first = try await refer("D-1", from: "court", organ: ["type": "court", "code": "苏0402"])
        let second = try await refer(
            "D-2", from: "procuratorate", organ: ["type": "procuratorate", "code": "320412"])
        let (one, other) = (first["applicationNo"]?.string ?? "", second["applicationNo"]?.string ?? "")
        #expect(one != other)
        for (number, code, related) in [(one, "CZ-TN", other), (other, "CZ-WJ", one)] {
            let application = try await flow.application(number, as: code)
            let notes = (application["relatedCases"]?.array ?? []).filter { $0["applicationNo"]?.string == related }
            #expect(Set(notes.compactMap { $0["note"]?.string }) == ["DU-01", "DU-04"])
            #expect(application["precheck"]?.array?.contains { $0["rule"] == "DU-04" } == true)
        }
        let kinds = try await flow.leases("CZ-TN").map { $0["application"]?["notice"]?["kind"]?.string }
        #expect(kinds == [nil, "related"])
        // What rules say of a corrected person is said anew; that two institutions have the case is still so.
        let folder = flow.gateway.folder
        for (name, text) in [
            ("number", "320412199202299948\n"), ("changes", #"{"recipient.birthDate": "1992-02-29"}"#),
        ] {
            try text.write(to: folder.appending(path: name), atomically: true, encoding: .utf8)
        }
        let (code, output) = try GatewayProcess.run(
            [
                "subject", "correct", "--application", one, "--number-file", folder.appending(path: "number").path,
                "--changes", folder.appending(path: "changes").path, "--reason", "申请书2026-2", "--config",
                flow.gateway.settings.path,
            ], complaints: true)
        #expect(code == 0, "\(output)")
        let corrected = try await flow.application(one, as: "CZ-TN")
        #expect(corrected["recipient"]?["birthDateSource"] == "declared")
        #expect(corrected["precheck"]?.array?.count { $0["rule"] == "DU-04" } == 1)
        await flow.end()
    }
}
