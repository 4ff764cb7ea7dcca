import Canonical
import Documents
import StrictJSON

/// The JSON Schema (2020-12) of the documents that a mapping reads or writes.
///
/// Inbound, it refuses exactly what makes the gateway refuse a document: a required value that is missing, `null`, empty, a
/// placeholder such as 无, an object, too long or unknown to its code list; a missing record; another message's type.
/// Lengths, codes and types that the gateway only warns of stand as `x-…` notes. It speaks of rules whose selectors are
/// plain paths without conditions; what a rule computes, and what a converter makes of a required value (such as a date
/// that is none), it cannot promise. An object wrapped into an array is taken by the gateway and refused by the schema.
///
/// Outbound, it describes what the partner gets, and nothing else may stand there.
extension Mapping {
    func jsonSchema(by loaded: MappingLoader.Loaded) -> JSONValue? {
        guard format == .json else { return nil }
        let root = SchemaNode()
        if isInbound {
            InboundSchema(root: root, loaded: loaded).describe(self)
        }
        var schema = JSONObject([
            ("$schema", "https://json-schema.org/draft/2020-12/schema"),
            ("$id", .string("urn:legal-aid-gateway:mapping:\(id):\(version)")), ("title", .string(titleZh)),
        ])
        let content = isInbound ? root.json() : OutboundSchema.object(rules)
        for (name, value) in content.object?.members ?? [] { schema[name] = value }
        return .object(schema)
    }
}

private struct InboundSchema {
    let root: SchemaNode
    let loaded: MappingLoader.Loaded
    private var codes: CodeLists { loaded.codes }

    func describe(_ mapping: Mapping) {
        let tests = mapping.accepts.components(separatedBy: " and ")
        for test in tests {
            if let (path, word) = Self.equality(in: test) {
                let pattern = FoldedPattern.whole([FoldedPattern.word(TextFolding.text(word))])
                root.require(path.steps).assertions.append(["type": "string", "pattern": .string(pattern)])
            } else {
                leaveOut("(type)")
            }
        }
        for records in mapping.records {
            let context =
                mapping.messages.map { PlainPath($0).flatMap { PlainPath(records.record, from: $0) } }
                ?? PlainPath(records.record)
            let isCertain = mapping.records.count == 1 && records.when == nil && context != nil
            if !isCertain { leaveOut("(record)") }
            if let steps = context?.steps, !steps.isEmpty {
                let node = isCertain ? root.require(steps) : root.node(at: steps)
                if isCertain { node.isRecord = true } else { node.isList = true }
            }
            describe(records.rules, at: context, isCertain: isCertain, isInList: false, target: "")
        }
    }

    /// A test that says which word stands at a path.
    private static func equality(in test: String) -> (PlainPath, String)? {
        let call = test.split(separator: "'", omittingEmptySubsequences: false)
        guard test.hasPrefix("is("), call.count == 3, call[2] == ")", let comma = call[0].lastIndex(of: ","),
            let path = PlainPath(String(call[0][..<comma].dropFirst("is(".count)))
        else { return nil }
        return (path, String(call[1]))
    }

    /// What else the gateway asks for and the schema cannot say.
    private func leaveOut(_ what: String) {
        let named = root.notes["x-also-required"]?.array ?? []
        if !named.contains(.string(what)) { root.notes["x-also-required"] = .array(named + [.string(what)]) }
    }

