import Canonical
import Documents
import StrictJSON
import Synchronization

/// Notes for the institution and finds its queue, by rules that are data. It never decides and never blocks.
public final class Triage: Sendable {
    /// Compiled XPath belongs to one thread at a time.
    ///
    /// `@unchecked`: a worker is in the pool or with one caller, never with two.
    private final class Worker: @unchecked Sendable {
        private var compiled: [String: XPathExpression] = [:]

        func expression(_ source: String) -> XPathExpression? {
            if let known = compiled[source] { return known }
            // Checked when the rules were loaded.
            guard let made = try? XPathExpression(source) else { return nil }
            compiled[source] = made
            return made
        }

        func holds(_ condition: String?, at node: Node) -> Bool {
            condition.map { expression($0)?.bool(at: node) ?? false } ?? true
        }
    }

    private let rules: RuleSet
    private let idle = Mutex<[Worker]>([])

    /// - Parameters:
    ///   - rules: the directory of routing, pre-checks, clocks and materials.
    ///   - calendar: the directory of yearly plans.
    ///   - institutions: the file of institutions.
    public init(rules: String, calendar: String, institutions: String) throws(RuleSetError) {
        self.rules = try RuleSet(rules: rules, calendar: calendar, institutions: institutions)
    }

    /// What must not be overlooked although it stops nothing.
    public func warnings(on today: CalendarDate) -> [String] {
        [today, today.adding(days: 60)].filter { !rules.calendar.isPlanned($0) }.prefix(1).map {
            "no holiday calendar for \($0.year): clocks that end there are provisional; add config/calendar/\($0.year).xml"
        }
    }

    public func assess(_ application: LegalAidApplication, receivedAt: Timestamp) -> Assessment {
        let worker = idle.withLock { $0.popLast() } ?? Worker()
        defer { idle.withLock { if $0.count < 64 { $0.append(worker) } } }
        var facts = application.content
        facts["facts"] = self.facts(about: application, receivedAt: receivedAt)
        // The application is valid JSON of our own making; were it not, it would go on without hints.
        guard let root = try? Document(JSONValue.object(facts)).root else {
            return Assessment(
                application: application, target: .unroutable("无法判读"), hints: [], clocks: [], missing: [], priority: 0)
        }
        var result = application
        let fired = rules.prechecks.filter { worker.holds($0.when, at: root) }
        let hints = self.hints(of: fired, into: &result)
        let missing = self.missing(from: application, at: root, worker)
        result.set("missing", .array(missing))
        let isUrgent = fired.contains { $0.isUrgent }
        result.set("urgency", ["level": isUrgent ? "urgent" : "normal"])
        let target = self.target(at: root, worker)
        if case .queue(let institution, let rule) = target {
            result.set("target", ["institutionCode": .string(institution), "ruleId": .string(rule)])
        }
        return Assessment(
            application: result, target: target, hints: hints,
            clocks: clocks(
                at: root, receivedAt: receivedAt,
                isInCustody: application.text("recipient.custody.kind") == "inCustody", worker),
            missing: missing, priority: isUrgent ? 1 : 0)
    }

    /// What XPath 1.0 cannot compute.
    private func facts(about application: LegalAidApplication, receivedAt: Timestamp) -> JSONValue {
        .compact([
            ("age", application.birthDate.map { JSONValue($0.years(until: receivedAt.date)) }),
            ("received", .string(receivedAt.date.iso)),
        ])
    }

    private func hints(of fired: [RuleSet.Precheck], into application: inout LegalAidApplication) -> [Hint] {
        var scope = (application.value("matter.scopeItems")?.array ?? []).compactMap(\.string)
        var grounds = (application.value("economic.exemptionGround")?.array ?? []).compactMap(\.string)
        var hints: [Hint] = []
        for rule in fired {
            if let item = rule.scope, !scope.contains(item) { scope.append(item) }
            if let ground = rule.ground, !grounds.contains(ground) { grounds.append(ground) }
            let hint = Hint(rule: rule.id, outcome: rule.isUnsure ? .insufficientData : .indicated, basis: rule.basis)
            if !hints.contains(hint) { hints.append(hint) }
        }
        if !scope.isEmpty { application.set("matter.scopeItems", .array(scope.map(JSONValue.string))) }
        if !grounds.isEmpty { application.set("economic.exemptionGround", .array(grounds.map(JSONValue.string))) }
        application.set("precheck", .array(hints.map(\.json)))
        return hints
    }

