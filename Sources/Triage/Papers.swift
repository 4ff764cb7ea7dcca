import Canonical
import StrictJSON
import Vocabulary

extension Examination {
    /// What the road requires and did not come, unless data sharing shows it; then what the sender itself says is
    /// missing. What the rules listed earlier is reckoned anew.
    func missing(explain: Bool = false) -> (list: [JSONValue], trace: [RuleResult]) {
        let came = Set((application.value("materials")?.array ?? []).compactMap { $0["kind"]?.string })
        let told = (application.value("missing")?.array ?? []).filter { item in
            item["basis"] == nil && !(item["kind"]?.string.map(came.contains) ?? false)
        }
        let named = Set(told.compactMap { $0["kind"]?.string })
        var list: [JSONValue] = []
        var trace: [RuleResult] = []
        for need in edition.needs {
            let isNeeded = holds(need.when)
            // What the sender itself says is missing is told in its own, narrower words.
            let isThere = !came.isDisjoint(with: need.kinds) || !named.isDisjoint(with: need.kinds)
            let isProven = isNeeded && !isThere && need.proven.map(holds) ?? false
            let lacks = isNeeded && !isThere && !isProven
            if explain { trace.append(result(need, lacks: lacks)) }
            if lacks { list.append(entry(need)) }
        }
        return (list + told.map(shown), trace)
    }

    private func entry(_ need: Need) -> JSONValue {
        .compact([
            ("kind", .string(need.kind)), ("required", .bool(need.isRequired)), ("due", .string(due.iso)),
            ("obtainableByShare", need.isShareable ? true : nil), ("basis", .string(need.head.basis)),
        ])
    }

    private func shown(_ item: JSONValue) -> JSONValue {
        guard let kind = item["kind"]?.string, rules.shareable.contains(kind) else { return item }
        var item = item
        item["obtainableByShare"] = true
        return item
    }

    /// The day until which papers may follow; the institution may set another.
    private var due: CalendarDate {
        let days = edition.numbers["supplementDays"].map { Int($0) } ?? 15
        return rules.calendar.end(of: days, .calendarDay, from: receivedAt.date, rollsOver: true)
    }

    private func result(_ need: Need, lacks: Bool) -> RuleResult {
        RuleResult(
            rule: need.head.id, title: need.head.title, outcome: lacks ? .indicated : .notIndicated,
            indicates: need.kind, evidence: [], basis: need.head.basis, version: need.head.version,
            condition: need.when?.source)
    }
}
