/// Which elements a document has, by their paths from the root; no values.
public struct DocumentShape: Sendable {
    /// Slash-separated, without positions; JSON's arrays repeat their member's path.
    public let paths: Set<String>

    /// Longer paths and more of them are left out: the names of JSON members are the sender's to choose.
    private static let longestPath = 200
    private static let mostPaths = 1000

    public init(_ document: Document) {
        var paths: Set<String> = []
        var walk: [(node: Node, path: String)] = [(document.root, "/" + document.root.name)]
        while let (node, path) = walk.popLast(), paths.count < Self.mostPaths {
            let isKnown = !paths.insert(path).inserted
            for attribute in node.attributeNames where !isKnown { paths.insert("\(path)/@\(attribute)") }
            var earlier = ""
            var earlierPath = ""
            for child in node.children {
                let name = child.name
                // Siblings of one name come together, and building their path is what costs.
                if name != earlier {
                    earlier = name
                    earlierPath = "\(path)/\(name)"
                }
                if earlierPath.utf8.count <= Self.longestPath { walk.append((child, earlierPath)) }
            }
        }
        self.paths = paths
    }
}

extension Node {
    fileprivate var attributeNames: [String] { attributes.map(\.name) }
}
