import Vocabulary

/// Finds the route of a request, proves the caller, and turns problems into answers.
public struct Router: Sendable {
    private let routes: [Route]
    private var doorkeeper: @Sendable () -> Doorkeeper
    private let spend: @Sendable (VerifiedSignature) async throws -> Bool
    private let session: @Sendable (HTTPRequest) async throws -> Caller?
    private let sessionSign: @Sendable (HTTPRequest) -> SessionSign
    private let rate: CallRate
    private let seen: @Sendable (Caller) -> Void
    private let refused: @Sendable (Refusal, Caller?, HTTPRequest) -> Void
    private let observe: Observer
    private let explain: @Sendable (any Error, HTTPRequest) -> Problem
    private let page: @Sendable (Problem, HTTPRequest) -> HTTPResponse?

    /// Why a credential did not open the call that it was shown for.
    public enum Refusal: Sendable, Hashable {
        /// No such token, or no token at all in the field.
        case unknownToken
        case expiredToken
        /// Known, and not for this call.
        case notAllowed
        /// A password.
        case wrongPassword
        case signature(SignatureFault)
        case certificate(CertificateFault)

        /// A stable word for the audit trail.
        public var name: String {
            switch self {
            case .unknownToken: "unknownToken"
            case .expiredToken: "expiredToken"
            case .notAllowed: "notAllowed"
            case .wrongPassword: "wrongPassword"
            case .signature(let fault): "signature:\(fault.rawValue)"
            case .certificate(let fault): "certificate:\(fault.rawValue)"
            }
        }
    }

    /// What a request's header tells of a session, without looking it up.
    public enum SessionSign: Sendable {
        case none, shown
        /// Seen lately in use.
        case proved
    }

    /// Hears of every answer: the route's name, or nothing where no route fits; the status; the time it took.
    public typealias Observer = @Sendable (_ route: String?, _ status: Int, _ took: Duration) -> Void

    /// - Parameters:
    ///   - spend: whether a signature's nonce is used for the first time.
    ///   - session: who is signed in, for requests without an `Authorization` field.
    ///   - sessionSign: whether such a request shows one.
    ///   - rate: how often callers may call.
    ///   - seen: told of every caller that has proved who it is.
    ///   - refused: told of every credential that was shown in vain, and of its caller where that is known.
    ///   - page: a problem as a page, where a browser asks for one.
    ///   - explain: what to answer to an error that is no `Problem`, such as the store's.
    public init(
        routes: [Route], doorkeeper: Doorkeeper,
        spend: @escaping @Sendable (VerifiedSignature) async throws -> Bool = { _ in true },
        session: @escaping @Sendable (HTTPRequest) async throws -> Caller? = { _ in nil },
        sessionSign: @escaping @Sendable (HTTPRequest) -> SessionSign = { _ in .shown },
        rate: CallRate = CallRate { _ in nil },
        seen: @escaping @Sendable (Caller) -> Void = { _ in },
        refused: @escaping @Sendable (Refusal, Caller?, HTTPRequest) -> Void = { _, _, _ in },
        observe: @escaping Observer = { _, _, _ in },
        page: @escaping @Sendable (Problem, HTTPRequest) -> HTTPResponse? = { _, _ in nil },
        explain: @escaping @Sendable (any Error, HTTPRequest) -> Problem
    ) {
        self.routes = routes
        self.doorkeeper = { doorkeeper }
        self.spend = spend
        self.session = session
        self.sessionSign = sessionSign
        self.rate = rate
        self.seen = seen
        self.refused = refused
        self.observe = observe
        self.explain = explain
        self.page = page
    }

    /// The same, asking for each call whose credentials are in force.
    public func asking(_ doorkeeper: @escaping @Sendable () -> Doorkeeper) -> Router {
        var router = self
        router.doorkeeper = doorkeeper
        return router
    }

    public func respond(to request: HTTPRequest) async -> HTTPResponse {
        let began = ContinuousClock.now
        var name: String?
        let response: HTTPResponse
        do {
            let (route, values) = try find(request)
            name = route.name
            let pass = try request.pass ?? pass(request, by: route)
            response = try await answer(request, by: route, values, pass)
        } catch let problem as Problem {
            response = answer(problem, to: request)
        } catch {
            response = answer(explain(error, request), to: request)
        }
        observe(name, response.status, ContinuousClock.now - began)
        return response
    }

    /// Judges a request by its header: who must not come in is told so before a byte of the body is read.
    public func admit(_ head: HTTPRequest) -> Entrance {
        var name: String?
        do throws(Problem) {
            if case .refused(let fault)? = head.tls {
                refused(.certificate(fault), nil, head)
                throw .refused(fault)
            }
            let (route, _) = try find(head)
            name = route.name
            return .open(try pass(head, by: route))
        } catch {
            observe(name, error.kind.status, .zero)
            return .refused(answer(error, to: head))
        }
    }

