import Vocabulary

/// One call of the HTTP contract.
public struct Route: Sendable {
    public typealias Handler = @Sendable (HTTPRequest, Visit) async throws -> HTTPResponse

    /// A parameter of the query, and who may give it; everybody where that is empty.
    public struct Parameter: Sendable, Hashable {
        public let name: String
        public let roles: Set<Caller.Role>

        public init(_ name: String, for roles: Set<Caller.Role> = []) {
            self.name = name
            self.roles = roles
        }
    }

    public let method: String
    let segments: [Substring]
    /// Who may call; empty for anybody.
    public let roles: Set<Caller.Role>
    /// Operators need one of them; empty where every operator may.
    public let rights: Set<OperatorRight>
    /// Answered however busy the gateway is.
    private(set) var isEssential = false
    /// Whether its address may end in a slash as well.
    private(set) var isFolder = false
    /// The query's parameters; every other one is refused. Nothing for pages, whose addresses people keep.
    public private(set) var takes: [Parameter]?
    let handler: Handler

    /// - Parameters:
    ///   - path: such as `/v1/leases/{id}/release`; `{…}` matches one segment.
    ///   - roles: who may call; empty means anybody, without a credential.
    public init(
        _ method: String, _ path: StaticString, for roles: Caller.Role..., handler: @escaping Handler
    ) {
        self.init(method, "\(path)".split(separator: "/"), Set(roles), [], handler)
    }

    /// A route for operators that have one of the rights.
    public init(
        _ method: String, _ path: StaticString, may right: OperatorRight, _ others: OperatorRight...,
        handler: @escaping Handler
    ) {
        self.init(method, "\(path)".split(separator: "/"), [.operator], Set([right] + others), handler)
    }

    private init(
        _ method: String, _ segments: [Substring], _ roles: Set<Caller.Role>, _ rights: Set<OperatorRight>,
        _ handler: @escaping Handler
    ) {
        self.method = method
        self.segments = segments
        self.roles = roles
        self.rights = rights
        self.handler = handler
    }

    /// The same, answered however busy the gateway is: for those who watch it.
    public var neverShed: Route {
        var route = self
        route.isEssential = true
        return route
    }

    /// The same, whose address may end in a slash as well.
    public var asFolder: Route {
        var route = self
        route.isFolder = true
        return route
    }

    /// The same, which takes these parameters and no other.
    public func taking(_ parameters: [Parameter]) -> Route {
        var route = self
        route.takes = parameters
        return route
    }

    /// Calls that share method and path and are open to different callers become one, which leads each to its own.
    public static func merged(_ routes: [Route]) -> [Route] {
        var merged: [Route] = []
        for route in routes {
            guard let place = merged.firstIndex(where: { $0.name == route.name }) else {
                merged.append(route)
                continue
            }
            let first = merged[place]
            var both = Route(
                route.method, route.segments, first.roles.union(route.roles), first.rights.union(route.rights)
            ) { request, visit in
                let isFirst = first.roles.contains(try visit.caller().role)
                return try await (isFirst ? first : route).handler(request, visit)
            }
            both.isEssential = first.isEssential || route.isEssential
            merged[place] = both
        }
        return merged
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
        guard roles.contains(caller.role) else { return false }
        return caller.role != .operator || rights.isEmpty || rights.contains { caller.may($0) }
    }

    /// - Throws: `Problem` `.badRequest` for a parameter that the call does not take of this caller, or that is given twice:
    ///   what is read past in silence is answered with something else than was asked for.
    func checkQuery(of request: HTTPRequest, by caller: Caller?) throws(Problem) {
        guard let takes else { return }
        let known = takes.filter { parameter in
            parameter.roles.isEmpty || caller.map { parameter.roles.contains($0.role) } ?? false
        }.map(\.name)
        var seen: Set<String> = []
        for (name, _) in request.query {
            if !known.contains(name) { throw .unknownParameter(ForeignName.word(name), known: known) }
            if !seen.insert(name).inserted {
                throw Problem(.badRequest, zh: "参数 \(name) 只能给出一次。", en: "Parameter \(name) is given more than once.")
            }
        }
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

extension Problem {
    /// Characters of a name that is not known.
    private static let told = 50

    static func unknownParameter(_ name: String, known: [String]) -> Problem {
        let name = String(name.prefix(told))
        let (zh, en) = (known.joined(separator: "、"), known.joined(separator: ", "))
        var problem = Problem(
            .badRequest, zh: "此调用没有参数 \(name)\(known.isEmpty ? "，也没有其他参数" : "；可用参数：\(zh)")。",
            en: "This call has no parameter \(name)\(known.isEmpty ? ", nor any other" : "; it takes: \(en)").")
        problem.members = [("parameters", .array(known.map { .string($0) }))]
        return problem
    }
}
