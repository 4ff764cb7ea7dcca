import Documents

/// Which leaves of a document its mappings read: those that a rule took as nodes, and those that a condition or a
/// computation looked at.
struct Coverage {
    let leaves: [Node]
    let unread: [Node]

    /// - Parameters:
    ///   - roots: of the document and of those within it.
    ///   - taken: identities of the nodes that rules selected.
    init(of roots: [Node], by mappings: [Mapping], taken: Set<Int>) {
        leaves = roots.flatMap(Self.leaves)
        let asked = mappings.reduce(into: Set<LocationPaths.Path>()) { $0.formUnion($1.asked) }
        let patterns = asked.filter { $0.contains("*") || $0.contains("**") }
        unread = leaves.filter { leaf in
            guard !taken.contains(leaf.identity) else { return false }
            let path = leaf.namePath
            return !asked.contains(path) && !patterns.contains { Self.fits(path[...], $0[...]) }
        }
    }

    /// Elements without elements that say something, and attributes but those that speak of the schema.
    private static func leaves(of node: Node) -> [Node] {
        let children = node.children
        let own = children.isEmpty && !node.text.isEmpty ? [node] : []
        return node.attributeNodes.filter { !$0.isOfSchemaInstance } + own + children.flatMap(leaves)
    }

    private static func fits(_ path: ArraySlice<String>, _ pattern: ArraySlice<String>) -> Bool {
        guard let step = pattern.first else { return path.isEmpty }
        let rest = pattern.dropFirst()
        if step == "**" { return path.indices.contains { fits(path[$0...], rest) } || rest.isEmpty }
        guard let name = path.first else { return false }
        return (step == "*" || step == name) && fits(path.dropFirst(), rest)
    }
}

extension Node {
    /// As `LocationPaths` tells it: the names from the root on, JSON's keys escaped, attributes as `@name`.
    fileprivate var namePath: LocationPaths.Path {
        var names = isAttribute ? ["@" + elementName] : []
        var current: Node? = element
        while let here = current {
            names.append(here.elementName)
            current = here.parent
        }
        return names.reversed()
    }
}
