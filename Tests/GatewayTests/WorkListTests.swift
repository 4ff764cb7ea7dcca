import Foundation
import StrictJSON
import Testing
import Transport

@testable import gateway

/// Dead letters worked off at the console, over HTTP: what a list holds, what an act leads to, what is done to many.
@Suite struct WorkLists {
    private static let noName = "invalid/missing/court/defence-notice:22003"

    /// So many notices without a name, so many without a sender, and a note of how many the list must hold.
    private static func fill(_ gateway: GatewayProcess, nameless: Int, anonymous: Int) async throws {
        for (count, word, gap, filler) in [
            (nameless, "N", "<XM>测试甲</XM>", "<XM></XM>"), (anonymous, "A", "<FSDW>320402</FSDW>", ""),
        ] {
            for number in 0..<count {
                let id = "\(word)-\(number + 100)"
                let body = String(decoding: courtNotice(id), as: UTF8.self).replacing(gap, with: filler)
                let answer = try await gateway.remote.call(
                    "POST", "/v1/referrals", body: Array(body.utf8), mediaType: "application/xml")
                #expect(answer.status == 422)
            }
        }
    }

    /// The letters that a page lists, in its order.
    private static func listed(_ html: String) -> [String] {
        html.matches(of: /<a href="\/console\/dead-letters\/[^"]+">([AN]-\d+)<\/a>/).map { String($0.1) }
    }

    private static func picks(_ html: String, _ count: Int) -> [String: String] {
        let found = html.matches(of: /name="(pick-[^"]+)" value="([^"]+)"/).prefix(count)
        return Dictionary(found.map { (String($0.1), String($0.2)) }) { first, _ in first }
    }

    @Test func `a list tells what there is of each cause, narrows by it, and is paged both ways`() async throws {
        let gateway = try GatewayProcess()
        try gateway.start()
        try await Self.fill(gateway, nameless: 52, anonymous: 3)
        let viewer = try await ConsoleVisitor.add("eve", "viewer", to: gateway)
        let all = try await viewer.get("/dead-letters").html
        #expect(all.contains("共 55 件，本页 50 件") && all.contains("\(Self.noName)（52）"))
        #expect(!all.contains("name=\"pick-") && !all.contains("rel=\"prev\""))
        let next = try #require(all.firstMatch(of: /rel="next" href="\/console([^"]+)"/)).1
        let second = try await viewer.get(String(next).replacing("&amp;", with: "&")).html
        #expect(Self.listed(second).count == 5 && !second.contains("rel=\"next\""))
        let back = try #require(second.firstMatch(of: /rel="prev" href="\/console([^"]+)"/)).1
        let first = try await viewer.get(String(back).replacing("&amp;", with: "&")).html
        #expect(Self.listed(first) == Self.listed(all) && !first.contains("rel=\"prev\""))
        let counts = [
            ("cause=\(Self.noName.urlEscaped)", 52), ("turn=sender", 55), ("turn=gateway", 0), ("turn=receiver", 0),
            ("code=letter-content-invalid&partner=court", 55), ("partner=police", 0), ("channel=referral", 55),
            ("channel=status", 0), ("day=2020-01-01", 0), ("messageId=A-101", 1), ("messageId=A-101&turn=sender", 1),
        ]
        for (query, count) in counts {
            let page = try await viewer.get("/dead-letters?\(query)").html
            #expect(Self.listed(page).count == min(50, count), "\(query)")
            #expect(count == 0 ? page.contains("没有符合条件") : page.contains("共 \(count) 件"), "\(query)")
        }
        for query in ["turn=nobody", "code=x", "day=yesterday", "cause=x", "before=x", "after=x"] {
            #expect(try await viewer.get("/dead-letters?\(query)").status == 400, "\(query)")
        }
        await viewer.leave()
        gateway.stop()
        gateway.remove()
    }

