import Canonical
import StrictJSON
import Translation
import Transport
import Vocabulary

/// The interface's description (OpenAPI 3.1), made from the routes that the router really has: no call can be missing,
/// be open to others, or have another address. What each call takes and gives stands in `Contract/contract.json`.
public struct OpenAPI: Sendable {
    public static let path: StaticString = "/openapi.json"

    private let contract: JSONValue
    private let routes: [Route]
    private let senderKindsInForce: @Sendable () -> SenderKinds
    private let ownFindings: @Sendable () -> [(code: String, message: String)]

    /// - Parameters:
    ///   - routes: every call but the console's pages and the description's own.
    ///   - senderKinds: asked for anew each time: a reload may change them.
    ///   - ownFindings: the codes of the mappings' own; a reload may change them.
    /// - Throws: where the contract that was built in is no JSON.
    public init(
        describing routes: [Route], senderKinds: @autoclosure @escaping @Sendable () -> SenderKinds,
        ownFindings: @escaping @Sendable () -> [(code: String, message: String)] = { [] }
    ) throws(JSONError) {
        contract = try JSONValue(parsing: PackageResources.contract_json)
        senderKindsInForce = senderKinds
        self.ownFindings = ownFindings
        self.routes = routes + [Route("GET", Self.path) { _, _ in HTTPResponse(status: 200) }]
    }

    /// The calls as they are described, and the description's own: each takes the parameters that it is said to take, and no
    /// other.
    public var calls: [Route] {
        let (document, words) = (json, senderKindsInForce().words)
        return routes.map { route in
            guard route.path == "\(Self.path)" else { return route.taking(query(of: route)) }
            return Route("GET", Self.path) { _, _ in
                var document = senderKindsInForce().words == words ? document : json
                document["x-errors"] = errors
                return .json(document)
            }.taking([])
        }
    }

    public var json: JSONValue {
        var paths = JSONObject()
        for route in routes {
            var item = paths[route.path] ?? [:]
            item[route.method.lowercased()] = operation(route)
            paths[route.path] = item
        }
        return [
            "openapi": "3.1.0",
            "info": [
                "title": "法律援助转办网关 Legal Aid Referral Gateway", "version": .string(Release.version),
                "description":
                    "错误应答为 RFC 9457，type 与处理办法见 x-errors。 Errors are RFC 9457; x-errors lists each type, whose turn it is and what to do.",
            ],
            "paths": .object(paths),
            "components": [
                "schemas": .object(schemas), "responses": ["Problem": problem],
                "securitySchemes": [
                    "bearer": ["type": "http", "scheme": "bearer"],
                    "session": ["type": "apiKey", "in": "cookie", "name": .string(SignInService.cookieName)],
                ],
            ],
            "x-errors": errors,
        ]
    }

    private var errors: JSONValue { .array(ErrorTable.rows(with: ownFindings()).map(\.json)) }

    private var schemas: JSONObject {
        var schemas = contract["schemas"]?.object ?? JSONObject()
        let types = Problem.Kind.allCases.map { JSONValue.string("urn:legal-aid-gateway:problem:\($0.rawValue)") }
        // The published contracts themselves: what they take is told in one place.
        schemas["Application"] = Self.part(
            CanonicalModel.application, "标准申请 The canonical application", words: senderKindsInForce().words)
        schemas["Status"] = Self.part(CanonicalModel.status, "标准状态 The canonical status")
        schemas["CaseStep"] = caseStep
        schemas["Problem"] = [
            "type": "object", "required": ["type", "title", "status", "detail"],
            "description": "RFC 9457；不含当事人的内容 never a value of the message",
            "properties": [
                "type": ["type": "string", "enum": .array(types), "description": "稳定，见 x-errors stable; see x-errors"],
                "title": ["type": "string"], "status": ["type": "integer"],
                "detail": ["type": "string", "description": "按 Accept-Language in the language asked for"],
                "messageId": ["type": "string", "description": "已留存的报文 the message that was kept"],
                "errors": [
                    "type": "array", "items": ["$ref": "#/components/schemas/Finding"],
                    "description": "须更正的各处 everything that must be mended",
                ],
                "state": ["type": "string", "description": "所处的状态 the state that does not allow the step"],
                "legal": Self.words("该状态允许的步骤 the steps that it allows"),
                "parameters": Self.words("该调用可用的参数 the parameters that the call takes"),
                "institutions": Self.words("已登记的机构 the registered institutions"),
                "kinds": Self.words("可用的种类 the kinds that are known"),
            ],
            "examples": [
                Problem(.notFound, zh: "没有这份转介，或它不是贵单位提交的。", en: "No such referral, or it is not yours.").json(
                    language: nil)
            ],
        ]
        return schemas
    }

    /// A report takes what the status may tell, and nothing else.
    private var caseStep: JSONValue {
        var step = contract.at("schemas.CaseStep") ?? [:]
        let steps = CaseEvent.allCases.filter { $0 != .transfer }.map { JSONValue.string($0.rawValue) }
        step["properties"]?["event"] = [
            "type": "string", "enum": .array(steps), "description": "办理步骤，见 Mappings/canonical the step",
        ]
        let status = Self.part(CanonicalModel.status, "")["properties"]?.object?.members ?? []
        // What becomes of a lead is answered by a call of its own.
        for (name, said) in status where StatusEvent.detailNames.contains(name) && name != "lead" {
            if step["properties"]?[name] == nil { step["properties"]?[name] = said.closed }
        }
        // Institutions copy what stands in the application's own list.
        let listed = contract.at("schemas.Missing.properties")?.object?.members ?? []
        for (name, said) in listed where step.at("properties.missing.items.properties")?[name] == nil {
            step["properties"]?["missing"]?["items"]?["properties"]?[name] = said
        }
        return step
    }

