extension DirectExpression {
    /// The elements without which a term gives no node, no text and no truth.
    func needs(of term: Int) -> NameSet {
        switch terms[term] {
        case .path(let path):
            path.steps.reduce(NameSet()) { needs, index in
                steps[index].tests.reduce(needs.union(self.needs(of: steps[index]))) {
                    $0.union(self.needs(of: tests[$1]))
                }
            }
        case .union(let left, let right), .or(let left, let right): needs(of: left).intersection(needs(of: right))
        case .and(let left, let right): needs(of: left).union(needs(of: right))
        case .equal(let left, let right, _):
            // What is compared with a truth is made one, and the absence of nodes is a truth too.
            kind(of: left) == .truth || kind(of: right) == .truth ? NameSet() : needs(ofNodes: [left, right])
        case .compare(let left, _, let right): needs(ofNodes: [left, right])
        case .normalized(let inner), .asText(let inner), .asNumber(let inner), .length(let inner), .count(let inner),
            .translated(let inner, _, _), .substring(let inner, _, _), .folded(let inner),
            .means(let inner, _):
            needs(of: inner)
        // Everything contains the empty text, nothing too.
        case .contains(let text, let part), .startsWith(let text, let part):
            isFilled(part) ? needs(of: text) : NameSet()
        case .literal, .number, .variable, .truth, .not: NameSet()
        }
    }

    private func needs(of step: Step) -> NameSet {
        var needs = NameSet()
        switch step.axis {
        case .child: bytes.withUnsafeBufferPointer { needs.insert(Bytes(rebasing: $0[step.name.range])) }
        case .parent, .attribute, .this, .element: break
        }
        return needs
    }

    /// A set of nodes is equal to something, or more or less, only where it holds a node.
    private func needs(ofNodes terms: [Int]) -> NameSet {
        terms.filter { kind(of: $0) == .nodes }.reduce(NameSet()) { $0.union(needs(of: $1)) }
    }

    private func isFilled(_ term: Int) -> Bool {
        if case .literal(let piece) = terms[term] { piece.count > 0 } else { false }
    }
}
