import StrictJSON
import Testing

@testable import gateway

/// A second statutory notice for a person and a proceeding that were notified before, over HTTP.
@Suite struct SecondNotices {
    /// A notice about a person in a case.
    private static func notice(
        person: Int, caseNumber: String? = nil, reference: String? = nil, facts: String = "盗窃", hearings: [String] = [],
        court: JSONValue = ["code": "苏0402", "type": "court"]
    ) -> [(String, JSONValue)] {
        [
            ("recipient", ["name": "测试甲", "idNumber": .string(inventedNumber(person))]),
            ("source", .compact([("senderCaseRef", .text(reference))])),
            ("matter", ["factsSummary": .string(facts)]),
            ("proceeding", .compact([("caseNumber", .text(caseNumber)), ("handlingOrgan", court)])),
            ("hearings", .array(hearings.map { ["at": .string($0)] })),
        ]
    }

    private static func number(_ serial: Int) -> String { "（2026）苏0402刑初\(serial)号" }

    @Test func `what it says otherwise reaches the institution, a hearing joins those that are known`() async throws {
        let flow = try FlowGateway()
        let first = try await flow.send(
            "notification", "N-1", from: "court",
            Self.notice(person: 1, caseNumber: Self.number(1), hearings: ["2030-03-02T09:30:00+08:00"]))
        _ = try await flow.signIn("CZ-TN")
        let second = try await flow.send(
            "notification", "N-2", from: "court",
            Self.notice(
                person: 1, caseNumber: Self.number(1), facts: "抢夺",
                hearings: ["2030-03-02T09:30:00+08:00", "2030-04-08T14:00:00+08:00"]))
        let number = try #require(first["applicationNo"]?.string)
        #expect(second["applicationNo"]?.string == number && second["clocks"] == [])
        let notice = try #require(try await flow.leases("CZ-TN").first?["application"]?["notice"])
        #expect(notice["code"] == "noticeRepeated")
        #expect(notice["differs"] == [["path": "matter.factsSummary", "said": "抢夺"]], "\(notice.text())")
        let application = try await flow.application(number, as: "CZ-TN")
        #expect(application.at("matter.factsSummary") == "盗窃")
        #expect(application.at("proceeding.hearings")?.array?.count == 2)
        #expect(application.at("progress.events")?[0]?["differs"] == notice["differs"])
        await flow.end()
    }

    @Test func `one that is of another case, or of a case that no institution has, is an application of its own`()
        async throws
    {
        let flow = try FlowGateway()
        func send(
            _ id: String, from partner: String = "court", _ members: [(String, JSONValue)]
        ) async throws -> JSONValue {
            try await flow.send("notification", id, from: partner, members)["applicationNo"] ?? .null
        }
        // The organ's own number is the same, and so is the person.
        let known = try await send("A-1", Self.notice(person: 1, caseNumber: Self.number(1), reference: "K-7"))
        let other = try await send("A-2", Self.notice(person: 1, caseNumber: Self.number(2), reference: "K-7"))
        #expect(other != known && other != .null)
        let unnumbered = try await send("A-3", Self.notice(person: 1, reference: "K-7"))
        #expect([known, other].contains(unnumbered))
        #expect(try await send("A-4", Self.notice(person: 2, caseNumber: Self.number(1), reference: "K-7")) != known)
        // What waits for a dispatcher is nobody's yet; the better notice is not held back by it.
        let lost = try await send("B-1", from: "relief", Self.notice(person: 3, reference: "R-1", court: [:]))
        let found = try await flow.send("notification", "B-2", from: "relief", Self.notice(person: 3, reference: "R-1"))
        #expect(found["queue"] == "CZ-TN" && found["applicationNo"] != lost, "\(found.text())")
        await flow.end()
    }

    @Test func `its sender may speak of the application by the second notice's own numbers`() async throws {
        let flow = try FlowGateway()
        let court = flow.partner("court")
        let first = try await flow.send(
            "notification", "N-1", from: "court", Self.notice(person: 1, caseNumber: Self.number(1)))
        let number = first["applicationNo"] ?? .null
        // This one speaks of a message that is still to come.
        let early = try await flow.send(
            "supplement", "S-0", from: "court",
            [("reference", ["messageId": "N-2"]), ("materials", [["kind": "indictment", "title": "起诉书"]])])
        #expect(early["outcome"] == "parked")
        let second = try await flow.send(
            "notification", "N-2", from: "court", Self.notice(person: 1, caseNumber: Self.number(1)))
        #expect(second["applicationNo"] == number && number != .null)
        #expect(try await flow.referral(early, of: "court")["state"] == "attached")
        let path = "/v1/referrals/\(second["referralId"]?.string ?? "")"
        let added = try await court.call(
            "POST", path + "/supplements", body: Array(#"{"materials":[{"kind":"other","title":"量刑建议书"}]}"#.utf8))
        #expect(added.status == 202 && added.json["applicationNo"] == number, "\(added.json.text())")
        let shown = try await court.ask("GET", path)
        #expect(shown["applications"]?.array?.map { $0["applicationNo"] } == [number])
        let titles = try await flow.application(number.string ?? "", as: "CZ-TN")["materials"]?.array?
            .compactMap { $0["title"]?.string }
        #expect(titles == ["起诉书", "量刑建议书"])
        let withdrawn = try await court.call("POST", path + "/withdrawal", body: Array(#"{"reason":"通知有误"}"#.utf8))
        #expect(withdrawn.status == 202)
        // The first notice stands: the institution is told, and nobody loses the lawyer by the second one's end.
        #expect(try await flow.referral(first, of: "court")["applications"]?[0]?["state"] == "queued")
        let told = try await flow.leases("CZ-TN").compactMap { $0["application"]?["notice"] }
            .filter { $0["code"] == "noticeWithdrawn" }
        #expect(told.count == 1 && told.first?["result"] == "通知有误")
        let whole = "/v1/referrals/\(first["referralId"]?.string ?? "")/withdrawal"
        #expect(try await court.call("POST", whole, body: Array(#"{"reason":"撤回"}"#.utf8)).status == 202)
        #expect(try await flow.referral(first, of: "court")["applications"]?[0]?["state"] == "cancelled")
        // A supplement has no application of its own, whatever it joined.
        let supplement = "/v1/referrals/\(added.json["referralId"]?.string ?? "")/withdrawal"
        #expect(try await court.call("POST", supplement, body: Array("{}".utf8)).status == 409)
        await flow.end()
    }
}
