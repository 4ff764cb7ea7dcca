import StrictJSON

/// Holds JSON against a JSON Schema of those words that `gateway mappings schema` writes for outbound messages.
struct JSONSchemaCheck: Sendable {
    private let schema: JSONValue
    private static let notes: Set<String> = ["$schema", "$id", "title", "description"]

    /// - Throws: `UnknownKeyword` where the schema says more than is held here: a promise that nobody keeps is none.
    init(_ schema: JSONValue) throws(UnknownKeyword) {
        self.schema = schema
        try Self.know(schema, at: "")
    }

    struct UnknownKeyword: Error, Equatable {
        /// A JSON pointer to the word.
        let pointer: String
    }

    /// A word of the schema that a value breaks, and a JSON pointer to the value.
    struct Violation: Equatable {
        let keyword: String
        let pointer: String
    }

    func violation(in value: JSONValue) -> Violation? { Self.violation(of: schema, in: value, at: "") }

    private static func know(_ schema: JSONValue, at pointer: String) throws(UnknownKeyword) {
        guard let object = schema.object else {
            // `true` and `false` are schemas too, but not here.
            throw UnknownKeyword(pointer: pointer)
        }
        for (word, value) in object.members where !notes.contains(word) && !word.hasPrefix("x-") {
            let place = "\(pointer)/\(word)"
            switch word {
            case "properties":
                for (name, below) in value.object?.members ?? [] { try know(below, at: "\(place)/\(name)") }
            case "items": try know(value, at: place)
            case "anyOf":
                for (index, below) in (value.array ?? []).enumerated() { try know(below, at: "\(place)/\(index)") }
            case "type": if kind(value.string) == nil { throw UnknownKeyword(pointer: place) }
            case "additionalProperties": if value.bool != false { throw UnknownKeyword(pointer: place) }
            case "required", "enum", "minLength", "maxLength", "minItems": continue
            default: throw UnknownKeyword(pointer: place)
            }
        }
    }

    private static func kind(_ name: String?) -> ((JSONValue) -> Bool)? {
        switch name {
        case "object": { $0.object != nil }
        case "array": { $0.array != nil }
        case "string": { $0.string != nil }
        case "boolean": { $0.bool != nil }
        case "number": { if case .number = $0 { true } else { false } }
        default: nil
        }
    }

    private static func violation(of schema: JSONValue, in value: JSONValue, at pointer: String) -> Violation? {
        if let isKind = kind(schema["type"]?.string), !isKind(value) {
            return Violation(keyword: "type", pointer: pointer)
        }
        if let choice = schema["enum"]?.array, !choice.contains(value) {
            return Violation(keyword: "enum", pointer: pointer)
        }
        if let choice = schema["anyOf"]?.array,
            choice.allSatisfy({ violation(of: $0, in: value, at: pointer) != nil })
        {
            return Violation(keyword: "anyOf", pointer: pointer)
        }
        if let text = value.string { return violation(of: schema, inLength: text, at: pointer) }
        if let items = value.array {
            if let least = schema["minItems"]?.int, items.count < least {
                return Violation(keyword: "minItems", pointer: pointer)
            }
            guard let below = schema["items"] else { return nil }
            return items.enumerated().lazy.compactMap { violation(of: below, in: $1, at: "\(pointer)/\($0)") }.first
        }
        return value.object.flatMap { violation(of: schema, inMembers: $0, at: pointer) }
    }

    /// Lengths count characters (RFC 8259 by way of JSON Schema validation §6.3), not bytes.
    private static func violation(of schema: JSONValue, inLength text: String, at pointer: String) -> Violation? {
        let length = text.unicodeScalars.count
        if let most = schema["maxLength"]?.int, length > most {
            return Violation(keyword: "maxLength", pointer: pointer)
        }
        if let least = schema["minLength"]?.int, length < least {
            return Violation(keyword: "minLength", pointer: pointer)
        }
        return nil
    }

    private static func violation(
        of schema: JSONValue, inMembers object: JSONObject, at pointer: String
    ) -> Violation? {
        for name in (schema["required"]?.array ?? []).compactMap(\.string) where object[name] == nil {
            return Violation(keyword: "required", pointer: "\(pointer)/\(name)")
        }
        for (name, value) in object.members {
            guard let below = schema["properties"]?[name] else {
                if schema["additionalProperties"] == nil { continue }
                return Violation(keyword: "additionalProperties", pointer: "\(pointer)/\(name)")
            }
            if let found = violation(of: below, in: value, at: "\(pointer)/\(name)") { return found }
        }
        return nil
    }
}
