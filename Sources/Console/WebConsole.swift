import Messaging
import Operations
import StrictJSON
import Transport
import Vocabulary

/// The operators' services as web pages: what the services of `Operations` know, in Chinese first and English, for a desk
/// and for a phone, with or without JavaScript.
public struct WebConsole: Sendable {
    let services: OperatorServices
    let store: any MessageStore
    let now: @Sendable () -> Instant
    let registry: Registry
    let library: any Library

    public init(
        services: OperatorServices, store: any MessageStore, library: any Library, registry: Registry,
        now: @escaping @Sendable () -> Instant
    ) {
        self.library = library
        self.services = services
        self.store = store
        self.now = now
        self.registry = registry
    }

    /// Codes and names of the institutions a dispatcher may choose from.
    var institutions: [(code: String, name: String)] {
        registry.institutions.values.map { ($0.code, $0.name) }.sorted { $0.0 < $1.0 }
    }

    var partners: [(id: String, name: String)] {
        registry.partners.values.map { ($0.id, $0.name) }.sorted { $0.0 < $1.0 }
    }

    /// Until when partners can call whose tokens end.
    var tokenEnds: [String: Instant] { registry.partners.compactMapValues(\.tokenEnd) }

    public var routes: [Route] {
        assets + entrance + passwordRoutes + overviewRoutes + deadLetterRoutes + editorRoutes + documentRoutes
            + jobRoutes + clockRoutes + leadRoutes
            + endpointRoutes
            + parkedRoutes + alertRoutes + messageRoutes + flowRoutes + libraryRoutes + codeListRoutes + driftRoutes
            + auditRoutes + reloadRoutes
            + accountRoutes
    }

    // MARK: Names

    func name(ofInstitution code: String) -> String {
        let name = registry.institutions[LeadQueue.institution(of: code)]?.name
        return LeadQueue.isOne(code) ? (name.map { $0 + "（线索 leads）" } ?? code) : name ?? code
    }

    /// What an institution takes in itself it hands in like a partner.
    func name(ofPartner id: String) -> String { registry.partners[id]?.name ?? name(ofInstitution: id) }
    func partnerTag(_ id: String) -> HTML { "\(name(ofPartner: id)) <small>\(id)</small>" }
    func institutionTag(_ code: String) -> HTML { "\(name(ofInstitution: code)) <small>\(code)</small>" }
    func name(of endpoint: Endpoint) -> String {
        switch endpoint.channel {
        case .application: name(ofInstitution: endpoint.recipient)
        case .status, .referral: name(ofPartner: endpoint.recipient)
        case .alert: "告警系统 alarm system"
        }
    }
    func title(ofClock kind: String) -> String? { library.ruleBook.title(ofClock: kind) }

    // MARK: Frame

    /// Shows a page to whoever is signed in and has the right; others are led to the sign-in.
    func page(
        _ path: StaticString, may right: OperatorRight = .look,
        _ show: @escaping @Sendable (Scene) async throws -> Page
    ) -> Route {
        serve(path, may: right) { scene in .page(try await show(scene)) }
    }

    func serve(
        _ path: StaticString, may right: OperatorRight, _ show: @escaping @Sendable (Scene) async throws -> Reply
    ) -> Route {
        Route("GET", path) { request, visit in
            let scene = try await scene(request, visit)
            return await answer(request, scene) {
                guard let scene else {
                    return .seeOther("/console/sign-in?back=\(Self.target(of: request).urlEscaped)")
                }
                if Self.mustGoToPassword(scene) { return .seeOther(Self.passwordPath) }
                try Self.check(scene, may: [right])
                return try await show(scene)
            }
        }
    }

    /// Does what a form asks for; then the browser is led to another page, so that reloading repeats nothing.
    func act(
        _ path: StaticString, may rights: Set<OperatorRight>,
        _ perform: @escaping @Sendable (Scene, Form) async throws -> Reply
    ) -> Route {
        Route("POST", path) { request, visit in
            let scene = try await scene(request, visit)
            // What is no form is refused below; there is nothing of it to keep.
            let typed = try? Form(request)
            return await answer(request, scene, typed: typed) {
                let form = try Form(request)
                guard let scene else {
                    // Nothing that was typed is lost with the session.
                    guard form.isTyped else { return .seeOther("/console/sign-in") }
                    throw Self.sessionEnded
                }
                try SignInService.checkForgery(form["csrf"], scene.visitor)
                if Self.mustGoToPassword(scene) { return .seeOther(Self.passwordPath) }
                try Self.check(scene, may: rights)
                return try await perform(scene, form)
            }
        }
    }

