import CLibXML2

/// The elements that a reader knows, as a tree of names, to find those that it does not know.
public struct NameTree: Sendable {
    private var name: [UInt8]
    private var below: [NameTree] = []
    private var takesAnything = false

    /// - Parameter paths: from the document element on; below `*` and `**` everything is known.
    public init(_ paths: [LocationPaths.Path]) {
        name = [0]
        for path in paths { insert(path[...]) }
    }

    private init(name: [UInt8]) { self.name = name }

    private mutating func insert(_ path: ArraySlice<String>) {
        guard let step = path.first else { return }
        if step == "*" || step == "**" {
            takesAnything = true
            return
        }
        let name = Array(step.utf8) + [0]
        let index = below.firstIndex { $0.name == name } ?? below.count
        if index == below.count { below.append(NameTree(name: name)) }
        below[index].insert(path.dropFirst())
    }

    /// Where elements stand that are not known, each path once; what lies below them is not told too.
    ///
    /// - Parameter most: told of one document.
    public func strangers(in document: Document, most: Int) -> [SourceLocation] {
        var found: [SourceLocation] = []
        var told: Set<[String]> = []
        Self.walk(xmlDocGetRootElement(document.handle), self) { stranger in
            let node = Node(handle: stranger, document: document)
            if told.insert(Self.names(to: node)).inserted { found.append(node.location) }
            return found.count < most
        }
        return found
    }

    private static func names(to node: Node) -> [String] {
        var names: [String] = []
        var current: Node? = node
        while let here = current {
            names.append(here.name)
            current = here.parent
        }
        return names
    }

    /// - Parameter tell: whether to go on.
    /// - Returns: whether it went to the end.
    @discardableResult
    private static func walk(_ first: xmlNodePtr?, _ tree: NameTree, _ tell: (xmlNodePtr) -> Bool) -> Bool {
        guard !tree.takesAnything else { return true }
        var next = 0
        var element = first
        while let here = element {
            // Mostly elements come in the order of the rules, or repeat.
            if let index = tree.index(of: here, from: next) {
                next = index
                guard walk(xmlFirstElementChild(here), tree.below[index], tell) else { return false }
            } else if !tell(here) {
                return false
            }
            element = xmlNextElementSibling(here)
        }
        return true
    }

    private func index(of element: xmlNodePtr, from start: Int) -> Int? {
        func isNamed(_ index: Int) -> Bool {
            below[index].name.withUnsafeBufferPointer { xmlStrEqual(element.pointee.name, $0.baseAddress) == 1 }
        }
        return (start..<below.count).first(where: isNamed) ?? (0..<start).first(where: isNamed)
    }
}
