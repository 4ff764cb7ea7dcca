import Foundation
import Observability
import StrictJSON
import Testing
import Translation
import Transport
import Vocabulary

@testable import Operations
@testable import gateway

/// What requests and answers must agree with.
private struct Description {
    let json: JSONValue

    /// A schema of the description, closed: what a real answer has and the description does not tell is a mistake here,
    /// although callers must bear it. The canonical contracts stay open, as their own rule says.
    func schema(_ name: String) -> JSONValue {
        let schemas = (json.at("components.schemas")?.object?.members ?? []).map { name, schema in
            (name, ["Application", "Status"].contains(name) ? schema : Self.closed(schema))
        }
        return [
            "$ref": .string("#/components/schemas/\(name)"), "components": ["schemas": .object(JSONObject(schemas))],
        ]
    }

    private static func closed(_ schema: JSONValue) -> JSONValue {
        if let items = schema.array { return .array(items.map(closed)) }
        guard let members = schema.object?.members else { return schema }
        var closed = JSONObject(members.map { ($0.name, Self.closed($0.value)) })
        if closed["properties"] != nil, closed["additionalProperties"] == nil { closed["additionalProperties"] = false }
        return .object(closed)
    }

    func operation(_ method: String, _ template: String) -> JSONValue? {
        json["paths"]?[template]?[method.lowercased()]
    }

    /// The name of the schema that an answer to a call is said to have.
    func answer(_ method: String, _ template: String, _ status: Int) -> String? {
        let responses = operation(method, template)?["responses"]
        guard let said = responses?["\(status)"] ?? responses?["default"] else { return nil }
        if said["$ref"] == "#/components/responses/Problem" { return "Problem" }
        return Self.name(said)
    }

    /// The name of the schema of what a call takes; nothing where it takes a partner's own document, or nothing.
    func body(_ method: String, _ template: String) -> String? {
        operation(method, template)?["requestBody"].flatMap(Self.name)
    }

    private static func name(_ content: JSONValue) -> String? {
        let reference = content["content"]?["application/json"]?["schema"]?["$ref"]?.string
        return reference.map { String($0.split(separator: "/").last ?? "") }
    }
}

/// Calls a gateway and keeps what was sent and answered, with the schema that each is said to have.
private final class Hearing {
    let description: Description
    private(set) var documents: [(schema: String, document: JSONValue, about: String)] = []

    init(_ gateway: GatewayProcess) async throws {
        description = Description(json: try await gateway.desk.ask("GET", "/openapi.json"))
    }

    /// - Parameter template: the route's path, where it is not the call's own.
    @discardableResult
    func call(
        _ remote: Remote, _ method: String, _ path: String, of template: String? = nil, body: String = "",
        document: [UInt8]? = nil, expect status: Int = 200
    ) async throws -> JSONValue {
        let isXML = document?.first == UInt8(ascii: "<")
        let answer = try await remote.call(
            method, path, body: document ?? Array(body.utf8),
            mediaType: isXML ? "application/xml" : "application/json")
        let about = "\(method) \(path)"
        #expect(answer.status == status, "\(about): \(answer.json.text())")
        let plain = template ?? String(path.prefix { $0 != "?" })
        if let schema = description.answer(method, plain, answer.status) {
            documents.append((schema, answer.json, "the answer to \(about)"))
        } else {
            Issue.record("\(about) is not described")
        }
        if !body.isEmpty, answer.status < 300 {
            let schema = try #require(description.body(method, plain), "\(about) takes no body")
            documents.append((schema, try JSONValue(parsing: Array(body.utf8)), "the body of \(about)"))
        }
        return answer.json
    }

    /// Holds everything against its schema.
    func judge() throws { try GatewayTests.judge(description, documents) }
}