    private func scene(_ request: HTTPRequest, _ visit: Visit) async throws -> Scene? {
        // A page that looks at itself anew keeps nobody signed in.
        let isByItself = request.header("Console-Refresh") != nil
        guard let visitor = try await services.signIn.visitor(of: request, isUsed: !isByItself) else { return nil }
        return Scene(request: request, visit: visit, visitor: visitor, language: Language(of: request))
    }

    private static func check(_ scene: Scene, may rights: Set<OperatorRight>) throws(Problem) {
        guard rights.contains(where: { scene.may($0) }) else {
            throw Problem(
                .forbidden, zh: "您的角色不能执行此操作；需要时请管理员调整角色。",
                en: "Your role may not do this; ask the administrator if it should.")
        }
    }

    private func answer(
        _ request: HTTPRequest, _ scene: Scene?, typed: Form? = nil, _ make: () async throws -> Reply
    ) async -> HTTPResponse {
        guard scene?.visitor.caller.isViewer == true else { return await made(request, scene, typed: typed, make) }
        return await Sight.$isMasked.withValue(true) { await made(request, scene, typed: typed, make) }.withoutNumbers
    }

    private func made(
        _ request: HTTPRequest, _ scene: Scene?, typed: Form?, _ make: () async throws -> Reply
    ) async -> HTTPResponse {
        let layout = Layout(
            language: Language(of: request), visitor: scene?.frame, path: Self.target(of: request))
        do {
            switch try await make() {
            case .page(let page): return layout.response(page)
            case .seeOther(let path): return Self.redirect(to: path)
            case .file(let response): return response
            }
        } catch let problem as Problem {
            var page = Self.page(for: problem, layout.language)
            page.body = "\(page.body)\(Self.kept(typed, request, scene, layout.language))"
            return layout.response(page)
        } catch StoreError.uncertain {
            return layout.response(Self.page(for: .outcomeUnknown, layout.language))
        } catch StoreError.corrupt(let what) {
            return layout.response(Self.page(for: .unreadableRow, about: what, layout.language))
        } catch {
            return layout.response(
                Self.page(
                    for: Problem(
                        .storeUnavailable, zh: "存储暂时不可用，什么都没有改变，请稍后再试。",
                        en: "The store is not available; nothing was changed. Try again later."), layout.language))
        }
    }

    private static let sessionEnded = Problem(
        .unauthorized, zh: "登录已过期，什么都没有改变；您填写的内容保留在下面。",
        en: "Your session has ended and nothing was changed; what you typed is kept below.")

    /// What was typed, to be sent again: a refusal costs nobody their words. Never what another site's page has sent.
    private static func kept(
        _ form: Form?, _ request: HTTPRequest, _ scene: Scene?, _ language: Language
    ) -> HTML {
        // The call was refused for it already; here it decides what may be shown.
        guard let form, form.isTyped, (try? checkOrigin(request)) != nil else { return .none }
        let fields = form.all("").filter { $0.name != "csrf" }
        let hidden = fields.filter { !Form.typedNames.contains($0.name) }.map { Self.hidden($0.name, $0.value) }
        let titles = ["text": language("报文", "Document"), "reason": language("理由", "Reason")]
        let typed = Form.typedNames.filter(form.has).map { name -> HTML in
            """
            <label for="kept-\(name)">\(titles[name] ?? name)</label>
            <textarea\(name == "text" ? " spellcheck=\"false\" wrap=\"off\"" : " class=\"short\"") id="kept-\(name)" name="\(name)">\n\(form[name])</textarea>
            """
        }
        let signIn: HTML =
            scene == nil
            ? "<p><a href=\"/console/sign-in\" target=\"_blank\" rel=\"noopener\">\(language("在新窗口登录", "Sign in in a new window"))</a>\(language("，然后回到本页再试一次。", ", then come back here and try again."))</p>"
            : .none
        return """
            <h2>\(language("您填写的内容", "What you typed"))</h2>\(signIn)
            <form method="post" action="\(request.path)">\(scene?.csrf ?? .none)\(hidden)\(typed)
            <p><button>\(language("再试一次", "Try again"))</button></p></form>
            """
    }

