import Foundation
import StrictJSON
import Testing
import Transport
import Vocabulary

@testable import gateway

/// Messages are found by what is said on the telephone, and no person stands in an address, a log or the audit trail.
@Suite struct FindingMessages {
    private static let identity = "32040219900307283X"
    private static let mobile = "13861012345"

    /// A gateway whose index of quoted numbers is up to date within a second.
    private static func gateway(names: Bool) throws -> FlowGateway {
        try FlowGateway(settings: names ? "<find names=\"true\"/>" : "")
    }

    private static func notice(_ flow: FlowGateway) async throws -> JSONValue {
        try await flow.send(
            "notification", "TZ-2026-000417", from: "court",
            [
                (
                    "recipient",
                    ["name": "测试甲", "idNumber": .string(identity), "mobile": .string(mobile)]
                ),
                (
                    "proceeding",
                    [
                        "caseNumber": "（2026）苏0402刑初321号",
                        "handlingOrgan": ["code": "320402", "type": "court"],
                    ]
                ),
            ])
    }

    /// Waits until the index has what came: half a minute after receipt.
    private static func untilIndexed(_ flow: FlowGateway, _ number: String) async throws {
        try await eventually("\(number) is found") {
            let found = try await flow.gateway.desk.ask("GET", "/v1/messages?q=\(number.urlEscaped)")["messages"]?.array
            return found?.isEmpty == false ? true : nil
        }
    }

