import Canonical
import Documents
import StrictJSON

/// Several nodes that are one item or one record, as in tables where a person's columns stand in each row again.
extension Engine {
    /// Nodes that give the same text, in the order of the first of each. What gives none stands alone.
    func grouped(_ nodes: [Node], by key: XPathExpression) -> [[Node]] {
        var groups: [[Node]] = []
        var places: [[UInt8]: Int] = [:]
        for node in nodes {
            let text = key.string(at: node)
            let folded = TextFolding.bytes(of: text)
            if !folded.isEmpty, placeholders.read(Blanks.trimmed(text)) == .value {
                if let place = places[folded] {
                    groups[place].append(node)
                    continue
                }
                places[folded] = groups.count
            }
            groups.append([node])
        }
        return groups
    }

    /// The first row counts. What another one says otherwise would be lost in silence, so it is told.
    func tellDifferences(
        from first: JSONObject, by rules: [PlannedRule], path: String, line: Int?, _ run: inout Run
    ) {
        for row in run.rows.dropFirst() {
            var scratch = Run()
            scratch.received = run.received
            scratch.item = run.item
            scratch.limits = run.limits
            scratch.explains = run.explains
            var other = JSONObject()
            apply(rules, at: row, to: &other, path: path, &scratch)
            // What an explanation calls read was looked at here.
            run.read.formUnion(scratch.read)
            for field in Self.differences(of: other, from: first, below: path) {
                run.findings.add(
                    Finding(
                        severity: .warning, code: "rowsDiffer", path: TargetTree.dotted(field), location: row.location,
                        rule: line.map(rule) ?? mapping.id))
            }
        }
    }

    /// The fields of which another row says something else than the first, or says something where that says nothing.
    private static func differences(of other: JSONObject, from first: JSONObject, below path: String) -> [String] {
        other.members.flatMap { name, value -> [String] in
            let field = TargetTree.join(path, name)
            guard let known = first[name] else { return [field] }
            if let below = value.object, let object = known.object {
                return differences(of: below, from: object, below: field)
            }
            return value == known ? [] : [field]
        }
    }

    func put(_ index: PlannedIndex, to target: inout JSONObject, path: String, line: Int, _ run: inout Run) {
        guard let number = TargetTree.typed("\(run.item + index.rule.start)", index.rule.type) else { return }
        put(number, at: index.target.names, to: &target)
        trace(
            number, at: Place(parent: path, name: index.rule.to), from: nil, raw: nil, by: ["index"], line: line, &run)
    }
}
