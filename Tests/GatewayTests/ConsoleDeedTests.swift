import Foundation
import StrictJSON
import Testing
import Transport
import Vocabulary

@testable import Triage
@testable import gateway

/// What the console's pages show and do, over HTTP: by role, with its token, written into the audit trail.
@Suite struct ConsoleDeeds {
    /// In the autumn the plan of next year's days off is missing until it is published, and the console says so: this
    /// gateway has one that holds what the law fixes.
    private static func plan(_ gateway: GatewayProcess) throws {
        let folder = gateway.folder.appending(path: "calendar")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let now = Instant(Date()).timestamp.date.year
        for year in [now, now + 1] {
            let off = StatutoryHolidays.days(of: year).map(\.iso).sorted().joined(separator: " ")
            try #"<calendar xmlns="urn:legal-aid-gateway:calendar:1" year="\#(year)"><off>\#(off)</off></calendar>"#
                .write(to: folder.appending(path: "\(year).xml"), atomically: true, encoding: .utf8)
        }
        let file = gateway.folder.appending(path: "gateway.xml")
        let text = try String(contentsOf: file, encoding: .utf8)
        try text.replacing(/<calendar path="[^"]+"/, with: #"<calendar path="calendar""#)
            .write(to: file, atomically: true, encoding: .utf8)
    }

    @Test(arguments: [("queues", "CZ-TN", "application:CZ-TN"), ("partners", "court", "status:court")])
    func `a way out is paused and resumed with a reason, by those who may, and audited`(
        page: String, recipient: String, subject: String
    ) async throws {
        let gateway = try GatewayProcess()
        try gateway.start()
        let viewer = try await ConsoleVisitor.add("eve", "viewer", to: gateway)
        let worker = try await ConsoleVisitor.add("li", "operator", to: gateway)
        let chief = try await ConsoleVisitor.add("chief", "administrator", to: gateway)
        let order = ["recipient": recipient, "reason": "对方系统搬迁"]
        #expect(try await !viewer.get("/\(page)").html.contains("class=\"deed\""))
        #expect(try await viewer.post("/\(page)/pause", order).status == 403)
        #expect(try await worker.post("/\(page)/pause", order, isOwn: false).status == 403)
        #expect(try await worker.post("/\(page)/pause", ["recipient": recipient, "reason": " "]).status == 400)
        let long = String(repeating: "长", count: 501)
        #expect(try await worker.post("/\(page)/pause", ["recipient": recipient, "reason": long]).status == 400)
        #expect(try await worker.post("/\(page)/pause", ["recipient": "nobody", "reason": "x"]).status == 404)
        #expect(try await worker.post("/\(page)/burn", order).status == 404)
        #expect(try await !worker.get("/\(page)").html.contains("已暂停"))
        let paused = try await worker.post("/\(page)/pause", order)
        #expect(paused.status == 303 && paused.leadsTo == "/console/\(page)?done=pause")
        #expect(try await worker.post("/\(page)/pause", order).status == 409)
        let shown = try await worker.get("/\(page)").html
        #expect(shown.contains("已暂停") && shown.contains("li：对方系统搬迁"))
        // What people write is not for who may only look.
        let seen = try await viewer.get("/\(page)").html
        #expect(seen.contains("已暂停") && !seen.contains("对方系统搬迁"))
        let glance = try await viewer.get("/").html
        #expect(glance.contains("已暂停") && glance.contains("href=\"/console/\(page)\""))
        let list = try await gateway.desk.ask("GET", "/v1/\(page)")[page]?.array ?? []
        let way = list.first { $0[page == "queues" ? "queue" : "partner"]?.string == recipient }
        #expect(way?.at("paused.reason") == "对方系统搬迁" && way?.at("paused.by") == "li")
        // The court is pushed to; this institution fetches.
        #expect(way?["circuit"]?.string == (page == "partners" ? "closed" : nil))
        #expect(try await worker.post("/\(page)/resume", order).leadsTo == "/console/\(page)?done=resume")
        #expect(try await !worker.get("/\(page)").html.contains("已暂停"))
        let trail = try await chief.get("/audit?subject=\(subject.urlEscaped)").html
        #expect(trail.contains("暂停线路") && trail.contains("恢复线路") && trail.contains("对方系统搬迁"))
        for visitor in [viewer, worker, chief] { await visitor.leave() }
        gateway.stop()
        gateway.remove()
    }