    private static func words(_ description: String) -> JSONValue {
        ["type": "array", "items": ["type": "string"], "description": .string(description)]
    }

    /// A published schema as part of this description, which has an identifier and a dialect of its own.
    private static func part(
        _ model: CanonicalModel, _ title: String, words: [String: [String]] = [:]
    ) -> JSONValue {
        var schema = model.jsonSchema(name: "", title: title, words: words)
        schema["$schema"] = nil
        schema["$id"] = nil
        return schema
    }

    private var problem: JSONValue {
        [
            "description": "出错 Problem (RFC 9457)",
            "content": ["application/problem+json": ["schema": ["$ref": "#/components/schemas/Problem"]]],
        ]
    }

    // MARK: Operations

    private func operation(_ route: Route) -> JSONValue {
        let call = contract["calls"]?[route.name]
        var operation = JSONValue.compact([
            ("operationId", .string(Self.identifier(of: route))),
            ("summary", .string("\(call?["zh"]?.string ?? "") \(call?["en"]?.string ?? "")")),
            ("tags", .array(route.roles.map(\.rawValue).sorted().map { .string($0) })),
            ("parameters", .array(parameters(of: route, call))), ("responses", .object(responses(of: route, call))),
            (
                "x-rights",
                route.rights.isEmpty ? nil : .array(route.rights.map(\.rawValue).sorted().map { .string($0) })
            ),
            ("security", .array(Self.security(of: route))),
        ])
        if let body = call?["body"]?.string { operation["requestBody"] = Self.body(body) }
        return operation
    }

    private static func identifier(of route: Route) -> String {
        route.name.split { !$0.isLetter && !$0.isNumber }.enumerated().map { index, word in
            index == 0 ? word.lowercased() : word.prefix(1).uppercased() + word.dropFirst()
        }.joined()
    }

    private static func security(of route: Route) -> [JSONValue] {
        if route.roles.isEmpty { return [] }
        let session: [JSONValue] = route.roles.contains(.operator) ? [["session": []]] : []
        return [["bearer": []]] + session
    }

    private func parameters(of route: Route, _ call: JSONValue?) -> [JSONValue] {
        let named = route.parameters.map { name -> JSONValue in
            ["name": .string(name), "in": "path", "required": true, "schema": ["type": "string"]]
        }
        return named
            + query(of: route).map { parameter in
                var said: JSONValue = [
                    "name": .string(parameter.name), "in": "query",
                    "description": call?["query"]?[parameter.name] ?? "", "schema": ["type": "string"],
                ]
                if !parameter.roles.isEmpty {
                    said["x-roles"] = .array(parameter.roles.map(\.rawValue).sorted().map { .string($0) })
                }
                return said
            }
    }

    private func query(of route: Route) -> [Route.Parameter] {
        let call = contract["calls"]?[route.name]
        return (call?["query"]?.object?.names ?? []).map { name in
            let roles = call?["only"]?[name]?.array?.compactMap(\.string) ?? []
            return Route.Parameter(name, for: Set(roles.compactMap(Caller.Role.init(rawValue:))))
        }
    }

    private static func body(_ schema: String) -> JSONValue {
        if schema == "bytes" {
            return [
                "required": true, "description": "附件本身的字节 the attachment's bytes as they are",
                "content": ["application/octet-stream": [:]],
            ]
        }
        if schema == "anything" { return ["description": "任意内容，可以没有 anything, or nothing", "content": ["*/*": [:]]] }
        guard schema == "document" else {
            return ["content": ["application/json": ["schema": ["$ref": .string("#/components/schemas/\(schema)")]]]]
        }
        return [
            "required": true,
            "description":
                "报送单位自己的格式；可用 Content-Encoding: gzip，解压后不得超过上限。其他内容（multipart、图片、PDF 等）答 415。 The partner's own format; gzip is taken up to the same limit. Anything else (multipart, images, PDF) is answered 415.",
            "content": ["application/xml": [:], "application/json": [:]],
        ]
    }

    /// Of answers that are no JSON.
    private static let mediaTypes = [
        "bytes": ["application/octet-stream"], "zip": ["application/zip"],
        "schema": ["application/xml", "application/schema+json"],
    ]

    private func responses(of route: Route, _ call: JSONValue?) -> JSONObject {
        var responses = JSONObject(
            (call?["answers"]?.object?.members ?? []).map { status, schema in
                var answer: JSONValue = ["description": .string(call?["zh"]?.string ?? "")]
                if let name = schema.string, let types = Self.mediaTypes[name] {
                    answer["content"] = .object(JSONObject(types.map { ($0, [:]) }))
                } else if let schema = schema.string {
                    answer["content"] = [
                        "application/json": ["schema": ["$ref": .string("#/components/schemas/\(schema)")]]
                    ]
                }
                return (status, answer)
            })
        let refused: JSONValue = ["$ref": "#/components/responses/Problem"]
        if !route.roles.isEmpty {
            responses["401"] = refused
            responses["403"] = refused
        }
        let body = call?["body"]?.string
        if body == "document" { responses["413"] = refused }
        if let body, !["bytes", "anything"].contains(body) { responses["415"] = refused }
        responses["default"] = refused
        return responses
    }
}

extension JSONValue {
    /// A schema whose objects have no members but those that it lists.
    fileprivate var closed: JSONValue {
        if let items = array { return .array(items.map(\.closed)) }
        guard let members = object?.members else { return self }
        var closed = JSONObject(members.map { ($0.name, $0.value.closed) })
        if closed["properties"]?.object != nil { closed["additionalProperties"] = false }
        return .object(closed)
    }
}
