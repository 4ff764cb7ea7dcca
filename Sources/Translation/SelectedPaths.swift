import Canonical
import Documents

extension Rule {
    /// Tells every path that rules can ask for, and the rule's line.
    ///
    /// - Parameter contexts: the nodes that the rules are asked at.
    static func visit(
        _ rules: [Rule], at contexts: [LocationPaths.Path], _ tell: (LocationPaths.Path, _ line: Int) -> Void
    ) {
        for rule in rules {
            func ask(_ xpath: String?, _ line: Int) { selected(by: xpath, at: contexts, line, tell) }
            switch rule {
            case .value(let value, let when, let line):
                for xpath in [value.from, when, value.digest, value.claimed] + value.others { ask(xpath, line) }
            case .constant(_, _, _, let when, let line): ask(when, line)
            case .lookup(let lookup, let when, let line):
                for xpath in [lookup.by, when] { ask(xpath, line) }
            case .index(_, let when, let line): ask(when, line)
            // What is asked inside is no place of this document.
            case .embedded(let embedded, _, let when, let line):
                for xpath in [embedded.node, when] { ask(xpath, line) }
            case .within(_, let node, let inner, let when, let line):
                ask(when, line)
                visit(inner, at: selected(by: node, at: contexts, line, tell), tell)
            case .list(let list, let inner, let when, let line):
                ask(when, line)
                let nodes = selected(by: list.each, at: contexts, line, tell)
                if let by = list.by { selected(by: by, at: nodes, line, tell) }
                visit(inner, at: nodes, tell)
            case .warn(let warning, let when, let line):
                for xpath in [warning.node, when] { ask(xpath, line) }
            case .read(let node, let line): ask(node, line)
            }
        }
    }

    /// - Returns: what the expression selects; anything where that cannot be told.
    @discardableResult
    fileprivate static func selected(
        by xpath: String?, at contexts: [LocationPaths.Path], _ line: Int, _ tell: (LocationPaths.Path, Int) -> Void
    ) -> [LocationPaths.Path] {
        guard let xpath else { return contexts }
        let paths = LocationPaths(xpath, at: contexts)
        for path in paths.all { tell(path, line) }
        return paths.selected.isEmpty ? [["**"]] : paths.selected
    }
}

extension MappingLoader {
    /// An outbound mapping asks the canonical status: a misspelt field would silently never be there.
    mutating func checkSelectors(of mapping: Mapping) {
        let model = CanonicalModel.status
        var unknown: [(path: String, line: Int)] = []
        Rule.visit(mapping.rules, at: [["root"]]) { path, line in
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
        let note = { (path: LocationPaths.Path, _: Int) in found.append(path) }
        let messages = Rule.selected(by: messages, at: [[]], 0, note)
        Rule.selected(by: accepts, at: messages, 0, note)
        for records in records {
            let nodes = Rule.selected(by: records.record, at: messages, 0, note)
            for xpath in [records.group, records.by, records.when].compactMap(\.self) {
                Rule.selected(by: xpath, at: nodes, 0, note)
            }
            Rule.visit(records.rules, at: nodes, note)
        }
        return NameTree(found)
    }
}
