import Foundation
import StrictJSON
import Testing
import Transport

@testable import Console
@testable import gateway

/// The console as operators use it, in a real browser.
@Suite(.enabled(if: Browser.isInstalled, "chromium-driver is not installed"), .serialized) struct ConsoleInABrowser {
    /// A gateway with an operator who may sign in.
    private func gateway(role: String = "operator") throws -> GatewayProcess {
        let gateway = try GatewayProcess()
        try gateway.addOperator(role: role)
        try gateway.start()
        return gateway
    }

    private func send(_ id: String, to gateway: GatewayProcess, broken: Bool) async throws -> Int {
        var notice = String(decoding: courtNotice(id), as: UTF8.self)
        if broken { notice = notice.replacing("<XM>测试甲</XM>", with: "<XM></XM>") }
        return try await gateway.remote.call(
            "POST", "/v1/referrals", body: Array(notice.utf8), mediaType: "application/xml"
        ).status
    }

    /// With JavaScript and without: every step is a link or a form.
    @Test(arguments: [true, false])
    func `a broken referral is found by its number, mended and reaches the queue`(scripts: Bool) async throws {
        let gateway = try gateway()
        defer { gateway.remove() }
        #expect(try await send("BROKEN-7", to: gateway, broken: true) == 422)
        #expect(try await send("BROKEN-8", to: gateway, broken: true) == 422)
        let browser = try await Browser(scripts: scripts)
        let site = "http://127.0.0.1:\(gateway.port)"
        let outcome = await Task {
            try await browser.signIn(to: gateway)
            try await browser.screenshot("overview-\(scripts)")
            try await browser.open("\(site)/console/dead-letters")
            try await browser.type("BROKEN-7", into: "input[name=messageId]")
            try await browser.click("form.filter button")
            #expect(try await browser.text("tbody tr:only-child a") == "BROKEN-7")
            try await browser.screenshot("list-\(scripts)")
            try await browser.click("tbody a")
            #expect(try await browser.text("pre .line.hit").contains("<XM>"))
            try await browser.screenshot("detail-\(scripts)")
            try await browser.type("少填了姓名", into: "#reason-edit")
            try await browser.click("form[action$='/edit'] button")
            let document = try await browser.value("#text")
            #expect(document.contains("<XM></XM>"))
            let mended = document.replacing("<XM></XM>", with: "<XM>测试乙</XM>")
            try await browser.paste(mended, into: "#text")
            try await browser.click("button[formaction]")
            #expect(try await browser.text("div.note.good").contains("检查通过"))
            #expect(try await browser.text("pre .new").contains("+"))
            try await browser.screenshot("preview-\(scripts)")
            try await browser.click("form[action$='/retry'] button:not([formaction])")
            try await browser.screenshot("resent-\(scripts)")
            #expect(try await browser.text("p.note.good").contains("已重新提交"))
            #expect(try await browser.address().contains("done=resent"))
            try await browser.open("\(site)/console/messages?q=BROKEN-7")
            #expect(try await browser.text("table").contains("CZ-TN"))
        }.result
        await browser.close()
        try outcome.get()
        let leases = try await gateway.institution.leases()
        #expect(leases.count == 1)
        #expect(leases.first?.at("application.recipient.name") == "测试乙")
    }

    /// Every page with something on it: a dead letter, a time limit, a closed queue, a message that waits, a locked account.
    private func eventfulGateway() async throws -> FlowGateway {
        let flow = try FlowGateway()
        let gateway = flow.gateway
        let court = flow.partner("court")
        for (id, isBroken) in [("BROKEN-9", true), ("FINE-1", false)] {
            let notice = String(decoding: courtNotice(id), as: UTF8.self)
            let body = isBroken ? notice.replacing("<XM>测试甲</XM>", with: "<XM></XM>") : notice
            let answer = try await court.call(
                "POST", "/v1/referrals", body: Array(body.utf8), mediaType: "application/xml")
            #expect(answer.status == (isBroken ? 422 : 202))
        }
        _ = try await flow.send("supplement", "EARLY-1", from: "court", [("reference", ["messageId": "NOT-YET-7"])])
        let reason = Array(#"{"reason":"机构系统搬迁"}"#.utf8)
        _ = try await gateway.desk.ask("POST", "/v1/queues/CZ-WJ/pause", body: reason)
        let config = gateway.folder.appending(path: "gateway.xml").path
        let file = gateway.folder.appending(path: "password")
        try password.write(to: file, atomically: true, encoding: .utf8)
        for words in [
            ["add", "li", "--role", "administrator", "--password-file", file.path],
            ["add", "wu", "--role", "auditor", "--one-time"], ["add", "eve", "--role", "viewer", "--one-time"],
            ["disable", "eve"],
        ] {
            let reason = ["--reason", "演练", "--config", config]
            try #require(try GatewayProcess.run(["users"] + words + reason).code == 0)
        }
        // At its start it looks for alerts; at its end it has written the week's counts.
        gateway.stop()
        try gateway.start()
        try await gateway.untilLogged("\"alert\"")
        return flow
    }

    @Test func `pages fit phone and desk, speak both languages, can be read and let nothing in from elsewhere`()
        async throws
    {
        let flow = try await eventfulGateway()
        let gateway = flow.gateway
        let browser = try await Browser(language: "en")
        let site = "http://127.0.0.1:\(gateway.port)"
        let outcome = await Task {
            try await browser.signIn(to: gateway)
            let pages =
                Section.allCases.map(\.path) + [
                    "/console/password", "/console/jobs", "/console/mappings/fields?id=court/defence-notice",
                    "/console/messages/FINE-1", "/console/messages/FINE-1/document", "/console/clocks/matrix",
                    "/console/partners/court", "/console/reports/sheet", "/console/clocks/moved",
                    "/console/dead-letters?messageId=BROKEN-9",
                ]
            for (language, tag) in [("en", "en"), ("zh", "zh-CN")] {
                try await browser.open("\(site)/console/language?to=\(language)")
                for page in pages {
                    try await browser.open(site + page)
                    #expect(try await browser.evaluate("document.documentElement.lang") == .string(tag))
                    for (width, name, isDark) in [
                        (320, "phone", false), (1200, "desk", false), (1200, "dark", true), (320, "darkphone", true),
                    ] {
                        try await browser.show(width: width, height: 800)
                        try await browser.dim(isDark)
                        let found = try await browser.evaluate(Self.complaints).array
                        #expect(found == [], "\(page) in \(language) at \(width) \(name)")
                        let violations = try await browser.violations()
                        #expect(violations == [], "\(page) in \(language) at \(width) \(name)")
                        let words = page.prefix { $0 != "?" }.split(separator: "/").dropFirst()
                        let word = words.isEmpty ? "overview" : words.joined(separator: "-")
                        try await browser.screenshot("\(name)-\(language)-\(word)", whole: true)
                    }
                }
            }
            let notice = String(decoding: courtNotice("TRY-1"), as: UTF8.self)
            for (width, document, part) in [
                (1200, notice, "MC-01"), (400, notice.replacing("测试甲", with: ""), "recipient.name"),
            ] {
                try await browser.show(width: width, height: 800)
                try await browser.open("\(site)/console/mappings")
                try await browser.paste(document, into: "#document")
                try await browser.click("form[action$='/try'] button")
                #expect(try await browser.text("p[role=status]").contains("court/defence-notice"))
                #expect(try await browser.text("main").contains(part))
                let found = try await browser.evaluate(Self.complaints).array
                #expect(found == [], "a document tried at \(width)")
                try await browser.screenshot("try-\(width)", whole: true)
            }
            // The last finding leads to the row of the field that it is about.
            let row = try await browser.text("td[data-label=\"规则\"] a")
            try await browser.click("td[data-label=\"规则\"] a")
            let line = String(row.split(separator: ":").last ?? "")
            #expect(try await browser.text("tr:has(.anchor:target)").contains(line))
            try await browser.screenshot("try-field")
        }.result
        await browser.close()
        await flow.end()
        try outcome.get()
    }

    /// What would keep somebody from using a page, as a script that finds nothing on a good one.
    private static let complaints = """
        [
          ['wider than the window', document.documentElement.scrollWidth > document.documentElement.clientWidth],
          ['a field without a label', [...document.querySelectorAll('input:not([type=hidden]),select,textarea')]
            .some(field => field.labels.length === 0)],
          ['something from elsewhere', performance.getEntriesByType('resource')
            .some(entry => !entry.name.startsWith(location.origin))],
          ['markup shown as text', /HTML\\(|Optional\\(|class=/.test(document.body.innerText)],
          ['Chinese that is not told as such: ' + \(unmarked), \(unmarked).length > 0],
          ['no heading, or several', document.querySelectorAll('h1').length !== 1],
          ['styles or scripts within, which the policy stops',
            document.querySelectorAll('[style],style,script:not([src]),[onclick]').length > 0],
          ['too faint (WCAG 2.1, 1.4.3): ' + \(contrast), \(contrast).length > 0],
        ].filter(([name, isSo]) => isSo).map(([name]) => name)
        """

    /// Chinese on an English page whose language is not said.
    private static let unmarked = """
        (document.documentElement.lang !== 'en' ? [] : [...document.querySelectorAll('body *')].filter(element =>
          [...element.childNodes].some(node => node.nodeType === 3 && /[\\u3400-\\u9fff]/.test(node.data))
          && !element.closest('[lang]').lang.startsWith('zh')).map(element => element.textContent.slice(0, 30)))
        """

    /// The texts whose colour is less than 4.5 times as bright as their ground, or the other way round.
    private static let contrast = """
        (() => {
          const channel = value => (value /= 255) <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
          const parse = colour => (colour.match(/[0-9.]+/g) ?? []).map(Number);
          const light = ([red, green, blue]) => 0.2126 * channel(red) + 0.7152 * channel(green) + 0.0722 * channel(blue);
          const ground = element => {
            for (; element; element = element.parentElement) {
              const colour = parse(getComputedStyle(element).backgroundColor);
              if (colour.length < 4 || colour[3] === 1) return colour;
            }
            return [255, 255, 255];
          };
          return [...document.querySelectorAll('body *')].filter(element =>
            [...element.childNodes].some(node => node.nodeType === 3 && node.data.trim())
            && element.checkVisibility() && !element.closest('svg')).filter(element => {
              const pair = [light(parse(getComputedStyle(element).color)), light(ground(element))].sort((a, b) => b - a);
              return (pair[0] + 0.05) / (pair[1] + 0.05) < 4.5;
            }).map(element => element.textContent.slice(0, 30));
        })()
        """

    @Test func `an administrator adds a user, who chooses a password at the first sign-in, without JavaScript`()
        async throws
    {
        let gateway = try gateway(role: "administrator")
        defer { gateway.remove() }
        let browser = try await Browser(width: 400, height: 800, scripts: false)
        let site = "http://127.0.0.1:\(gateway.port)/console"
        let outcome = await Task {
            try await browser.signIn(to: gateway)
            try await browser.open("\(site)/accounts")
            try await browser.type("wu", into: "form[action$='/add'] input[name=name]")
            try await browser.type("到岗", into: "form[action$='/add'] input[name=reason]")
            try await browser.click("form[action$='/add'] button")
            let password = try await browser.text("code.secret")
            try await browser.screenshot("accounts-added")
            try await browser.click(".account form button")
            try await browser.type("wu", into: "#name")
            try await browser.type(password, into: "#password")
            try await browser.click("form.sign-in button")
            #expect(try await browser.text("p.note").contains("一次性密码"))
            try await browser.screenshot("password-first")
            try await browser.type(password, into: "#old")
            try await browser.type("words of my own", into: "#new")
            try await browser.type("words of my own", into: "#again")
            try await browser.click("form.sign-in button")
            #expect(try await browser.text("p.note.good").contains("密码已更改"))
            try await browser.type("wu", into: "#name")
            try await browser.type("words of my own", into: "#password")
            try await browser.click("form.sign-in button")
            #expect(try await browser.text("nav").contains("时限"))
        }.result
        await browser.close()
        try outcome.get()
    }

    @Test func `a queue is paused and resumed by unfolding its form`() async throws {
        let gateway = try gateway()
        defer { gateway.remove() }
        let browser = try await Browser(scripts: false)
        let outcome = await Task {
            try await browser.signIn(to: gateway)
            try await browser.open("http://127.0.0.1:\(gateway.port)/console/queues")
            try await browser.click("tr:first-child details summary")
            try await browser.screenshot("queue-pause")
            try await browser.type("机构系统搬迁", into: "tr:first-child input[name=reason]")
            try await browser.click("tr:first-child details button")
            #expect(try await browser.text("p.note.good").contains("已暂停"))
            #expect(try await browser.text("tr:first-child .badge.warn").contains("已暂停"))
            try await browser.screenshot("queue-paused")
            try await browser.click("tr:first-child details summary")
            try await browser.type("搬迁完成", into: "tr:first-child input[name=reason]")
            try await browser.click("tr:first-child details button")
            #expect(try await browser.text("tr:first-child .badge.good").contains("机构取件"))
            #expect(try await browser.text("p.note.good").contains("已恢复"))
        }.result
        await browser.close()
        try outcome.get()
    }
}

private let password = "correct horse battery"

extension GatewayProcess {
    /// Makes an account for the console, before the gateway starts.
    func addOperator(role: String = "operator") throws {
        let file = folder.appending(path: "password")
        try password.write(to: file, atomically: true, encoding: .utf8)
        let config = folder.appending(path: "gateway.xml").path
        let added = try Self.run(
            ["users", "add", "li", "--role", role, "--password-file", file.path, "--reason", "测试", "--config", config])
        try #require(added.code == 0)
    }
}

extension Browser {
    /// As the one whom `addOperator` has made an account for.
    func signIn(to gateway: GatewayProcess) async throws {
        try await open("http://127.0.0.1:\(gateway.port)/console/")
        try await type("li", into: "#name")
        try await type(password, into: "#password")
        try await click("form.sign-in button")
        #expect(try await !text("nav").isEmpty)
    }
}

/// The console's guard, without a browser: what a hostile page or a curious colleague would try.
@Suite struct ConsoleGuard {
    private let client = HTTPClient()

    private func send(
        _ method: String, _ url: String, _ headers: [(String, String)] = [], _ body: String = ""
    ) async throws -> HTTPResponse {
        try await client.send(
            OutgoingRequest(
                method: method, url: url,
                headers: headers + [("Content-Type", "application/x-www-form-urlencoded")], body: Array(body.utf8),
                timeout: .seconds(60)))
    }

    @Test func `nobody gets in without signing in and no form works without its token`() async throws {
        let gateway = try GatewayProcess()
        defer { gateway.remove() }
        let file = gateway.folder.appending(path: "password")
        try "a long password".write(to: file, atomically: true, encoding: .utf8)
        let config = gateway.folder.appending(path: "gateway.xml").path
        _ = try GatewayProcess.run(
            [
                "users", "add", "eve", "--role", "viewer", "--password-file", file.path, "--reason", "测试", "--config",
                config,
            ])
        try gateway.start()
        let site = "http://127.0.0.1:\(gateway.port)/console"
        for path in ["/", "/dead-letters", "/messages", "/audit", "/reports/2026-01"] {
            let answer = try await send("GET", site + path)
            #expect(answer.status == 303)
            #expect(answer.header("Location")?.hasPrefix("/console/sign-in") == true)
        }
        #expect(try await send("POST", site + "/sign-in", [], "name=eve&password=wrong").status == 401)
        #expect(
            try await send(
                "POST", site + "/sign-in", [("Sec-Fetch-Site", "cross-site")], "name=eve&password=a+long+password"
            ).status == 403)
        let entry = try await send(
            "POST", site + "/sign-in", [], "name=eve&password=a+long+password&back=https%3A%2F%2Fevil.example%2F")
        #expect(entry.status == 303)
        #expect(entry.header("Location") == "/console/")
        let cookie = try #require(entry.header("Set-Cookie"))
        #expect(cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict"))
        let session = [("Cookie", String(cookie.prefix { $0 != ";" }))]
        let page = try await send("GET", site + "/", session)
        #expect(page.status == 200)
        #expect(page.header("Content-Security-Policy")?.contains("default-src 'none'") == true)
        #expect(try await send("POST", site + "/jobs", session, "rate=5&reason=x").status == 403)
        // The viewer's own token does not make an operator of her.
        let html = String(decoding: page.body, as: UTF8.self)
        let token = try #require(html.firstMatch(of: /name="csrf" value="([0-9a-f]+)"/)).1
        #expect(try await send("POST", site + "/jobs", session, "csrf=\(token)&rate=5&reason=x").status == 403)
        #expect(try await send("GET", site + "/audit", session).status == 403)
        await client.close()
    }
}
