import StrictJSON
import Testing
import Vocabulary

@testable import gateway

/// What is about an earlier referral reaches the one that it names, and nobody else (over every mapping that gives such
/// messages).
@Suite struct FollowUpMatches {
    /// A referral of the example's partner that the example may be about.
    private func refer(
        _ flow: FlowGateway, _ example: FollowUpExample, as id: String, idNumber: String?, name: String?
    ) async throws -> JSONValue {
        try await flow.send(
            "referralSuggestion", id, from: FollowUpExample.partner,
            [
                ("recipient", .compact([("name", .text(name)), ("idNumber", .text(idNumber))])),
                ("consent", ["applyWill": "self"]),
                ("source", .compact([("senderCaseRef", .text(example.text("reference.senderCaseRef")))])),
                (
                    "proceeding",
                    .compact([
                        ("caseNumber", .text(example.text("reference.caseNumber"))),
                        ("handlingOrgan", ["code": "苏0402", "type": "court"]),
                    ])
                ),
            ])
    }

    @Test func `every mapping that gives messages about a referral is tried`() {
        let kinds = Set(FollowUpExample.all.map(\.kind))
        #expect(kinds == [.supplement, .cancel, .caseEvent])
        #expect(FollowUpExample.all.count >= 15, "\(FollowUpExample.all.map(\.mapping))")
    }

    @Test(arguments: FollowUpExample.all)
    func `it waits for its strongest name, is stopped by another person, and then reaches its own`(
        _ example: FollowUpExample
    ) async throws {
        let flow = try FlowGateway()
        let partner = flow.partner(FollowUpExample.partner)
        let person = example.person
        func send(_ words: [(old: String?, new: String)]) async throws -> JSONValue {
            try await partner.ask(
                "POST", "/v1/referrals", body: example.bytes(replacing: words), mediaType: example.mediaType)
        }
        func standing(_ receipt: JSONValue) async throws -> JSONValue {
            let shown = try await flow.referral(receipt, of: FollowUpExample.partner)
            let own = shown["followUps"]?.array?.first { $0["referralId"] == receipt["referralId"] }
            return try #require(own)
        }
        let early = try await send([])
        #expect(early["outcome"] == "parked", "\(early.text())")
        #expect(early.at("followUp.progress") == "pending")

        // Of another person, with everything else alike.
        let other = try await refer(
            flow, example, as: "OTHER-1", idNumber: inventedNumber(1), name: "测试旁人")
        let number = try #require(other["applicationNo"]?.string)
        let ownNumber = example.text("reference.applicationNo")
        let ownMessage = example.text("reference.messageId")
        if person.idNumber != nil || person.name != nil {
            let stopped = try await send([
                (ownNumber, number), (ownMessage, "OTHER-1"), example.renamed("7"),
            ])
            #expect(stopped["outcome"] == "parked", "\(stopped.text())")
            #expect(try await flow.referral(other, of: FollowUpExample.partner)["state"] != "cancelled")
        }

        let mine = try await refer(
            flow, example, as: ownMessage ?? "MINE-1", idNumber: person.idNumber ?? inventedNumber(2),
            name: person.name ?? "测试本人")
        let mineNumber = try #require(mine["applicationNo"]?.string)
        // Its own message id is on file now; the stronger name is not, and the weaker one does not help.
        let state = try await standing(early)["state"]
        #expect(state == (ownNumber == nil ? "attached" : "parked"))

        let right = try await send([(ownNumber, mineNumber), example.renamed("8")])
        #expect(right["outcome"] == "accepted" && right["applicationNo"]?.string == mineNumber, "\(right.text())")
        #expect(right.at("followUp.progress") == "done")
        #expect(try await standing(right)["progress"] == "done")
        let shown = try await flow.referral(mine, of: FollowUpExample.partner)
        #expect(shown["followUps"]?.array?.contains { $0["referralId"] == right["referralId"] } == true)
        #expect((shown["state"] == "cancelled") == (example.kind == .cancel))
        #expect(try await flow.referral(other, of: FollowUpExample.partner)["state"] != "cancelled")
        await flow.end()
    }

