import Canonical
import Documents
import StrictJSON

/// Where a rule's result goes below its place.
struct Target {
    /// Slash-separated, as the mapping has it.
    let path: String
    let names: [String]

    init(_ path: String) {
        self.path = path
        names = path.split(separator: "/").map(String.init)
    }
}

/// A mapping's rules made ready for one thread: selectors compiled, targets split and code lists at hand.
///
/// Classes, since a rule is only looked at and never copied while a document is read.
struct PlannedRule {
    enum Action {
        case value(PlannedValue)
        case constant(PlannedConstant)
        case lookup(PlannedLookup)
        case within(PlannedGroup)
        case list(PlannedGroup)
        case index(PlannedIndex)
        case embedded(PlannedEmbedded)
        case warn(PlannedWarning)
        /// Tells an explanation that the nodes were seen; nothing else comes of it.
        case read(XPathExpression)
    }

    let action: Action
    let when: XPathExpression?
    let line: Int
}

final class PlannedValue {
    let rule: Rule.Value
    let target: Target
    let from: XPathExpression
    let others: [XPathExpression]
    let codes: CodeList?
    let digest: XPathExpression?
    let claimed: XPathExpression?
    /// What a placeholder may be a value for: 无 where yes or no is asked.
    let uses: Set<String>
    /// A mobile number or a landline is asked.
    let isTelephone: Bool
    /// A day is asked, perhaps with its time.
    let isDay: Bool
    /// Another rule writes the same field.
    let isContested: Bool
    // A rule always writes the same field, wherever its list's items stand; found out at the first document.
    var fillsPerson: Bool?
    var timing: FieldTiming??

    init(
        _ rule: Rule.Value, from: XPathExpression, others: [XPathExpression], codes: CodeList?,
        digest: XPathExpression?, claimed: XPathExpression?, isContested: Bool
    ) {
        self.rule = rule
        target = Target(rule.to)
        self.from = from
        self.others = others
        self.codes = codes
        self.digest = digest
        self.claimed = claimed
        uses = rule.uses
        isTelephone =
            rule.converters == [.phone] && target.names.last.map { $0 == "mobile" || $0 == "landline" } ?? false
        // Telephones are gathered, and an attachment's facts go beside its title.
        self.isContested = isContested && !isTelephone && !rule.isBase64
        isDay =
            switch rule.converters.last {
            case .date, .dateTime, .monthStart, .monthEnd: true
            case .text, .personName, .residentId, .uscc, .caseNumber, .letterNo, .phone, .spreadsheetDay, .money,
                .integer, .boolean, .fullText, .upper, .organCode, .division, .placeDivision, nil:
                false
            }
    }
}

final class PlannedConstant {
    let target: Target
    let value: JSONValue
    /// It stands for something in the document, and another rule writes the same field.
    let isContested: Bool

    init(to: String, _ value: JSONValue, isContested: Bool) {
        target = Target(to)
        self.value = value
        self.isContested = isContested
    }
}

final class PlannedIndex {
    let rule: Rule.Index
    let target: Target

    init(_ rule: Rule.Index) {
        self.rule = rule
        target = Target(rule.to)
    }
}

/// The rules below the root of a document within a text.
final class PlannedEmbedded {
    let rule: Rule.Embedded
    let group: PlannedGroup

    init(_ rule: Rule.Embedded, _ group: PlannedGroup) {
        self.rule = rule
        self.group = group
    }
}

final class PlannedLookup {
    let rule: Rule.Lookup
    let target: Target
    let by: XPathExpression
    let codes: CodeList

    init(_ rule: Rule.Lookup, by: XPathExpression, codes: CodeList) {
        self.rule = rule
        target = Target(rule.to)
        self.by = by
        self.codes = codes
    }
}

/// The rules below another node, or below each of several.
final class PlannedGroup {
    /// None where the rules go on in the same place.
    let target: Target?
    let source: XPathExpression
    let split: String?
    /// Lists: nodes for which this gives the same text are one item.
    let by: XPathExpression?
    /// Lists: goes over the nodes that the item or record around it was made of.
    let isOverRows: Bool
    let rules: [PlannedRule]
    /// What it gives follows from its source alone, and its source lies outside the record: of a document about several
    /// persons, it gives the same for each.
    let isShared: Bool
    /// The lists that it fills, for telling whether another rule has begun one already.
    let lists: [[String]]

    init(to: String?, source: XPathExpression, rules: [PlannedRule], list: Rule.List? = nil, by: XPathExpression? = nil)
    {
        target = to.map(Target.init)
        self.source = source
        self.by = by
        split = list?.split
        isOverRows = list?.isOverRows ?? false
        let isList = list != nil
        self.rules = rules
        let names = target?.names ?? []
        lists = isList ? [names] : rules.flatMap(\.lists).map { names + $0 }
        isShared =
            (source.source.hasPrefix("../") || source.source.hasPrefix("/")) && rules.allSatisfy(\.followsFromSource)
    }
}

extension PlannedRule.Action {
    /// What is told of a rule's condition is told of this field, slash-separated.
    var field: String? {
        switch self {
        case .value(let value): value.rule.to
        case .constant(let constant): constant.target.path
        case .lookup(let lookup): lookup.rule.to
        case .within(let group), .list(let group): group.target?.path
        case .embedded(let embedded): embedded.group.target?.path
        case .index(let index): index.target.path
        case .warn(let warning): warning.rule.path.isEmpty ? nil : warning.rule.path
        case .read: nil
        }
    }
}

