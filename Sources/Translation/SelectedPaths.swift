import Canonical
import Documents

/// What an expression has to do with the nodes at a path.
enum PathUse {
    /// It gives them.
    case selected
    /// It looks at them, in a condition, a predicate or a computation.
    case asked
}

extension Rule {
    typealias Tell = (LocationPaths.Path, _ use: PathUse, _ line: Int) -> Void

    /// Tells every path that rules can ask for, and the rule's line.
    ///
    /// - Parameter contexts: the nodes that the rules are asked at.
    static func visit(_ rules: [Rule], at contexts: [LocationPaths.Path], _ tell: Tell) {
        for rule in rules {
            func ask(_ xpaths: [String?], _ line: Int) {
                for xpath in xpaths { asked(by: xpath, at: contexts, line, tell) }
            }
            switch rule {
            case .value(let value, let when, let line):
                for xpath in [value.from] + value.others { selected(by: xpath, at: contexts, line, tell) }
                ask([when, value.digest, value.claimed], line)
            case .constant(_, _, _, let when, let line): ask([when], line)
            case .lookup(let lookup, let when, let line): ask([lookup.by, when], line)
            case .index(_, let when, let line): ask([when], line)
            // What is asked inside is no place of this document.
            case .embedded(let embedded, _, let when, let line):
                ask([when], line)
                selected(by: embedded.node, at: contexts, line, tell)
            case .within(_, let node, let inner, let when, let line):
                ask([when], line)
                visit(inner, at: selected(by: node, at: contexts, line, tell), tell)
            case .list(let list, let inner, let when, let line):
                ask([when], line)
                let nodes = selected(by: list.each, at: contexts, line, tell)
                if let by = list.by { asked(by: by, at: nodes, line, tell) }
                visit(inner, at: nodes, tell)
            case .warn(let warning, let when, let line): ask([warning.node, when], line)
            case .read(let node, let line): selected(by: node, at: contexts, line, tell)
            }
        }
    }

    /// - Returns: what the expression selects; anything where that cannot be told.
    @discardableResult
    fileprivate static func selected(
        by xpath: String?, at contexts: [LocationPaths.Path], _ line: Int, _ tell: Tell
    ) -> [LocationPaths.Path] {
        guard let xpath else { return contexts }
        let paths = LocationPaths(SourcePath.withPlainNames(xpath), at: contexts)
        for path in paths.all { tell(path, paths.selected.contains(path) ? .selected : .asked, line) }
        return paths.selected.isEmpty ? [["**"]] : paths.selected
    }

    fileprivate static func asked(
        by xpath: String?, at contexts: [LocationPaths.Path], _ line: Int, _ tell: Tell
    ) {
        guard let xpath else { return }
        for path in LocationPaths(SourcePath.withPlainNames(xpath), at: contexts).all { tell(path, .asked, line) }
    }
}

extension MappingLoader {
    /// An outbound mapping asks the canonical status: a misspelt field would silently never be there.
    mutating func checkSelectors(of mapping: Mapping) {
        let model = CanonicalModel.status
        var unknown: [(path: String, line: Int)] = []
        Rule.visit(mapping.rules, at: [["root"]]) { path, _, line in
            guard let first = path.first, first != "**", first != "*" else { return }
            let steps = path.dropFirst().prefix { $0 != "*" && $0 != "**" }.joined(separator: "/")
            let isKnown = first == "root" && (steps.isEmpty || model.field(at: steps) != nil || model.isGroup(steps))
            let shown = first == "root" ? steps : "/" + path.joined(separator: "/")
            if !isKnown, !unknown.contains(where: { $0 == (shown, line) }) { unknown.append((shown, line)) }
        }
        for (path, line) in unknown {
            let hint = model.nearest(to: path, among: .read).map { "; did you mean \($0)?" } ?? ""
            complain(line: line, "the canonical status has no \(path)\(hint)")
        }
    }
}

extension Mapping {
    /// The elements that an inbound mapping asks for anywhere, so that those which nobody reads can be told.
    var known: NameTree {
        var found: [LocationPaths.Path] = []
        visit { path, _, _ in found.append(path) }
        return NameTree(found)
    }

    /// What an inbound mapping looks at without taking it as a node: conditions and computations read it too.
    var asked: Set<LocationPaths.Path> {
        var found: Set<LocationPaths.Path> = []
        visit { path, use, _ in
            // Prefixes are the mapping's own.
            if use == .asked { found.insert(path.map(Self.withoutPrefix)) }
        }
        return found
    }

    private static func withoutPrefix(_ step: String) -> String {
        guard let colon = step.firstIndex(of: ":") else { return step }
        return (step.hasPrefix("@") ? "@" : "") + step[step.index(after: colon)...]
    }

    private func visit(_ tell: Rule.Tell) {
        let messages = Rule.selected(by: messages, at: [[]], 0, tell)
        Rule.asked(by: accepts, at: messages, 0, tell)
        for records in records {
            let nodes = Rule.selected(by: records.record, at: messages, 0, tell)
            for xpath in [records.group, records.by, records.when] { Rule.asked(by: xpath, at: nodes, 0, tell) }
            Rule.visit(records.rules, at: nodes, tell)
        }
    }
}
