import Foundation
import StrictJSON
import Testing

@testable import gateway

/// A body with one mistake, and where that is.
private struct Mistake {
    let body: JSONValue
    let pointer: String
}

/// Makes every mistake that a published schema lets one make.
private struct MistakeMaker {
    let schemas: JSONValue

    func mistakes(in schema: JSONValue) -> [Mistake] {
        group(resolved(schema), base: schema["examples"]?[0] ?? [:], at: "")
    }

    private func resolved(_ schema: JSONValue) -> JSONValue {
        guard let name = schema["$ref"]?.string?.split(separator: "/").last else { return schema }
        return schemas[String(name)] ?? schema
    }

    private func group(_ schema: JSONValue, base: JSONValue, at pointer: String) -> [Mistake] {
        var with = base
        with["noSuchMember"] = "x"
        // Of an open one what else it takes depends on a member that is not known here.
        let isOpen = schema["additionalProperties"]?.bool ?? false
        var found = isOpen ? [] : [Mistake(body: with, pointer: pointer + "/noSuchMember")]
        for (name, said) in schema["properties"]?.object?.members ?? [] {
            found += member(resolved(said), at: "\(pointer)/\(name)").map { mistake in
                var body = base
                body[name] = mistake.body
                return Mistake(body: body, pointer: mistake.pointer)
            }
        }
        for name in (schema["required"]?.array ?? []).compactMap(\.string) {
            var body = base
            body[name] = nil
            found.append(Mistake(body: body, pointer: "\(pointer)/\(name)"))
        }
        return found
    }

    /// Values of a member that it cannot have.
    private func member(_ schema: JSONValue, at pointer: String) -> [Mistake] {
        let type = schema["type"]?.string ?? ""
        let others: [(type: String, value: JSONValue)] = [
            ("string", "text"), ("integer", 1), ("number", .number("1.5")), ("boolean", true), ("null", .null),
            ("array", []), ("object", [:]),
        ]
        var wrong = others.filter { $0.type != type }.map(\.value)
        if schema["enum"] != nil || schema["x-code-list"] != nil { wrong.append("no such word") }
        if let most = schema["maxLength"]?.int { wrong.append(.string(String(repeating: "a", count: most + 1))) }
        if let least = schema["minLength"]?.int { wrong += [.string(String(repeating: "a", count: least - 1)), "  "] }
        if schema["pattern"] != nil || ["date", "date-time"].contains(schema["format"]) {
            wrong += ["2026-02-30", "2026-02-30T09:00:00+08:00", "2026-03-02T25:00:00+08:00", "gestern"]
        }
        if let least = schema["minimum"]?.int { wrong.append(JSONValue(least - 1)) }
        if let most = schema["maximum"]?.int { wrong.append(JSONValue(most + 1)) }
        if schema["const"] == true { wrong.append(false) }
        var found = wrong.map { Mistake(body: $0, pointer: pointer) }
        if type == "object" { found += group(schema, base: [:], at: pointer) }
        if type == "array", let items = schema["items"] {
            let below = pointer + "/0"
            found += (member(resolved(items), at: below)).map { Mistake(body: [$0.body], pointer: $0.pointer) }
        }
        return found
    }
}

/// Every body that the published interface takes, with every mistake that its schema lets one make.
@Suite struct RequestBodyTests {
    /// Whose call it is, by what the description says.
    private func caller(of operation: JSONValue, _ gateway: GatewayProcess) -> Remote {
        let rights = Set((operation["x-rights"]?.array ?? []).compactMap(\.string))
        if operation["tags"]?.array?.contains("institution") == true { return gateway.institution }
        if operation["tags"]?.array?.contains("partner") == true { return gateway.operator("prosecutor") }
        if rights.contains("administer") { return gateway.operator("head") }
        return rights.contains("repair") ? gateway.desk : gateway.operator("auditor")
    }

    /// The calls that take a JSON body of their own, with its schema.
    private func calls(
        _ description: JSONValue
    ) -> [(method: String, path: String, operation: JSONValue, schema: String)] {
        (description["paths"]?.object?.members ?? []).flatMap { path, item in
            (item.object?.members ?? []).compactMap { method, operation in
                let schema = operation["requestBody"]?["content"]?["application/json"]?["schema"]?["$ref"]?.string
                return schema.map {
                    (method.uppercased(), path, operation, String($0.split(separator: "/").last ?? ""))
                }
            }
        }
    }