    @Test(arguments: FollowUpExample.all.filter { $0.kind != .caseEvent })
    func `the path and the document agree, or the call is refused and says where they do not`(
        _ example: FollowUpExample
    ) async throws {
        let flow = try FlowGateway()
        let partner = flow.partner(FollowUpExample.partner)
        let person = example.person
        let mine = try await refer(
            flow, example, as: example.text("reference.messageId") ?? "MINE-1",
            idNumber: person.idNumber ?? inventedNumber(2), name: person.name ?? "测试本人")
        let other = try await refer(flow, example, as: "OTHER-1", idNumber: inventedNumber(1), name: "测试旁人")
        let (number, otherNumber) = (mine["applicationNo"]?.string ?? "", other["applicationNo"]?.string ?? "")
        let own = example.text("reference.applicationNo")
        let (verb, wrongVerb) =
            example.kind == .cancel ? ("withdrawal", "supplements") : ("supplements", "withdrawal")
        func post(_ receipt: JSONValue, _ verb: String, _ words: [(old: String?, new: String)]) async throws -> (
            status: Int, json: JSONValue
        ) {
            try await partner.call(
                "POST", "/v1/referrals/\(receipt["referralId"]?.string ?? "")/\(verb)",
                body: example.bytes(replacing: words), mediaType: example.mediaType)
        }
        func codes(_ answer: (status: Int, json: JSONValue)) -> Set<String> {
            #expect(answer.status == 409 && answer.json["type"] == "urn:legal-aid-gateway:problem:disagreement")
            let errors = answer.json["errors"]?.array ?? []
            for error in errors where error["code"] != "kindDisagrees" {
                #expect(error["field"]?.string?.hasPrefix("/") == true, "\(error.text())")
                #expect(error["title"]?.string?.isEmpty == false && error.at("location.path") != nil)
            }
            return Set(errors.compactMap { $0["code"]?.string })
        }
        #expect(try await codes(post(mine, wrongVerb, [(own, number)])) == ["kindDisagrees"])
        // The document is about mine.
        let elsewhere = try await codes(post(other, verb, [(own, number)]))
        #expect(elsewhere.isEmpty == false && elsewhere.isSubset(of: ["referenceDisagrees", "personDisagrees"]))
        // Its references say the other one, its person does not.
        if person.idNumber != nil || person.name != nil {
            let answer = try await post(
                other, verb, [(own, otherNumber), (example.text("reference.messageId"), "OTHER-1")])
            #expect(codes(answer) == ["personDisagrees"])
        }
        for receipt in [mine, other] {
            let shown = try await flow.referral(receipt, of: FollowUpExample.partner)
            #expect(shown["state"] == "queued" && shown["followUps"] == nil)
        }
        #expect(try await flow.gateway.tray("").isEmpty)

        let taken = try await post(mine, verb, [(own, number)])
        #expect(taken.status == 202 && taken.json["applicationNo"]?.string == number, "\(taken.json.text())")
        #expect(taken.json.at("followUp.progress") == "done")
        let shown = try await flow.referral(mine, of: FollowUpExample.partner)
        #expect((shown["state"] == "cancelled") == (example.kind == .cancel))
        #expect(try await flow.referral(other, of: FollowUpExample.partner)["state"] == "queued")
        await flow.end()
    }

    // MARK: One case, several persons

    /// A referral about one of several persons in one case.
    private func accused(
        _ flow: FlowGateway, _ id: String, _ serial: Int, in caseNumber: String
    ) async throws -> JSONValue {
        try await flow.send(
            "referralSuggestion", id, from: "court",
            [
                ("recipient", ["name": .string("测试\(serial)号"), "idNumber": .string(inventedNumber(serial))]),
                ("consent", ["applyWill": "self"]),
                (
                    "proceeding",
                    ["caseNumber": .string(caseNumber), "handlingOrgan": ["code": "苏0402", "type": "court"]]
                ),
            ])
    }

    private static let namings = ["message", "message and case", "case and number", "own document"]