    @Test func `each act leads to the next of the same list with a receipt, until there is none`() async throws {
        let gateway = try GatewayProcess()
        try gateway.start()
        try await Self.fill(gateway, nameless: 4, anonymous: 2)
        let worker = try await ConsoleVisitor.add("li", "operator", to: gateway)
        let query = "cause=\(Self.noName.urlEscaped)"
        let list = try await worker.get("/dead-letters?\(query)").html
        let link = try #require(list.firstMatch(of: /href="\/console(\/dead-letters\/[^"]+)">N-100</))
        var path = String(link.1).replacing("&amp;", with: "&")
        for number in 0..<4 {
            let page = try await worker.get(path).html
            #expect(page.contains("N-10\(number)") && page.contains("返回列表（共 \(4 - number) 件）"))
            #expect(page.contains("跳过，看下一件") == (number < 3))
            #expect(number == 0 || page.contains("已丢弃"), "the receipt of the one before")
            #expect(number == 0 || page.contains("查看经过"))
            let id = try #require(path.firstMatch(of: /dead-letters\/([^?]+)/)).1
            let version = try #require(page.firstMatch(of: /name="version" value="([^"]+)"/)).1
            let order = ["version": String(version), "reason": "报送单位要求", "filter-cause": Self.noName]
            let answer = try await worker.post("/dead-letters/\(id)/discard", order)
            #expect(answer.status == 303)
            path = try #require(answer.leadsTo).replacing("/console", with: "", maxReplacements: 1)
        }
        let last = try await worker.get(path).html
        #expect(path.hasPrefix("/dead-letters?cause=") && last.contains("没有符合条件") && last.contains("已丢弃"))
        // What was retried in vain is led to as it lies there now.
        let left = try await worker.get("/dead-letters").html
        #expect(Self.listed(left) == ["A-100", "A-101"])
        let id = try #require(left.firstMatch(of: /dead-letters\/([^"?]+)">A-100</)).1
        let again = try await worker.post("/dead-letters/\(id)/retry", ["reason": "再试"])
        #expect(again.leadsTo?.hasSuffix("?done=again") == true)
        await worker.leave()
        gateway.stop()
        gateway.remove()
    }

