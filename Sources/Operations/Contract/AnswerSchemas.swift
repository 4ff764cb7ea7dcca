import Canonical
import StrictJSON
import Transport
import Vocabulary

/// What senders are answered, as schemas of their own: JSON Schema as the description holds it, and XSD of the same in XML.
public struct AnswerSchemas: Sendable {
    public struct File: Sendable {
        public let name: String
        public let bytes: [UInt8]
    }

    /// Root elements with the schema of what they hold.
    static let roots = [("problem", "Problem"), ("receipt", "Receipt"), ("referral", "Referral")]

    public let files: [File]

    /// - Throws: where the contract that was built in is no JSON.
    public init() throws(JSONError) {
        let schemas = try OpenAPI(describing: [], senderKinds: SenderKinds()).json.at("components.schemas") ?? [:]
        files = Self.roots.flatMap { root, name in
            let needed = Self.closure(of: name, among: schemas)
            return [
                File(
                    name: root + ".schema.json", bytes: Array((Self.json(name, needed).text(pretty: true) + "\n").utf8)),
                File(name: root + ".xsd", bytes: XMLAnswerSchema(root: root, type: name, needed).bytes),
            ]
        }
    }

    public var routes: [Route] {
        [
            Route("GET", "/v1/schemas/{name}") { request, visit in
                guard let file = files.first(where: { $0.name == visit.value("name") }) else {
                    let names = files.map(\.name)
                    throw Problem(
                        .notFound, zh: "没有这个结构文件；可用：\(names.joined(separator: "、"))。",
                        en: "No such schema; there are: \(names.joined(separator: ", ")).")
                }
                let type = file.name.hasSuffix("json") ? "application/schema+json" : "application/xml"
                return HTTPResponse(status: 200, headers: [("Content-Type", type)], body: file.bytes)
                    .tagged(for: request)
            }
        ]
    }

    /// A schema with all that it refers to, in the order of their names.
    private static func closure(of name: String, among schemas: JSONValue) -> [(name: String, schema: JSONValue)] {
        var found: [String: JSONValue] = [:]
        var wanted = [name]
        while let next = wanted.popLast() {
            guard found[next] == nil, let schema = schemas[next] else { continue }
            found[next] = schema
            wanted += schema.text().matches(of: /#\/components\/schemas\/(\w+)/).map { String($0.1) }
        }
        return found.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }

    private static func json(_ name: String, _ schemas: [(name: String, schema: JSONValue)]) -> JSONValue {
        [
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "$ref": .string("#/components/schemas/\(name)"),
            "components": ["schemas": .object(JSONObject(schemas.map { ($0.name, $0.schema) }))],
        ]
    }
}
