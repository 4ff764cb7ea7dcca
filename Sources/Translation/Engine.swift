import Canonical
import Documents
import Foundation
import StrictJSON
import Vocabulary

/// Digests in lower-case hexadecimal, handed in because this room knows no cryptography.
public struct Digests: Sendable {
    /// GB/T 32905.
    public let sm3: @Sendable ([UInt8]) -> String
    /// FIPS 180-4 and RFC 1321: held against what a sender says of its attachments.
    public let sha256: @Sendable ([UInt8]) -> String
    public let md5: @Sendable ([UInt8]) -> String

    public init(
        sm3: @escaping @Sendable ([UInt8]) -> String, sha256: @escaping @Sendable ([UInt8]) -> String,
        md5: @escaping @Sendable ([UInt8]) -> String
    ) {
        self.sm3 = sm3
        self.sha256 = sha256
        self.md5 = md5
    }
}

/// A mapping made ready for one thread. One engine serves both directions.
final class Engine {
    let mapping: Mapping
    let codes: CodeLists
    let placeholders: Placeholders
    let digests: Digests
    let meaning: MappingMeaning
    private(set) lazy var will = ApplicationWill(codes)
    private let accepting: XPathExpression?
    private let messages: XPathExpression?
    /// Made at the first document: most workers meet few of the mappings.
    private(set) lazy var records: [PlannedRecord] = mapping.records.map {
        PlannedRecord($0, planner)
    }
    private lazy var outbound: [PlannedRule] = planner.plan(mapping.rules)
    private var planner: Planner { Planner(codes: codes, meaning: meaning, namespaces: mapping.namespaces) }
    var shared: [SharedKey: Shared] = [:]
    /// Documents within the one that is being read.
    var embeddedDocuments: [EmbeddedKey: EmbeddedDocument] = [:]

    init(_ mapping: Mapping, codes: CodeLists, placeholders: Placeholders, digests: Digests) {
        self.mapping = mapping
        self.codes = codes
        self.placeholders = placeholders
        self.digests = digests
        meaning = MappingMeaning(codes: codes, placeholders: placeholders)
        let planner = Planner(codes: codes, meaning: meaning, namespaces: mapping.namespaces)
        accepting = mapping.isInbound ? planner.compile(mapping.accepts) : nil
        messages = mapping.messages.flatMap(planner.compile)
    }

    /// The walk through one record.
    struct Run {
        var target = JSONObject()
        var findings: FindingList
        var traces: [FieldTrace] = []
        var read: Set<Int> = []
        var explains = false
        /// Where values came from, when that alone is asked.
        var origins: [Origin]?
        var attachments = 0
        var uploadClaims: [UploadClaim] = []
        var unknownCodes: [UnknownCodeText] = []
        /// When the document came; nothing for what goes out.
        var received: Timestamp?
        /// The number of the item, or of the record, that is being made, from 0 on.
        var item = 0
        /// The nodes that the item or record is made of, where it groups several.
        var rows: [Node] = []
        /// Of documents within this one.
        var limits = ParseLimits()
        /// The document is about several persons, and what lies outside their records is read once.
        var shares = false
        /// What rules took for fields that others write too, by place.
        var said: [String: Said] = [:]
        /// The last value is the mapping's own word, not the document's.
        var isAssumed = false

        init(findings: FindingList = FindingList(), explains: Bool = false) {
            self.findings = findings
            self.explains = explains
        }
    }

    /// A value that a node gave to a field.
    struct Origin {
        /// Dotted.
        let field: String
        let value: JSONValue
        let node: Node
        let line: Int
    }

    /// The field that a rule writes: written out only when something is to be told of it.
    struct Place {
        /// Of the group or list item around it; slash-separated.
        let parent: String
        let name: String

        var path: String { TargetTree.join(parent, name) }
        /// A list's item may be lost where a record may not.
        var isInList: Bool { parent.utf8.contains(UInt8(ascii: "[")) }
    }

    /// Whether any message of a document is one of this mapping's.
    func accepts(_ document: Document) -> Bool {
        mapping.format == document.format && messages(in: document).contains(where: accepts)
    }

