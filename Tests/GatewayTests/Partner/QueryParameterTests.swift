import Foundation
import StrictJSON
import Testing

@testable import gateway

/// No parameter is read past in silence, by any call, whoever calls.
@Suite struct QueryParameterTests {
    @Test func `every call refuses a parameter that it does not take, and names those that it takes`() async throws {
        let gateway = try GatewayProcess(courtWays: "")
        try gateway.start()
        let description = try await gateway.desk.ask("GET", "/openapi.json")
        let callers = [
            "partner": gateway.remote, "institution": gateway.institution, "operator": gateway.desk,
            "auditor": gateway.operator("auditor"),
        ]
        var refused = 0
        for (path, item) in description["paths"]?.object?.members ?? [] {
            for (method, operation) in item.object?.members ?? [] {
                let roles = operation["tags"]?.array?.compactMap(\.string) ?? []
                let rights = operation["x-rights"]?.array?.compactMap(\.string) ?? []
                let place = path.replacing(/\{[^}]+\}/, with: "x")
                // Accounts are an administrator's, whom this gateway has none of.
                if rights == ["administer"] { continue }
                let asked = (roles.isEmpty ? ["operator"] : roles).map { role in
                    role == "operator" && !["look", "repair"].contains(where: rights.contains) && !rights.isEmpty
                        ? "auditor" : role
                }
                for role in asked {
                    let caller = try #require(callers[role])
                    let answer = try await caller.call(method.uppercased(), "\(place)?xyz=1")
                    let about = "\(role): \(method) \(path): \(answer.json.text())"
                    #expect(answer.status == 400, "\(about)")
                    let known = answer.json["parameters"]?.array?.compactMap(\.string) ?? ["?"]
                    let told = (operation["parameters"]?.array ?? []).filter { parameter in
                        let only = parameter["x-roles"]?.array?.compactMap(\.string) ?? []
                        return parameter["in"] == "query" && (only.isEmpty || only.contains(role))
                    }.compactMap { $0["name"]?.string }
                    #expect(known == told, "\(about)")
                    for name in told.prefix(1) {
                        let twice = try await caller.call(method.uppercased(), "\(place)?\(name)=1&\(name)=2")
                        #expect(twice.status == 400, "\(about)")
                    }
                    refused += 1
                }
            }
        }
        #expect(refused > 70)
        // A word that is none of those that a parameter takes is no "false".
        for path in ["/v1/translate?explain=yes", "/v1/clocks?overdue=1"] {
            let caller = path.contains("clocks") ? gateway.desk : gateway.remote
            let method = path.contains("clocks") ? "GET" : "POST"
            #expect(try await caller.call(method, path, body: courtNotice("X")).status == 400, "\(path)")
        }
        gateway.stop()
        gateway.remove()
    }
}
