import Vocabulary

/// Who is calling, once their credential has been proved.
public struct Caller: Sendable, Hashable {
    public enum Role: String, Sendable, CaseIterable {
        case partner, institution, `operator`
    }

    public let role: Role
    /// The partner's id, the institution's code or the operator's name.
    public let id: String
    /// What kind of operator; partners and institutions have none.
    public let operatorRole: OperatorRole?

    public init(role: Role, id: String, operatorRole: OperatorRole? = nil) {
        self.role = role
        self.id = id
        self.operatorRole = role == .operator ? operatorRole ?? .operator : nil
    }

    public func may(_ right: OperatorRight) -> Bool { operatorRole?.rights.contains(right) ?? false }
}

/// Proves who is calling by the bearer token (RFC 6750 §2.1), of which only the SHA-256 is kept.
public struct Doorkeeper: Sendable {
    private let callers: [String: Caller]
    private let isExpired: @Sendable (_ hash: String) -> Bool

    /// - Parameters:
    ///   - callers: by lower-case hexadecimal SHA-256 of the token.
    ///   - isExpired: whether the token of that hash is past its last moment.
    public init(callers: [String: Caller], isExpired: @escaping @Sendable (_ hash: String) -> Bool = { _ in false }) {
        self.callers = callers
        self.isExpired = isExpired
    }

    enum Verdict {
        case known(Caller)
        /// Its token was right once.
        case expired(Caller)
        case unknown
    }

    /// Looking the digest up leaks nothing of use: who can steer a SHA-256 towards a stored one has broken it.
    func judge(_ request: HTTPRequest) -> Verdict {
        let parts = (request.header("Authorization") ?? "").split(separator: " ", maxSplits: 1)
        guard parts.count == 2, parts[0].lowercased() == "bearer" else { return .unknown }
        let hash = Digest.hex(Digest.sha256(Array(parts[1].utf8)))
        guard let caller = callers[hash] else { return .unknown }
        return isExpired(hash) ? .expired(caller) : .known(caller)
    }
}

/// One call of the HTTP contract.
public struct Route: Sendable {
    public typealias Handler = @Sendable (HTTPRequest, Visit) async throws -> HTTPResponse

    public let method: String
    let segments: [Substring]
    /// Who may call; empty for anybody.
    public let roles: Set<Caller.Role>
    /// Operators need one of them; empty where every operator may.
    public let rights: Set<OperatorRight>
    let handler: Handler

    /// - Parameters:
    ///   - path: such as `/v1/leases/{id}/release`; `{…}` matches one segment.
    ///   - roles: who may call; empty means anybody, without a credential.
    public init(
        _ method: String, _ path: StaticString, for roles: Caller.Role..., handler: @escaping Handler
    ) {
        self.method = method
        segments = "\(path)".split(separator: "/")
        self.roles = Set(roles)
        rights = []
        self.handler = handler
    }

    /// A route for operators that have one of the rights.
    public init(
        _ method: String, _ path: StaticString, may right: OperatorRight, _ others: OperatorRight...,
        handler: @escaping Handler
    ) {
        self.method = method
        segments = "\(path)".split(separator: "/")
        roles = [.operator]
        rights = Set([right] + others)
        self.handler = handler
    }

    /// Such as `GET /v1/jobs/{id}`.
    public var name: String { "\(method) \(path)" }
    /// Such as `/v1/jobs/{id}`.
    public var path: String { "/\(segments.joined(separator: "/"))" }
    /// The `{…}` of the path.
    public var parameters: [String] {
        segments.filter { $0.hasPrefix("{") }.map { String($0.dropFirst().dropLast()) }
    }

    fileprivate func isOpen(to caller: Caller) -> Bool {
        roles.contains(caller.role) && (rights.isEmpty || rights.contains { caller.may($0) })
    }

    fileprivate func match(_ path: [Substring]) -> [String: String]? {
        guard path.count == segments.count else { return nil }
        var values: [String: String] = [:]
        for (segment, actual) in zip(segments, path) {
            if segment.hasPrefix("{") {
                values[String(segment.dropFirst().dropLast())] = String(actual)
            } else if segment != actual {
                return nil
            }
        }
        return values
    }
}

/// What a handler knows besides the request.
public struct Visit: Sendable {
    let identity: Caller?
    let values: [String: String]

    /// A `{name}` of the route's path.
    public func value(_ name: String) -> String { values[name] ?? "" }

    /// The proved caller; only routes without roles have none.
    public func caller() throws(Problem) -> Caller {
        guard let identity else { throw .unidentified }
        return identity
    }
}

