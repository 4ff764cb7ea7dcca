import Operations
import Transport

extension WebConsole {
    /// Style, script, language and the way in and out.
    var assets: [Route] {
        [
            Route("GET", "/console/style.css") { _, _ in
                Self.asset(PackageResources.style_css, "text/css; charset=utf-8")
            },
            Route("GET", "/console/console.js") { _, _ in
                Self.asset(PackageResources.console_js, "text/javascript; charset=utf-8")
            },
            Route("GET", "/console/language") { request, _ in
                let language = request.query("to").flatMap(Language.init(rawValue:)) ?? .zh
                let secure = request.isSecure ? "; Secure" : ""
                return Self.redirect(
                    to: Self.inside(request.query("back")),
                    headers: [
                        (
                            "Set-Cookie",
                            "lang=\(language.rawValue); Path=/console; Max-Age=31536000; SameSite=Lax\(secure)"
                        )
                    ])
            },
        ]
    }

    private static func asset(_ bytes: [UInt8], _ type: String) -> HTTPResponse {
        HTTPResponse(
            status: 200,
            headers: [
                ("Content-Type", type), ("Cache-Control", "max-age=3600"), ("X-Content-Type-Options", "nosniff"),
            ], body: bytes)
    }

    /// Only back into the console: a link must not lead elsewhere in our name.
    private static func inside(_ path: String?) -> String {
        guard let path, path.hasPrefix("/console/"), !path.hasPrefix("/console//"), !path.contains("\\"),
            path.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F })
        else { return "/console/" }
        return path
    }

    var entrance: [Route] {
        [
            Route("GET", "/console/sign-in") { request, _ in
                signInPage(request, problem: nil)
            },
            Route("POST", "/console/sign-in") { request, _ in
                do {
                    let form = try Form(request)
                    try Self.checkOrigin(request)
                    let entry = try await services.signIn.signIn(
                        name: form["name"], password: form["password"], source: request.source, request: request)
                    return Self.redirect(
                        to: Self.inside(form["back"]), headers: try entry.cookies(secure: request.isSecure))
                } catch let problem as Problem {
                    return signInPage(request, problem: problem)
                }
            },
            act("/console/sign-out", may: [.look]) { scene, _ in
                try await services.signIn.signOut(scene.visitor)
                services.opened.forget(scene.visitor)
                return .file(
                    Self.redirect(
                        to: "/console/sign-in",
                        headers: [SignInService.farewellCookie(secure: scene.request.isSecure)]))
            },
        ]
    }

    /// Nobody is signed in yet, so there is no session's token to show: the browser's own word must do.
    static func checkOrigin(_ request: HTTPRequest) throws(Problem) {
        if let site = request.header("Sec-Fetch-Site"), site != "same-origin", site != "none" {
            throw Problem(.forbidden, zh: "请从本系统的登录页登录。", en: "Sign in from the gateway's own page.")
        }
    }

    private func signInPage(_ request: HTTPRequest, problem: Problem?) -> HTTPResponse {
        let language = Language(of: request)
        let failed: HTML =
            problem.map { "<p class=\"note bad\" role=\"alert\">\(language.text($0.detail))</p>" }
            ?? (request.query("done") == "password"
                ? "<p class=\"note good\" role=\"status\">\(language("密码已更改，请用新密码登录。", "The password is changed; sign in with the new one."))</p>"
                : .none)
        let page = Page(
            title: language("登录", "Sign in"),
            body: """
                \(failed)<form class="sign-in" method="post" action="/console/sign-in">
                <input type="hidden" name="back" value="\(Self.inside(request.query("back")))">
                <label for="name">\(language("用户名", "Name"))</label>
                <input id="name" name="name" autocomplete="username" required autofocus>
                <label for="password">\(language("密码", "Password"))</label>
                <input id="password" name="password" type="password" autocomplete="current-password" required>
                <button>\(language("登录", "Sign in"))</button></form>
                """, status: problem?.kind.status ?? 200)
        return Layout(language: language, visitor: nil, path: "/console/sign-in").response(page)
    }
}
