import Foundation
import Testing
import Transport

@testable import gateway

/// What goes wrong in a browser is told by a page, and what was typed is kept.
@Suite struct ErrorPages {
    private let client = HTTPClient()

    private func send(
        _ method: String, _ url: String, _ headers: [(String, String)], _ body: String = ""
    ) async throws -> HTTPResponse {
        try await client.send(
            OutgoingRequest(
                method: method, url: url,
                headers: headers + [("Content-Type", "application/x-www-form-urlencoded")], body: Array(body.utf8),
                timeout: .seconds(60)))
    }

    @Test func `a browser is told by a page in its language, a program by what programs read`() async throws {
        let gateway = try GatewayProcess()
        try gateway.start()
        let site = "http://127.0.0.1:\(gateway.port)"
        let browser = ("Accept", "text/html,application/xhtml+xml,*/*;q=0.8")
        for (method, path, status) in [
            ("GET", "/console/nowhere", 404), ("GET", "/v1/nowhere", 404), ("GET", "/v1/dead-letters", 401),
            ("DELETE", "/console/dead-letters", 405), ("GET", "/console/sign-in/x", 404),
        ] {
            let page = try await send(method, site + path, [browser])
            let html = String(decoding: page.body, as: UTF8.self)
            #expect(page.status == status && page.header("Content-Type")?.hasPrefix("text/html") == true, "\(path)")
            #expect(html.contains("回到总览") && html.contains("<h1>") && !html.contains("\"type\""), "\(path)")
            #expect(page.header("Content-Security-Policy")?.contains("default-src 'none'") == true)
            #expect(status != 405 || page.header("Allow")?.contains("GET") == true)
            let english = try await send(method, site + path, [browser, ("Accept-Language", "en")])
            #expect(String(decoding: english.body, as: UTF8.self).contains("Back to the overview"))
            for headers in [[], [("Accept", "application/json")], [browser, ("Authorization", "Bearer nobody")]] {
                let answer = try await send(method, site + path, headers)
                #expect(answer.header("Content-Type")?.hasPrefix("application/problem+json") == true, "\(path)")
            }
        }
        await client.close()
        gateway.stop()
        gateway.remove()
    }

    @Test func `what was typed is kept through a refusal and the end of a session, and never another site's`()
        async throws
    {
        let gateway = try GatewayProcess()
        try gateway.start()
        let worker = try await ConsoleVisitor.add("li", "operator", to: gateway)
        let order = ["reason": "少填了<姓名>", "version": "abc", "text": "<a>&\n</a>"]
        let refused = try await worker.post("/dead-letters/nothing/retry", order)
        #expect(refused.status == 404 && refused.html.contains("没有这件异常报文"))
        let kept = [
            "少填了&lt;姓名&gt;", "\n&lt;a&gt;&amp;\n&lt;/a&gt;</textarea>", "name=\"version\" value=\"abc\"", "再试一次",
        ]
        for part in kept { #expect(refused.html.contains(part), "\(part)") }
        #expect(try await !worker.post("/dead-letters/nothing/retry", ["version": "abc"]).html.contains("再试一次"))
        // Signed out meanwhile: the words stay, and go again after signing in anew.
        let stranger = ConsoleVisitor(gateway)
        let ended = try await stranger.post("/dead-letters/nothing/retry", order, isOwn: false)
        #expect(ended.status == 401 && ended.html.contains("登录已过期") && ended.html.contains("/console/sign-in"))
        for part in kept { #expect(ended.html.contains(part), "\(part)") }
        #expect(!ended.html.contains("name=\"csrf\""))
        #expect(try await stranger.post("/jobs", ["rate": "1"], isOwn: false).leadsTo == "/console/sign-in")
        #expect(try await stranger.signIn("li", "password of li") == 303)
        let stale = try await stranger.post("/dead-letters/nothing/retry", order, isOwn: false)
        #expect(stale.status == 403 && stale.html.contains("name=\"csrf\"") && stale.html.contains(kept[0]))
        let foreign = try await send(
            "POST", "http://127.0.0.1:\(gateway.port)/console/jobs", [("Sec-Fetch-Site", "cross-site")], "reason=x12345"
        )
        #expect(!String(decoding: foreign.body, as: UTF8.self).contains("x12345"))
        // Passwords are no words to be kept.
        let password = try await worker.post("/password", ["old": "secret-one", "new": "secret-two", "again": "x"])
        #expect(!password.html.contains("secret-"))
        for visitor in [worker, stranger] { await visitor.leave() }
        await client.close()
        gateway.stop()
        gateway.remove()
    }
}
