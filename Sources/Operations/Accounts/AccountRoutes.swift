import Messaging
import StrictJSON
import Transport
import Vocabulary

extension SignInService {
    public var routes: [Route] {
        [
            Route("POST", "/v1/session") { request, _ in
                let body = try request.jsonObject()
                let entry = try await signIn(
                    name: body["name"]?.string ?? "", password: body["password"]?.string ?? "",
                    source: request.source)
                return .json(entry.visitor.json, status: 201, headers: [entry.cookie(secure: request.isSecure)])
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
                try await setRole(
                    try Self.role(request.jsonObject()), of: visit.value("name"), by: visit.caller())
                return .json(["name": .string(visit.value("name"))])
            },
            Route("POST", "/v1/operators/{name}/password", may: .administer) { request, visit in
                let body = try request.jsonObject()
                let name = visit.value("name")
                if body["oneTime"]?.bool == true {
                    let password = try await resetPassword(of: name, by: visit.caller())
                    return .json(["name": .string(name), "oneTimePassword": .string(password)])
                }
                try await setPassword(body["password"]?.string ?? "", of: name, by: visit.caller())
                return .json(["name": .string(name)])
            },
            Route("POST", "/v1/operators/{name}/disable", may: .administer) { _, visit in
                try await setDisabled(true, of: visit.value("name"), by: visit.caller())
                return .json(["name": .string(visit.value("name")), "disabled": true])
            },
            Route("POST", "/v1/operators/{name}/enable", may: .administer) { _, visit in
                try await setDisabled(false, of: visit.value("name"), by: visit.caller())
                return .json(["name": .string(visit.value("name")), "disabled": false])
            },
        ]
    }

    private func add(_ request: HTTPRequest, by caller: Caller) async throws -> HTTPResponse {
        let body = try request.jsonObject()
        let name = body["name"]?.string ?? ""
        let role = try Self.role(body)
        if body["oneTime"]?.bool == true {
            let password = try await addWithOneTimePassword(name, role: role, by: caller)
            return .json(["name": .string(name), "oneTimePassword": .string(password)], status: 201)
        }
        try await add(name, role: role, password: body["password"]?.string ?? "", by: caller)
        return .json(["name": .string(name)], status: 201)
    }

    private static func role(_ body: JSONObject) throws(Problem) -> OperatorRole {
        guard let role = body["role"]?.string.flatMap(OperatorRole.init(rawValue:)) else {
            throw HTTPRequest.unknownWord("role", OperatorRole.allCases.map(\.rawValue))
        }
        return role
    }
}
