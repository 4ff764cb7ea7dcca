import Foundation
import StrictJSON
import Testing
import Transport

@testable import gateway

/// Documents opened with a reason, edits that are kept, and fields mended one by one, over HTTP.
@Suite struct Repairs {
    private static let number = "320402198001010035"

    /// A notice that fails for want of a name, with an identity number that nobody need see.
    private static func fill(_ gateway: GatewayProcess, _ id: String, name: String = "<XM></XM>") async throws {
        let body = String(decoding: courtNotice(id), as: UTF8.self)
            .replacing("<XM>测试甲</XM>", with: "\n\(name)\n<SFZHM>\(number)</SFZHM>")
        let answer = try await gateway.remote.call(
            "POST", "/v1/referrals", body: Array(body.utf8), mediaType: "application/xml")
        try #require(answer.status == 422)
    }

    private static func letter(_ visitor: ConsoleVisitor, _ number: String) async throws -> (path: String, html: String)
    {
        let list = try await visitor.get("/dead-letters?messageId=\(number)").html
        let id = try #require(list.firstMatch(of: /dead-letters\/([^"?]+)\?[^"]*">/)).1
        return ("/dead-letters/\(id)", try await visitor.get("/dead-letters/\(id)").html)
    }

    private static func version(_ html: String) throws -> String {
        String(try #require(html.firstMatch(of: /name="version" value="([^"]+)"/)).1)
    }

    @Test func `a document is opened with a reason once in a sitting, audited, and by those who may`() async throws {
        let gateway = try GatewayProcess()
        try gateway.start()
        try await Self.fill(gateway, "OPEN-1")
        var visitors: [ConsoleVisitor] = []
        for (name, role, may) in [
            ("eve", "viewer", false), ("ada", "administrator", false), ("li", "operator", true),
            ("wu", "auditor", true),
        ] {
            let visitor = try await ConsoleVisitor.add(name, role, to: gateway)
            visitors.append(visitor)
            let (path, html) = try await Self.letter(visitor, "OPEN-1")
            #expect(!html.contains(Self.number) && html.contains("查看原文") == may, "\(role)")
            let referral = try #require(
                try await visitor.get("/messages?q=OPEN-1").html.firstMatch(of: /messages\/([^"?]+)">OPEN-1/)
            ).1
            for place in ["\(path)/document", "/messages/\(referral)/document"] {
                let asked = try await visitor.get(place)
                // The dead letter is the same message, which is opened once.
                let isOpen = may && place.hasPrefix("/messages")
                #expect(asked.status == (may ? 200 : 403), "\(role) \(place)")
                #expect(asked.html.contains(Self.number) == isOpen, "\(role) \(place)")
                #expect(try await visitor.post(place, ["reason": " "]).status == (may ? 400 : 403))
                let opened = try await visitor.post(place, ["reason": "当事人来电核对"])
                #expect(opened.status == (may ? 303 : 403), "\(role) \(place)")
                guard may else { continue }
                for _ in 0..<2 {
                    let shown = try await visitor.get(place).html
                    #expect(shown.contains(Self.number) && shown.contains("<span class=\"line\">"), "\(place)")
                }
                // What was opened in one place stays open there alone.
                #expect(try await visitor.get("\(path)").html.contains(Self.number) == false)
            }
        }
        let acts = try await gateway.operator("auditor").ask("GET", "/v1/audit?limit=200")["entries"]?.array ?? []
        let seen = acts.filter { $0["action"] == "unmask" }
        #expect(seen.count == 4 && seen.allSatisfy { $0["detail"] == "当事人来电核对" }, "once each, not once a look")
        #expect(Set(seen.compactMap { $0["actor"]?.string }) == ["li", "wu"])
        // Another sitting asks anew.
        let li = visitors[2]
        let path = try await Self.letter(li, "OPEN-1").path
        _ = try await li.post("/sign-out", [:])
        #expect(try await li.signIn("li", "password of li") == 303)
        #expect(try await !li.get("\(path)/document").html.contains(Self.number))
        for visitor in visitors { await visitor.leave() }
        gateway.stop()
        gateway.remove()
    }

    @Test func `an edit outlives its page, its language and its session, and nobody else sees it`() async throws {
        let gateway = try GatewayProcess()
        try gateway.start()
        try await Self.fill(gateway, "DRAFT-1")
        let li = try await ConsoleVisitor.add("li", "operator", to: gateway)
        let wang = try await ConsoleVisitor.add("wang2", "operator", to: gateway)
        let (path, html) = try await Self.letter(li, "DRAFT-1")
        #expect(try await li.get("\(path)/edit").html.contains("请写明理由"))
        #expect(try await li.post("\(path)/edit", ["reason": "少填了姓名"]).leadsTo == "/console\(path)/edit")
        let first = try await li.get("\(path)/edit").html
        let text = String(try #require(first.firstMatch(of: /(?s)<textarea id="text"[^>]*>\n(.*?)<\/textarea>/)).1)
            .replacing("&lt;", with: "<").replacing("&gt;", with: ">").replacing("&quot;", with: "\"")
        #expect(text.contains("<XM></XM>") && first.contains("<b>5</b>\n"), "numbered, the failing line marked")
        #expect(first.contains("data-line=\"5\"") && first.contains("姓名"))
        let order = ["version": try Self.version(html), "reason": "补上姓名"]
        let still = order.merging(["text": text.replacing("<XM></XM>", with: "<XM> </XM>")]) { $1 }
        #expect(try await li.post("\(path)/draft", still).status == 204)
        let failing = try await li.get("\(path)/edit").html
        #expect(failing.contains("仍有错误") && failing.contains("&lt;XM&gt; &lt;/XM&gt;"))
        let mended = order.merging(["text": text.replacing("<XM></XM>", with: "<XM>测试乙</XM>")]) { $1 }
        #expect(try await li.post("\(path)/preview", mended).leadsTo == "/console\(path)/edit")
        // The real difference is shown to whoever types.
        let checked = try await li.get("\(path)/edit").html
        #expect(checked.contains("检查通过") && checked.contains("class=\"new\">+ &lt;XM&gt;测试乙&lt;/XM&gt;"))
        #expect(checked.contains("补上姓名</textarea>"))
        let english = ConsoleVisitor(gateway, language: "en")
        #expect(try await english.signIn("li", "password of li") == 303)
        #expect(try await !english.get("\(path)/edit").html.contains("测试乙"), "another sitting gives a reason first")
        _ = try await english.post("\(path)/edit", ["reason": "go on with it"])
        let after = try await english.get("\(path)/edit").html
        #expect(after.contains("测试乙") && after.contains("It would pass now") && after.contains("补上姓名"))
        _ = try await wang.post("\(path)/edit", ["reason": "查看"])
        #expect(try await !wang.get("\(path)/edit").html.contains("测试乙"))
        // A session that has ended keeps nothing and loses nothing.
        let stranger = ConsoleVisitor(gateway)
        let refused = try await stranger.post("\(path)/draft", mended, isOwn: false)
        #expect(refused.status == 401 && refused.html.contains("测试乙"))
        #expect(try await english.post("\(path)/start-over", order).leadsTo == "/console\(path)/edit")
        #expect(try await !english.get("\(path)/edit").html.contains("测试乙"))
        let sent = try await li.post("\(path)/retry", mended)
        #expect(sent.leadsTo?.contains("done=resent") == true)
        #expect(try await gateway.institution.leases().first?.at("application.recipient.name") == "测试乙")
        for visitor in [li, wang, english, stranger] { await visitor.leave() }
        gateway.stop()
        gateway.remove()
    }

    @Test func `a document in another encoding with lines of its own is mended without other changes`() async throws {
        let gateway = try GatewayProcess()
        try gateway.start()
        let notice = String(decoding: courtNotice("GBK-1"), as: UTF8.self).replacing("UTF-8", with: "GB18030")
            .replacing("<XM>测试甲</XM>", with: "").replacing("\n", with: "\r\n")
        let bytes = try #require(EncodedText().encode(notice, as: "gb18030"))
        let answer = try await gateway.remote.call("POST", "/v1/referrals", body: bytes, mediaType: "application/xml")
        #expect(answer.status == 422)
        let li = try await ConsoleVisitor.add("li", "operator", to: gateway)
        let (path, html) = try await Self.letter(li, "GBK-1")
        // A field that is not there at all is written into its place.
        let order = ["version": try Self.version(html), "reason": "补上姓名", "field-0": "测试<丙>"]
        #expect(try await li.post("\(path)/repair", order).leadsTo?.contains("done=resent") == true)
        #expect(try await gateway.institution.leases().first?.at("application.recipient.name") == "测试<丙>")
        let referral = try #require(
            try await li.get("/messages?q=GBK-1").html.firstMatch(of: /messages\/([^"?]+)">GBK-1/)
        ).1
        _ = try await li.post("/messages/\(referral)/document", ["reason": "核对"])
        let shown = try await li.get("/messages/\(referral)/document").html
        #expect(shown.contains("&lt;XM&gt;测试&amp;lt;丙&amp;gt;&lt;/XM&gt;") && shown.contains("GB18030"))
        await li.leave()
        gateway.stop()
        gateway.remove()
    }

    @Test func `one field is mended with the rest masked, and nothing is sent that would fail again`() async throws {
        let gateway = try GatewayProcess()
        try gateway.start()
        try await Self.fill(gateway, "FIELD-1")
        let eve = try await ConsoleVisitor.add("eve", "viewer", to: gateway)
        let li = try await ConsoleVisitor.add("li", "operator", to: gateway)
        let (path, html) = try await Self.letter(li, "FIELD-1")
        #expect(html.contains("name=\"field-0\"") && html.contains("/ROOT/RECORD/DSRXX/RECORD/XM"))
        #expect(!html.contains("name=\"field-1\"") && !html.contains(Self.number))
        #expect(try await !eve.get(path).html.contains("field-0"))
        let order = ["version": try Self.version(html), "reason": "电话核实"]
        #expect(try await eve.post("\(path)/repair", order.merging(["field-0": "测试乙"]) { $1 }).status == 403)
        for (bad, status) in [
            (["field-0": ""], 400), (["field-7": "x"], 409),
            (["field-0": "x", "version": "1.2026-01-01T00:00:00Z"], 409),
            (["field-0": "x", "reason": " "], 400),
        ] {
            #expect(try await li.post("\(path)/repair", order.merging(bad) { $1 }).status == status, "\(bad)")
        }
        // A placeholder is no name: it would fail again, so nothing is sent and what was typed stays.
        let refused = try await li.post("\(path)/repair", order.merging(["field-0": "无"]) { $1 })
        #expect(refused.status == 200 && refused.html.contains("没有重发") && refused.html.contains("value=\"无\""))
        #expect(refused.html.contains("电话核实</textarea>"))
        let sent = try await li.post("\(path)/repair", order.merging(["field-0": "测试乙"]) { $1 })
        #expect(sent.leadsTo?.contains("done=resent") == true)
        let application = try #require(try await gateway.institution.leases().first?["application"])
        #expect(
            application.at("recipient.name") == "测试乙" && application.at("recipient.idNumber")?.string == Self.number)
        let acts = try await gateway.operator("auditor").ask("GET", "/v1/audit?limit=200")["entries"]?.array ?? []
        #expect(!acts.contains { $0["action"] == "unmask" } && acts.contains { $0["action"] == "editAndResend" })
        for visitor in [eve, li] { await visitor.leave() }
        gateway.stop()
        gateway.remove()
    }

    @Test func `the failing values alone are shown with a reason`() async throws {
        let gateway = try GatewayProcess()
        try gateway.start()
        // A court of another city: the code is known to nobody.
        let body = String(decoding: courtNotice("VALUE-1", from: "999999"), as: UTF8.self)
            .replacing("<XM>测试甲</XM>", with: "<XM>测试甲</XM><SFZHM>\(Self.number)</SFZHM>")
        let answer = try await gateway.remote.call(
            "POST", "/v1/referrals", body: Array(body.utf8), mediaType: "application/xml")
        try #require(answer.status == 422)
        let li = try await ConsoleVisitor.add("li", "operator", to: gateway)
        let (path, html) = try await Self.letter(li, "VALUE-1")
        #expect(html.contains("######") && !html.contains("999999") && html.contains("显示这些字段的原值"))
        #expect(try await li.post("\(path)/fields", ["reason": "核对单位代码"]).leadsTo == "/console\(path)#fields")
        let open = try await li.get(path).html
        #expect(open.contains("value=\"999999\"") && !open.contains(Self.number) && !open.contains("测试甲"))
        let acts = try await gateway.operator("auditor").ask("GET", "/v1/audit?limit=200")["entries"]?.array ?? []
        let seen = try #require(acts.first { $0["action"] == "unmask" }?["detail"]?.string)
        #expect(seen.hasPrefix("核对单位代码（") && !seen.contains("999999"))
        await li.leave()
        gateway.stop()
        gateway.remove()
    }
}
