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

    static func typed(_ value: JSONValue, _ type: String?) -> JSONValue {
        value.string.map { typed($0, type) } ?? value
    }

    static func typed(_ text: String, _ type: String?) -> JSONValue {
        switch type {
        case "number": (try? JSONValue(parsing: Array(text.utf8))) ?? .string(text)
        case "boolean": .bool(text == "true")
        default: .string(text)
        }
    }

    /// Whether a path has a value; a list has one where any of its items does.
    static func holds(_ path: ArraySlice<Substring>, in value: JSONValue) -> Bool {
        if let items = value.array { return items.contains { holds(path, in: $0) } }
        guard let first = path.first else { return true }
        return value[String(first)].map { holds(path.dropFirst(), in: $0) } ?? false
    }
}
