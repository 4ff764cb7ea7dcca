import Foundation
import Journal
import StrictJSON
import Testing
import Translation
import Transport

@testable import Operations
@testable import gateway

/// What an answer must agree with.
private struct Description {
    let json: JSONValue

    func schema(_ name: String) -> JSONValue {
        ["$ref": .string("#/components/schemas/\(name)"), "components": json["components"] ?? .null]
    }

    /// The name of the schema that an answer to a call is said to have.
    func answer(_ method: String, _ template: String, _ status: Int) -> String? {
        let operation = json["paths"]?[template]?[method.lowercased()]
        let responses = operation?["responses"]
        guard let said = responses?["\(status)"] ?? responses?["default"] else { return nil }
        if said["$ref"] == "#/components/responses/Problem" { return "Problem" }
        let reference = said["content"]?["application/json"]?["schema"]?["$ref"]?.string
        return reference.map { String($0.split(separator: "/").last ?? "") }
    }
}

/// Documents with the schema that each must be valid against; nothing where there is no judge.
private func judge(_ description: Description, _ documents: [(schema: String, document: JSONValue, about: String)])
    throws
{
    for (schema, group) in Dictionary(grouping: documents, by: \.schema) {
        let texts = group.map { $0.document.text() }
        guard let verdicts = try JSONSchemaJudge.verdicts(of: description.schema(schema), on: texts) else {
            return JSONSchemaJudge.saySkipped("the interface's description")
        }
        #expect(verdicts.count == group.count)
        for (verdict, one) in zip(verdicts, group) {
            #expect(verdict, "\(one.about) is no \(schema): \(one.document.text())")
        }
    }
}

@Suite struct OpenAPITests {
    @Test func `the description lists every call of the router with its path, roles and words, and no other`()
        async throws
    {
        let gateway = try GatewayProcess()
        let house = try await House(
            try Configuration(file: gateway.folder.appending(path: "gateway.xml").path),
            log: Log(sink: .none, now: { "" }))
        let calls = house.routes.filter { !$0.path.hasPrefix("/console") && $0.path != "/" }
        let client = HTTPClient()
        let answer = try await client.send(
            OutgoingRequest(
                method: "GET", url: "http://127.0.0.1:\(house.server.port)/openapi.json", headers: [], body: [],
                timeout: .seconds(60), maxResponseBytes: 4 << 20))
        let json = try JSONValue(parsing: answer.body)
        #expect(json["openapi"] == "3.1.0")
        var described: Set<String> = []
        var identifiers: Set<String> = []
        for (path, item) in json["paths"]?.object?.members ?? [] {
            for (method, operation) in item.object?.members ?? [] {
                described.insert("\(method.uppercased()) \(path)")
                let summary = operation["summary"]?.string ?? ""
                #expect(summary.contains(/^(Prometheus )?\p{Han}/), "\(method) \(path): \(summary)")
                #expect(summary.contains(/[A-Za-z]{2}/), "\(method) \(path): \(summary)")
                let isNew = identifiers.insert(operation["operationId"]?.string ?? "").inserted
                #expect(isNew, "\(method) \(path)")
                #expect((operation["responses"]?.object?.members.count ?? 0) > 1, "\(method) \(path)")
            }
        }
        #expect(described == Set(calls.map(\.name)))
        for route in calls {
            let operation = json["paths"]?[route.path]?[route.method.lowercased()]
            let roles = Set(operation?["tags"]?.array?.compactMap(\.string) ?? [])
            #expect(roles == Set(route.roles.map(\.rawValue)), "\(route.name)")
            #expect((operation?["security"]?.array?.isEmpty ?? true) == route.roles.isEmpty, "\(route.name)")
            let named = operation?["parameters"]?.array?.filter { $0["in"] == "path" }.compactMap { $0["name"]?.string }
            #expect(named == route.parameters, "\(route.name)")
        }
        // Nothing is described that no call has, and every schema that is named is there.
        let contract = try JSONValue(parsing: PackageResources.contract_json)
        #expect(Set(contract["calls"]?.object?.names ?? []) == described)
        for reference in json.text().matches(of: /#\/components\/schemas\/(\w+)/) {
            #expect(json.at("components.schemas")?[String(reference.1)] != nil, "\(reference.1)")
        }
        await client.close()
        await house.stop()
        gateway.remove()
    }

    @Test func `every error of the table stands in it, and every example is what it says`() throws {
        let description = Description(json: try OpenAPI(describing: []).json)
        let told = Set(description.json["x-errors"]?.array?.compactMap { $0["code"]?.string } ?? [])
        #expect(told.isSuperset(of: ErrorTable.rows.map(\.code)) && !told.isEmpty)
        let types = description.json.at("components.schemas.Problem.properties.type")?["enum"]?.array ?? []
        #expect(types == Problem.Kind.allCases.map { .string("urn:legal-aid-gateway:problem:\($0.rawValue)") })
        let examples = (description.json.at("components.schemas")?.object?.members ?? []).flatMap { name, schema in
            (schema["examples"]?.array ?? []).map { (schema: name, document: $0, about: "the example") }
        }
        #expect(examples.count >= 5)
        try judge(description, examples)
    }

