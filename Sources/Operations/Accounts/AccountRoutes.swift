import Messaging
import StrictJSON
import Transport
import Vocabulary

extension SignInService {
    public var routes: [Route] {
        [
            Route("POST", "/v1/session") { request, _ in
                let longest = AccountService.passwordLength.upperBound
                let (name, password) = try request.read {
                    ($0.needed("name", atMost: 64), $0.needed("password", atMost: longest))
                }
                let entry = try await signIn(
                    name: name, password: password, source: request.source, request: request)
                return .json(
                    entry.visitor.json, status: 201, headers: try entry.cookies(secure: request.isSecure))
            },
            Route("GET", "/v1/session") { request, _ in
                guard let visitor = try await visitor(of: request) else {
                    throw Problem(.unauthorized, zh: "尚未登录，或登录已过期。", en: "Not signed in, or no longer.")
                }
                return .json(visitor.json)
            },
            Route("DELETE", "/v1/session") { request, _ in
                if let visitor = try await visitor(of: request) {
                    try Self.checkForgery(request.header(Self.forgeryHeader), visitor)
                    try await signOut(visitor)
                }
                return HTTPResponse(status: 204, headers: [Self.farewellCookie(secure: request.isSecure)])
            },
        ]
    }
}

extension SignInService.Visitor {
    var json: JSONValue {
        .compact([
            ("name", .string(caller.id)), ("role", .string(caller.operatorRole?.rawValue ?? "")),
            ("csrfToken", .string(forgeryToken)), ("endsAt", .string(endsAt.rfc3339)),
            ("mustChangePassword", mustChangePassword ? true : nil),
        ])
    }
}

extension AccountService {
    /// The administrators' calls.
    public var routes: [Route] {
        [
            Route("GET", "/v1/operators", may: .administer) { _, _ in
                .json(["operators": .array(try await list().map(\.json))])
            },
            Route("POST", "/v1/operators", may: .administer) { request, visit in
                try await add(request, by: visit.caller())
            },
            Route("POST", "/v1/operators/{name}/role", may: .administer) { request, visit in
                let (role, reason) = try request.read { (Self.role(in: &$0), $0.reason()) }
                try await setRole(role, of: visit.value("name"), by: visit.caller(), reason: reason)
                return .json(["name": .string(visit.value("name"))])
            },
            Route("POST", "/v1/operators/{name}/password", may: .administer) { request, visit in
                let (given, reason) = try request.read { (Self.password(in: &$0), $0.reason()) }
                let name = visit.value("name")
                guard let given else {
                    let password = try await resetPassword(of: name, by: visit.caller(), reason: reason)
                    return .json(["name": .string(name), "oneTimePassword": .string(password)])
                }
                try await setPassword(given, of: name, by: visit.caller(), reason: reason)
                return .json(["name": .string(name)])
            },
            Route("POST", "/v1/operators/{name}/disable", may: .administer) { request, visit in
                let reason = try request.read { $0.reason() }
                try await setDisabled(true, of: visit.value("name"), by: visit.caller(), reason: reason)
                return .json(["name": .string(visit.value("name")), "disabled": true])
            },
            Route("POST", "/v1/operators/{name}/enable", may: .administer) { request, visit in
                let reason = try request.read { $0.reason() }
                try await setDisabled(false, of: visit.value("name"), by: visit.caller(), reason: reason)
                return .json(["name": .string(visit.value("name")), "disabled": false])
            },
        ]
    }

    private func add(_ request: HTTPRequest, by caller: Caller) async throws -> HTTPResponse {
        let (name, role, password, reason) = try request.read {
            ($0.needed("name", atMost: 64), Self.role(in: &$0), Self.password(in: &$0), $0.reason())
        }
        guard let password else {
            let password = try await addWithOneTimePassword(
                name, role: role, by: caller, reason: reason)
            return .json(["name": .string(name), "oneTimePassword": .string(password)], status: 201)
        }
        try await add(name, role: role, password: password, by: caller, reason: reason)
        return .json(["name": .string(name)], status: 201)
    }

    private static func role(in body: inout RequestBody) -> OperatorRole {
        let words = OperatorRole.allCases.map(\.rawValue)
        return body.neededWord("role", among: words).flatMap(OperatorRole.init(rawValue:)) ?? .viewer
    }

    /// - Returns: nothing where the gateway is asked for a one-time password.
    private static func password(in body: inout RequestBody) -> String? {
        if body.flag("oneTime") == true { return nil }
        let length = AccountService.passwordLength
        let password = body.needed("password", atMost: length.upperBound)
        if !password.isEmpty, password.count < length.lowerBound {
            let least = length.lowerBound
            body.note("wrongLength", "password", zh: "至少 \(least) 个字符。", en: "has at least \(least) characters.")
        }
        return password
    }
}
