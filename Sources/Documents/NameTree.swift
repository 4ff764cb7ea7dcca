import CLibXML2

/// The elements that a reader knows, as a tree of names, to find those that it does not know.
public struct NameTree: Sendable {
    private struct Branch {
        let name: String
        var below: [Branch] = []
        var takesAnything = false

        mutating func insert(_ path: ArraySlice<String>) {
            guard let step = path.first else { return }
            if step == "*" || step == "**" {
                takesAnything = true
                return
            }
            let index = below.firstIndex { $0.name == step } ?? below.count
            if index == below.count { below.append(Branch(name: step)) }
            below[index].insert(path.dropFirst())
        }
    }

    /// A name of the tree laid out flat: every element of every document is looked up here.
    private struct Entry {
        /// Where its name begins, closed by a zero.
        var name = 0
        /// The entries below it.
        var below = 0..<0
        var takesAnything = false
    }

    private var entries: [Entry] = []
    private var letters: [UInt8] = []

    /// - Parameter paths: from the document element on; below `*` and `**` everything is known.
    public init(_ paths: [LocationPaths.Path]) {
        var root = Branch(name: "")
        for path in paths { root.insert(path[...]) }
        lay([root])
    }

    @discardableResult
    private mutating func lay(_ branches: [Branch]) -> Range<Int> {
        let range = entries.count..<entries.count + branches.count
        entries += branches.map { _ in Entry() }
        for (index, branch) in zip(range, branches) {
            let name = letters.count
            letters += Array(branch.name.utf8) + [0]
            entries[index] = Entry(name: name, below: lay(branch.below), takesAnything: branch.takesAnything)
        }
        return range
    }

    /// Where elements stand that are not known, each path once; what lies below them is not told too.
    ///
    /// - Parameter most: told of one document.
    public func strangers(in document: Document, most: Int) -> [SourceLocation] {
        var found: [SourceLocation] = []
        var told: Set<[String]> = []
        entries.withUnsafeBufferPointer { entries in
            letters.withUnsafeBufferPointer { letters in
                let walker = Walker(entries: entries, letters: letters)
                walker.walk(xmlDocGetRootElement(document.handle), 0) { stranger in
                    let node = Node(handle: stranger, document: document)
                    if told.insert(Self.names(to: node)).inserted { found.append(node.location) }
                    return found.count < most
                }
            }
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

    private struct Walker {
        let entries: UnsafeBufferPointer<Entry>
        let letters: Bytes

        /// - Parameter tell: whether to go on.
        /// - Returns: whether it went to the end.
        @discardableResult
        func walk(_ first: xmlNodePtr?, _ above: Int, _ tell: (xmlNodePtr) -> Bool) -> Bool {
            let known = entries[above].below
            guard !entries[above].takesAnything else { return true }
            var next = known.lowerBound
            var element = first
            while let here = element {
                // Mostly elements come in the order of the rules, or repeat.
                if let index = index(of: here, in: known, from: next) {
                    next = index
                    guard walk(xmlFirstElementChild(here), index, tell) else { return false }
                } else if !tell(here) {
                    return false
                }
                element = xmlNextElementSibling(here)
            }
            return true
        }

        private func index(of element: xmlNodePtr, in known: Range<Int>, from start: Int) -> Int? {
            for index in start..<known.upperBound where isNamed(element, entries[index]) { return index }
            for index in known.lowerBound..<start where isNamed(element, entries[index]) { return index }
            return nil
        }

        private func isNamed(_ element: xmlNodePtr, _ entry: Entry) -> Bool {
            xmlStrEqual(element.pointee.name, letters.baseAddress?.advanced(by: entry.name)) == 1
        }
    }
}
