/// The difference between two values as a JSON Patch (RFC 6902).
public enum JSONPatch {
    /// The operations that make `new` of `old`, in the order in which they are applied: `add`, `replace` and `remove` only.
    /// Lists are compared place by place, since the gateway's own mostly grow at their end.
    public static func difference(from old: JSONValue, to new: JSONValue) -> [JSONValue] {
        var operations: [JSONValue] = []
        compare(old, new, at: "", into: &operations)
        return operations
    }

    private static func compare(_ old: JSONValue, _ new: JSONValue, at path: String, into found: inout [JSONValue]) {
        if old == new { return }
        if let before = old.object, let after = new.object {
            for member in before.members where after[member.name] == nil {
                found.append(["op": "remove", "path": .string(path + pointer(member.name))])
            }
            for member in after.members {
                let place = path + pointer(member.name)
                if let known = before[member.name] {
                    compare(known, member.value, at: place, into: &found)
                } else {
                    found.append(["op": "add", "path": .string(place), "value": member.value])
                }
            }
        } else if let before = old.array, let after = new.array {
            for (index, pair) in zip(before, after).enumerated() {
                compare(pair.0, pair.1, at: "\(path)/\(index)", into: &found)
            }
            for index in stride(from: before.count - 1, through: after.count, by: -1) {
                found.append(["op": "remove", "path": .string("\(path)/\(index)")])
            }
            for index in before.count..<max(before.count, after.count) {
                found.append(["op": "add", "path": .string("\(path)/\(index)"), "value": after[index]])
            }
        } else {
            found.append(["op": "replace", "path": .string(path), "value": new])
        }
    }

    /// One step of a JSON pointer (RFC 6901 §3).
    public static func pointer(_ name: String) -> String {
        "/" + name.replacing("~", with: "~0").replacing("/", with: "~1")
    }
}
