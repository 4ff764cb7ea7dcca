import Documents
import StrictJSON

/// Two rules that take different things from one document for one field: the later one counts, and the other is not lost in
/// silence.
extension Engine {
    /// What a rule took from the document for a field that another rule writes too.
    struct Said {
        let result: JSONValue
        /// None where a condition on the document stands for the mapping's own word.
        let value: PlannedValue?
        let node: Node
        let line: Int

        init(_ result: JSONValue, _ value: PlannedValue?, at node: Node, _ line: Int) {
            self.result = result
            self.value = value
            self.node = node
            self.line = line
        }
    }

    private static let overwritten =
        "同一内容在报文中有两种说法，已取其中一种，请核对。 The document says two different things of this; one was taken."

    /// Tells where the document says something else of the field than it said before, at the place of what was not taken.
    func say(_ said: Said, at place: Place, _ run: inout Run) {
        let path = place.path
        if let earlier = run.said[path], earlier.result != said.result {
            run.findings.add(
                Finding(
                    severity: .warning, code: "contradiction", path: TargetTree.dotted(path),
                    location: (source(of: earlier) ?? source(of: said) ?? earlier.node).location,
                    rule: rule(said.line), message: Self.overwritten))
        }
        run.said[path] = said
    }

    /// The node whose text it is; none of the mapping's own word.
    private func source(of said: Said) -> Node? {
        guard let value = said.value else { return nil }
        let nodes = ([value.from] + value.others).lazy.flatMap { $0.nodes(at: said.node) }
        return nodes.first { self.isSaid($0.text, value) }
    }
}

extension Rule {
    /// Lines of the rules whose field another rule of the same record, or list item, writes too.
    static func contested(in rules: [Rule]) -> Set<Int> {
        var writers: [String: [Int]] = [:]
        gather(rules, below: "", &writers)
        return Set(writers.values.lazy.filter { $0.count > 1 }.joined())
    }

    private static func gather(_ rules: [Rule], below path: String, _ writers: inout [String: [Int]]) {
        for rule in rules {
            switch rule {
            case .value(let value, _, let line): writers[TargetTree.join(path, value.to), default: []].append(line)
            case .constant(let to, _, _, _, let line): writers[TargetTree.join(path, to), default: []].append(line)
            case .within(let to, _, let inner, _, _):
                gather(inner, below: to.map { TargetTree.join(path, $0) } ?? path, &writers)
            case .embedded(let embedded, let inner, _, _):
                gather(inner, below: embedded.to.map { TargetTree.join(path, $0) } ?? path, &writers)
            // Each item is its own; a second list of the same target adds others.
            case .list(let list, let inner, _, let line):
                gather(inner, below: TargetTree.join(path, "\(list.to)[\(line)]"), &writers)
            // An index says nothing of the document, and a lookup overwrites nothing.
            case .index, .lookup, .warn, .read: break
            }
        }
    }
}
