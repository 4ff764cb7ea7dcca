import StrictJSON

/// Slash-separated paths of the target.
enum TargetTree {
    static func join(_ path: String, _ to: String) -> String {
        to == "." ? path : path.isEmpty ? to : "\(path)/\(to)"
    }

    /// As findings and traces name a field.
    static func dotted(_ path: String) -> String {
        String(decoding: path.utf8.map { $0 == UInt8(ascii: "/") ? UInt8(ascii: ".") : $0 }, as: UTF8.self)
    }

    /// The text of an element that has more than its text stands below it, under a dot.
    static func put(_ value: JSONValue, at names: [String], besideTextIn target: inout JSONObject) {
        for end in names.indices.dropLast() {
            let above = Array(names[...end])
            if let text = target.value(at: above), isText(text) {
                target.put(.object(JSONObject([(".", text)])), at: above)
            }
        }
        let hasMore = isText(value) && target.value(at: names)?.object != nil
        target.put(value, at: hasMore ? names + ["."] : names)
    }

    private static func isText(_ value: JSONValue) -> Bool { value.object == nil && value.array == nil }

    /// - Returns: nothing for a text that is none of the type.
    static func typed(_ value: JSONValue, _ type: String?) -> JSONValue? {
        guard let text = value.string else { return value }
        return typed(text, type)
    }

    static func typed(_ text: String, _ type: String?) -> JSONValue? {
        switch type {
        case "number": number(text)
        case "boolean": ["true", "false"].contains(text) ? .some(.bool(text == "true")) : .none
        default: .string(text)
        }
    }

    /// As JSON writes numbers (RFC 8259 §6).
    private static func number(_ text: String) -> JSONValue? {
        do {
            let value = try JSONValue(parsing: Array(text.utf8))
            // A bare nil would be JSON's null.
            return value.double == nil ? .none : .some(value)
        } catch {
            return nil
        }
    }

    /// Whether a path has a value; a list has one where any of its items does.
    static func holds(_ path: ArraySlice<Substring>, in value: JSONValue) -> Bool {
        if let items = value.array { return items.contains { holds(path, in: $0) } }
        guard let first = path.first else { return true }
        return value[String(first)].map { holds(path.dropFirst(), in: $0) } ?? false
    }
}
