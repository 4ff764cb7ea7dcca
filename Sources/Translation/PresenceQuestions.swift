import Documents

/// Questions whether a field is given, of fields that a rule reads for a use where some placeholders are values: “不清楚” about
/// the will is an answer, and `given(x)` alone takes it for nothing.
enum PresenceQuestions {
    /// What should be asked instead, with the rule's line.
    static func advice(for mapping: Mapping, _ placeholders: Placeholders) -> [(line: Int?, text: String)] {
        let excepted = placeholders.excepted
        var uses: [Substring: Set<String>] = [:]
        for value in Rule.values(in: mapping.allRules) {
            let own = value.uses.intersection(excepted)
            guard !own.isEmpty else { continue }
            for source in [value.from] + value.others { uses[lastStep(source), default: []].formUnion(own) }
        }
        return mapping.expressions.flatMap { expression in
            barePaths(in: expression.xpath).flatMap { path in
                (uses[lastStep(path)] ?? []).sorted().map {
                    (
                        expression.line,
                        "given(\(path)) takes words for nothing that are values of \($0): ask given(\(path), '\($0)')"
                    )
                }
            }
        }
    }

    /// The element or attribute that a path leads to, however the path begins.
    private static func lastStep(_ path: String) -> Substring {
        let name = path.split(separator: "/").last ?? ""
        return name.first == "@" ? name.dropFirst() : name
    }

    /// The arguments of `given()` where it names no use.
    private static func barePaths(in xpath: String) -> [String] {
        guard xpath.contains("given") else { return [] }
        return xpath.matches(of: /given\(\s*([^(),]+?)\s*\)/).map { String($0.1) }
    }
}

extension Rule {
    /// Every rule that reads a field of the sender, with those inside others.
    static func values(in rules: [Rule]) -> [Value] {
        rules.flatMap { rule -> [Value] in
            switch rule {
            case .value(let value, _, _): [value]
            case .within(_, _, let inner, _, _), .list(_, let inner, _, _), .embedded(_, let inner, _, _):
                values(in: inner)
            case .constant, .index, .lookup, .warn, .read: []
            }
        }
    }
}
