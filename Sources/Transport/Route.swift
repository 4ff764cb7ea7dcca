import Vocabulary

/// One call of the HTTP contract.
public struct Route: Sendable {
    public typealias Handler = @Sendable (HTTPRequest, Visit) async throws -> HTTPResponse

    public let method: String
    let segments: [Substring]
    /// Who may call; empty for anybody.
    public let roles: Set<Caller.Role>
    /// Operators need one of them; empty where every operator may.
    public let rights: Set<OperatorRight>
    /// Answered however busy the gateway is.
    private(set) var isEssential = false
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

    /// The same, answered however busy the gateway is: for those who watch it.
    public var neverShed: Route {
        var route = self
        route.isEssential = true
        return route
    }

    /// Such as `GET /v1/jobs/{id}`.
    public var name: String { "\(method) \(path)" }
    /// Such as `/v1/jobs/{id}`.
    public var path: String { "/\(segments.joined(separator: "/"))" }
    /// The `{…}` of the path.
    public var parameters: [String] {
        segments.filter { $0.hasPrefix("{") }.map { String($0.dropFirst().dropLast()) }
    }

    func isOpen(to caller: Caller) -> Bool {
        roles.contains(caller.role) && (rights.isEmpty || rights.contains { caller.may($0) })
    }

    func match(_ path: [Substring]) -> [String: String]? {
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