    @Test func `every call refuses unknown members, wrong types and values out of range, each at its place`()
        async throws
    {
        let gateway = try GatewayProcess(courtWays: "")
        try gateway.addCaller(#"<operator name="head" role="administrator" tokenSha256="\#(Token.hash("head"))"/>"#)
        try gateway.addCaller(
            #"<partner id="court" tokenSha256="\#(Token.hash("rehearsal"))" test="true"/>"#)
        try gateway.addProsecutor()
        try gateway.start()
        let description = try await gateway.desk.ask("GET", "/openapi.json")
        let schemas = description.at("components.schemas") ?? [:]
        let maker = MistakeMaker(schemas: schemas)
        let calls = calls(description)
        #expect(calls.count >= 24)
        var tried: [String: Int] = [:]
        for (method, path, operation, schema) in calls {
            let rehearsing = Remote(url: gateway.remote.url, token: "rehearsal")
            let remote = path.hasPrefix("/v1/rehearsal/") ? rehearsing : caller(of: operation, gateway)
            let place =
                path.replacing("{queue}", with: "CZ-TN").replacing("{month}", with: "2026-03")
                .replacing("/partners/{id}/", with: "/partners/court/").replacing(/\{[^}]+\}/, with: "none")
                + (path.hasSuffix("/reconciliation") ? "?day=2026-03-02" : "")
            let mistakes = maker.mistakes(in: schemas[schema] ?? [:])
            for mistake in mistakes {
                let answer = try await remote.call(method, place, body: mistake.body.serialized())
                let told = (answer.json["errors"]?.array ?? []).map { $0.at("location.path")?.string }
                #expect(
                    answer.status == 400 && told.contains(mistake.pointer),
                    "\(method) \(path) \(mistake.body.text()): \(answer.status) \(answer.json.text())")
            }
            tried[path] = mistakes.count
            for bytes in ["[]", "1", "{", "null"] {
                #expect(try await remote.call(method, place, body: Array(bytes.utf8)).status == 400, "\(path) \(bytes)")
            }
        }
        #expect(tried.values.allSatisfy { $0 > 5 } && tried.values.reduce(0, +) > 500, "\(tried)")
        gateway.stop()
        gateway.remove()
    }

    @Test func `everything that is wrong with a body is told at once`() async throws {
        let gateway = try GatewayProcess(courtWays: "")
        try gateway.start()
        let answer = try await gateway.institution.call(
            "POST", "/v1/leads/none/answers",
            body: Array(#"{"event":"consented","at":1,"officer":"","consent":{"by":"x","more":1},"to":"CZ-WJ"}"#.utf8))
        let told = Set((answer.json["errors"]?.array ?? []).compactMap { $0.at("location.path")?.string })
        #expect(answer.status == 400)
        #expect(told == ["/at", "/officer", "/consent/by", "/consent/form", "/consent/more", "/to"])
        let receipt = try await gateway.remote.ask(
            "POST", "/v1/referrals", body: courtNotice("W-1"), mediaType: "application/xml")
        let withdrawal = "/v1/referrals/\(receipt["referralId"]?.string ?? "")/withdrawal"
        for reason in ["5", "null", #""\#(String(repeating: "长", count: 501))""#] {
            let refused = try await gateway.remote.call(
                "POST", withdrawal, body: Array(#"{"reason":\#(reason)}"#.utf8))
            #expect(refused.status == 400 && refused.json["errors"]?[0]?.at("location.path") == "/reason", "\(reason)")
        }
        let unknown = try await gateway.remote.call("POST", withdrawal, body: Array(#"{"reason":"x","foo":1}"#.utf8))
        #expect(unknown.status == 400 && unknown.json["errors"]?.array?.isEmpty == false)
        gateway.stop()
        gateway.remove()
    }
}

extension GatewayProcess {
    /// Adds a caller's credential; before the start.
    fileprivate func addProsecutor() throws {
        try addCaller(#"<partner id="prosecutor" tokenSha256="\#(Token.hash("prosecutor"))"/>"#)
        let file = folder.appending(path: "partners.xml")
        let partner = #"<partner id="prosecutor" name="检察院" senderType="procuratorate"/>"#
        try String(contentsOf: file, encoding: .utf8).replacing("</partners>", with: partner + "</partners>")
            .write(to: file, atomically: true, encoding: .utf8)
    }

    /// Before it starts.
    func addCaller(_ element: String) throws {
        let file = folder.appending(path: "credentials.xml")
        let text = try String(contentsOf: file, encoding: .utf8)
        try text.replacing("</credentials>", with: element + "</credentials>")
            .write(to: file, atomically: true, encoding: .utf8)
    }
}
