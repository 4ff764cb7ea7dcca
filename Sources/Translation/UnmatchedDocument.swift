import Documents
import StrictJSON
import Vocabulary

/// What was looked at of a document, or of a message of one, that no mapping takes, and what its sender may send instead.
public struct UnmatchedDocument: Sendable, Hashable {
    public struct Choice: Sendable, Hashable {
        public let id: String
        public let title: String
    }

    let format: DocumentFormat
    let root: String
    let namespace: String?
    /// What stands on top of it. An empty list of JSON has no element, and is not among them.
    let members: [String]
    let choices: [Choice]
    /// What the transport called it; nothing where it said nothing.
    public var mediaType: String?

    /// Names are the sender's own: only so many and so much of each is told.
    private static let mostMembers = 20
    private static let mostCharacters = 60

    init(_ node: Node, _ format: DocumentFormat, choices: [Choice]) {
        self.format = format
        root = Self.shortened(node.name)
        namespace = node.namespace.map(Self.shortened)
        var members: [String] = []
        for child in node.children {
            let name = Self.shortened(child.name)
            if !members.contains(name) { members.append(name) }
            if members.count == Self.mostMembers { break }
        }
        self.members = members
        self.choices = choices
    }

    private static func shortened(_ name: String) -> String {
        let name = ForeignName.path(name)
        return name.count <= mostCharacters ? name : name.prefix(mostCharacters) + "…"
    }

    var message: String {
        let list = members.joined(separator: "、")
        let space = namespace.map { "（命名空间 \($0)）" } ?? "（无命名空间）"
        let seen =
            switch format {
            case .xml: "按 XML 读取，根元素为 \(root)\(space)" + (members.isEmpty ? "" : "，其下有 \(list)")
            case .json: "按 JSON 读取，" + (members.isEmpty ? "没有成员" : "成员有 \(list)")
            }
        return
            "没有适用于该报文的映射：\(seen)；贵单位可发送的报文见 accepted。 No mapping fits this document; looked tells what was seen of it, accepted what you may send."
    }

    var json: [(String, JSONValue?)] {
        [
            (
                "looked",
                .compact([
                    ("format", .string(format.rawValue)), ("mediaType", .text(mediaType)),
                    ("root", format == .xml ? .string(root) : nil),
                    ("namespace", .text(namespace)), ("members", .array(members.map(JSONValue.string))),
                ])
            ), ("accepted", .array(choices.map { ["id": .string($0.id), "title": .string($0.title)] })),
        ]
    }
}
