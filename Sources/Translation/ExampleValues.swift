import Documents
import Foundation

/// What the examples beside a mapping hold at a place, to be shown in its field table. They are invented, like all examples.
struct ExampleValues {
    private static let length = 40

    private let documents: [Document]

    /// Inbound: the documents as they come, the fullest first; outbound: what the statuses become.
    init(of mapping: Mapping) {
        let folder = URL(filePath: mapping.folder).appending(path: "examples")
        let names = ((try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []).sorted()
        let shown = names.filter { name in
            mapping.isInbound
                ? !name.contains(".expected.") && !["invalid", "attack"].contains(where: name.hasPrefix)
                : name.contains(".expected.")
        }
        let first = shown.filter { $0.hasPrefix("all-fields") }
        documents = (first + shown.filter { !first.contains($0) }).compactMap { name in
            // What does not parse is an example of that and shows no value.
            FileManager.default.contents(atPath: folder.appending(path: name).path)
                .flatMap { try? Document.parse([UInt8]($0)) }
        }
    }

    /// - Parameter path: element names from the root on, as `LocationPaths` tells them.
    func first(at path: [String]) -> String? {
        guard !path.isEmpty else { return nil }
        let found = documents.lazy.compactMap { document in
            Self.texts(of: [document.root], along: path[...]).first { !$0.isEmpty }
        }.first
        return found.map { $0.count > Self.length ? $0.prefix(Self.length) + "…" : $0 }
    }

    private static func texts(of nodes: [Node], along path: ArraySlice<String>) -> [String] {
        guard let step = path.first else { return [] }
        let rest = path.dropFirst()
        if step == "**" {
            return texts(of: nodes, along: rest)
                + nodes.flatMap { texts(of: $0.children, along: path) }
        }
        return nodes.filter { step == "*" || named($0, step) }.flatMap { node -> [String] in
            if let name = rest.first, rest.count == 1, name.hasPrefix("@") {
                return [node.attribute(String(name.dropFirst())) ?? ""]
            }
            if rest.isEmpty { return node.children.isEmpty ? [plain(node.text)] : [] }
            return texts(of: node.children, along: rest)
        }
    }

    /// Prefixes are the document's own.
    private static func named(_ node: Node, _ step: String) -> Bool {
        let local = step.split(separator: ":").last.map(String.init) ?? step
        return node.name == (node.jsonType != nil ? Document.key(ofElement: step) : local)
    }

    private static func plain(_ text: String) -> String {
        text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }
}