    /// A problem as a page, for a browser that asks for one; whoever calls the interface gets what it tells of itself.
    public static func page(for problem: Problem, to request: HTTPRequest) -> HTTPResponse? {
        guard request.header("Authorization") == nil, request.header("Accept")?.contains("text/html") == true else {
            return nil
        }
        let layout = Layout(language: Language(of: request), visitor: nil, path: target(of: request))
        return layout.response(page(for: problem, layout.language), headers: problem.headers)
    }

    /// - Parameter row: the damaged row, which whoever works here may know.
    private static func page(for problem: Problem, about row: String? = nil, _ language: Language) -> Page {
        Page(
            title: language.text(problem.kind.title),
            body: """
                <div class="note bad" role="alert"><p>\(language.text(problem.detail))</p>
                <p>\(language.text(problem.kind.advice))</p>\(row.map { "<p class=\"mono\">\($0)</p>" } ?? HTML.none)</div>
                <p><a href="/console/">\(language("回到总览", "Back to the overview"))</a></p>
                """, status: problem.kind.status)
    }

    static func redirect(to path: String, headers: [(name: String, value: String)] = []) -> HTTPResponse {
        HTTPResponse(status: 303, headers: [("Location", path), ("Cache-Control", "no-store")] + headers)
    }

    /// The path with its query, as the language switch leads back to it.
    static func target(of request: HTTPRequest) -> String {
        guard request.method == "GET", !request.query.isEmpty else {
            return request.method == "GET" ? request.path : "/console/"
        }
        let query = request.query.map { "\($0.0.urlEscaped)=\($0.1.urlEscaped)" }.joined(separator: "&")
        return "\(request.path)?\(query)"
    }
}

enum Reply: Sendable {
    case page(Page)
    case seeOther(String)
    case file(HTTPResponse)
}

extension Language {
    func text(_ text: LocalizedText) -> String { self(text.zh, text.en) }
}

extension OperatorRole {
    var title: LocalizedText {
        switch self {
        case .viewer: LocalizedText(zh: "查看员", en: "viewer")
        case .operator: LocalizedText(zh: "操作员", en: "operator")
        case .auditor: LocalizedText(zh: "审计员", en: "auditor")
        case .administrator: LocalizedText(zh: "管理员", en: "administrator")
        }
    }
}

extension Instant {
    /// To the second, as people read it: `2026-03-01 09:30:00`.
    var readable: String { String(rfc3339.prefix(19).replacing("T", with: " ")) }

    /// How long ago, roughly.
    func age(at now: Instant, _ language: Language) -> String {
        Self.span(seconds: (now.milliseconds - milliseconds) / 1000, language)
    }

    /// How long until then, roughly, or since when it is over.
    func distance(at now: Instant, _ language: Language) -> String {
        let seconds = (milliseconds - now.milliseconds) / 1000
        let span = Self.span(seconds: abs(seconds), language)
        return seconds < 0 ? language("已超 \(span)", "\(span) over") : language("还剩 \(span)", "\(span) left")
    }

    private static func span(seconds: Int64, _ language: Language) -> String {
        switch max(0, seconds) {
        case let seconds where seconds < 60: language("\(seconds) 秒", "\(seconds) s")
        case let seconds where seconds < 3600: language("\(seconds / 60) 分钟", "\(seconds / 60) min")
        case let seconds where seconds < 86_400: language("\(seconds / 3600) 小时", "\(seconds / 3600) h")
        case let seconds: language("\(seconds / 86_400) 天", "\(seconds / 86_400) d")
        }
    }

    /// The moment itself, on one line where there is room.
    var stamp: HTML { "<time datetime=\"\(rfc3339)\">\(readable)</time>" }

    /// How long ago, with the moment itself for whoever points at it.
    func aged(at now: Instant, _ language: Language) -> HTML {
        "<time datetime=\"\(rfc3339)\" title=\"\(readable)\">\(age(at: now, language))</time>"
    }
}