    /// What the road requires and did not come, then what the sender itself says is missing.
    private func missing(from application: LegalAidApplication, at root: Node, _ worker: Worker) -> [JSONValue] {
        let told = application.value("missing")?.array ?? []
        let came = Set((application.value("materials")?.array ?? []).compactMap { $0["kind"]?.string })
        let named = Set(told.compactMap { $0["kind"]?.string })
        let needed = rules.needs.filter {
            !came.contains($0.kind) && !named.contains($0.kind) && worker.holds($0.when, at: root)
        }
        return needed.map { ["kind": .string($0.kind)] }
            + told.map { item in
                var item = item
                if let kind = item["kind"]?.string, rules.shareable.contains(kind) { item["obtainableByShare"] = true }
                return item
            }
    }

    private func target(at root: Node, _ worker: Worker) -> Assessment.Target {
        for rule in rules.routes where worker.holds(rule.when, at: root) {
            let value = worker.expression(rule.from)?.string(at: root) ?? ""
            guard !value.isEmpty else { continue }
            let fitting = institutions(by: rule.by, value)
            if fitting.count == 1, let only = fitting.first { return .queue(only, rule: rule.id) }
            if fitting.count > 1 {
                return .unroutable("规则 \(rule.id) 对应多个机构：\(fitting.sorted().joined(separator: "、"))")
            }
        }
        return .unroutable("没有规则能确定承办机构，请人工选择")
    }

    private func institutions(by key: RuleSet.RouteKey, _ value: String) -> Set<String> {
        switch key {
        case .court: return Set(rules.places.filter { $0.courts.contains(value) }.map(\.institution))
        case .division:
            let code = AdministrativeDivision.current(value)
            return Set(rules.places.filter { $0.division == code }.map(\.institution))
        case .place:
            // The longest full name decides: 武进区遥观镇 lies in 武进区 but belongs to the Economic Development Zone.
            let found = rules.places.flatMap { place in
                place.names.filter(value.contains).map {
                    (
                        place.institution,
                        isTown: $0.hasSuffix("镇") || $0.hasSuffix("街道") || $0.contains("开发区") || $0.contains("经开区"),
                        $0.count
                    )
                }
            }
            let towns = found.filter(\.isTown)
            let candidates = towns.isEmpty ? found : towns
            let longest = candidates.map { $0.2 }.max() ?? 0
            return Set(candidates.filter { $0.2 == longest }.map { $0.0 })
        }
    }

    private func clocks(at root: Node, receivedAt: Timestamp, isInCustody: Bool, _ worker: Worker) -> [Clock] {
        rules.clocks.compactMap { rule in
            guard worker.holds(rule.when, at: root) else { return nil }
            if let source = rule.date {
                return before(rule, worker.expression(source)?.string(at: root) ?? "", receivedAt)
            }
            if rule.unit == .hour {
                let due = receivedAt.adding(hours: rule.amount)
                return clock(rule, due: due, target: due, isMet: nil)
            }
            // 刑诉法 105 ¶4: for a person in custody a period is not lengthened by holidays.
            let start = receivedAt.date
            let end = rules.calendar.end(
                of: rule.amount, rule.unit, from: start, rollsOver: rule.rollsOver && !isInCustody)
            let target = rules.calendar.end(of: rule.amount, rule.unit, from: start, rollsOver: false)
            return clock(rule, due: Self.lastMoment(of: end), target: Self.lastMoment(of: target), isMet: nil)
        }
    }

    private func before(_ rule: RuleSet.ClockRule, _ text: String, _ receivedAt: Timestamp) -> Clock? {
        guard let date = CalendarDate(iso: text.prefix(10)) else { return nil }
        let latest = Self.lastMoment(of: date.adding(days: -rule.amount))
        return clock(rule, due: latest, target: latest, isMet: receivedAt <= latest)
    }

    private func clock(_ rule: RuleSet.ClockRule, due: Timestamp, target: Timestamp, isMet: Bool?) -> Clock {
        Clock(
            id: rule.id, dueAt: due, targetAt: target, bound: rule.bound, basis: rule.basis,
            isProvisional: !rules.calendar.isPlanned(due.date), isMet: isMet)
    }

    private static func lastMoment(of date: CalendarDate) -> Timestamp {
        Timestamp(date, hour: 23, minute: 59, second: 59)
    }
}
