import Documents

/// Reads what goes out, and holds its names against XML and the partner's schema.
extension MappingLoader {
    mutating func readOutbound(_ root: Node, into mapping: inout Mapping) {
        mapping.root = root.attribute("root") ?? "root"
        if mapping.format == .xml, let problem = problem(withName: mapping.root[...]) {
            complain(root, "root: \(problem)")
        }
        mapping.mediaType =
            root.attribute("mediaType") ?? (mapping.format == .xml ? "application/xml" : "application/json")
        if let name = root.attribute("encoding") {
            if let encoding = TextEncoding(name: name) {
                mapping.encoding = encoding
            } else {
                complain(root, "unknown encoding \(name)")
            }
        }
        if mapping.schema != nil, let schema = root.attribute("schema") {
            let folder = file.dropLast("mapping.xml".count)
            outline = SchemaOutline(path: folder + schema, root: Self.withoutPrefixes(mapping.root))
        }
        mapping.rules = rules(below: root, prefix: "")
        outline = nil
        if mapping.format == .json { checkTexts(of: mapping.rules) }
        checkSelectors(of: mapping)
    }

    /// A name that XML does not allow would make every message ill-formed (XML 1.0 §2.3, Namespaces in XML §3).
    mutating func checkNames(of path: String, at node: Node) {
        guard format == .xml else { return }
        for step in path.split(separator: "/", omittingEmptySubsequences: false) where step != "." {
            if let problem = problem(withName: step.hasPrefix("@") ? step.dropFirst() : step) {
                complain(node, step.isEmpty ? "\(path) is no name that XML allows" : problem)
            }
        }
    }

    private func problem(withName name: Substring) -> String? {
        let parts = name.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count <= 2, parts.allSatisfy(OutputElement.isName) else {
            return "\(name) is no name that XML allows"
        }
        let prefix = String(parts[0])
        return parts.count == 1 || namespaces[prefix] != nil ? nil : undeclared(prefix)
    }

    /// As a schema's outline names elements: without prefixes, and without the dot of an element's own text.
    static func withoutPrefixes(_ path: String) -> String {
        path.split(separator: "/").filter { $0 != "." }.map { step in
            let name = step.drop { $0 == "@" }
            let local = name.firstIndex(of: ":").map { name[name.index(after: $0)...] } ?? name
            return (step.first == "@" ? "@" : "") + local
        }.joined(separator: "/")
    }

    /// An element of XML has a text beside its attributes; a value of JSON is one or the other.
    private mutating func checkTexts(of rules: [Rule]) {
        let places = Self.places(of: rules, below: "")
        for (path, line, isItem) in places {
            let isDot = path.hasSuffix("/.") || path == "."
            let above = isDot ? String(path.dropLast(path == "." ? 1 : 2)) : path
            let isShared = places.contains { $0.path != path && $0.path.hasPrefix(above + "/") }
            if isDot ? isShared || !isItem : isShared {
                complain(line: line, "\(above) cannot have a text and members too in JSON")
            }
        }
    }

    /// Where rules without a condition write; a dot is the text of what is around it.
    private static func places(of rules: [Rule], below path: String) -> [(path: String, line: Int, isItem: Bool)] {
        func join(_ to: String) -> String { path.isEmpty ? to : path + "/" + to }
        return rules.flatMap { rule -> [(path: String, line: Int, isItem: Bool)] in
            switch rule {
            case .value(let value, nil, let line): [(join(value.to), line, false)]
            case .constant(let to, _, _, nil, let line): [(join(to), line, false)]
            case .index(let index, nil, let line): [(join(index.to), line, false)]
            case .lookup(let lookup, nil, let line): [(join(lookup.to), line, false)]
            case .within(let to, _, let inner, nil, _): places(of: inner, below: to.map(join) ?? path)
            case .list(let list, let inner, nil, _):
                places(of: inner, below: join(list.to)).map {
                    ($0.path, $0.line, $0.isItem || $0.path == join(list.to) + "/.")
                }
            case .value, .constant, .index, .lookup, .within, .list, .embedded, .warn, .read: []
            }
        }
    }
}