    @Test(arguments: namings)
    func `a withdrawal of a fourth accused who has not come cancels none of the three, and then the fourth`(
        _ naming: String
    ) async throws {
        let flow = try FlowGateway()
        let caseNumber = "（2026）苏0402刑初77号"
        var three: [JSONValue] = []
        for serial in 1...3 { three.append(try await accused(flow, "N-\(serial)", serial, in: caseNumber)) }
        let withdrawal: JSONValue
        switch naming {
        case "message":
            withdrawal = try await flow.send("cancel", "C-1", from: "court", [("reference", ["messageId": "N-4"])])
        case "message and case":
            withdrawal = try await flow.send(
                "cancel", "C-1", from: "court",
                [("reference", ["messageId": "N-4", "caseNumber": .string(caseNumber), "name": "测试4号"])])
        case "case and number":
            withdrawal = try await flow.send(
                "cancel", "C-1", from: "court",
                [
                    (
                        "reference",
                        [
                            "caseNumber": .string(caseNumber), "idNumber": .string(inventedNumber(4)),
                            "name": "测试4号",
                        ]
                    )
                ])
        default:
            withdrawal = try await flow.partner("court").ask(
                "POST", "/v1/referrals",
                body: Array(
                    """
                    <ROOT><RECORD><BSXX><XXBH>C-1</XXBH><FSDW>320402</FSDW><LEIX>CX</LEIX></BSXX>
                    <YBXX><YXXBH>N-4</YXXBH></YBXX><AJXX><AH>\(caseNumber)</AH></AJXX>
                    <CXXX><XM>测试4号</XM><SFZHM>\(inventedNumber(4))</SFZHM></CXXX></RECORD></ROOT>
                    """.utf8), mediaType: "application/xml")
        }
        #expect(withdrawal["outcome"] == "parked", "\(withdrawal.text())")
        for receipt in three { #expect(try await flow.referral(receipt, of: "court")["state"] == "queued") }
        let fourth = try await accused(flow, "N-4", 4, in: caseNumber)
        #expect(try await flow.referral(fourth, of: "court")["state"] == "cancelled")
        let told = try await flow.referral(withdrawal, of: "court")
        #expect(told["state"] == "attached" && told["followUps"]?[0]?["progress"] == "done")
        for receipt in three { #expect(try await flow.referral(receipt, of: "court")["state"] == "queued") }
        await flow.end()
    }

    @Test func `a name alone matches nobody among several, and another name nobody at all`() async throws {
        let flow = try FlowGateway()
        let shared = "（2026）苏0402刑初78号"
        var receipts: [JSONValue] = []
        for serial in 1...3 { receipts.append(try await accused(flow, "N-\(serial)", serial, in: shared)) }
        let alone = "（2026）苏0402刑初79号"
        receipts.append(try await accused(flow, "N-5", 5, in: alone))
        for (id, caseNumber, name) in [("C-1", shared, "测试2号"), ("C-2", alone, "测试6号"), ("C-3", shared, "测试9号")] {
            let sent = try await flow.send(
                "cancel", id, from: "court",
                [("reference", ["caseNumber": .string(caseNumber), "name": .string(name)])])
            #expect(sent["outcome"] == "parked", "\(id)")
        }
        for receipt in receipts { #expect(try await flow.referral(receipt, of: "court")["state"] == "queued") }
        await flow.end()
    }

    @Test func `of a referral with two persons the one is withdrawn whom the document tells for certain`() async throws
    {
        let flow = try FlowGateway()
        let court = flow.partner("court")
        let (one, other) = (inventedNumber(1), inventedNumber(2))
        let notice = String(decoding: courtNotice("N-1"), as: UTF8.self).replacing(
            "<XM>测试甲</XM></RECORD>",
            with:
                "<XM>测试甲</XM><SFZHM>\(one)</SFZHM></RECORD><RECORD><XM>测试乙</XM><SFZHM>\(other)</SFZHM></RECORD>")
        let receipt = try await court.ask(
            "POST", "/v1/referrals", body: Array(notice.utf8), mediaType: "application/xml")
        #expect(receipt["results"]?.array?.count == 2, "\(receipt.text())")
        let path = "/v1/referrals/\(receipt["referralId"]?.string ?? "")/withdrawal"
        func withdraw(_ reference: JSONValue) async throws -> (status: Int, json: JSONValue) {
            let body: JSONValue = ["reference": reference]
            return try await court.call("POST", path, body: body.serialized())
        }
        let byName = try await withdraw(["name": "测试乙"])
        #expect(byName.status == 409 && byName.json["errors"]?[0]?["code"] == "personAmbiguous")
        let stranger = try await withdraw(["name": "测试丙"])
        #expect(stranger.status == 409 && stranger.json["errors"]?[0]?["code"] == "personDisagrees")
        #expect(try await withdraw(["idNumber": .string(other), "name": "测试乙"]).status == 202)
        let states = try await flow.referral(receipt, of: "court")["applications"]?.array?.map { $0["state"] }
        #expect(states == ["queued", "cancelled"])
        let first = try await flow.referral(receipt, of: "court")["applications"]?[0]?["applicationNo"]
        #expect(try await withdraw(["applicationNo": first ?? .null]).status == 202)
        #expect(try await flow.referral(receipt, of: "court")["applications"]?[0]?["state"] == "cancelled")
        await flow.end()
    }

    @Test func `a sender sees whether its withdrawal is pending, done or refused`() async throws {
        let flow = try FlowGateway()
        func progress(_ receipt: JSONValue) async throws -> JSONValue? {
            try await flow.referral(receipt, of: "court")["followUps"]?[0]?["progress"]
        }
        let receipt = try await accused(flow, "N-1", 1, in: "（2026）苏0402民初80号")
        let (number, code) = (receipt["applicationNo"]?.string ?? "", receipt["queue"]?.string ?? "")
        _ = try await flow.signIn(code)
        let path = "/v1/referrals/\(receipt["referralId"]?.string ?? "")"
        let taken = try await flow.partner("court").ask("POST", path + "/withdrawal", body: [])
        #expect(taken["outcome"] == "accepted" && taken.at("followUp.progress") == "pending")
        #expect(try await progress(receipt) == "pending")
        #expect(try await progress(taken) == "pending")
        try await flow.step("withdraw", of: number, by: code)
        #expect(try await progress(receipt) == "done")
        // What made no application can be followed by nothing.
        let waiting = try await flow.send("cancel", "C-1", from: "court", [("reference", ["messageId": "never"])])
        let call = "/v1/referrals/\(waiting["referralId"]?.string ?? "")/withdrawal"
        #expect(try await flow.partner("court").call("POST", call, body: []).status == 409)
        await flow.end()
    }
}

extension FollowUpExample {
    /// Whoever sends it here; every partner of the flow may send everything.
    static let partner = "procuratorate"
}