    @Test func `what the calls really answer is what the description says`() async throws {
        let gateway = try GatewayProcess(courtWays: "")
        try gateway.start()
        let description = Description(json: try await gateway.desk.ask("GET", "/openapi.json"))
        var answers: [(schema: String, document: JSONValue, about: String)] = []
        func call(
            _ remote: Remote, _ method: String, _ path: String, of template: String? = nil, body: [UInt8] = [],
            type: String = "application/json", expect status: Int = 200
        ) async throws -> JSONValue {
            let answer = try await remote.call(method, path, body: body, mediaType: type)
            let about = "\(method) \(path)"
            #expect(answer.status == status, "\(about)")
            let plain = template ?? String(path.prefix { $0 != "?" })
            if let schema = description.answer(method, plain, answer.status) {
                answers.append((schema, answer.json, about))
            } else {
                Issue.record("\(about) is not described")
            }
            return answer.json
        }
        let (court, institution, desk) = (gateway.remote, gateway.institution, gateway.desk)
        let xml = "application/xml"
        let receipt = try await call(court, "POST", "/v1/referrals", body: courtNotice("N1"), type: xml, expect: 202)
        _ = try await call(court, "POST", "/v1/referrals", body: courtNotice("N1"), type: xml)
        let changed = Array((String(decoding: courtNotice("N1"), as: UTF8.self) + " ").utf8)
        _ = try await call(court, "POST", "/v1/referrals", body: changed, type: xml, expect: 409)
        _ = try await call(court, "POST", "/v1/referrals", body: Array("<x/>".utf8), type: xml, expect: 422)
        let id = receipt["referralId"]?.string ?? ""
        _ = try await call(court, "GET", "/v1/referrals/\(id)", of: "/v1/referrals/{id}")
        _ = try await call(court, "GET", "/v1/referrals/none", of: "/v1/referrals/{id}", expect: 404)
        _ = try await call(court, "GET", "/v1/referrals?messageId=N1")
        _ = try await call(court, "POST", "/v1/translate?explain=true", body: courtNotice("N2"), type: xml)
        let leases = try await call(
            institution, "POST", "/v1/queues/CZ-TN/leases", of: "/v1/queues/{queue}/leases",
            body: Array(#"{"max":1}"#.utf8))
        let lease = leases["leases"]?[0]?["leaseId"]?.string ?? ""
        _ = try await call(
            institution, "POST", "/v1/leases/\(lease)/extend", of: "/v1/leases/{id}/extend",
            body: Array(#"{"leaseSeconds":90}"#.utf8))
        for status in [200, 409] {
            _ = try await call(
                institution, "POST", "/v1/leases/\(lease)/acknowledge", of: "/v1/leases/{id}/acknowledge",
                expect: status)
        }
        let application = receipt["applicationNo"]?.string ?? ""
        _ = try await call(institution, "GET", "/v1/applications/\(application)", of: "/v1/applications/{id}")
        // A notice is neither granted nor refused.
        for (step, status) in [("assign", 200), ("grant", 409)] {
            _ = try await call(
                institution, "POST", "/v1/applications/\(application)/status", of: "/v1/applications/{id}/status",
                body: Array(#"{"event":"\#(step)","assignment":{"lawyer":"测律师","unit":"测试律所"}}"#.utf8), expect: status)
        }
        _ = try await call(court, "GET", "/v1/status-events")
        let month = String(Date().ISO8601Format().prefix(7))
        for path in [
            "/v1/dead-letters", "/v1/dead-letters/causes", "/v1/jobs", "/v1/queues", "/v1/partners", "/v1/messages",
            "/v1/messages?q=N1", "/v1/clocks", "/v1/alerts", "/v1/outlets", "/v1/drift", "/v1/parked",
            "/v1/reports/monthly?month=\(month)", "/healthz", "/readyz",
        ] {
            _ = try await call(desk, "GET", path)
        }
        let letter = try #require(try await gateway.tray().first?["id"]?.string)
        _ = try await call(desk, "GET", "/v1/dead-letters/\(letter)", of: "/v1/dead-letters/{id}")
        _ = try await call(desk, "GET", "/v1/messages/\(id)/trace", of: "/v1/messages/{id}/trace")
        _ = try await call(
            desk, "POST", "/v1/dead-letters/retry", body: Array(#"{"reason":"mended"}"#.utf8), expect: 202)
        _ = try await call(desk, "GET", "/v1/audit", expect: 403)
        for path in ["/v1/audit", "/v1/audit/verify"] { _ = try await call(gateway.operator("auditor"), "GET", path) }
        _ = try await call(gateway.operator("nobody"), "GET", "/v1/queues", expect: 401)
        try judge(description, answers)
        gateway.stop()
        gateway.remove()
    }

    @Test func `every error has a class, a code of its own and a sentence in either language that says what to do`() {
        for family in ErrorTable.Family.allCases {
            let rows = ErrorTable.rows.filter { $0.family == family }
            #expect(Set(rows.map(\.code)).count == rows.count && !rows.isEmpty)
        }
        for row in ErrorTable.rows {
            for text in [row.happened, row.advice] {
                #expect(text.zh.contains(/\p{Han}/) && !text.en.isEmpty, "\(row.code)")
                #expect(!text.en.contains(/\p{Han}/) && text.en.contains(/[A-Za-z]{2}/), "\(row.code): \(text.en)")
            }
            #expect(row.code.wholeMatch(of: /[A-Za-z][A-Za-z0-9\/-]*/) != nil, "\(row.code)")
        }
        // Each of the three has a turn somewhere; a finding's code is one of the table's.
        #expect(Set(ErrorTable.rows.map(\.turn)) == Set(Turn.allCases))
        #expect(Set(ErrorTable.rows.filter { $0.family == .finding }.map(\.code)) == Set(Finding.messages.keys))
    }
}
