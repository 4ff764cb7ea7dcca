import Documents

extension Engine {
    /// Findings made from the canonical record, each with its field's place in the document and rule.
    ///
    /// The rules that can have written these fields are asked once more: contradictions are few, and to keep the place of
    /// every field would cost every document.
    func placed(_ findings: [Finding], of record: PlannedRecord, at node: Node, rows: [Node]) -> [Finding] {
        var known: [String: [Origin]] = [:]
        func origins(of field: String) -> [Origin] {
            if let told = known[field] { return told }
            var run = Run()
            run.origins = []
            run.rows = rows
            fill(&run, by: record.writers[field] ?? [], from: node)
            known[field] = run.origins ?? []
            return run.origins ?? []
        }
        return findings.map { finding in
            let path = finding.path ?? ""
            let field = Consistency.fields.filter { Self.isAbout(path, $0) }.max { $0.utf8.count < $1.utf8.count }
            let own = field.flatMap { origins(of: $0).last { $0.tells(of: path) } }
            let place = own ?? Consistency.evidence.compactMap { origins(of: $0).last }.max { $0.line < $1.line }
            return Finding(
                severity: finding.severity, code: finding.code, path: finding.path,
                location: (place?.node ?? node).location, rule: own.map { rule($0.line) } ?? finding.rule)
        }
    }

    /// Whether a finding's dotted path names a field, or something below it.
    private static func isAbout(_ path: String, _ field: String) -> Bool {
        let (path, field) = (path.utf8, field.utf8)
        guard path.count >= field.count,
            zip(path, field).allSatisfy({ $0 == $1 || $0 == UInt8(ascii: ".") && $1 == UInt8(ascii: "/") })
        else { return false }
        let next = path.dropFirst(field.count).first
        return next == nil || next == UInt8(ascii: ".") || next == UInt8(ascii: "[")
    }
}

extension Engine.Origin {
    /// - Parameter path: a field, or a list and the code of one of its items, such as `groupFlags.elderly`.
    fileprivate func tells(of path: String) -> Bool {
        guard field != path else { return true }
        guard let dot = path.lastIndex(of: ".") else { return false }
        let (list, code) = (path[..<dot], path[path.index(after: dot)...])
        return (field == list || field.hasPrefix("\(list)[")) && value.string.map { $0 == code } ?? false
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
        case .index(let index, _, _): return reaches(index.to) ? self : nil
        case .list(let list, _, _, _): return reaches(list.to) ? self : nil
        case .embedded(let embedded, let inner, let when, let line):
            let place = embedded.to.map { TargetTree.join(path, $0) } ?? path
            let kept = inner.compactMap { $0.writing(fields, below: place) }
            return kept.isEmpty ? nil : .embedded(embedded, kept, when: when, line: line)
        case .within(let to, let node, let inner, let when, let line):
            let place = to.map { TargetTree.join(path, $0) } ?? path
            let kept = inner.compactMap { $0.writing(fields, below: place) }
            return kept.isEmpty ? nil : .within(to: to, node: node, kept, when: when, line: line)
        case .warn, .read: return nil
        }
    }
}
