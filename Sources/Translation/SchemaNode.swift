import StrictJSON

/// A JSON Schema in the making: what is said of one member, from however many rules.
final class SchemaNode {
    private var members: [(name: String, node: SchemaNode)] = []
    private var required: [String] = []
    /// What the gateway knows of the member without holding the sender to it.
    var notes = JSONObject()
    /// What refuses the document where it does not hold.
    var assertions: [JSONValue] = []
    /// The member repeats, or may.
    var isList = false
    /// Each of the list's items is a record, and there must be one.
    var isRecord = false

    func member(_ name: String) -> SchemaNode {
        if let known = members.first(where: { $0.name == name }) { return known.node }
        let node = SchemaNode()
        members.append((name, node))
        return node
    }

    /// The node at a path below.
    func node(at steps: some Sequence<String>) -> SchemaNode { steps.reduce(self) { $0.member($1) } }

    /// The same, with every step required.
    func require(_ steps: some Sequence<String>) -> SchemaNode {
        steps.reduce(self) { node, step in
            if !node.required.contains(step) { node.required.append(step) }
            return node.member(step)
        }
    }

    /// Whether the schema refuses anything here or below.
    private var isStrict: Bool {
        !required.isEmpty || !assertions.isEmpty || isRecord || members.contains { $0.node.isStrict }
    }

    func json() -> JSONValue {
        var schema = notes
        var whole = assertions
        if isRecord {
            whole.append(["anyOf": [content(), ["type": "array", "minItems": 1, "items": content()]]])
        } else if isList {
            schema["items"] = content()
        } else {
            for (name, value) in content().object?.members ?? [] { schema[name] = value }
        }
        if !whole.isEmpty { schema["allOf"] = .array(whole) }
        return .object(schema)
    }

    private func content() -> JSONValue {
        var schema = JSONObject()
        if !required.isEmpty { schema["type"] = "object" }
        if !members.isEmpty {
            schema["properties"] = .object(JSONObject(members.map { ($0.name, $0.node.json()) }))
        }
        if !required.isEmpty { schema["required"] = .array(required.map(JSONValue.string)) }
        return .object(schema)
    }
}