    private func answer(_ problem: Problem, to request: HTTPRequest) -> HTTPResponse {
        page(problem, request) ?? problem.response(to: request)
    }

    private func pass(_ request: HTTPRequest, by route: Route) throws(Problem) -> Pass {
        let isProved = if case .proved = sessionSign(request) { true } else { false }
        if route.roles.isEmpty { return Pass(isStranger: !isProved, isEssential: route.isEssential) }
        guard doorkeeper().isShown(by: request) else {
            if case .none = sessionSign(request) { throw .unidentified }
            return Pass(isStranger: !isProved)
        }
        let (caller, signature) = try caller(proved: request)
        try check(caller, route, request)
        try rate.take(caller)
        return Pass(caller: caller, signature: signature)
    }

    private func caller(proved request: HTTPRequest) throws(Problem) -> (Caller, VerifiedSignature?) {
        switch doorkeeper().judge(request) {
        case .known(let caller, let signature): return (caller, signature)
        case .unproved(let fault, let caller):
            refused(.signature(fault), caller, request)
            throw .signatureRefused
        case .otherCertificate(let caller):
            refused(.certificate(.foreign), caller, request)
            throw .otherCertificate
        case .expired(let caller):
            refused(.expiredToken, caller, request)
            throw .expired
        case .unknown:
            refused(.unknownToken, nil, request)
            throw .unidentified
        }
    }

    private func check(_ caller: Caller, _ route: Route, _ request: HTTPRequest) throws(Problem) {
        seen(caller)
        guard route.isOpen(to: caller) else {
            refused(.notAllowed, caller, request)
            throw Problem(.forbidden, zh: "此调用不对您的账户开放。", en: "This call is not open to your account.")
        }
    }

    /// Holds the body against the digest that its sender gives, and spends the signature's nonce.
    private func hold(_ request: HTTPRequest, against pass: Pass) async throws {
        let verdict = request.joined(ContentDigest.field).map {
            ContentDigest.judge($0, of: request.packed ?? request.body)
        }
        guard let signature = pass.signature else {
            guard verdict != .differs else { throw Problem.otherDigest }
            return
        }
        let isWhole = verdict.map { $0 == .agrees } ?? request.body.isEmpty
        let fault: SignatureFault? =
            if !isWhole { .otherDigest } else { try await spend(signature) ? nil : .replayed }
        guard let fault else { return }
        refused(.signature(fault), pass.caller, request)
        throw Problem.signatureRefused
    }

    private func answer(
        _ request: HTTPRequest, by route: Route, _ values: [String: String], _ pass: Pass
    ) async throws -> HTTPResponse {
        if route.roles.isEmpty {
            try route.checkQuery(of: request, by: nil)
            return try await route.handler(request, Visit(identity: nil, values: values))
        }
        if let caller = pass.caller {
            try await hold(request, against: pass)
            try route.checkQuery(of: request, by: caller)
            return try await answer(request, by: route, values, to: caller)
        }
        guard let caller = try await session(request) else { throw Problem.unidentified }
        try check(caller, route, request)
        try route.checkQuery(of: request, by: caller)
        return try await answer(request, by: route, values, to: caller)
    }

    /// What somebody may not see is masked while the answer is made, and numbers of persons once more where it is made.
    private func answer(
        _ request: HTTPRequest, by route: Route, _ values: [String: String], to caller: Caller
    ) async throws -> HTTPResponse {
        let visit = Visit(identity: caller, values: values)
        guard caller.isViewer else { return try await route.handler(request, visit) }
        return try await Sight.$isMasked.withValue(true) { try await route.handler(request, visit) }.withoutNumbers
    }

    private func find(_ request: HTTPRequest) throws(Problem) -> (Route, [String: String]) {
        let path = request.path.split(separator: "/", omittingEmptySubsequences: true)
        // An address has one spelling: what a proxy in front keeps in by its address would come out by another.
        let spelling = "/" + path.joined(separator: "/")
        let method = request.method == "HEAD" ? "GET" : request.method
        var allowed: Set<String> = []
        for route in routes {
            guard let values = route.match(path),
                request.path == spelling || (route.isFolder && request.path == spelling + "/")
            else { continue }
            if route.method == method { return (route, values) }
            allowed.insert(route.method)
        }
        guard allowed.isEmpty else {
            var problem = Problem(
                .methodNotAllowed, zh: "可用方法：\(allowed.sorted().joined(separator: "、"))。",
                en: "Use \(allowed.sorted().joined(separator: ", ")).")
            problem.headers = [("Allow", allowed.sorted().joined(separator: ", "))]
            throw problem
        }
        throw Problem(.notFound, zh: "此地址不存在，请对照接口说明。", en: "No such address; see the interface description.")
    }
}
