import Documents
import StrictJSON
import Transport

/// The same content as the JSON answer, for senders that speak XML only: members become elements, items repeat.
enum XMLRendering {
    /// Empty where a name or a text cannot stand in XML.
    static func bytes(_ value: JSONValue, root: String) -> [UInt8] {
        (try? element(root, value).serialized(encoding: .utf8)) ?? []
    }

    static func response(
        _ value: JSONValue, root: String, status: Int, headers: [(name: String, value: String)] = []
    ) -> HTTPResponse {
        let bytes = bytes(value, root: root)
        guard !bytes.isEmpty else { return .json(value, status: status, headers: headers) }
        return HTTPResponse(
            status: status,
            headers: [("Content-Type", "application/xml; charset=utf-8"), ("Cache-Control", "no-store")] + headers,
            body: bytes)
    }

    private static func element(_ name: String, _ value: JSONValue) -> OutputElement {
        var element = OutputElement(name: name)
        switch value {
        case .null: break
        case .bool(let flag): element.text = flag ? "true" : "false"
        case .number(let digits): element.text = digits
        case .string(let text): element.text = text
        case .array(let items): element.children = items.map { self.element("item", $0) }
        case .object(let object):
            for member in object.members {
                if let items = member.value.array {
                    element.children += items.map { self.element(member.name, $0) }
                } else {
                    element.children.append(self.element(member.name, member.value))
                }
            }
        }
        return element
    }
}
