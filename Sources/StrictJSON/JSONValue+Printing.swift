/// A value may be somebody's: printed, interpolated or reflected it tells its kind alone. `text()` writes it out.
extension JSONValue: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public var description: String {
        switch self {
        case .null: "JSON null"
        case .bool: "JSON boolean"
        case .number: "JSON number"
        case .string: "JSON string"
        case .array(let items): "JSON array of \(items.count)"
        case .object(let object): "JSON object of \(object.names.count)"
        }
    }

    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: []) }
}

extension JSONObject: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public var description: String { JSONValue.object(self).description }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: []) }
}