    /// Whether a message is one of this mapping's. What its test cannot read is no matter of another mapping's message.
    func accepts(_ message: Node) -> Bool {
        defer { meaning.forgetDoubts() }
        return accepting?.bool(at: message) ?? false
    }

    /// The nodes each of which is a message; the document's root where it is one.
    func messages(in document: Document) -> [Node] { messages?.nodes(at: document.root) ?? [document.root] }

    func nodes(of record: PlannedRecord, in message: Node) -> [Node] {
        let found = record.record?.nodes(at: message) ?? []
        guard let when = record.when else { return found }
        return found.filter { when.bool(at: $0) }
    }

    func fill(_ run: inout Run, by record: PlannedRecord, from node: Node) {
        fill(&run, by: record.plan, from: node)
        if run.rows.count > 1 { tellDifferences(from: run.target, by: record.plan, path: "", line: nil, &run) }
    }

    func fillOutbound(_ run: inout Run, from node: Node) { fill(&run, by: outbound, from: node) }

    func fill(_ run: inout Run, by rules: [PlannedRule], from node: Node) {
        var target = JSONObject()
        apply(rules, at: node, to: &target, path: "", &run)
        run.target = target
    }

    /// - Returns: whether everything required was there.
    @discardableResult
    func apply(
        _ rules: [PlannedRule], at node: Node, to target: inout JSONObject, path: String, _ run: inout Run
    ) -> Bool {
        // By a buffer: each rule is looked at where it lies, and nothing of it is counted.
        rules.withUnsafeBufferPointer { rules in
            var isComplete = true
            for index in rules.indices {
                let holds = rules[index].when?.bool(at: node) ?? true
                if holds, !apply(rules[index].action, rules[index].line, at: node, to: &target, path: path, &run) {
                    isComplete = false
                }
                if !meaning.doubts.isEmpty { tellDoubts(of: rules[index], path: path, &run) }
            }
            return isComplete
        }
    }

    private func apply(
        _ action: PlannedRule.Action, _ line: Int, at node: Node, to target: inout JSONObject, path: String,
        _ run: inout Run
    ) -> Bool {
        switch action {
        case .value(let value): return put(value, line, at: node, to: &target, path: path, &run)
        case .constant(let constant):
            put(constant.value, at: constant.target.names, to: &target)
            let place = Place(parent: path, name: constant.target.path)
            if constant.isContested { say(Said(constant.value, nil, at: node, line), at: place, &run) }
            trace(constant.value, at: place, from: nil, raw: nil, by: ["constant"], line: line, &run)
        case .lookup(let lookup):
            if target.value(at: lookup.target.names) == nil {
                look(lookup, at: node, to: &target, path: path, line: line, &run)
            }
        case .within(let group), .list(let group):
            if group.isShared, path.isEmpty, run.shares {
                return shared(action, group, line, at: node, to: &target, &run)
            }
            return direct(action, line, at: node, to: &target, path: path, &run)
        case .index(let index): put(index, to: &target, path: path, line: line, &run)
        case .embedded: return direct(action, line, at: node, to: &target, path: path, &run)
        case .warn(let warning): warn(warning, at: node, line: line, &run)
        case .read(let source): if run.explains { _ = nodes(source, at: node, &run) }
        }
        return true
    }

    /// - Returns: whether what is required was there.
    private func put(
        _ value: PlannedValue, _ line: Int, at node: Node, to target: inout JSONObject, path: String, _ run: inout Run
    ) -> Bool {
        run.isAssumed = false
        guard let result = self.value(value, at: node, path: path, line: line, &run) else {
            return !value.rule.isRequired
        }
        if value.isContested {
            let place = Place(parent: path, name: value.rule.to)
            // A default stands for what nobody says; it takes nothing from what an earlier rule read.
            if run.isAssumed, run.said[place.path] != nil { return true }
            if !run.isAssumed { say(Said(result, value, at: node, line), at: place, &run) }
        }
        if value.rule.isBase64, let facts = result.object {
            // What is known of an attachment stands beside its title.
            for (name, fact) in facts.members { target[name] = fact }
        } else if value.isTelephone, let numbers = result.object {
            put(telephones: numbers, by: value, at: node, to: &target, path: path, line: line, &run)
        } else {
            put(result, at: value.target.names, to: &target)
        }
        return true
    }

