import StrictJSON

extension CanonicalModel {
    /// The published contract as JSON Schema 2020-12.
    ///
    /// Objects stay open and words may be added, so that a consumer that knows version *n* can read *n + 1*. Codes are told
    /// by the name of their list; the lists themselves grow with the standards.
    ///
    /// - Parameter words: what a text field may hold where data say so, by its path.
    public func jsonSchema(name: String, title: String, words: [String: [String]] = [:]) -> JSONValue {
        var schema = JSONObject([
            ("$schema", "https://json-schema.org/draft/2020-12/schema"),
            ("$id", .string("urn:legal-aid-gateway:canonical:\(name):\(Self.schemaVersion)")),
            ("title", .string(title)),
            (
                "description",
                "Generated from the gateway's own model. Consumers ignore fields and words that they do not know."
            ),
        ])
        let published = fields.filter { $0.origin != .scratch }.map { $0.holding(words[$0.path]) }
        for (member, value) in object(at: "", among: published).members { schema[member] = value }
        return .object(schema)
    }

    /// An object with those fields that lie below a path.
    private func object(at path: String, among fields: [FieldDefinition]) -> JSONObject {
        let prefix = path.isEmpty ? "" : path + "/"
        var properties = JSONObject()
        var required: [JSONValue] = []
        for field in fields where field.path.hasPrefix(prefix) {
            let rest = field.path.dropFirst(prefix.count)
            let name = String(rest.prefix { $0 != "/" })
            guard properties[name] == nil else { continue }
            let below = prefix + name
            let isLeaf = rest.count == name.count
            let item = isLeaf ? Self.leaf(field) : .object(object(at: below, among: fields))
            properties[name] =
                isList(below)
                ? .compact([("type", "array"), ("title", isLeaf ? item["title"] : nil), ("items", item)]) : item
            if isLeaf, field.isRequired { required.append(.string(name)) }
        }
        var object = JSONObject([("type", "object"), ("properties", .object(properties))])
        if path.isEmpty, fields.contains(where: { $0.path.hasPrefix("source/") }) { required.append("source") }
        if !required.isEmpty { object["required"] = .array(required) }
        return object
    }

    private static func leaf(_ field: FieldDefinition) -> JSONValue {
        var schema = JSONObject([("title", .string(field.zh))])
        for (name, value) in field.type.jsonSchema.members { schema[name] = value }
        return .object(schema)
    }
}

extension FieldDefinition {
    fileprivate func holding(_ words: [String]?) -> FieldDefinition {
        guard let words else { return self }
        var copy = FieldDefinition(path, .word(words), zh)
        copy.isRequired = isRequired
        copy.origin = origin
        return copy
    }
}

extension FieldType {
    /// What a value of the type looks like, as JSON Schema keywords.
    public var jsonSchema: JSONObject {
        switch self {
        case .text(.max): JSONObject([("type", "string")])
        case .text(let length): JSONObject([("type", "string"), ("maxLength", JSONValue(length))])
        case .code(let list): JSONObject([("type", "string"), ("x-code-list", .string(list))])
        case .word(let words): JSONObject([("type", "string"), ("enum", .array(words.map(JSONValue.string)))])
        case .date: JSONObject([("type", "string"), ("pattern", #"^\d{4}-\d{2}-\d{2}$"#)])
        case .dateTime:
            JSONObject([
                ("type", "string"),
                ("pattern", #"^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2}))?$"#),
            ])
        case .money: JSONObject([("type", "string"), ("pattern", #"^\d+\.\d{2}$"#)])
        case .integer: JSONObject([("type", "integer")])
        case .boolean: JSONObject([("type", "boolean")])
        }
    }
}
