import Foundation
import StrictJSON
import Testing
import Transport
import Vocabulary

@testable import Operations
@testable import gateway

/// Pages of one thing: a partner, limits by institution, the audit trail, a reload, the bulletin as a sheet.
@Suite struct ConsolePages {
    @Test func `a partner's page tells what came and went, whom to call, and tries again at once`() async throws {
        // Left alone for as long as it asks, it is not tried again by itself.
        let answers = Answers()
        let court = try HTTPServer(configuration: HTTPServerConfiguration(host: "127.0.0.1", port: 0)) { _ in
            await answers.next()
        }
        let gateway = try GatewayProcess(
            courtWays: #"<returnAddress url="http://127.0.0.1:\#(court.port)/" openAfter="1"/>"#)
        let partners = gateway.folder.appending(path: "partners.xml")
        let named = try String(contentsOf: partners, encoding: .utf8)
            .replacing("id=\"court\"", with: "id=\"court\" contact=\"立案庭 0519-80000001\"")
        try named.write(to: partners, atomically: true, encoding: .utf8)
        try gateway.start()
        for body in [courtNotice("P-1"), courtNotice("P-2", name: "")] {
            _ = try await gateway.remote.call("POST", "/v1/referrals", body: body, mediaType: "application/xml")
        }
        let lease = try #require(try await gateway.institution.leases().first)
        try await gateway.institution.acknowledge(lease)
        let viewer = try await ConsoleVisitor.add("eve", "viewer", to: gateway)
        let li = try await ConsoleVisitor.add("li", "operator", to: gateway)
        try await eventually("the circuit opens") {
            try await viewer.get("/partners/court").html.contains("badge bad\">断开") ? true : nil
        }
        let page = try await viewer.get("/partners/court").html
        for part in ["立案庭 0519-80000001", "<strong>2</strong>24 小时收到", "<strong>1</strong>24 小时无法转换", "下次试探", "320402"]
        {
            #expect(page.contains(part), "\(part)")
        }
        #expect(!page.contains("立即重试") && !page.contains("name=\"page\""))
        #expect(try await viewer.get("/partners/nobody").status == 404)
        #expect(try await viewer.get("/partners").html.contains("href=\"/console/partners/court\""))
        let order = ["recipient": "court", "reason": "对方已恢复", "page": "one"]
        #expect(try await viewer.post("/partners/retry", order).status == 403)
        #expect(try await li.post("/partners/retry", order.merging(["recipient": "other"]) { $1 }).status == 409)
        await answers.recover()
        #expect(try await li.post("/partners/retry", order).leadsTo == "/console/partners/court?done=retry")
        try await eventually("it is confirmed") {
            try await viewer.get("/partners/court").html.contains("badge good\">正常") ? true : nil
        }
        let acts = try await gateway.operator("auditor").ask("GET", "/v1/audit?action=retryNow")["entries"]?.array
        #expect(acts?.first?["subject"] == "status:court" && acts?.count == 1)
        for visitor in [viewer, li] { await visitor.leave() }
        gateway.stop()
        gateway.remove()
        await court.stop(drain: .seconds(1))
    }

    /// A receiver that is down until it is told to recover.
    private actor Answers {
        private var isUp = false
        func recover() { isUp = true }
        func next() -> HTTPResponse {
            isUp ? HTTPResponse(status: 200) : HTTPResponse(status: 503, headers: [("Retry-After", "900")])
        }
    }

    @Test func `limits are counted by institution and narrowed by whose turn it is, also as a table`() async throws {
        let gateway = try GatewayProcess()
        try gateway.start()
        for number in 0..<3 {
            _ = try await gateway.remote.call(
                "POST", "/v1/referrals", body: courtNotice("L-\(number)"), mediaType: "application/xml")
        }
        let viewer = try await ConsoleVisitor.add("eve", "viewer", to: gateway)
        let english = try await ConsoleVisitor.add("ed", "viewer", to: gateway, language: "en")
        let clocks = try await gateway.desk.ask("GET", "/v1/clocks?limit=500")["clocks"]?.array ?? []
        let end = ClockMatrix.endOfDay(Instant(Date())).advanced(seconds: 3 * 86_400)
        let near = clocks.filter { $0["dueAt"]?.string.flatMap { Instant(rfc3339: $0) }.map { $0 <= end } ?? false }
        let csv = try await viewer.get("/clocks/matrix.csv").html
        #expect(csv.contains("\"机构代码\",\"承办机构\",\"已逾期\",\"今天到期\",\"此后三天内\""))
        let rows = csv.split(separator: "\r\n").dropFirst().map { $0.split(separator: ",").dropFirst(2) }
        let counted = rows.flatMap { $0 }.reduce(0) { $0 + (Int($1.filter(\.isNumber)) ?? 0) }
        #expect(counted == near.count && !near.isEmpty, "\(counted) of \(near.count)")
        let page = try await viewer.get("/clocks/matrix").html
        #expect(page.contains("CZ-TN") && page.contains("合计"))
        for side in ["institution", "applicant"] {
            let mine = near.filter { $0["bound"]?.string == side }.count
            let narrowed = try await viewer.get("/clocks/matrix.csv?turn=\(side)").html
            let sum = narrowed.split(separator: "\r\n").dropFirst().flatMap { $0.split(separator: ",").dropFirst(2) }
                .reduce(0) { $0 + (Int($1.filter(\.isNumber)) ?? 0) }
            #expect(sum == mine, "\(side)")
            let list = try await viewer.get("/clocks?turn=\(side)").html
            let all = clocks.filter { $0["bound"]?.string == side }.count
            #expect(list.matches(of: /class="mono number"/).count == min(50, all), "\(side)")
        }
        #expect(try await viewer.get("/clocks/matrix?turn=nobody").status == 400)
        #expect(try await viewer.get("/clocks?turn=nobody").status == 400)
        let told = try await english.get("/clocks/matrix").html
        #expect(told.contains("Due today") && told.contains("<span lang=\"zh-CN\">"))
        for visitor in [viewer, english] { await visitor.leave() }
        gateway.stop()
        gateway.remove()
    }

    @Test func `the audit trail is narrowed by act, actor, subject and day`() async throws {
        let gateway = try GatewayProcess()
        try gateway.start()
        let wu = try await ConsoleVisitor.add("wu", "auditor", to: gateway)
        let li = try await ConsoleVisitor.add("li", "operator", to: gateway)
        #expect(try await li.get("/audit").status == 403)
        for (query, isThere) in [
            ("", true), ("action=signIn", true), ("action=discard", false), ("actor=li", true), ("actor=nobody", false),
            ("action=signIn&actor=li&from=\(Instant(Date()).timestamp.date.iso)", true), ("to=2020-01-01", false),
        ] {
            let html = try await wu.get("/audit?\(query)").html
            #expect(html.contains("没有符合条件的记录") != isThere, "\(query)")
            #expect(query != "actor=li" || !html.contains("<td data-label=\"操作者\" class=\"\"><div>wu"))
        }
        for query in ["action=burn", "from=yesterday"] { #expect(try await wu.get("/audit?\(query)").status == 400) }
        let auditor = gateway.operator("auditor")
        #expect(try await auditor.ask("GET", "/v1/audit?action=signIn&since=2020-01-01")["entries"]?.array?.count == 2)
        for query in ["action=burn", "since=x", "until=x"] {
            #expect(try await auditor.call("GET", "/v1/audit?\(query)").status == 400)
        }
        for visitor in [wu, li] { await visitor.leave() }
        gateway.stop()
        gateway.remove()
    }

    @Test func `a reload is checked first, tells what differs and which dead letters may pass, and is on record`()
        async throws
    {
        let flow = try FlowGateway()
        let gateway = flow.gateway
        let rules = gateway.folder.appending(path: "rules")
        let original = repository.appending(path: "config/rules")
        try FileManager.default.copyItem(at: original, to: rules)
        gateway.stop()
        let settings = try String(contentsOf: gateway.settings, encoding: .utf8)
        try settings.replacing("<rules path=\"\(original.path)\"/>", with: "<rules path=\"rules\"/>")
            .write(to: gateway.settings, atomically: true, encoding: .utf8)
        try gateway.start()
        let body = Array("{\"flow\":\"notification\"}".utf8)
        #expect(try await flow.partner("court").call("POST", "/v1/referrals", body: body).status == 422)
        let li = try await ConsoleVisitor.add("li", "operator", to: gateway)
        let ada = try await ConsoleVisitor.add("ada", "administrator", to: gateway)
        #expect(try await li.get("/reload").status == 403)
        #expect(try await ada.get("/rules").html.contains("href=\"/console/reload\""))
        #expect(try await ada.post("/reload/check", [:]).html.contains("没有不同"))
        // The id is asked for no more, and a rule has another title.
        let mapping = gateway.folder.appending(path: "Mappings/flow/notification/mapping.xml")
        let text = try String(contentsOf: mapping, encoding: .utf8)
        try text.replacing("from=\"id\" required=\"yes\"", with: "from=\"id\"").replacing(
            "version=\"1\"", with: "version=\"2\""
        )
        .write(to: mapping, atomically: true, encoding: .utf8)
        let routing = rules.appending(path: "routing.xml")
        let routes = try String(contentsOf: routing, encoding: .utf8)
        let title = try #require(routes.firstMatch(of: /id="RT-09" title="([^"]+)"/)).1
        try routes.replacing("title=\"\(title)\"", with: "title=\"另一名称\"").write(
            to: routing, atomically: true, encoding: .utf8)
        let checked = try await ada.post("/reload/check", [:]).html
        #expect(checked.contains("flow/notification") && checked.contains("RT-09") && checked.contains("已变更"))
        #expect(try await ada.get("/rules").html.contains("另一名称") == false, "nothing is in force by a check")
        #expect(try await ada.post("/reload", ["reason": " "]).status == 400)
        let done = try await ada.post("/reload", ["reason": "放宽编号"]).html
        #expect(done.contains("已生效") && done.contains("RT-09") && done.contains("可能通过"))
        #expect(try await ada.get("/rules").html.contains("另一名称"))
        try "<rules".write(to: routing, atomically: true, encoding: .utf8)
        for path in ["/reload/check", "/reload"] {
            let refused = try await ada.post(path, ["reason": "再试"]).html
            #expect(refused.contains("现行的继续有效") && refused.contains("routing.xml"), "\(path)")
        }
        let history = try await ada.get("/reload").html
        #expect(history.contains("重新加载被拒") && history.contains("ada"))
        #expect(history.contains("放宽编号") && history.contains("再试"))
        for visitor in [li, ada] { await visitor.leave() }
        await flow.end()
    }

    @Test func `the bulletin is a sheet with the month before and a year before, a wide table and a workbook`()
        async throws
    {
        let gateway = try GatewayProcess()
        try gateway.start()
        for number in 0..<4 {
            _ = try await gateway.remote.call(
                "POST", "/v1/referrals", body: courtNotice("B-\(number)"), mediaType: "application/xml")
        }
        let viewer = try await ConsoleVisitor.add("eve", "viewer", to: gateway)
        let month = String(Instant(Date()).timestamp.date.iso.prefix(7))
        let sheet = try await viewer.get("/reports/sheet?month=\(month)").html
        for part in ["上年同月", "近十二个月的申请数", "刑事", "合计", "sheet.xlsx?month=\(month)", "wide.csv?month=\(month)"] {
            #expect(sheet.contains(part), "\(part)")
        }
        let wide = try await viewer.get("/reports/wide.csv?month=\(month)").html
        let lines = wide.split(separator: "\r\n").map { $0.split(separator: ",").map { $0.filter { $0 != "\"" } } }
        #expect(lines.first?.last == "合计" && lines.last?.last == "4")
        #expect(Set(lines.map(\.count)).count == 1, "every row is as wide as the head")
        #expect(lines.contains { $0.contains("CZ-TN") && $0.last == "4" })
        let workbook = try await viewer.bytes("/reports/sheet.xlsx?month=\(month)")
        let file = gateway.folder.appending(path: "bulletin.xlsx")
        try Data(workbook).write(to: file)
        // Read by another program than the one that wrote it.
        let script = """
            import sys, zipfile, xml.dom.minidom as dom
            book = zipfile.ZipFile(sys.argv[1]); assert book.testzip() is None
            names = book.namelist()
            for name in names:
                if name.endswith('.xml') or name.endswith('.rels'): dom.parseString(book.read(name))
            text = book.read('xl/sharedStrings.xml').decode() + book.read('xl/workbook.xml').decode()
            print(sum('worksheets/sheet' in name and name.endswith('.xml') for name in names), any('charts/chart' in name for name in names), '常州' in text or '天宁' in text, '主要数据' in text)
            """
        let judge = Process()
        judge.executableURL = URL(filePath: "/usr/bin/python3")
        judge.arguments = ["-c", script, file.path]
        let pipe = Pipe()
        judge.standardOutput = pipe
        try judge.run()
        let said = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        judge.waitUntilExit()
        #expect(said == "4 True True True\n")
        for path in ["/reports/sheet?month=2026-13", "/reports/wide.csv?month=x", "/reports/sheet.xlsx?month=1"] {
            #expect(try await viewer.get(path).status == 400, "\(path)")
        }
        #expect(try await viewer.get("/reports/\(month)").html.contains("\"申请\",\"4\""))
        await viewer.leave()
        gateway.stop()
        gateway.remove()
    }
}