    func direct(
        _ action: PlannedRule.Action, _ line: Int, at node: Node, to target: inout JSONObject, path: String,
        _ run: inout Run
    ) -> Bool {
        switch action {
        case .within(let group): return within(group, at: node, to: &target, path: path, line: line, &run)
        case .list(let group): list(group, at: node, target: &target, path: path, line: line, &run)
        case .embedded(let embedded):
            return self.embedded(embedded, at: node, to: &target, path: path, line: line, &run)
        case .value, .constant, .index, .lookup, .warn, .read: break
        }
        return true
    }

    /// - Returns: whether everything that the record itself requires was there.
    private func within(
        _ group: PlannedGroup, at node: Node, to target: inout JSONObject, path: String, line: Int, _ run: inout Run
    ) -> Bool {
        let place = Place(parent: path, name: group.target?.path ?? ".")
        let inner = single(group.source, at: node, place: place, line: line, &run)
        return fill(group, from: inner, at: node, place: place, to: &target, &run)
    }

    /// - Parameter inner: where the group's rules are asked; nothing where what they speak of is missing.
    func fill(
        _ group: PlannedGroup, from inner: Node?, at node: Node, place: Place, to target: inout JSONObject,
        _ run: inout Run
    ) -> Bool {
        let path = place.parent
        guard let into = group.target else {
            guard let inner else { return tellMissing(group.rules, at: node, path: path, &run) }
            return apply(group.rules, at: inner, to: &target, path: path, &run)
        }
        guard let inner else { return true }
        var object = JSONObject()
        apply(group.rules, at: inner, to: &object, path: place.path, &run)
        for (name, value) in object.members { put(value, at: into.names + [name], to: &target) }
        return true
    }

    /// What is required of the record itself is missing too where the element around it is.
    private func tellMissing(_ rules: [PlannedRule], at node: Node, path: String, _ run: inout Run) -> Bool {
        var isComplete = true
        for rule in rules where rule.when == nil {
            switch rule.action {
            case .value(let value) where value.rule.isRequired && value.rule.fallback == nil:
                let place = Place(parent: path, name: value.rule.to)
                note("missing", place.isInList ? .warning : .error, place, node, rule.line, &run)
                isComplete = false
            case .within(let group) where group.target == nil:
                if !tellMissing(group.rules, at: node, path: path, &run) { isComplete = false }
            case .embedded(let embedded) where embedded.group.target == nil:
                if !tellMissing(embedded.group.rules, at: node, path: path, &run) { isComplete = false }
            case .value, .constant, .index, .lookup, .within, .embedded, .list, .warn, .read: continue
            }
        }
        return isComplete
    }

    /// An outgoing element may have a text beside its attributes and children.
    func put(_ value: JSONValue, at names: [String], to target: inout JSONObject) {
        if mapping.isInbound || mapping.format == .json {
            target.put(value, at: names)
        } else {
            TargetTree.put(value, at: names, besideTextIn: &target)
        }
    }

    func nodes(_ source: XPathExpression, at node: Node, _ run: inout Run) -> [Node] {
        let found = source.nodes(at: node)
        if run.explains { run.read.formUnion(found.map(\.identity)) }
        return found
    }

    /// Where one node is meant, the first counts and the sender is told of the others.
    func single(
        _ source: XPathExpression, at node: Node, place: @autoclosure () -> Place, line: Int, _ run: inout Run
    ) -> Node? {
        let found = nodes(source, at: node, &run)
        if found.count > 1, mapping.isInbound { note("repeated", .warning, place(), found[1], line, &run) }
        return found.first
    }

    func rule(_ line: Int) -> String { "\(mapping.id):\(line)" }

    // MARK: Lookups and warnings