/// Documents with the schema that each must be valid against; nothing where there is no judge.
private func judge(
    _ description: Description, _ documents: [(schema: String, document: JSONValue, about: String)]
) throws {
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
    /// The shipped mappings and one that tells a finding of its own.
    private static func addMapping(telling code: String, to process: GatewayProcess) throws {
        let mappings = process.folder.appending(path: "Mappings")
        try FileManager.default.copyItem(at: repository.appending(path: "Mappings"), to: mappings)
        let folder = mappings.appending(path: "harbour/referral")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try """
        <mapping xmlns="urn:legal-aid-gateway:mapping:1" id="harbour/referral" version="1" title="港口转介"
                 source="json" accepts="/root/harbour" kind="referralSuggestion" route="byApplication">
          <each record="/root">
            <value to="recipient/name" from="name"/>
            <warn code="\(code)" path="recipient.name" when="not(port)" message="未写明港口。 No port is named."/>
          </each>
        </mapping>
        """.write(to: folder.appending(path: "mapping.xml"), atomically: true, encoding: .utf8)
        try process.set(#"<mappings path="Mappings"/>"#)
    }

    @Test func `the description lists every call of the router with its path, roles and words, and no other`()
        async throws
    {
        let process = try GatewayProcess()
        try Self.addMapping(telling: "portEmpty", to: process)
        let gateway = try await Gateway(
            try Configuration(file: process.folder.appending(path: "gateway.xml").path),
            log: Log(sink: .none, now: { "" }))
        let calls = gateway.routes.filter { !$0.path.hasPrefix("/console") && $0.path != "/" }
        let client = HTTPClient()
        let answer = try await client.send(
            OutgoingRequest(
                method: "GET", url: "http://127.0.0.1:\(gateway.server.port)/openapi.json", headers: [], body: [],
                timeout: .seconds(60), maxResponseBytes: 4 << 20))
        let json = try JSONValue(parsing: answer.body)
        #expect(json["openapi"] == "3.1.0")
        // The mappings' own findings are errors that a sender meets too.
        let codes = Set(json["x-errors"]?.array?.compactMap { $0["code"]?.string } ?? [])
        #expect(codes.contains("portEmpty"))
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
        await gateway.stop()
        process.remove()
    }

    @Test func `every error of the table stands in it, and every example is what it says`() throws {
        let description = Description(json: try OpenAPI(describing: [], senderKinds: SenderKinds()).json)
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

    @Test func `every call says what it takes and gives, member by member`() throws {
        let description = Description(json: try OpenAPI(describing: [], senderKinds: SenderKinds()).json)
        let contract = try JSONValue(parsing: PackageResources.contract_json)
        for (call, says) in contract["calls"]?.object?.members ?? [] {
            let answers = (says["answers"]?.object?.members ?? []).compactMap { $0.value.string }
            for name in answers + [says["body"]?.string].compactMap(\.self)
            where !["document", "bytes", "anything", "zip", "schema"].contains(name) {
                let schema = try #require(description.json.at("components.schemas")?[name], "\(call): \(name)")
                let isTold = !(schema["properties"]?.object?.members.isEmpty ?? true) || name == "OpenAPI"
                #expect(isTold, "\(call): \(name)")
            }
        }
    }

    @Test func `what the calls really take and answer is what the description says`() async throws {
        let gateway = try GatewayProcess(courtWays: "")
        try gateway.addOperator()
        try gateway.start()
        let hearing = try await Hearing(gateway)
        let (court, institution, desk) = (gateway.remote, gateway.institution, gateway.desk)
        let auditor = gateway.operator("auditor")
        let receipt = try await hearing.call(
            court, "POST", "/v1/referrals", document: courtNotice("N1"), expect: 202)
        try await hearing.call(court, "POST", "/v1/referrals", document: courtNotice("N1"))
        let changed = Array((String(decoding: courtNotice("N1"), as: UTF8.self) + " ").utf8)
        try await hearing.call(court, "POST", "/v1/referrals", document: changed, expect: 409)
        try await hearing.call(court, "POST", "/v1/referrals", document: Array("<x/>".utf8), expect: 422)
        let id = receipt["referralId"]?.string ?? ""
        try await hearing.call(court, "GET", "/v1/referrals/\(id)", of: "/v1/referrals/{id}")
        try await hearing.call(court, "GET", "/v1/referrals/none", of: "/v1/referrals/{id}", expect: 404)
        try await hearing.call(court, "GET", "/v1/referrals?messageId=N1")
        try await hearing.call(court, "POST", "/v1/translate?explain=true", document: courtNotice("N2"))
        let leases = try await hearing.call(
            institution, "POST", "/v1/queues/CZ-TN/leases", of: "/v1/queues/{queue}/leases", body: #"{"max":1}"#)
        let lease = leases["leases"]?[0]?["leaseId"]?.string ?? ""
        try await hearing.call(
            institution, "POST", "/v1/leases/\(lease)/extend", of: "/v1/leases/{id}/extend",
            body: #"{"leaseSeconds":90}"#)
        for status in [200, 409] {
            try await hearing.call(
                institution, "POST", "/v1/leases/\(lease)/acknowledge", of: "/v1/leases/{id}/acknowledge",
                expect: status)
        }
        let application = receipt["applicationNo"]?.string ?? ""
        try await hearing.call(institution, "GET", "/v1/applications/\(application)", of: "/v1/applications/{id}")
        // A notice is neither granted nor refused.
        for (step, status) in [("assign", 200), ("grant", 409)] {
            try await hearing.call(
                institution, "POST", "/v1/applications/\(application)/status", of: "/v1/applications/{id}/status",
                body: #"{"event":"\#(step)","assignment":{"lawyer":"测律师","unit":"测试律所","phone":"0519-80000010"}}"#,
                expect: status)
        }
        try await hearing.call(court, "GET", "/v1/status-events")
        for path in ["/v1/messages", "/v1/messages?messageId=N1", "/v1/statuses", "/v1/mappings"] {
            try await hearing.call(court, "GET", path)
        }
        try await hearing.call(
            court, "GET", "/v1/mappings/court/defence-notice", of: "/v1/mappings/{folder}/{name}")
        try await hearing.call(court, "POST", "/v1/ping")
        try await hearing.call(court, "POST", "/v1/statuses/replay", body: #"{"reason":"lost"}"#)
        try await hearing.call(court, "POST", "/v1/statuses/none/replay", of: "/v1/statuses/{id}/replay", expect: 404)
        try await hearing.call(court, "POST", "/v1/ping/return", expect: 409)
        try await hearing.call(desk, "POST", "/v1/partners/court/test", of: "/v1/partners/{id}/test", expect: 409)
        try await hearing.call(
            desk, "GET", "/v1/applications/\(application)/triage", of: "/v1/applications/{id}/triage")
        let month = String(Date().ISO8601Format().prefix(7))
        for path in [
            "/v1/dead-letters", "/v1/dead-letters/causes", "/v1/jobs", "/v1/queues", "/v1/partners", "/v1/messages",
            "/v1/messages?q=N1", "/v1/clocks", "/v1/alerts", "/v1/outlets", "/v1/drift", "/v1/parked",
            "/v1/reports/monthly?month=\(month)", "/healthz", "/readyz",
        ] {
            try await hearing.call(desk, "GET", path)
        }
        for caller in [court, institution, desk] {
            try await hearing.call(caller, "GET", "/v1/code-lists")
            for (list, status) in [("groupFlag", 200), ("sex", 200), ("none", 404)] {
                try await hearing.call(
                    caller, "GET", "/v1/code-lists/\(list)", of: "/v1/code-lists/{name}", expect: status)
            }
        }
        try await hearing.call(desk, "GET", "/v1/messages/\(id)/trace", of: "/v1/messages/{id}/trace")
        try await hearing.call(desk, "GET", "/v1/messages/\(id)/document", of: "/v1/messages/{id}/document")
        try await hearing.call(
            auditor, "POST", "/v1/messages/\(id)/document", of: "/v1/messages/{id}/document",
            body: #"{"reason":"complaint"}"#)
        for (place, one) in [("queues/CZ-TN", "queues/{queue}"), ("partners/court", "partners/{id}")] {
            for act in ["pause", "resume"] {
                try await hearing.call(
                    desk, "POST", "/v1/\(place)/\(act)", of: "/v1/\(one)/\(act)", body: #"{"reason":"move"}"#)
                for list in ["/v1/queues", "/v1/partners", "/v1/outlets"] { try await hearing.call(desk, "GET", list) }
            }
        }
        try await mend(gateway, hearing)
        try await hearing.call(
            desk, "POST", "/v1/session", body: #"{"name":"li","password":"correct horse battery"}"#, expect: 201)
        try await hearing.call(desk, "GET", "/v1/audit", expect: 403)
        for path in ["/v1/audit", "/v1/audit/verify"] { try await hearing.call(auditor, "GET", path) }
        try await hearing.call(gateway.operator("nobody"), "GET", "/v1/queues", expect: 401)
        try hearing.judge()
        gateway.stop()
        gateway.remove()
    }

    /// What an operator asks and does about dead letters.
    private func mend(_ gateway: GatewayProcess, _ hearing: Hearing) async throws {
        let (desk, auditor) = (gateway.desk, gateway.operator("auditor"))
        let one = "/v1/dead-letters/{id}"
        for id in ["B1", "B2", "B3"] {
            try await gateway.send(courtNotice(id, name: ""))
        }
        let deadLetters = try await gateway.tray("partner=court").compactMap { $0["id"]?.string }
        try #require(deadLetters.count == 4)
        let paths = deadLetters.map { "/v1/dead-letters/\($0)" }
        try await hearing.call(desk, "GET", paths[1], of: one)
        try await hearing.call(
            auditor, "POST", paths[1] + "/document", of: one + "/document", body: #"{"reason":"complaint"}"#)
        let mended = Data(courtNotice("B1")).base64EncodedString()
        try await hearing.call(
            desk, "POST", paths[1] + "/preview", of: one + "/preview", body: #"{"editedBase64":"\#(mended)"}"#)
        try await hearing.call(
            desk, "POST", paths[1] + "/retry", of: one + "/retry",
            body: #"{"reason":"mended","editedBase64":"\#(mended)"}"#)
        try await hearing.call(
            desk, "POST", paths[2] + "/retry", of: one + "/retry", body: #"{"reason":"as it was"}"#)
        try await hearing.call(
            desk, "POST", paths[3] + "/discard", of: one + "/discard", body: #"{"reason":"sent twice"}"#)
        // One that comes from an edited dead letter tells of the edit.
        let again = try #require(try await gateway.tray("messageId=B2").first?["id"]?.string)
        try await hearing.call(desk, "GET", "/v1/dead-letters/\(again)", of: one)
        let path = "/v1/dead-letters/retry"
        try await hearing.call(
            desk, "POST", path, body: #"{"preview":true,"filter":{"partner":"court"}}"#)
        try await gateway.fillDeadLetterQueue()
        let job = try await hearing.call(
            desk, "POST", path,
            body: #"{"reason":"mended","ratePerSecond":1,"filter":{"partner":"court","since":"2026-01-01"}}"#,
            expect: 202)
        let id = job["id"]?.string ?? ""
        try await hearing.call(desk, "GET", "/v1/jobs/\(id)", of: "/v1/jobs/{id}")
        for act in ["pause", "resume", "stop"] {
            try await hearing.call(
                desk, "POST", "/v1/jobs/\(id)/\(act)", of: "/v1/jobs/{id}/\(act)", body: #"{"reason":"looked at"}"#)
        }
        try await hearing.call(desk, "GET", "/v1/jobs")
    }

    @Test func `hand-overs, follow-ups and suggestions are what the description says`() async throws {
        let flow = try FlowGateway()
        let gateway = flow.gateway
        let hearing = try await Hearing(gateway)
        let (court, civil) = (flow.partner("court"), flow.partner("civil"))
        _ = try await flow.send("supplement", "EARLY-1", from: "court", [("reference", ["messageId": "NOT-YET-7"])])
        try await hearing.call(gateway.desk, "GET", "/v1/parked")
        let receipt = try await hearing.call(
            civil, "POST", "/v1/referrals",
            document: try flow.example("civil-affairs/referral/examples/all-fields.json"),
            expect: 202)
        let (number, code) = (receipt["applicationNo"]?.string ?? "", receipt["queue"]?.string ?? "")
        let referral = "/v1/referrals/\(receipt["referralId"]?.string ?? "")"
        let institution = flow.institution(code)
        for (act, body) in [("release", #"{"delaySeconds":0,"reason":"moving"}"#), ("acknowledge", "")] {
            let lease = try #require(try await flow.leases(code).first?["leaseId"]?.string)
            try await hearing.call(
                institution, "POST", "/v1/leases/\(lease)/\(act)", of: "/v1/leases/{id}/\(act)", body: body)
        }
        try await hearing.call(
            civil, "POST", referral + "/supplements", of: "/v1/referrals/{id}/supplements",
            document: Array(#"{"flow":"supplement","id":"S-1","materials":[{"kind":"idCard","title":"身份证"}]}"#.utf8),
            expect: 202)
        let application = "/v1/applications/\(number)"
        try await hearing.call(
            institution, "POST", application + "/suggestions", of: "/v1/applications/{id}/suggestions",
            body: #"{"kind":"suggestSupport","partner":"procuratorate","reason":"欠薪","consent":true}"#, expect: 202)
        let other = code == "CZ-WJ" ? "CZ-JT" : "CZ-WJ"
        let transfer = "/v1/applications/{id}/transfer"
        try await hearing.call(
            institution, "POST", application + "/transfer", of: transfer,
            body: #"{"to":"\#(other)","reason":"事由发生地"}"#)
        try await hearing.call(
            flow.institution(other), "POST", application + "/transfer/return", of: transfer + "/return",
            body: #"{"reason":"不属本机构管辖"}"#)
        try await hearing.call(
            institution, "POST", application + "/transfer", of: transfer, body: #"{"to":"none","reason":"x"}"#,
            expect: 400)
        try await hearing.call(
            civil, "POST", referral + "/withdrawal", of: "/v1/referrals/{id}/withdrawal",
            document: Array(#"{"reason":"当事人撤回"}"#.utf8), expect: 202)
        try await hearing.call(civil, "GET", referral, of: "/v1/referrals/{id}")
        try await hearing.call(court, "GET", "/v1/status-events", expect: 409)
        // One that its institution sends to the operators.
        _ = try await court.call("POST", "/v1/referrals", body: courtNotice("R-1"), mediaType: "application/xml")
        let lease = try #require(try await flow.leases("CZ-TN").first?["leaseId"]?.string)
        try await hearing.call(
            flow.institution("CZ-TN"), "POST", "/v1/leases/\(lease)/reject", of: "/v1/leases/{id}/reject",
            body: #"{"reason":"材料无法读取"}"#)
        let deadLetter = try #require(try await gateway.tray("queue=CZ-TN").first?["id"]?.string)
        try await hearing.call(gateway.desk, "GET", "/v1/dead-letters/\(deadLetter)", of: "/v1/dead-letters/{id}")
        try await hearing.call(gateway.desk, "GET", "/v1/partners")
        try hearing.judge()
        await flow.end()
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
