import Foundation
import StrictJSON
import Testing
import Transport

@testable import gateway

/// The console as operators use it, in a real browser.
@Suite(.enabled(if: Browser.isInstalled, "chromium-driver is not installed"), .serialized) struct ConsoleInABrowser {
    private static let password = "correct horse battery"

    /// A gateway with an operator who may sign in.
    private func gateway(role: String = "operator") throws -> GatewayProcess {
        let gateway = try GatewayProcess()
        let file = gateway.folder.appending(path: "password")
        try Self.password.write(to: file, atomically: true, encoding: .utf8)
        let config = gateway.folder.appending(path: "gateway.xml").path
        let added = try GatewayProcess.run(
            ["users", "add", "li", "--role", role, "--password-file", file.path, "--config", config])
        try #require(added.code == 0)
        try gateway.start()
        return gateway
    }

    private func signIn(_ browser: Browser, _ gateway: GatewayProcess) async throws {
        try await browser.open("http://127.0.0.1:\(gateway.port)/console/")
        try await browser.type("li", into: "#name")
        try await browser.type(Self.password, into: "#password")
        try await browser.click("form.sign-in button")
        #expect(try await !browser.text("nav").isEmpty)
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
            try await signIn(browser, gateway)
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
        let leases = try await gateway.institution.ask(
            "POST", "/v1/queues/CZ-TN/leases", body: Array(#"{"max": 10}"#.utf8))["leases"]?.array
        #expect(leases?.count == 1)
        #expect(leases?.first?.at("application.recipient.name") == "测试乙")
    }

    @Test func `pages fit a phone, speak both languages and let nothing in from elsewhere`() async throws {
        let gateway = try gateway(role: "administrator")
        defer { gateway.remove() }
        #expect(try await send("BROKEN-9", to: gateway, broken: true) == 422)
        let browser = try await Browser(width: 400, height: 800, language: "en")
        let site = "http://127.0.0.1:\(gateway.port)"
        let outcome = await Task {
            try await signIn(browser, gateway)
            let pages = ["", "dead-letters", "messages", "queues", "partners", "mappings", "rules", "reports", "audit"]
            for language in ["en", "zh"] {
                try await browser.open("\(site)/console/language?to=\(language)")
                for page in pages {
                    try await browser.open("\(site)/console/\(page)")
                    #expect(
                        try await browser.evaluate("document.documentElement.lang")
                            == (language == "en" ? "en" : "zh-CN"))
                    let fits = try await browser.evaluate(
                        "document.documentElement.scrollWidth <= document.documentElement.clientWidth")
                    #expect(fits == true, "\(page) is wider than a phone")
                    let labelled = try await browser.evaluate(
                        """
                        [...document.querySelectorAll('input:not([type=hidden]),select,textarea')]
                        .every(field => field.labels.length > 0)
                        """)
                    #expect(labelled == true, "\(page) has a field without a label")
                    let elsewhere = try await browser.evaluate(
                        "performance.getEntriesByType('resource').every(entry => entry.name.startsWith(location.origin))"
                    )
                    #expect(elsewhere == true, "\(page) fetches something from elsewhere")
                    try await browser.screenshot("phone-\(language)-\(page.isEmpty ? "overview" : page)")
                }
            }
            try await browser.open("\(site)/console/mappings")
            try await browser.paste(String(decoding: courtNotice("TRY-1"), as: UTF8.self), into: "#document")
            try await browser.click("form[action$='/try'] button")
            #expect(try await browser.text("p[role=status]").contains("court/defence-notice"))
            #expect(try await browser.text("main").contains("recipient.name"))
            #expect(try await browser.text("main").contains("MC-01"))
        }.result
        await browser.close()
        try outcome.get()
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
                timeout: .seconds(20)))
    }

    @Test func `nobody gets in without signing in and no form works without its token`() async throws {
        let gateway = try GatewayProcess()
        defer { gateway.remove() }
        let file = gateway.folder.appending(path: "password")
        try "a long password".write(to: file, atomically: true, encoding: .utf8)
        let config = gateway.folder.appending(path: "gateway.xml").path
        _ = try GatewayProcess.run(
            ["users", "add", "eve", "--role", "viewer", "--password-file", file.path, "--config", config])
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
