import Transport

/// One page: what stands between the navigation and the foot.
struct Page {
    let title: String
    /// The section that the navigation marks; none for pages outside it.
    var section: Section?
    /// How many things want doing, for the window's title.
    var count = 0
    var body: HTML
    var status = 200
}

/// What the frame knows of whoever is signed in.
struct Frame {
    let name: String
    let role: String
    let csrf: String
    /// What may be gone to.
    let sections: [Section]
}

/// The frame around every page. Works without JavaScript; nothing is fetched from elsewhere.
struct Layout {
    let language: Language
    /// Who is signed in, with what they need to sign out; nobody on the sign-in page.
    let visitor: Frame?
    /// Where the language switch leads back to.
    let path: String

    func response(_ page: Page, headers: [(name: String, value: String)] = []) -> HTTPResponse {
        let source = html(page).source
        let told = language == .en ? ChineseMarks.marking(source) : source
        return HTTPResponse(status: page.status, headers: Self.headers + headers, body: Array(told.utf8))
    }

    private static let headers: [(name: String, value: String)] = [
        ("Content-Type", "text/html; charset=utf-8"), ("Cache-Control", "no-store"),
        (
            "Content-Security-Policy",
            "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; "
                + "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
        ),
        ("X-Content-Type-Options", "nosniff"), ("Referrer-Policy", "same-origin"), ("X-Frame-Options", "DENY"),
    ]

    private func html(_ page: Page) -> HTML {
        let product = language("法律援助转办网关", "Legal Aid Referral Gateway")
        return """
            <!doctype html>
            <html lang="\(language.tag)"><head><meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>\(page.count > 0 ? "(\(page.count)) " : "")\(page.title) · \(product)</title>
            <link rel="stylesheet" href="/console/style.css"><script src="/console/console.js" defer></script></head>
            <body><a class="skip" href="#main">\(language("跳到正文", "Skip to content"))</a>
            <header><a class="product" href="/console/">\(product)</a>\(finder)\(account)</header>
            \(navigation(page))
            <main id="main"\(page.section.map { " class=\"in-\($0.rawValue)\"" } ?? HTML.none)><h1>\(page.title)</h1>
            \(page.body)
            </main><footer><a href="/openapi.json">\(language("接口说明（OpenAPI）", "Interface description (OpenAPI)"))</a></footer></body></html>
            """
    }

    /// What is said on the telephone, in one box. Sent in the body: it may be a person's.
    private var finder: HTML {
        guard let visitor, !visitor.sections.isEmpty else { return .none }
        let what = language("编号、案号、身份证号或电话", "Any number, case, identity number or telephone")
        return """
            <form class="find" role="search" method="post" action="/console/find"><input type="hidden" name="csrf" value="\(visitor.csrf)">
            <label class="unseen" for="find">\(language("查找：", "Find: "))\(what)</label>
            <input id="find" name="q" type="search" maxlength="200" autocomplete="off" spellcheck="false" placeholder="\(what)">
            <button>\(language("查找", "Find"))</button></form>
            """
    }

    private var account: HTML {
        let switchTo = language.other
        let link: HTML =
            "<a href=\"/console/language?to=\(switchTo.rawValue)&amp;back=\(path.urlEscaped)\" lang=\"\(switchTo.tag)\">\(switchTo("中文", "English"))</a>"
        guard let visitor else { return "<div class=\"account\">\(link)</div>" }
        return """
            <div class="account"><a href="/console/password" title="\(language("更改密码", "Change the password"))">\(visitor.name) <small>\(visitor.role)</small></a>\(link)
            <form method="post" action="/console/sign-out"><input type="hidden" name="csrf" value="\(visitor.csrf)">
            <button class="quiet">\(language("退出", "Sign out"))</button></form></div>
            """
    }

    private func navigation(_ page: Page) -> HTML {
        guard let visitor, !visitor.sections.isEmpty else { return .none }
        let links = visitor.sections.map { section -> HTML in
            let current: HTML = section == page.section ? " aria-current=\"page\"" : .none
            return "<li><a href=\"\(section.path)\"\(current)>\(section.title(language))</a></li>"
        }
        return "<nav aria-label=\"\(language("主导航", "Main"))\"><ul>\(links)</ul></nav>"
    }
}
