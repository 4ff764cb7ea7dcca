import Cases
import Foundation
import Messaging
import StrictJSON
import Testing
import Transport
import Vocabulary

@testable import Operations
@testable import gateway

/// The flows of the domain description, §3.0.2 to §3.5, over HTTP against the real program.
@Suite struct Flows {
    private static let lawyer: JSONValue = [
        "unit": "江苏测试律师事务所", "lawyer": "测律师", "licenceNo": "13204000000000000", "phone": "0519-80000010",
        "letterNo": "援函字〔2026〕第88号", "date": "2026-01-05",
    ]

    @Test func `a an ordinary referral is accepted, granted, assigned and closed`() async throws {
        let flow = try FlowGateway()
        let receipt = try await flow.partner("civil").ask(
            "POST", "/v1/referrals", body: try flow.example("civil-affairs/referral/examples/all-fields.json"))
        #expect(receipt["outcome"] == "accepted")
        #expect(receipt["clocks"]?.array?.contains { $0["id"] == "CLK-05" } == true)
        let code = receipt["queue"]?.string ?? ""
        let number = receipt["applicationNo"]?.string ?? ""
        #expect(try await flow.referral(receipt, of: "civil")["state"] == "queued")
        let early = try await flow.institution(code).call(
            "POST", "/v1/applications/\(number)/status", body: Array(#"{"event":"accept"}"#.utf8))
        #expect(early.status == 409)
        _ = try await flow.signIn(code)
        #expect(try await flow.referral(receipt, of: "civil")["state"] == "signedIn")
        try await flow.step("accept", of: number, by: code)
        let granted = try await flow.step(
            "grant", of: number, by: code,
            [("decision", ["kind": "granted", "no": "援决字〔2026〕第12号", "date": "2026-01-04"])])
        #expect(granted["clocks"]?.array?.contains { $0["id"] == "CLK-06" } == true)
        #expect(granted["clocks"]?.array?.contains { $0["id"] == "CLK-05" } == false)
        for (event, detail) in [("assign", ["assignment": Self.lawyer]), ("workStarted", [:]), ("close", [:])]
            as [(String, [String: JSONValue])]
        {
            try await flow.step(event, of: number, by: code, detail.map { ($0, $1) })
        }
        #expect(try await flow.codes(receipt, of: "civil") == ["01", "02", "05", "12", "13", "16"])
        // A welfare office learns that there is a lawyer, not who.
        let deadLetters = try await flow.post.statuses(6, to: "civil")
        #expect(!deadLetters.contains { $0.contains("测律师") })
        await flow.end()
    }

    @Test func `b a mandatory notice has three days, is incomplete, refused, notified again and ends`() async throws {
        let flow = try FlowGateway()
        let notice = courtNotice("TZ-1")
        let receipt = try await flow.partner("court").ask(
            "POST", "/v1/referrals", body: notice, mediaType: "application/xml")
        #expect(receipt["clocks"]?.array?.contains { $0["id"] == "CLK-04" } == true)
        let number = try await flow.signIn("CZ-TN")["applicationNo"]?.string ?? ""
        let (status, problem) = try await flow.institution("CZ-TN").call(
            "POST", "/v1/applications/\(number)/status", body: Array(#"{"event":"refuse"}"#.utf8))
        #expect(status == 409 && problem["legal"]?.array?.contains("assign") == true)
        // The clock does not stop while the organ supplies what is missing.
        let incomplete = try await flow.step("noticeIncomplete", of: number, by: "CZ-TN")
        #expect(incomplete["clocks"]?.array?.contains { $0["id"] == "CLK-04" } == true)
        let supplement = try await flow.send(
            "supplement", "TZ-1-B", from: "court",
            [("reference", ["messageId": "TZ-1"]), ("materials", [["kind": "indictment", "title": "起诉书"]])])
        #expect(supplement["outcome"] == "accepted" && supplement["applicationNo"]?.string == number)
        let lease = try #require(try await flow.leases("CZ-TN").first)
        #expect(lease["application"]?["notice"]?["kind"] == "supplement")
        #expect(lease["application"]?["applicationNo"]?.string == number)
        try await flow.acknowledge(lease, by: "CZ-TN")
        try await flow.step("checkNotice", of: number, by: "CZ-TN")
        let assigned = try await flow.step("assign", of: number, by: "CZ-TN", [("assignment", Self.lawyer)])
        #expect(assigned["clocks"]?.array?.contains { $0["id"] == "CLK-04" } == false)
        for event in ["personRefuses", "renotified", "workStarted", "close"] {
            try await flow.step(
                event, of: number, by: "CZ-TN", event == "renotified" ? [("assignment", Self.lawyer)] : [])
        }
        // A court is not told that the work began or that the case was closed.
        #expect(try await flow.codes(receipt, of: "court") == ["01", "03", "12", "12"])
        let deadLetters = try await flow.post.statuses(4, to: "court")
        #expect(deadLetters[0].contains("<JGZT>01</JGZT>"))
        await flow.end()
    }

    @Test func `when a partner was last reached outlives a restart`() async throws {
        let flow = try FlowGateway()
        _ = try await flow.partner("court").ask(
            "POST", "/v1/referrals", body: courtNotice("L-1"), mediaType: "application/xml")
        _ = try await flow.signIn("CZ-TN")
        _ = try await flow.post.statuses(1, to: "court")
        /// Asked until it is known: the dead letter is out before its delivery is written down.
        func lastSuccess() async throws -> Instant {
            try await eventually("the court was reached") {
                let partners = try await flow.gateway.desk.ask("GET", "/v1/partners")["partners"]?.array ?? []
                let court = partners.first { $0["partner"] == "court" }
                return court?["lastSuccessAt"]?.string.flatMap { Instant(rfc3339: $0) }
            }
        }
        let before = try await lastSuccess()
        flow.gateway.stop()
        try flow.gateway.start()
        // The courier's own moment is a little after that of the transaction.
        let after = try await lastSuccess()
        #expect((before.milliseconds - 60_000...before.milliseconds).contains(after.milliseconds))
        await flow.end()
    }

    @Test func `c civil support goes both ways`() async throws {
        let flow = try FlowGateway()
        let receipt = try await flow.partner("procuratorate").ask(
            "POST", "/v1/referrals", body: try flow.example("procuratorate/civil-support/examples/all-fields.gbk.xml"),
            mediaType: "application/xml")
        let code = receipt["queue"]?.string ?? ""
        let number = try await flow.signIn(code)["applicationNo"]?.string ?? ""
        try await flow.step("accept", of: number, by: code)
        try await flow.step("grant", of: number, by: code)
        try await flow.step("assign", of: number, by: code, [("assignment", Self.lawyer)])
        // Without the message's own number: the procuratorate knows its case by its reference.
        let deadLetter = try await flow.send(
            "caseEvent", "ZC-1", from: "procuratorate",
            [
                ("reference", ["applicationNo": .string(number)]),
                ("event", ["code": "supportLetterIssued", "no": "坛检民支〔2024〕1号"]),
            ])
        #expect(deadLetter["outcome"] == "accepted")
        // The court that took the case in was never this application's sender.
        let filed = try await flow.send(
            "caseEvent", "LA-1", from: "court",
            [
                ("reference", ["idNumber": "320404195108229929", "name": "测试丙"]),
                ("event", ["code": "courtFiled", "no": "（2024）苏0413民初100号"]),
            ])
        #expect(filed["applicationNo"]?.string == number)
        let institutionMessages = try await flow.leases(code).compactMap {
            $0["application"]?["notice"]?["code"]?.string
        }
        #expect(institutionMessages == ["supportLetterIssued", "courtFiled"])
        let application = try await flow.application(number, as: code)
        #expect(application.at("proceeding.caseNumber") == "（2024）苏0413民初100号")
        #expect(application.at("progress.events")?.array?.count == 2)
        let suggestion = try await flow.institution(code).ask(
            "POST", "/v1/applications/\(number)/suggestions",
            body: Array(#"{"kind":"suggestSupport","partner":"procuratorate","reason":"当事人无力举证","consent":true}"#.utf8))
        #expect(suggestion["sentTo"] == "procuratorate")
        try await flow.step("workStarted", of: number, by: code)
        try await flow.step("close", of: number, by: code)
        #expect(try await flow.codes(receipt, of: "procuratorate") == ["01", "02", "05", "12", "16"])
        let deadLetters = try await flow.post.statuses(6, to: "procuratorate")
        #expect(deadLetters.contains { $0.contains("suggestSupport") })
        await flow.end()
    }

    @Test func `d a court's suggestion in an administrative case is decided and reported`() async throws {
        let flow = try FlowGateway()
        let receipt = try await flow.send(
            "referralSuggestion", "XZ-1", from: "court",
            [
                ("recipient", ["name": "测试乙"]), ("consent", ["applyWill": "self"]),
                (
                    "proceeding",
                    ["caseNumber": "（2026）苏0402行初12号", "handlingOrgan": ["type": "court", "code": "苏0402"]]
                ),
            ])
        #expect(receipt["outcome"] == "accepted" && receipt["queue"] == "CZ-TN")
        #expect(receipt["clocks"]?.array?.contains { $0["id"] == "CLK-05" } == true)
        let number = try await flow.signIn("CZ-TN")["applicationNo"]?.string ?? ""
        try await flow.step("requestSupplement", of: number, by: "CZ-TN", [("due", "2027-01-15")])
        // What the person still owes does not count against the institution (司法部令148号 17).
        let clocks = try await flow.gateway.desk.ask("GET", "/v1/clocks?institution=CZ-TN")["clocks"]?.array ?? []
        #expect(!clocks.contains { $0["id"] == "CLK-05" } && clocks.contains { $0["id"] == "CLK-09" })
        try await flow.step("supplemented", of: number, by: "CZ-TN")
        try await flow.step("grant", of: number, by: "CZ-TN")
        try await flow.step("assign", of: number, by: "CZ-TN", [("assignment", Self.lawyer)])
        #expect(try await flow.codes(receipt, of: "court") == ["01", "03", "02", "05", "12"])
        await flow.end()
    }

    @Test func `e a share proves hardship before and after the demand, and papers follow`() async throws {
        let flow = try FlowGateway()
        let relief: JSONValue = [["kind": "MLG", "status": "inForce", "validFrom": "2024-01-01"]]
        let demand = try flow.example("relief-platform/demand/examples/all-fields.json")
        let before = try await flow.partner("relief").ask("POST", "/v1/referrals", body: demand)
        let code = before["queue"]?.string ?? ""
        let number = before["applicationNo"]?.string ?? ""
        let needed = Set((before["missing"]?.array ?? []).compactMap { $0["kind"]?.string })
        let person = try await flow.signIn(code)["recipient"] ?? .null
        try await flow.step("acceptProvisionally", of: number, by: code, [("missing", before["missing"] ?? [])])
        let share = try await flow.send(
            "statusShare", "S-1", from: "civil", [("recipient", person), ("reliefStatuses", relief)])
        #expect(share["outcome"] == "shared" && share["applicationNo"] == nil)
        let found = try #require(try await flow.leases(code).first)
        #expect(found["application"]?["notice"]?["kind"] == "evidence")
        try await flow.acknowledge(found, by: code)
        let supplied = try await flow.partner("relief").ask(
            "POST", "/v1/referrals/\(before["referralId"]?.string ?? "")/supplements",
            body: Array(#"{"materials":[{"kind":"idProof","title":"身份证"}]}"#.utf8))
        #expect(supplied["outcome"] == "accepted")
        let left = Set((supplied["missing"]?.array ?? []).compactMap { $0["kind"]?.string })
        #expect(left.isStrictSubset(of: needed) && !left.contains("idProof"))
        try await flow.step("supplemented", of: number, by: code)
        #expect(try await flow.codes(before, of: "relief") == ["01", "04", "02"])
        // The share is on file: the same person's next demand meets it at once.
        var next = try JSONValue(parsing: demand)
        next["head"]?["msgId"] = "CZDJZ-NEXT"
        let after = try await flow.partner("relief").ask("POST", "/v1/referrals", body: next.serialized())
        let hints = after["hints"]?.array ?? []
        #expect(hints.contains { $0["evidence"]?.array?.contains { $0.string?.hasPrefix("shares") == true } == true })
        let missing = Set((after["missing"]?.array ?? []).compactMap { $0["kind"]?.string })
        #expect(missing.isSubset(of: needed))
        await flow.end()
    }

    @Test func `f who was asked first stays responsible until another signs in`() async throws {
        let flow = try FlowGateway()
        let taken = try await flow.institution("CZ-JT").ask(
            "POST", "/v1/applications",
            body: Array(
                """
                {"source":{"messageId":"WS-1"},"recipient":{"name":"测试庚","mobile":"13800000009"},
                 "consent":{"applyWill":"self"},"matter":{"caseDomain":"civil","factsPlace":"溧阳市测试镇",
                 "factsSummary":"道路交通事故"},"firstContact":{"institution":"CZ-JT","officer":"测站员"}}
                """.utf8))
        #expect(taken["outcome"] == "accepted" && taken["queue"] == "CZ-JT" && taken["handoverTo"] == "CZ-LY")
        let number = taken["applicationNo"]?.string ?? ""
        func responsible() async throws -> String? {
            var found: Set<String> = []
            for code in FlowGateway.institutions {
                let (status, json) = try await flow.institution(code).call("GET", "/v1/applications/\(number)")
                if status == 200, let name = json.at("progress.responsible")?.string { found.insert(name) }
            }
            return found.count == 1 ? found.first : nil
        }
        #expect(try await responsible() == "CZ-JT")
        let back = Array(#"{"reason":"当事人住在武进","officer":"测二"}"#.utf8)
        let returned = try await flow.institution("CZ-LY").ask(
            "POST", "/v1/applications/\(number)/transfer/return", body: back)
        #expect(returned["handover"] == "collected" && returned["responsible"] == "CZ-JT")
        let wish = Array(#"{"to":"CZ-WJ","reason":"事由在武进","officer":"测站员"}"#.utf8)
        let proposed = try await flow.institution("CZ-JT").ask(
            "POST", "/v1/applications/\(number)/transfer", body: wish)
        #expect(proposed["to"] == "CZ-WJ" && proposed["dueAt"]?.string != nil)
        #expect(try await responsible() == "CZ-JT")
        let escalated = try await flow.institution("CZ-WJ").ask(
            "POST", "/v1/applications/\(number)/transfer/return", body: back)
        #expect(escalated["handover"] == "escalated" && escalated["responsible"] == "CZ-JT")
        let city = try #require(try await flow.leases("CZ-SZ").first)
        #expect(city["application"]?["notice"]?["kind"] == "escalation")
        let assigned = try await flow.institution("CZ-SZ").ask(
            "POST", "/v1/applications/\(number)/transfer",
            body: Array(#"{"to":"CZ-LY","reason":"事由发生地在溧阳"}"#.utf8))
        #expect(assigned["responsible"] == "CZ-LY" && assigned["handover"] == "handedOver")
        let signed = try await flow.signIn("CZ-LY")
        #expect(signed["transferChain"]?.array?.count == 3)
        #expect(try await responsible() == "CZ-LY")
        #expect(try await flow.institution("CZ-JT").call("GET", "/v1/applications/\(number)").status == 404)
        await flow.end()
    }

    @Test func `f a sender is told of the transfer when the other institution signs in`() async throws {
        let flow = try FlowGateway()
        let receipt = try await flow.partner("court").ask(
            "POST", "/v1/referrals", body: courtNotice("ZB-1"), mediaType: "application/xml")
        let number = receipt["applicationNo"]?.string ?? ""
        _ = try await flow.signIn("CZ-TN")
        _ = try await flow.institution("CZ-TN").ask(
            "POST", "/v1/applications/\(number)/transfer", body: Array(#"{"to":"CZ-WJ","reason":"级别管辖"}"#.utf8))
        let (blocked, _) = try await flow.institution("CZ-TN").call(
            "POST", "/v1/applications/\(number)/status", body: Array(#"{"event":"assign"}"#.utf8))
        #expect(blocked == 409)
        #expect(try await flow.codes(receipt, of: "court") == ["01"])
        _ = try await flow.signIn("CZ-WJ")
        #expect(try await flow.codes(receipt, of: "court") == ["01", "11"])
        let (gone, _) = try await flow.institution("CZ-TN").call(
            "POST", "/v1/applications/\(number)/status", body: Array(#"{"event":"assign"}"#.utf8))
        #expect(gone == 404)
        try await flow.step("assign", of: number, by: "CZ-WJ", [("assignment", Self.lawyer)])
        #expect(try await flow.codes(receipt, of: "court") == ["01", "11", "12"])
        await flow.end()
    }
}
