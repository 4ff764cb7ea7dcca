import Documents

extension Engine {
    /// Findings made from the canonical record, each with its field's place in the document and rule.
    ///
    /// The rules that can have written these fields are asked once more, with an explanation: contradictions are few, and
    /// to keep the place of every field would cost every document.
    func placed(_ findings: [Finding], of record: PlannedRecord, at node: Node) -> [Finding] {
        guard !findings.isEmpty else { return [] }
        var run = Run(explains: true)
        fill(&run, by: record.evidence, from: node)
        let traces = run.traces.filter { $0.location != nil }
        return findings.map { finding in
            let own = traces.last { $0.tells(of: finding.path ?? "") }
            let other = traces.last { trace in Consistency.evidence.contains { trace.target == TargetTree.dotted($0) } }
            let place = (own ?? other)?.location ?? node.location
            return Finding(
                severity: finding.severity, code: finding.code, path: finding.path, location: place,
                rule: own?.rule ?? finding.rule)
        }
    }
}

extension FieldTrace {
    /// - Parameter path: a field, or a list and the code of one of its items, such as `groupFlags.elderly`.
    fileprivate func tells(of path: String) -> Bool {
        guard target != path else { return true }
        guard let dot = path.lastIndex(of: ".") else { return false }
        let (list, code) = (path[..<dot], String(path[path.index(after: dot)...]))
        // An item that is a part of one text is shown masked, as free text.
        return target == "\(list)" && result == ExplanationMask.mask(code, of: String(list))
            || target.hasPrefix("\(list)[") && result == code
    }
}

extension Rule {
    /// The rule cut down to what can write one of these fields; nothing where it can write none.
    func writing(_ fields: [String], below path: String) -> Rule? {
        func reaches(_ to: String) -> Bool {
            let target = TargetTree.join(path, to)
            return fields.contains { $0 == target || $0.hasPrefix(target + "/") }
        }
        switch self {
        case .value(let value, _, _): return reaches(value.to) ? self : nil
        case .constant(let to, _, _, _, _): return reaches(to) ? self : nil
        case .lookup(let lookup, _, _): return reaches(lookup.to) ? self : nil
        case .list(let to, _, _, _, _, _): return reaches(to) ? self : nil
        case .within(let to, let node, let inner, let when, let line):
            let place = to.map { TargetTree.join(path, $0) } ?? path
            let kept = inner.compactMap { $0.writing(fields, below: place) }
            return kept.isEmpty ? nil : .within(to: to, node: node, kept, when: when, line: line)
        case .warn, .read: return nil
        }
    }
}