    private func look(
        _ lookup: PlannedLookup, at node: Node, to target: inout JSONObject, path: String, line: Int, _ run: inout Run
    ) {
        let key = Blanks.trimmed(lookup.by.string(at: node))
        guard !key.isEmpty else { return }
        let found = lookup.codes.code(for: Converter.narrowed(key).0)
        guard let result = lookup.rule.givesName ? found.flatMap(lookup.codes.name(of:)) : found else { return }
        put(.string(result), at: lookup.target.names, to: &target)
        trace(
            .string(result), at: Place(parent: path, name: lookup.rule.to), from: node, raw: key,
            by: ["lookup \(lookup.rule.codes)"], line: line, &run)
    }

    private func warn(_ warning: PlannedWarning, at node: Node, line: Int, _ run: inout Run) {
        let rule = warning.rule
        // The engine may have said it already, more exactly.
        guard !run.findings.holds(rule.code, below: rule.path) else { return }
        let place = warning.node?.nodes(at: node).first ?? node
        run.findings.add(
            Finding(
                severity: rule.severity, code: rule.code, path: TargetTree.dotted(rule.path),
                location: place.location, rule: self.rule(line), message: rule.message))
    }

    // MARK: What is told

    /// What the tests of a rule could not read, told at the field that the rule is about.
    private func tellDoubts(of rule: PlannedRule, path: String, _ run: inout Run) {
        let field = rule.action.field.map { TargetTree.dotted(TargetTree.join(path, $0)) }
        for doubt in meaning.takeDoubts() {
            if let finding = finding(of: doubt, path: field, rule: self.rule(rule.line), &run) {
                run.findings.add(finding)
            }
        }
    }

    /// Once for each place, however many rules ask.
    private func finding(
        of doubt: MappingMeaning.Doubt, path: String?, rule: String, _ run: inout Run
    ) -> Finding? {
        let location = doubt.node.location
        guard !run.findings.holds(doubt.code, at: location) else { return nil }
        if let list = doubt.list { run.unknownCodes.append(UnknownCodeText(list: list, text: doubt.text)) }
        return Finding(doubt, path: path, rule: rule)
    }

    func note(
        _ code: String, _ severity: Finding.Severity, _ place: Place, _ node: Node, _ line: Int, _ run: inout Run
    ) {
        run.findings.add(
            Finding(
                severity: severity, code: code, path: TargetTree.dotted(place.path), location: node.location,
                rule: rule(line)))
    }

    func unknown(
        _ text: String, _ value: PlannedValue, place: Place, location: SourceLocation, line: Int, _ run: inout Run
    ) {
        let codes = value.rule.codes
        if let codes { run.unknownCodes.append(UnknownCodeText(list: codes, text: text)) }
        let severity: Finding.Severity =
            switch value.rule.unknown {
            case .error: .error
            case .warning: .warning
            // What is not known any more is a loss; “other” is an answer.
            case .fallback(let code): code == "unknown" ? .warning : .info
            case .skip: .info
            }
        // A target of fixed words has no list.
        let standard = value.codes?.standard.map { "（\($0)）" } ?? ""
        let message = codes.map {
            "代码或名称不在代码表 \($0)\(standard)内，请按字段对照表填写。 Not in the code list \($0)."
        }
        run.findings.add(
            Finding(
                severity: severity, code: "unknownCode", path: TargetTree.dotted(place.path), location: location,
                rule: self.rule(line), list: codes, message: message))
    }

    /// - Parameter source: none for what the mapping itself says.
    func trace(
        _ value: JSONValue, at place: Place, from source: Node?, raw: String?,
        by conversions: @autoclosure () -> [String], line: Int, _ run: inout Run
    ) {
        if let source, run.origins != nil {
            let field = TargetTree.dotted(place.path)
            run.origins?.append(Origin(field: field, value: value, node: source, line: line))
        }
        guard run.explains else { return }
        let shown = place.path
        let path = shown.replacing(/\[\d+\]/, with: "")
        // What the mapping itself says tells of nobody.
        let result = raw == nil ? value.string ?? value.text() : ExplanationMask.mask(value, of: path)
        run.traces.append(
            FieldTrace(
                target: TargetTree.dotted(shown), location: source?.location,
                raw: raw.map { ExplanationMask.mask($0, of: path) }, conversions: conversions(), result: result,
                rule: rule(line)))
    }
}