extension Problem {
    static let unidentified: Problem = {
        var problem = Problem(
            .unauthorized, zh: "请在 Authorization 头中提供有效的 Bearer 令牌。",
            en: "Give a valid bearer token in the Authorization header.")
        problem.headers = [("WWW-Authenticate", "Bearer")]
        return problem
    }()

    /// RFC 6750 §3.1.
    static let expired: Problem = {
        var problem = Problem(
            .credentialExpired, zh: "此令牌已过有效期，请向网关管理员索取新令牌。",
            en: "This token is past its last day; ask the gateway's administrator for a new one.")
        problem.headers = [
            ("WWW-Authenticate", "Bearer error=\"invalid_token\", error_description=\"The token expired\"")
        ]
        return problem
    }()
}

/// Finds the route of a request, proves the caller, and turns problems into answers.
public struct Router: Sendable {
    private let routes: [Route]
    private let doorkeeper: Doorkeeper
    private let session: @Sendable (HTTPRequest) async throws -> Caller?
    private let seen: @Sendable (Caller) -> Void
    private let refused: @Sendable (Refusal, Caller?, HTTPRequest) -> Void
    private let observe: Observer
    private let explain: @Sendable (any Error, HTTPRequest) -> Problem

    /// Why a credential did not open the call that it was shown for.
    public enum Refusal: String, Sendable {
        /// No such token, or no token at all in the field.
        case unknownToken
        case expiredToken
        /// Known, and not for this call.
        case notAllowed
    }

    /// Hears of every answer: the route's name, or nothing where no route fits; the status; the time it took.
    public typealias Observer = @Sendable (_ route: String?, _ status: Int, _ took: Duration) -> Void

    /// - Parameters:
    ///   - session: who is signed in, for requests without an `Authorization` field.
    ///   - seen: told of every caller that has proved who it is.
    ///   - refused: told of every credential that was shown in vain, and of its caller where that is known.
    ///   - explain: what to answer to an error that is no `Problem`, such as the store's.
    public init(
        routes: [Route], doorkeeper: Doorkeeper,
        session: @escaping @Sendable (HTTPRequest) async throws -> Caller? = { _ in nil },
        seen: @escaping @Sendable (Caller) -> Void = { _ in },
        refused: @escaping @Sendable (Refusal, Caller?, HTTPRequest) -> Void = { _, _, _ in },
        observe: @escaping Observer = { _, _, _ in },
        explain: @escaping @Sendable (any Error, HTTPRequest) -> Problem
    ) {
        self.routes = routes
        self.doorkeeper = doorkeeper
        self.session = session
        self.seen = seen
        self.refused = refused
        self.observe = observe
        self.explain = explain
    }

    public func respond(to request: HTTPRequest) async -> HTTPResponse {
        let began = ContinuousClock.now
        var name: String?
        let response: HTTPResponse
        do {
            let (route, values) = try find(request)
            name = route.name
            response = try await answer(request, by: route, values)
        } catch let problem as Problem {
            response = problem.response(to: request)
        } catch {
            response = explain(error, request).response(to: request)
        }
        observe(name, response.status, ContinuousClock.now - began)
        return response
    }

    private func caller(behind request: HTTPRequest) async throws -> Caller? {
        guard request.header("Authorization") != nil else { return try await session(request) }
        switch doorkeeper.judge(request) {
        case .known(let caller): return caller
        case .expired(let caller):
            refused(.expiredToken, caller, request)
            throw Problem.expired
        case .unknown:
            refused(.unknownToken, nil, request)
            return nil
        }
    }

    private func answer(
        _ request: HTTPRequest, by route: Route, _ values: [String: String]
    ) async throws -> HTTPResponse {
        if route.roles.isEmpty { return try await route.handler(request, Visit(identity: nil, values: values)) }
        guard let caller = try await caller(behind: request) else { throw Problem.unidentified }
        seen(caller)
        guard route.isOpen(to: caller) else {
            refused(.notAllowed, caller, request)
            throw Problem(.forbidden, zh: "此调用不对您的账户开放。", en: "This call is not open to your account.")
        }
        return try await route.handler(request, Visit(identity: caller, values: values))
    }

    private func find(_ request: HTTPRequest) throws(Problem) -> (Route, [String: String]) {
        let path = request.path.split(separator: "/", omittingEmptySubsequences: true)
        let method = request.method == "HEAD" ? "GET" : request.method
        var allowed: Set<String> = []
        for route in routes {
            guard let values = route.match(path) else { continue }
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