    /// - Parameters:
    ///   - context: nothing where a selector is no plain path.
    ///   - isCertain: the rules are asked of every document.
    ///   - isInList: what is missing loses an item, not the record.
    private func describe(
        _ rules: [Rule], at context: PlainPath?, isCertain: Bool, isInList: Bool, target: String
    ) {
        for rule in rules {
            switch rule {
            case .value(let value, let when, _):
                describe(
                    value, at: context, isCertain: isCertain && when == nil, isInList: isInList,
                    target: TargetTree.join(target, value.to))
            case .within(let to, let node, let inner, let when, _):
                // An object of its own may be left out whole; what it then requires is another matter.
                describe(
                    inner, at: context.flatMap { PlainPath(node, from: $0) },
                    isCertain: isCertain && when == nil && to == nil, isInList: isInList,
                    target: to.map { TargetTree.join(target, $0) } ?? target)
            case .embedded(let embedded, let inner, let when, _):
                if let path = context.flatMap({ PlainPath(embedded.node, from: $0) }) { _ = root.node(at: path.steps) }
                // What the text must hold is beyond a schema of the document around it.
                let needed = Rule.values(in: inner).filter { $0.isRequired && $0.fallback == nil }
                if !needed.isEmpty, embedded.to == nil, when == nil { leaveOut("(embedded)") }
            case .list(let list, let inner, let when, _):
                let path = context.flatMap { PlainPath(list.each, from: $0) }
                if let path, path.steps != context?.steps { root.node(at: path.steps).isList = true }
                describe(
                    inner, at: path, isCertain: isCertain && when == nil, isInList: true,
                    target: TargetTree.join(target, list.to))
            case .constant, .index, .lookup, .warn, .read: continue
            }
        }
    }

    private func describe(
        _ value: Rule.Value, at context: PlainPath?, isCertain: Bool, isInList: Bool, target: String
    ) {
        let isNeeded = !isInList && value.isRequired && value.fallback == nil
        // What may stand elsewhere is required nowhere.
        guard let path = context.flatMap({ PlainPath(value.from, from: $0) }), value.others.isEmpty else {
            if isNeeded || value.unknown == .error { leaveOut(target.replacing("/", with: ".")) }
            return
        }
        let node = root.node(at: path.steps)
        note(value, target: target, on: node)
        guard isCertain else {
            if isNeeded || value.unknown == .error { leaveOut(target.replacing("/", with: ".")) }
            return
        }
        if value.unknown == .error, let known = known(value) {
            let allowed: JSONValue = [
                "anyOf": [
                    ["type": ["null", "object", "array"]], ["type": "string", "pattern": .string(nothing(value))],
                    ["type": "string", "pattern": .string(known)],
                ]
            ]
            node.assertions.append(["anyOf": [allowed, ["type": "array", "items": allowed]]])
        }
        guard isNeeded else { return }
        let usable = usable(value)
        root.require(path.steps).assertions.append([
            "anyOf": [usable, ["type": "array", "minItems": 1, "prefixItems": [usable]]]
        ])
    }

    private func note(_ value: Rule.Value, target: String, on node: SchemaNode) {
        if let field = CanonicalModel.application.field(at: target), node.notes["title"] == nil {
            node.notes["title"] = .string(field.zh)
        }
        node.notes["x-target"] = .string(target.replacing("/", with: "."))
        if let limit = value.maxLength, limit < Int.max { node.notes["x-maxLength"] = JSONValue(limit) }
        if let list = value.codes { node.notes["x-code-list"] = .string(list) }
        if !value.words.isEmpty { node.notes["x-words"] = .array(value.words.map(JSONValue.string)) }
    }

    /// The blanks that are no content, as `Blanks.trimmed` knows them.
    private static let blank = #"[\x00-\x20\u00A0\u3000\u200B-\u200F\u2060\u00AD\uFEFF]*"#

    /// Texts that are taken as not given.
    private func nothing(_ value: Rule.Value) -> String { loaded.placeholders.pattern(for: value.uses) }

    private func usable(_ value: Rule.Value) -> JSONValue {
        var schema = JSONObject([
            ("type", ["string", "number", "boolean"]),
            ("not", ["type": "string", "pattern": .string(nothing(value))]),
        ])
        if let limit = value.maxLength, limit < Int.max {
            schema["pattern"] = .string("^\(Self.blank)[\\s\\S]{0,\(limit)}\(Self.blank)$")
        }
        if let known = known(value) { schema["pattern"] = .string(known) }
        return .object(schema)
    }

