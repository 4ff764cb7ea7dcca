import Canonical
import StrictJSON

extension Examination {
    /// The first rule whose value leads somewhere decides; none, several or a place outside the city are for a person.
    func route(explain: Bool) -> (target: Assessment.Target, trace: [RuleResult]) {
        var trace: [RuleResult] = []
        var target: Assessment.Target?
        for rule in edition.routes {
            guard target == nil, holds(rule.when) else {
                if explain { trace.append(result(rule, .notIndicated, leadsTo: nil)) }
                continue
            }
            let value = text(rule.value)
            let found = value.isEmpty ? .nothing : rules.institutions.find(rule.key, value)
            target = self.target(found, rule)
            if explain { trace.append(result(rule, target == nil ? .insufficientData : .indicated, leadsTo: target)) }
            if target == nil, rule.isFinal { target = nowhere }
            if target != nil, !explain { break }
        }
        return (target ?? nowhere, trace)
    }

    private var nowhere: Assessment.Target {
        .unroutable(
            Unroutable(reason: .noRule, rule: "RT-13", candidates: [rules.institutions.center], region: nil))
    }

    private func target(_ found: Institutions.Found, _ rule: RouteRule) -> Assessment.Target? {
        switch found {
        case .nothing: nil
        case .outside(let region):
            .unroutable(Unroutable(reason: .externalHandover, rule: "RT-11", candidates: [], region: region))
        case .institutions(let codes) where codes.count == 1:
            .queue(codes[0], rule: rule.head.id)
        case .institutions(let codes):
            .unroutable(Unroutable(reason: .severalInstitutions, rule: "RT-12", candidates: codes, region: nil))
        }
    }

    private func result(
        _ rule: RouteRule, _ outcome: RuleOutcome, leadsTo target: Assessment.Target?
    ) -> RuleResult {
        let place =
            switch target {
            case .queue(let institution, _): institution
            case .unroutable(let reason): reason.region ?? reason.candidates.joined(separator: " ")
            case nil: String?.none
            }
        return RuleResult(
            rule: rule.head.id, title: rule.head.title, outcome: outcome, indicates: place,
            evidence: outcome == .notIndicated ? [] : RulePaths.used(in: rule.value.source).map(Self.dotted),
            basis: rule.head.basis, version: rule.head.version,
            condition: rule.when?.source)
    }

    static func dotted(_ path: String) -> String { path.split(separator: "/").joined(separator: ".") }
}