extension PlannedRule {
    fileprivate var lists: [[String]] {
        switch action {
        case .within(let group), .list(let group): group.lists
        case .embedded(let embedded): embedded.group.lists
        case .value, .constant, .index, .lookup, .warn, .read: []
        }
    }

    /// A lookup also asks what stands there already, and a warning what was told already.
    fileprivate var followsFromSource: Bool {
        switch action {
        case .value, .constant, .read: true
        case .lookup, .warn, .index: false
        case .within(let group), .list(let group): group.rules.allSatisfy(\.followsFromSource)
        case .embedded(let embedded): embedded.group.rules.allSatisfy(\.followsFromSource)
        }
    }
}

final class PlannedWarning {
    let rule: Rule.Warning
    let node: XPathExpression?

    init(_ rule: Rule.Warning, node: XPathExpression?) {
        self.rule = rule
        self.node = node
    }
}

/// What one record of a document is made by.
final class PlannedRecord {
    let rules: RecordRules
    let record: XPathExpression?
    let when: XPathExpression?
    let group: XPathExpression?
    /// Nodes for which this gives the same text are one record.
    let by: XPathExpression?
    let plan: [PlannedRule]
    /// By field, slash-separated, the rules that write what contradictions speak of.
    let writers: [String: [PlannedRule]]

    init(_ rules: RecordRules, _ planner: Planner) {
        var planner = planner
        planner.contested = Rule.contested(in: rules.rules)
        self.rules = rules
        record = planner.compile(rules.record)
        when = rules.when.flatMap(planner.compile)
        group = rules.group.flatMap(planner.compile)
        by = rules.by.flatMap(planner.compile)
        plan = planner.plan(rules.rules)
        let writers = Consistency.fields.map { field in
            (field, planner.plan(rules.rules.compactMap { $0.writing([field], below: "") }))
        }
        self.writers = Dictionary(writers, uniquingKeysWith: { first, _ in first })
    }
}

/// The mapping was checked when it was loaded, so every expression compiles and every list is there; were one not, its
/// rule would give nothing.
struct Planner {
    let codes: CodeLists
    let meaning: MappingMeaning
    let namespaces: [String: String]
    /// Lines of rules that write what another one writes too.
    var contested: Set<Int> = []
    /// Whether the rules stand under a condition of a group around them.
    var isConditional = false

    func plan(_ rules: [Rule]) -> [PlannedRule] { rules.compactMap(planned) }

    func compile(_ source: String) -> XPathExpression? {
        try? XPathExpression(source, meaning: meaning, namespaces: namespaces)
    }

    private func planned(_ rule: Rule) -> PlannedRule? {
        let (action, when, line) = action(of: rule)
        guard let action else { return nil }
        guard let when else { return PlannedRule(action: action, when: nil, line: line) }
        return compile(when).map { PlannedRule(action: action, when: $0, line: line) }
    }

    private func action(of rule: Rule) -> (PlannedRule.Action?, when: String?, line: Int) {
        switch rule {
        case .value(let value, let when, let line):
            (self.value(value, isContested: contested.contains(line)), when, line)
        case .constant(let to, let text, let type, let when, let line):
            (
                TargetTree.typed(text, type).map {
                    PlannedRule.Action.constant(
                        PlannedConstant(
                            to: to, $0, isContested: (when != nil || isConditional) && contested.contains(line)))
                }, when, line
            )
        case .lookup(let lookup, let when, let line): (self.lookup(lookup), when, line)
        case .within(let to, let source, let inner, let when, let line):
            (under(when, source).group(to, source, inner).map { .within($0) }, when, line)
        case .list(let list, let inner, let when, let line): (self.list(list, inner), when, line)
        case .index(let index, let when, let line): (.index(PlannedIndex(index)), when, line)
        case .embedded(let embedded, let inner, let when, let line):
            (
                under(when, embedded.node).group(embedded.to, embedded.node, inner).map {
                    .embedded(PlannedEmbedded(embedded, $0))
                }, when, line
            )
        case .warn(let warning, let when, let line):
            (.warn(PlannedWarning(warning, node: warning.node.flatMap(compile))), when, line)
        case .read(let source, let line): (compile(source).map { .read($0) }, nil, line)
        }
    }

    private func value(_ value: Rule.Value, isContested: Bool) -> PlannedRule.Action? {
        compile(value.from).map {
            .value(
                PlannedValue(
                    value, from: $0, others: value.others.compactMap(compile), codes: value.codes.flatMap { codes[$0] },
                    digest: value.digest.flatMap(compile),
                    claimed: value.claimed.flatMap(compile), isContested: isContested))
        }
    }

    private func lookup(_ lookup: Rule.Lookup) -> PlannedRule.Action? {
        guard let by = compile(lookup.by), let list = codes[lookup.codes] else { return nil }
        return .lookup(PlannedLookup(lookup, by: by, codes: list))
    }

    /// For what stands in a group: its condition, or the predicate by which it is selected, is theirs too.
    private func under(_ when: String?, _ source: String) -> Planner {
        var planner = self
        if when != nil || source.contains("[") { planner.isConditional = true }
        return planner
    }

    private func group(_ to: String?, _ source: String, _ rules: [Rule]) -> PlannedGroup? {
        compile(source).map { PlannedGroup(to: to, source: $0, rules: plan(rules)) }
    }

    private func list(_ list: Rule.List, _ rules: [Rule]) -> PlannedRule.Action? {
        compile(list.each).map {
            .list(
                PlannedGroup(
                    to: list.to, source: $0, rules: plan(rules), list: list, by: list.by.flatMap(compile)))
        }
    }
}