    /// Texts that the code list knows, where an unknown one is not taken.
    private func known(_ value: Rule.Value) -> String? {
        if case .fallback = value.unknown { return nil }
        guard let list = value.codes.flatMap({ codes[$0] }) else { return nil }
        let words = list.entries.filter { !$0.code.isEmpty }.flatMap { [$0.code, $0.zh] + $0.aliases }
        let choices = words.filter { !$0.isEmpty }.map { FoldedPattern.word(TextFolding.text($0)) }
        return list.match == .exact ? FoldedPattern.whole(choices) : "(\(choices.joined(separator: "|")))"
    }
}

private enum OutboundSchema {
    static func object(_ rules: [Rule]) -> JSONValue {
        var object = JSONValue.object(JSONObject())
        add(rules, isCertain: true, to: &object)
        return closed(object)
    }

    private static func add(_ rules: [Rule], isCertain: Bool, to object: inout JSONValue) {
        for rule in rules {
            switch rule {
            case .value(let value, let when, _):
                let isThere = value.isRequired || value.keepsEmpty || value.fallback != nil
                put(leaf(value), at: value.to, isRequired: isCertain && when == nil && isThere, in: &object)
            case .constant(let to, let text, let type, let when, _):
                guard let word = TargetTree.typed(text, type) else { continue }
                put(["enum": [word]], at: to, isRequired: isCertain && when == nil, in: &object)
            case .lookup(let lookup, _, _): put(["type": "string"], at: lookup.to, isRequired: false, in: &object)
            case .within(let to?, _, let inner, _, _): put(self.object(inner), at: to, isRequired: false, in: &object)
            case .within(nil, _, let inner, _, _): add(inner, isCertain: false, to: &object)
            case .list(let list, let inner, _, _):
                put(
                    ["type": "array", "minItems": 1, "items": item(inner)], at: list.to, isRequired: false, in: &object)
            case .index(let index, let when, _):
                put(
                    ["type": .string(index.type ?? "string")], at: index.to, isRequired: isCertain && when == nil,
                    in: &object)
            case .embedded, .warn, .read: continue
            }
        }
    }

    /// Two rules for one target are two ways in which it may look.
    private static func put(_ schema: JSONValue, at path: String, isRequired: Bool, in object: inout JSONValue) {
        let name = String(path.prefix { $0 != "/" })
        var properties = object["properties"] ?? .object(JSONObject())
        if name.count < path.count {
            var below = properties[name] ?? .object(JSONObject())
            put(schema, at: String(path.dropFirst(name.count + 1)), isRequired: isRequired, in: &below)
            properties[name] = closed(below)
        } else if let other = properties[name], other != schema {
            properties[name] = ["anyOf": .array((other["anyOf"]?.array ?? [other]) + [schema])]
        } else {
            properties[name] = schema
        }
        object["properties"] = properties
        let required = object["required"]?.array ?? []
        if isRequired, !required.contains(.string(name)) { object["required"] = .array(required + [.string(name)]) }
    }

    private static func closed(_ object: JSONValue) -> JSONValue {
        .compact([
            ("type", "object"), ("properties", object["properties"]), ("required", object["required"]),
            ("additionalProperties", false),
        ])
    }

    /// A list of plain values has one rule whose target is the item itself.
    private static func item(_ rules: [Rule]) -> JSONValue {
        for case .value(let value, _, _) in rules where value.to == "." { return leaf(value) }
        return object(rules)
    }

    private static func leaf(_ value: Rule.Value) -> JSONValue {
        var schema = JSONObject([("type", .string(value.type ?? "string"))])
        if let limit = value.maxLength { schema["maxLength"] = JSONValue(limit) }
        if !value.keepsEmpty, value.type == nil { schema["minLength"] = 1 }
        return .object(schema)
    }
}
