import Foundation
import StrictJSON
import Testing
import Transport

@testable import gateway

/// What waits for its referral is counted in full, and a person can do something about it.
@Suite struct ParkedActs {
    private static let number = "32040219900307283X"

    private static func page(_ visitor: ConsoleVisitor, _ query: String = "") async throws -> String {
        try await visitor.get("/parked\(query)").html
    }

    private static func ids(_ html: String) -> [String] {
        html.matches(of: /parked\/([^"\/]+)\/attach"/).map { String($0.1) }
    }

    @Test func `more than two hundred are counted and paged to the end`() async throws {
        let flow = try FlowGateway()
        for partner in ["court", "civil"] {
            for number in 0..<(partner == "court" ? 205 : 3) {
                _ = try await flow.send(
                    "supplement", "S-\(number)", from: partner, [("reference", ["messageId": "NEVER-1"])])
            }
        }
        let desk = flow.gateway.desk
        let viewer = try await ConsoleVisitor.add("eve", "viewer", to: flow.gateway)
        let overview = try await viewer.get("/").html
        #expect(overview.contains("<strong>208</strong>暂存报文"))
        #expect(overview.contains("href=\"/console/parked?partner=court\">常州市天宁区人民法院</a> <b>205</b>"))
        var path = "/parked"
        var seen: Set<String> = []
        var pages = 0
        while pages < 10 {
            let html = try await viewer.get(path).html
            #expect(html.contains("共 208 份") && !html.contains("/attach"))
            let found = html.matches(of: /messages\/([0-9A-Z]{26})"/).map { String($0.1) }
            #expect(Set(found).isDisjoint(with: seen), "no message twice")
            seen.formUnion(found)
            pages += 1
            guard let next = html.firstMatch(of: /rel="next" href="\/console([^"]+)"/) else { break }
            path = String(next.1).replacing("&amp;", with: "&")
        }
        #expect(seen.count == 208 && pages == 3)
        #expect(try await viewer.get("/parked?partner=civil").html.contains("共 3 份"))
        #expect(try await viewer.get("/parked?after=x").status == 400)
        for (partner, total) in [("civil", 3), ("nobody", 0)] {
            let waiting = try await desk.ask("GET", "/v1/parked?partner=\(partner)")
            #expect(waiting["total"]?.int == total, "\(partner)")
        }
        var after: String?
        var counted = 0
        repeat {
            let page = try await desk.ask(
                "GET", "/v1/parked?partner=court&limit=100" + (after.map { "&after=\($0.urlEscaped)" } ?? ""))
            counted += page["parked"]?.array?.count ?? 0
            #expect(page["total"] == 205)
            after = page["next"]?.string
        } while after != nil
        #expect(counted == 205)
        #expect(try await desk.call("GET", "/v1/parked?after=yesterday").status == 400)
        await viewer.leave()
        await flow.end()
    }

    @Test func `one that waits is attached, given up or discarded with a reason, and told apart by person`()
        async throws
    {
        let flow = try FlowGateway()
        let receipt = try await flow.send(
            "notification", "N-1", from: "court",
            [
                ("recipient", ["name": "测试甲", "idNumber": .string(Self.number)]),
                ("proceeding", ["handlingOrgan": ["code": "320402", "type": "court"]]),
            ])
        let application = try #require(receipt["applicationNo"]?.string)
        for (id, more) in [
            ("S-1", [:]), ("S-2", [:]), ("S-3", [:]), ("S-4", ["idNumber": "320402198001010035"]),
        ] as [(String, [String: String])] {
            var reference = JSONObject([("messageId", "WRONG-1")])
            for (name, value) in more { reference[name] = .string(value) }
            _ = try await flow.send(
                "supplement", id, from: "court",
                [
                    ("reference", .object(reference)),
                    ("materials", [["kind": "idProof", "title": "身份证", "content": "QUJD"]]),
                ])
        }
        let viewer = try await ConsoleVisitor.add("eve", "viewer", to: flow.gateway)
        let li = try await ConsoleVisitor.add("li", "operator", to: flow.gateway)
        let ids = Self.ids(try await Self.page(li))
        try #require(ids.count == 4)
        let order = ["applicationNo": " \(application) ", "reason": "电话核实，编号写错"]
        #expect(try await viewer.post("/parked/\(ids[0])/attach", order).status == 403)
        for (id, act, bad, status) in [
            (ids[0], "attach", ["reason": " "], 400), (ids[0], "attach", ["applicationNo": ""], 400),
            (ids[0], "attach", ["applicationNo": "LA0"], 400), (ids[0], "burn", [:], 404),
            // Another person's paper joins nobody's application.
            (ids[3], "attach", [:], 400), ("nothing", "attach", [:], 409), ("nothing", "endWaiting", [:], 404),
        ] as [(String, String, [String: String], Int)] {
            let answer = try await li.post("/parked/\(id)/\(act)", order.merging(bad) { $1 })
            #expect(answer.status == status, "\(act) \(bad)")
            #expect(status == 404 || answer.html.contains("<h1>"))
        }
        #expect(try await li.post("/parked/\(ids[0])/attach", order).leadsTo == "/console/parked?done=attach")
        #expect(try await li.post("/parked/\(ids[0])/attach", order).status == 409)
        let referral = try await flow.referral(receipt, of: "court")
        #expect(referral["followUps"]?.array?.first?["applications"]?[0]?.string == application)
        #expect(
            try await li.post("/parked/\(ids[1])/endWaiting", order.merging(["partner": "court"]) { $1 }).leadsTo
                == "/console/parked?done=endWaiting&partner=court")
        #expect(try await li.get("/dead-letters?messageId=S-2").html.contains("共 1 件"))
        #expect(try await li.post("/parked/\(ids[2])/discard", order).leadsTo == "/console/parked?done=discard")
        #expect(try await li.get("/dead-letters?messageId=S-3").html.contains("没有符合条件"))
        #expect(Self.ids(try await Self.page(li)) == [ids[3]])
        // The same by the interface.
        let desk = flow.gateway.desk
        let body = Array(#"{"reason":"报送单位要求"}"#.utf8)
        #expect(try await desk.call("POST", "/v1/parked/\(ids[3])/attach", body: body).status == 400)
        #expect(try await desk.ask("POST", "/v1/parked/\(ids[3])/end-waiting", body: body)["done"] == "endWaiting")
        let acts = try await flow.gateway.operator("auditor").ask("GET", "/v1/audit?limit=100")["entries"]?.array ?? []
        let actions = acts.compactMap { $0["action"]?.string }
        #expect(actions.count { $0 == "attachParked" } == 1 && actions.count { $0 == "endWaiting" } == 3)
        #expect(actions.count { $0 == "discard" } == 1)
        let said = acts.first { $0["action"] == "attachParked" }?["detail"]?.string
        #expect(said == "\(application): 电话核实，编号写错")
        for visitor in [viewer, li] { await visitor.leave() }
        await flow.end()
    }

    @Test func `applications, notices about them and leads are counted apart`() async throws {
        let flow = try FlowGateway()
        var first = ""
        for id in ["N-1", "N-2"] {
            let receipt = try await flow.send(
                "notification", id, from: "court",
                [
                    ("recipient", ["name": .string("测试\(id)")]),
                    ("proceeding", ["handlingOrgan": ["code": "320402", "type": "court"]]),
                ])
            first = first.isEmpty ? receipt["applicationNo"]?.string ?? "" : first
        }
        _ = try await flow.send(
            "supplement", "S-1", from: "court",
            [
                ("reference", ["messageId": "N-1"]),
                ("materials", [["kind": "idProof", "title": "身份证", "content": "QUJD"]]),
            ])
        _ = try await flow.send("lead", "L-1", from: "civil", [("recipient", ["name": "测试丙"])])
        let viewer = try await ConsoleVisitor.add("eve", "viewer", to: flow.gateway)
        let overview = try await viewer.get("/").html
        let queues = try await flow.gateway.desk.ask("GET", "/v1/queues")
        let court = queues["queues"]?.array?.first { $0["queue"] == "CZ-TN" }
        #expect(court?["depth"] == 3 && court?["notices"] == 1)
        #expect(overview.contains("<strong>2</strong>待签收的申请") && overview.contains("<strong>1</strong>给机构的其他通知"))
        let leads = queues["leadQueues"]?.array?.reduce(0) { $0 + ($1["depth"]?.int ?? 0) } ?? 0
        #expect(overview.contains("<strong>\(leads)</strong>待领取的线索"))
        await viewer.leave()
        await flow.end()
    }
}