    @Test func `numbers, ends, brackets, identity numbers and telephones lead to the message`() async throws {
        let flow = try Self.gateway(names: false)
        let receipt = try await Self.notice(flow)
        let referral = try #require(receipt["referralId"]?.string)
        let application = try #require(receipt["applicationNo"]?.string)
        // A document that nobody can read, with a court's number in it.
        let broken = Array("<a><b>案号2026苏0411民初55号</b>".utf8)
        let answer = try await flow.partner("court").call(
            "POST", "/v1/referrals", body: broken, mediaType: "application/xml")
        #expect(answer.status == 422)
        try await Self.untilIndexed(flow, "（2026）苏0402刑初321号")
        try await Self.untilIndexed(flow, "（2026）苏0411民初55号")
        let li = try await ConsoleVisitor.add("li", "operator", to: flow.gateway)
        let eve = try await ConsoleVisitor.add("eve", "viewer", to: flow.gateway)
        let page = "/console/messages/\(referral)"
        for text in [
            referral, String(referral.suffix(6)), String(referral.suffix(9)).lowercased(), application,
            String(application.suffix(8)), "TZ-2026-000417", "000417", " 2026苏0402刑初321号 ", "(2026)苏0402刑初321号",
            "〔２０２６〕苏0402 刑初 0321号", "（2026）苏0402刑初321号",
        ] {
            #expect(try await eve.post("/find", ["q": text]).leadsTo == page, "\(text)")
        }
        let unread = try await eve.post("/find", ["q": "2026苏0411民初55号"])
        #expect(unread.leadsTo?.hasPrefix("/console/messages/") == true && unread.leadsTo != page)
        for text in [
            Self.identity, "320402 19900307 283x", "３２０４０２19900307283Ｘ", Self.mobile, "138-6101-2345",
            "+86 13861012345", "测试甲 \(Self.mobile)", "电话：１３８６１０１２３４５，测试甲", "身份证号：\(Self.identity)（测试甲）",
        ] {
            let refused = try await eve.post("/find", ["q": text])
            #expect(refused.status == 403 && refused.leadsTo == nil, "\(text)")
            let found = try await li.post("/find", ["q": text])
            #expect(found.status == 200 && found.leadsTo == nil && found.html.contains(page), "\(text)")
            #expect(!found.html.contains(Self.identity) && !found.html.contains(Self.mobile))
        }
        // Nor has a name among other words a place in an address.
        for text in ["测试甲，男", "测试甲的案子1", "被告测试甲(2026)"] {
            #expect(try await eve.post("/find", ["q": text]).leadsTo == nil, "\(text)")
        }
        #expect(try await eve.post("/find", ["q": "TZ-2026-13861012345"]).leadsTo?.contains("q=TZ-2026") == true)
        #expect(try await li.get("/messages?q=\(Remote.escaped("测试甲 " + Self.mobile))").status == 400)
        for text in ["320402198001010035", "13900000000", "没有这个编号1"] {
            let found = try await li.post("/find", ["q": text])
            #expect(!found.html.contains(page) && found.leadsTo != page, "\(text)")
        }
        #expect(try await li.post("/find", ["q": "测试甲"]).status == 403, "the settings allow no names")
        #expect(try await li.post("/find", ["q": "  "]).leadsTo == "/console/messages")
        #expect(try await li.post("/find", ["q": String(repeating: "9", count: 201)]).status == 400)
        #expect(try await li.get("/messages?q=\(Self.identity)").status == 400)
        #expect(try await li.get("/find").status == 400)
        let desk = flow.gateway.desk
        let body = Array("{\"text\":\"\(Self.mobile)\"}".utf8)
        #expect(
            try await desk.ask("POST", "/v1/messages/find", body: body)["messages"]?[0]?["referralId"]?.string
                == referral)
        // Who looked is known, and under what hash; whom they looked for is not.
        let trail = try await flow.gateway.operator("auditor").ask("GET", "/v1/audit?limit=200")["entries"] ?? .null
        let acts = (trail.array ?? []).filter { $0["action"] == "findPerson" }
        #expect(acts.count == 12 && Set(acts.compactMap { $0["actor"]?.string }) == ["li", "wang"])
        for secret in [Self.identity, Self.mobile, "测试甲"] {
            #expect(!trail.text().contains(secret) && !flow.gateway.logged.contains(secret))
        }
        for visitor in [li, eve] { await visitor.leave() }
        await flow.end()
    }

    @Test func `names are found where the settings allow it, whole and by keyed hash`() async throws {
        let flow = try Self.gateway(names: true)
        let receipt = try await Self.notice(flow)
        try await Self.untilIndexed(flow, "（2026）苏0402刑初321号")
        let li = try await ConsoleVisitor.add("li", "operator", to: flow.gateway)
        let eve = try await ConsoleVisitor.add("eve", "viewer", to: flow.gateway)
        let page = "/console/messages/\(receipt["referralId"]?.string ?? "")"
        #expect(try await li.post("/find", ["q": "测试 甲"]).html.contains(page))
        #expect(try await !li.post("/find", ["q": "测试"]).html.contains(page))
        #expect(try await eve.post("/find", ["q": "测试甲"]).status == 403)
        for visitor in [li, eve] { await visitor.leave() }
        await flow.end()
    }

    @Test func `a list of messages is narrowed by outcome, kind, institution, state and day, with its total`()
        async throws
    {
        let gateway = try GatewayProcess()
        try gateway.start()
        for number in 0..<53 {
            let body = number < 51 ? courtNotice("F-\(number)") : courtNotice("F-\(number)", name: "")
            _ = try await gateway.remote.call("POST", "/v1/referrals", body: body, mediaType: "application/xml")
        }
        let eve = try await ConsoleVisitor.add("eve", "viewer", to: gateway)
        let today = Instant(Date()).timestamp.date.iso
        for (query, total) in [
            ("", 53), ("outcome=invalid", 2), ("outcome=accepted", 51), ("kind=court/defence-notice", 53),
            ("queue=CZ-TN", 51), ("queue=CZ-WJ", 0), ("state=pendingIntake&outcome=accepted", 0),
            ("from=\(today)&to=\(today)", 53), ("to=2020-01-01", 0), ("partner=other", 0),
            ("partner=court&queue=CZ-TN", 51),
        ] {
            let html = try await eve.get("/messages?\(query)").html
            #expect(total == 0 ? html.contains("没有符合条件的报文") : html.contains("共 \(total) 份"), "\(query)")
        }
        let first = try await eve.get("/messages?queue=CZ-TN&from=\(today)").html
        let next = try #require(first.firstMatch(of: /rel="next" href="\/console([^"]+)"/)).1.replacing(
            "&amp;", with: "&")
        let second = try await eve.get(String(next)).html
        #expect(second.contains("共 51 份") && second.matches(of: />F-\d+</).count == 1)
        for query in ["outcome=x", "state=x", "from=yesterday", "to=2026-1-1"] {
            #expect(try await eve.get("/messages?\(query)").status == 400, "\(query)")
        }
        await eve.leave()
        gateway.stop()
        gateway.remove()
    }
}