    @Test func `those selected are dealt with together after their number was seen, by those who may`() async throws {
        let gateway = try GatewayProcess()
        try gateway.start()
        try await Self.fill(gateway, nameless: 5, anonymous: 1)
        let viewer = try await ConsoleVisitor.add("eve", "viewer", to: gateway)
        let worker = try await ConsoleVisitor.add("li", "operator", to: gateway)
        let page = try await worker.get("/dead-letters").html
        let picks = Self.picks(page, 3)
        try #require(picks.count == 3)
        let order = picks.merging(["act": "discard", "reason": "重复报送"]) { $1 }
        #expect(try await viewer.post("/dead-letters/selected", order).status == 403)
        #expect(
            try await worker.post("/dead-letters/selected", ["act": "discard", "reason": "x"]).html.contains("一件也没有选中"))
        let asked = try await worker.post("/dead-letters/selected", order)
        #expect(asked.status == 200 && asked.html.contains("丢弃（3）") && asked.html.contains("重复报送"))
        #expect(try await worker.get("/dead-letters").html.contains("共 6 件"))
        let counted = order.merging(["counted": "3"]) { $1 }
        #expect(try await worker.post("/dead-letters/selected", counted.merging(["reason": " "]) { $1 }).status == 400)
        #expect(try await worker.post("/dead-letters/selected", counted.merging(["act": "burn"]) { $1 }).status == 400)
        #expect(
            try await worker.post("/dead-letters/selected", counted.merging(["act": "assign"]) { $1 }).status == 400)
        // Nothing of these wants an institution.
        let assign = counted.merging(["act": "assign", "queue": "CZ-TN"]) { $1 }
        #expect(
            try await worker.post("/dead-letters/selected", assign).leadsTo
                == "/console/dead-letters?done=selected&n=0&again=0&left=3")
        let done = try await worker.post("/dead-letters/selected", counted)
        #expect(done.leadsTo == "/console/dead-letters?done=selected&n=3&again=0&left=0")
        let after = try await worker.get("/dead-letters?done=selected&n=3&again=0&left=0").html
        #expect(after.contains("已处理 3 件") && after.contains("共 3 件"))
        // Somebody else was first.
        #expect(
            try await worker.post("/dead-letters/selected", counted).leadsTo?.hasSuffix("n=0&again=0&left=3") == true)
        // A retry in vain is told as such.
        let rest = Self.picks(after, 2).merging(["act": "retry", "reason": "x", "counted": "2"]) { $1 }
        #expect(try await worker.post("/dead-letters/selected", rest).leadsTo?.hasSuffix("n=0&again=2&left=0") == true)
        for visitor in [viewer, worker] { await visitor.leave() }
        gateway.stop()
        gateway.remove()
    }

    @Test func `all that match are discarded by a job, and no other`() async throws {
        let gateway = try GatewayProcess()
        try gateway.start()
        try await Self.fill(gateway, nameless: 6, anonymous: 2)
        let worker = try await ConsoleVisitor.add("li", "operator", to: gateway)
        let filter = ["filter-cause": Self.noName, "filter-turn": "sender"]
        let preview = try await worker.post("/dead-letters/bulk", filter)
        #expect(preview.html.contains("开始（6 件）"))
        let order = filter.merging(["act": "discard", "reason": "测试数据", "rate": "1000"]) { $1 }
        #expect(try await worker.post("/jobs", order.merging(["act": "burn"]) { $1 }).status == 400)
        let job = try #require(try await worker.post("/jobs", order).leadsTo)
        var page = ""
        while !page.contains("data-state=\"finished\"") {
            page = try await worker.get(job.replacing("/console", with: "", maxReplacements: 1)).html
        }
        #expect(page.contains("<strong>6</strong>已丢弃"))
        #expect(Self.listed(try await worker.get("/dead-letters").html) == ["A-100", "A-101"])
        let stored = try await gateway.desk.ask("GET", "/v1/jobs")["jobs"]?[0]
        #expect(stored?["act"] == "discard" && stored?["resent"] == 6 && stored?.at("filter.causes")?.array?.count == 1)
        await worker.leave()
        gateway.stop()
        gateway.remove()
    }

    @Test func `a trouble is noted with a reason for a while, and told again when there is more of it`() async throws {
        let gateway = try GatewayProcess()
        try gateway.start()
        try await Self.fill(gateway, nameless: 2, anonymous: 0)
        let viewer = try await ConsoleVisitor.add("eve", "viewer", to: gateway)
        let worker = try await ConsoleVisitor.add("li", "operator", to: gateway)
        let before = try await worker.get("/").html
        let count = try #require(before.firstMatch(of: /<title>\((\d+)\)/).flatMap { Int($0.1) })
        #expect(before.contains("内容缺失或有误"))
        let order = ["trouble": "deadLetters/letter-content-invalid", "known": "2", "hours": "12", "reason": "已电话告知"]
        #expect(try await viewer.post("/troubles/acknowledge", order).status == 403)
        for (name, bad) in [("reason", " "), ("hours", "0"), ("hours", "9999"), ("known", "-1"), ("hours", "x")] {
            #expect(
                try await worker.post("/troubles/acknowledge", order.merging([name: bad]) { $1 }).status == 400,
                "\(name)")
        }
        #expect(try await worker.post("/troubles/acknowledge", order.merging(["trouble": "x"]) { $1 }).status == 404)
        #expect(try await worker.post("/troubles/acknowledge", order).leadsTo == "/console/?done=acknowledged")
        let noted = try await viewer.get("/").html
        // What people write is not for who may only look.
        #expect(noted.contains("li 已知悉") && !noted.contains("已电话告知"))
        #expect(try await worker.get("/").html.contains("已电话告知"))
        #expect(noted.contains("<title>(\(count - 1))") == (count > 1))
        try await Self.fill(gateway, nameless: 0, anonymous: 1)
        #expect(try await viewer.get("/").html.contains("<title>(\(count))"))
        #expect(try await !viewer.get("/").html.contains("li 已知悉"))
        let withdrawn = try await worker.post("/troubles/withdraw", order)
        #expect(withdrawn.leadsTo == "/console/?done=withdrawn")
        #expect(try await worker.post("/troubles/withdraw", order).status == 404)
        let auditor = gateway.operator("auditor")
        let acts = try await auditor.ask("GET", "/v1/audit?subject=\("deadLetters/letter-content-invalid".urlEscaped)")
        #expect(
            acts["entries"]?.array?.compactMap { $0["action"]?.string } == [
                "withdrawAcknowledgement", "acknowledgeTrouble",
            ])
        for visitor in [viewer, worker] { await visitor.leave() }
        gateway.stop()
        gateway.remove()
    }
}
