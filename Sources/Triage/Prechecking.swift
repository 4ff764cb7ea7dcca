import Canonical
import Documents
import StrictJSON
import Vocabulary

extension Examination {
    /// Asks every pre-check in the file's order; what one adds, the next ones see.
    ///
    /// - Returns: those that fired, or with `explain` all.
    mutating func precheck(explain: Bool = false) -> (results: [RuleResult], hints: [Hint], urgency: Urgency) {
        var results: [RuleResult] = []
        var hints: [Hint] = []
        var urgency = Urgency()
        for rule in edition.prechecks {
            let (outcome, cause) = outcome(of: rule)
            guard explain || outcome != .notIndicated else { continue }
            let result = RuleResult(
                rule: rule.head.id, title: rule.head.title, outcome: outcome, indicates: rule.indicates,
                evidence: outcome == .notIndicated ? [] : evidence(of: rule, cause), basis: rule.head.basis,
                version: rule.head.version, condition: (cause ?? rule.when).source)
            results.append(result)
            guard outcome != .notIndicated else { continue }
            if rule.group == nil, !hints.contains(result) { hints.append(result) }
            if outcome == .indicated {
                if let rank = rule.urgency { urgency.add(rank, rule: rule.head.id) }
                add(rule)
            }
        }
        return (results, hints, urgency)
    }

    private func outcome(of rule: Precheck) -> (RuleOutcome, cause: Expression?) {
        if let conflict = rule.conflict, holds(conflict) { return (.conflict, conflict) }
        if holds(rule.when) { return (.indicated, rule.when) }
        if let unsure = rule.unsure, holds(unsure) { return (.insufficientData, unsure) }
        return (.notIndicated, nil)
    }

    private mutating func add(_ rule: Precheck) {
        note(.string(rule.head.id), as: "fired")
        if let item = rule.scope { addOnce(item, to: "matter.scopeItems") }
        if let ground = rule.ground { addOnce(ground, to: "economic.exemptionGround") }
        if let group = rule.group, !application.hasFlag(group) {
            // A derived flag never takes the place of one that somebody asserted.
            append(["code": .string(group), "assertedBy": "derived"], to: "groupFlags")
        }
    }

    private mutating func addOnce(_ code: String, to path: String) {
        let codes = (application.value(path)?.array ?? []).compactMap(\.string)
        guard !codes.contains(code) else { return }
        append(.string(code), to: path)
        if let mark = Derived.marks[path] { append(.string(code), to: mark) }
    }

    /// Tells the rules how the clocks stand.
    func tell(_ clocks: [Clock], at now: Timestamp) {
        for clock in clocks where clock.isRunning {
            note(
                .compact([
                    ("id", .string(clock.id)), ("hoursLeft", JSONValue(clock.hoursLeft(at: now))),
                    ("met", clock.isMet.map(JSONValue.bool)), ("derived", .bool(clock.isDerived)),
                ]), as: "clocks")
        }
    }

    // MARK: Evidence

    private func evidence(of rule: Precheck, _ cause: Expression?) -> [String] {
        var paths: [String] = []
        for node in nodes(rule.evidence) + nodes(cause) {
            guard let path = Self.canonicalPath(node), !paths.contains(path) else { continue }
            paths.append(path)
        }
        return paths
    }

    /// A node's canonical path, such as `groupFlags[1].code`; for a computed fact, what it was computed from.
    private static func canonicalPath(_ node: Node) -> String? {
        let path = node.dottedPath
        guard path.hasPrefix("facts.") else { return path.isEmpty ? nil : path }
        if let source = node.child(named: "of") ?? node.child(named: "in") { return source.text }
        return Facts.sources[String(path.dropFirst("facts.".count))]
    }
}