    @Test func `an account begins with a one-time password, which opens nothing but the choice of another`()
        async throws
    {
        let gateway = try GatewayProcess()
        try gateway.start()
        let chief = try await ConsoleVisitor.add("chief", "administrator", to: gateway)
        let worker = try await ConsoleVisitor.add("li", "operator", to: gateway)
        let order = ["name": "wu", "role": "operator", "reason": "到岗"]
        #expect(try await worker.get("/accounts").status == 403)
        #expect(try await !worker.get("/").html.contains("/console/accounts"))
        #expect(try await worker.post("/accounts/add", order).status == 403)
        #expect(try await chief.post("/accounts/add", order, isOwn: false).status == 403)
        #expect(try await chief.post("/accounts/add", ["name": "wu", "role": "king", "reason": "到岗"]).status == 400)
        #expect(try await chief.post("/accounts/add", order.merging(["reason": " "]) { $1 }).status == 400)
        let added = try await chief.post("/accounts/add", order)
        #expect(added.status == 200)
        let password = try #require(added.html.firstMatch(of: /<code class="secret">([^<]+)</)).1
        #expect(try await !chief.get("/accounts").html.contains(password))
        #expect(try await chief.post("/accounts/add", order).status == 409)

        let wu = ConsoleVisitor(gateway)
        #expect(try await wu.signIn("wu", String(password)) == 303)
        #expect(try await wu.get("/dead-letters").leadsTo == "/console/password")
        #expect(
            try await wu.post("/queues/pause", ["recipient": "CZ-TN", "reason": "x"]).leadsTo == "/console/password")
        #expect(try await wu.statusOfCall("/v1/queues") == 403)
        let change = ["old": String(password), "new": "my very own words", "again": "my very own words"]
        #expect(try await wu.post("/password", change.merging(["again": "other words, alas"]) { $1 }).status == 400)
        #expect(try await wu.post("/password", change.merging(["old": "not the old one"]) { $1 }).status == 401)
        #expect(try await wu.post("/password", change).leadsTo == "/console/sign-in?done=password")
        #expect(try await wu.get("/").leadsTo?.hasPrefix("/console/sign-in") == true)
        #expect(try await wu.signIn("wu", String(password)) == 401)
        #expect(try await wu.signIn("wu", "my very own words") == 303)
        #expect(try await wu.get("/dead-letters").status == 200)
        let stored = try Data(contentsOf: gateway.folder.appending(path: "store.sqlite"))
        #expect(stored.range(of: Data(password.utf8)) == nil)
        for visitor in [chief, worker, wu] { await visitor.leave() }
        gateway.stop()
        gateway.remove()
    }

    @Test func `an administrator changes roles, locks, unlocks and resets, all audited, and not their own`()
        async throws
    {
        let gateway = try GatewayProcess()
        try gateway.start()
        let chief = try await ConsoleVisitor.add("chief", "administrator", to: gateway)
        let wu = try await ConsoleVisitor.add("wu", "viewer", to: gateway)
        for act in ["role", "lock"] {
            #expect(
                try await chief.post("/accounts/\(act)", ["name": "chief", "role": "viewer", "reason": "x"]).status
                    == 409)
        }
        #expect(try await chief.post("/accounts/lock", ["name": "nobody", "reason": "x"]).status == 404)
        #expect(
            try await chief.post("/accounts/role", ["name": "wu", "role": "auditor", "reason": "转岗"]).status == 303)
        #expect(try await wu.get("/audit").leadsTo?.hasPrefix("/console/sign-in") == true)
        _ = try await wu.signIn("wu", "password of wu")
        #expect(try await wu.get("/audit").status == 200)
        #expect(
            try await chief.post("/accounts/lock", ["name": "wu", "reason": "本人来电"]).leadsTo
                == "/console/accounts?done=lock")
        #expect(try await wu.get("/").status == 303)
        #expect(try await wu.signIn("wu", "password of wu") == 401)
        #expect(try await chief.get("/accounts").html.contains("已停用"))
        #expect(try await chief.post("/accounts/unlock", ["name": "wu", "reason": "本人来电"]).status == 303)
        #expect(try await wu.signIn("wu", "password of wu") == 303)
        // Guesses lock it too; the same button ends that.
        for _ in 0..<5 { _ = try await wu.signIn("wu", "a wrong guess") }
        #expect(try await wu.signIn("wu", "password of wu") == 429)
        #expect(try await chief.get("/accounts").html.contains("已锁定"))
        #expect(try await chief.post("/accounts/unlock", ["name": "wu", "reason": "本人来电"]).status == 303)
        #expect(try await wu.signIn("wu", "password of wu") == 303)
        let reset = try await chief.post("/accounts/reset", ["name": "wu", "reason": "本人来电"])
        let password = try #require(reset.html.firstMatch(of: /<code class="secret">([^<]+)</)).1
        #expect(try await wu.signIn("wu", "password of wu") == 401)
        #expect(try await wu.signIn("wu", String(password)) == 303)
        let acts = try await gateway.auditor("GET", "/v1/audit?subject=wu")["entries"]?.array ?? []
        let changes = acts.compactMap { $0["action"]?.string }.filter {
            $0.hasSuffix("Account") || $0.hasPrefix("change")
        }
        #expect(
            changes == [
                "changePassword", "enableAccount", "enableAccount", "disableAccount", "changeRole", "addAccount",
            ])
        #expect(acts.first { $0["action"] == "disableAccount" }?["actor"] == "chief")
        #expect(acts.first { $0["action"] == "disableAccount" }?["detail"] == "本人来电")
        for visitor in [chief, wu] { await visitor.leave() }
        gateway.stop()
        gateway.remove()
    }

    @Test func `time limits, alerts and drift are shown with what they are about and lead to it`() async throws {
        let gateway = try GatewayProcess()
        try Self.plan(gateway)
        try gateway.start()
        let receipt = try await gateway.remote.ask(
            "POST", "/v1/referrals", body: courtNotice("C-1"), mediaType: "application/xml")
        let number = try #require(receipt["applicationNo"]?.string)
        let viewer = try await ConsoleVisitor.add("eve", "viewer", to: gateway)
        #expect(try await viewer.get("/").html.contains("一切正常"))
        let clocks = try await viewer.get("/clocks").html
        #expect(clocks.contains("CLK-04") && clocks.contains("收到通知后指派并告知办案机关"))
        #expect(clocks.contains("/console/messages/\(number)") && clocks.contains("《法律援助法》第三十六条"))
        #expect(clocks.contains("承办机构") && clocks.contains("天宁"))
        #expect(try await viewer.get("/messages/\(number)").status == 200)
        #expect(try await viewer.get("/clocks?state=overdue").html.contains("没有符合条件的时限"))
        #expect(try await viewer.get("/clocks?clock=CLK-05").html.contains("没有符合条件的时限"))
        #expect(try await viewer.get("/clocks?clock=CLK-04&institution=CZ-TN").html.contains(number))
        // A holiday may move its end out of the week.
        let clock = try await gateway.desk.ask("GET", "/v1/clocks?clock=CLK-04")["clocks"]?[0]
        let due = try #require(clock?["dueAt"]?.string.flatMap { Instant(rfc3339: $0) })
        let isNear = due < Instant(Date()).advanced(seconds: 7 * 86_400)
        let week = try await viewer.get("/clocks?clock=CLK-04&institution=CZ-TN&state=week").html
        #expect(week.contains(number) == isNear && week.contains("没有符合条件的时限") == !isNear)
        #expect(try await viewer.get("/clocks?institution=CZ-WJ").html.contains("没有符合条件的时限"))
        #expect(try await viewer.get("/clocks?after=nonsense").status == 400)

        #expect(try await viewer.get("/alerts").html.contains("现在没有告警"))
        let broken = String(decoding: courtNotice("C-2"), as: UTF8.self).replacing("<XM>测试甲</XM>", with: "<XM></XM>")
        _ = try await gateway.remote.call(
            "POST", "/v1/referrals", body: Array(broken.utf8), mediaType: "application/xml")
        // At its start it looks for alerts; at its end it has written the week's counts.
        gateway.stop()
        try gateway.start()
        try await gateway.untilLogged(#""alert":"deadLetters""#)
        let alerts = try await viewer.get("/alerts").html
        #expect(alerts.contains("有报文需要人工处理") && alerts.contains("href=\"/console/dead-letters\""))
        let glance = try await viewer.get("/").html
        #expect(!glance.contains("一切正常"))
        #expect(
            glance.contains("href=\"/console/dead-letters?code=letter-content-invalid&amp;partner=court\"")
                && glance.contains("报送单位"))
        #expect(glance.contains("<title>(") && glance.contains("自动刷新"))
        let drift = try await viewer.get("/drift?partner=court").html
        #expect(drift.contains("本周 2 份报文") && drift.contains("court/defence-notice"))
        #expect(try await viewer.get("/drift?week=2020-W01").html.contains("没有来文"))
        #expect(try await viewer.get("/drift?week=nonsense").status == 400)
        await viewer.leave()
        gateway.stop()
        gateway.remove()
    }

    @Test func `a partner whose system fails is seen at a glance, with the error and what to do`() async throws {
        // Left alone for as long as it asks, it is not tried again while the pages are looked at.
        let court = try HTTPServer(configuration: HTTPServerConfiguration(host: "127.0.0.1", port: 0)) { _ in
            HTTPResponse(status: 503, headers: [("Retry-After", "900")])
        }
        let gateway = try GatewayProcess(
            courtWays: #"<returnAddress url="http://127.0.0.1:\#(court.port)/" openAfter="1"/>"#)
        try gateway.start()
        _ = try await gateway.remote.ask(
            "POST", "/v1/referrals", body: courtNotice("O-1"), mediaType: "application/xml")
        let lease = try #require(try await gateway.institution.leases().first)
        try await gateway.institution.acknowledge(lease)
        try await gateway.untilLogged(#""circuit":"open""#)
        let viewer = try await ConsoleVisitor.add("eve", "viewer", to: gateway)
        let partners = try await viewer.get("/partners").html
        #expect(partners.contains("断开") && partners.contains("HTTP 503"))
        let glance = try await viewer.get("/").html
        #expect(glance.contains("线路断开") && glance.contains("恢复后网关会自动重试"))
        #expect(glance.contains("href=\"/console/partners\""))
        let found = try await gateway.desk.ask("GET", "/v1/partners")["partners"]?.array ?? []
        #expect(found.first { $0["partner"] == "court" }?["circuit"] == "open")
        await viewer.leave()
        gateway.stop()
        gateway.remove()
        await court.stop(drain: .seconds(1))
    }

    @Test func `what waits for its referral is shown by the number it waits for, and by no hash`() async throws {
        let flow = try FlowGateway()
        _ = try await flow.send(
            "supplement", "S-1", from: "court",
            [("reference", ["messageId": "NOT-YET-7", "idNumber": "32040219900307283X"])])
        let viewer = try await ConsoleVisitor.add("eve", "viewer", to: flow.gateway, language: "en")
        let page = try await viewer.get("/parked").html
        #expect(page.contains("supplement") && page.contains("NOT-YET-7"))
        #expect(!page.contains("32040219900307283X") && !page.contains("k:"))
        #expect(try await viewer.get("/").html.contains("href=\"/console/parked\""))
        let parked = try await flow.gateway.desk.ask("GET", "/v1/parked")["parked"]?.array
        #expect(parked?.first?["awaits"]?.array?.contains { $0["messageId"] == "NOT-YET-7" } == true)
        await viewer.leave()
        await flow.end()
    }
}

extension GatewayProcess {
    fileprivate func auditor(_ method: String, _ path: String) async throws -> JSONValue {
        try await `operator`("auditor").ask(method, path)
    }
}
