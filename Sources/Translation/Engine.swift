import Canonical
import Documents
import Foundation
import StrictJSON

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

/// A mapping made ready for one thread: its rules with compiled XPath. One engine serves both directions.
final class Engine {
    let mapping: Mapping
    let codes: CodeLists
    let digests: Digests
    private var compiled: [String: XPathExpression] = [:]

    init(_ mapping: Mapping, codes: CodeLists, digests: Digests) {
        self.mapping = mapping
        self.codes = codes
        self.digests = digests
    }

    /// The walk through one record.
    struct Run {
        var target = JSONObject()
        var findings: FindingList
        var traces: [FieldTrace] = []
        var read: Set<Int> = []
        var explains = false
        var attachments = 0
        var unknownCodes: [UnknownCodeText] = []

        init(findings: FindingList = FindingList(), explains: Bool = false) {
            self.findings = findings
            self.explains = explains
        }
    }

    func accepts(_ document: Document) -> Bool {
        mapping.format == document.format && expression(mapping.accepts).map { $0.bool(at: document.root) } ?? false
    }

    func records(of rules: RecordRules, in document: Document) -> [Node] {
        (expression(rules.record)?.nodes(at: document.root) ?? []).filter { holds(rules.when, at: $0) }
    }

    func text(_ xpath: String, at node: Node) -> String { expression(xpath)?.string(at: node) ?? "" }

    func fill(_ run: inout Run, by rules: [Rule], from node: Node) {
        var target = run.target
        apply(rules, at: node, to: &target, path: "", &run)
        run.target = target
    }

    /// The mapping was checked when it was loaded, so every expression compiles.
    func expression(_ source: String) -> XPathExpression? {
        if let known = compiled[source] { return known }
        guard let made = try? XPathExpression(source) else { return nil }
        compiled[source] = made
        return made
    }

    /// - Returns: whether everything required was there.
    @discardableResult
    private func apply(
        _ rules: [Rule], at node: Node, to target: inout JSONObject, path: String, _ run: inout Run
    ) -> Bool {
        var isComplete = true
        for rule in rules {
            switch rule {
            case .value(let value, let when, let line):
                guard holds(when, at: node) else { continue }
                let result = self.value(value, at: node, path: path, line: line, &run)
                if let result, value.isBase64, let facts = result.object {
                    // What is known of an attachment stands beside its title.
                    for (name, fact) in facts.members { target[name] = fact }
                } else if let result {
                    TargetTree.put(result, at: value.to, in: &target)
                }
                if result == nil, value.isRequired { isComplete = false }
            case .constant(let to, let text, let type, let when, let line):
                guard holds(when, at: node) else { continue }
                let value = TargetTree.typed(text, type)
                TargetTree.put(value, at: to, in: &target)
                trace(value, at: TargetTree.join(path, to), from: nil, raw: nil, by: ["constant"], line: line, &run)
            case .lookup(let lookup, let when, let line):
                guard holds(when, at: node), TargetTree.get(lookup.to, in: target) == nil else { continue }
                look(lookup, at: node, to: &target, path: path, line: line, &run)
            case .within(let to, let source, let rules, let when, let line):
                guard holds(when, at: node) else { continue }
                let place = to.map { TargetTree.join(path, $0) } ?? path
                guard let inner = single(source, at: node, place: place, line: line, &run) else {
                    if to == nil, !tellMissing(rules, at: node, path: path, &run) { isComplete = false }
                    continue
                }
                guard let to else {
                    if !apply(rules, at: inner, to: &target, path: path, &run) { isComplete = false }
                    continue
                }
                var object = JSONObject()
                apply(rules, at: inner, to: &object, path: TargetTree.join(path, to), &run)
                if !object.isEmpty { TargetTree.merge(object, at: to, in: &target) }
            case .list(let to, let each, let split, let rules, let when, let line):
                guard holds(when, at: node) else { continue }
                list(to, each, split, rules, at: node, target: &target, path: path, line: line, &run)
            case .warn(let warning, let when, let line):
                guard holds(when, at: node) else { continue }
                warn(warning, at: node, line: line, &run)
            case .read(let source, _): _ = nodes(source, at: node, &run)
            }
        }
        return isComplete
    }

    /// What is required of the record itself is missing too where the element around it is.
    private func tellMissing(_ rules: [Rule], at node: Node, path: String, _ run: inout Run) -> Bool {
        var isComplete = true
        for rule in rules {
            switch rule {
            case .value(let value, nil, let line) where value.isRequired && value.fallback == nil:
                let place = TargetTree.join(path, value.to)
                note("missing", place.contains("[") ? .warning : .error, place, node, line, &run)
                isComplete = false
            case .within(nil, _, let inner, nil, _):
                if !tellMissing(inner, at: node, path: path, &run) { isComplete = false }
            case .value, .constant, .lookup, .within, .list, .warn, .read: continue
            }
        }
        return isComplete
    }

    func holds(_ condition: String?, at node: Node) -> Bool {
        guard let condition else { return true }
        return expression(condition)?.bool(at: node) ?? false
    }

    private func nodes(_ source: String, at node: Node, _ run: inout Run) -> [Node] {
        let found = expression(source)?.nodes(at: node) ?? []
        if run.explains { run.read.formUnion(found.map(\.identity)) }
        return found
    }

    /// Where one node is meant, the first counts and the sender is told of the others.
    private func single(
        _ source: String, at node: Node, place: String, line: Int, _ run: inout Run
    ) -> Node? {
        let found = nodes(source, at: node, &run)
        if found.count > 1, mapping.isInbound { note("repeated", .warning, place, found[1], line, &run) }
        return found.first
    }

    func rule(_ line: Int) -> String { "\(mapping.id):\(line)" }

    // MARK: Lookups and warnings

    private func look(
        _ lookup: Rule.Lookup, at node: Node, to target: inout JSONObject, path: String, line: Int, _ run: inout Run
    ) {
        let key = Self.trimmed(text(lookup.by, at: node))
        guard !key.isEmpty, let list = codes[lookup.codes] else { return }
        let found = list.code(for: Converter.narrowed(key).0)
        guard let result = lookup.givesName ? found.flatMap(list.name(of:)) : found else { return }
        TargetTree.put(.string(result), at: lookup.to, in: &target)
        trace(
            .string(result), at: TargetTree.join(path, lookup.to), from: node.location, raw: key,
            by: ["lookup \(lookup.codes)"], line: line, &run)
    }

    private func warn(_ warning: Rule.Warning, at node: Node, line: Int, _ run: inout Run) {
        // The engine may have said it already, more exactly.
        guard !run.findings.holds(warning.code, below: warning.path) else { return }
        let place = warning.node.flatMap { expression($0)?.nodes(at: node).first } ?? node
        run.findings.add(
            Finding(
                severity: warning.severity, code: warning.code, path: warning.path.replacing("/", with: "."),
                location: place.location, rule: rule(line), message: warning.message))
    }

    // MARK: Lists

    private func list(
        _ to: String, _ each: String, _ split: String?, _ rules: [Rule], at node: Node, target: inout JSONObject,
        path: String, line: Int, _ run: inout Run
    ) {
        var items: [JSONValue] = []
        let place = TargetTree.join(path, to)
        if case .array(let earlier) = TargetTree.get(to, in: target) { items = earlier }
        for source in nodes(each, at: node, &run) {
            if let split {
                for item in self.items(in: source, split: split, rules, path: place, &run) where !items.contains(item) {
                    items.append(item)
                }
            } else if let item = item(rules, at: source, path: "\(place)[\(items.count)]", line: line, &run) {
                items.append(item)
            }
        }
        if !items.isEmpty { TargetTree.put(.array(items), at: to, in: &target) }
    }

    private func item(_ rules: [Rule], at node: Node, path: String, line: Int, _ run: inout Run) -> JSONValue? {
        var object = JSONObject()
        let isComplete = apply(rules, at: node, to: &object, path: path, &run)
        guard isComplete, !object.isEmpty else { return nil }
        if mapping.isInbound, let external = object["externalPath"]?.string {
            checkExternal(external, of: &object, at: node, place: path + "/externalPath", line: line, &run)
        }
        // A list of plain values has one rule whose target is the item itself.
        return object["."] ?? .object(object)
    }

    /// A path leads to a file of the exchange folder, never out of it.
    private func checkExternal(
        _ path: String, of object: inout JSONObject, at node: Node, place: String, line: Int, _ run: inout Run
    ) {
        if path.split(whereSeparator: { $0 == "/" || $0 == "\\" }).contains("..") {
            object["externalPath"] = nil
            note("attachmentPathUnsafe", .warning, place, node, line, &run)
        } else if object["sm3"] == nil {
            note("attachmentByPath", .warning, place, node, line, &run)
        }
    }

    /// One text that holds several values: each code it names gives an item.
    private func items(
        in source: Node, split: String, _ rules: [Rule], path: String, _ run: inout Run
    ) -> [JSONValue] {
        let codeRule = rules.lazy.compactMap { rule -> (Rule.Value, Int)? in
            if case .value(let value, _, let line) = rule { (value, line) } else { nil }
        }.first
        guard let (value, line) = codeRule else { return [] }
        let parts = source.text.split { split.contains($0) }.map { Self.trimmed(String($0)) }
        return parts.filter { !$0.isEmpty }.flatMap { part -> [JSONValue] in
            if Self.nullTokens.contains(part) {
                tellNothing(part, path, source, line, &run)
                return []
            }
            return texts(of: value, in: part, source: source, path: path, line: line, &run).map { text in
                trace(.string(text), at: path, from: source.location, raw: part, by: ["split"], line: line, &run)
                return Self.item(text, of: value, rules)
            }
        }
    }

    private func texts(
        of value: Rule.Value, in part: String, source: Node, path: String, line: Int, _ run: inout Run
    ) -> [String] {
        guard let name = value.codes, let list = codes[name] else { return [part] }
        let found = list.codes(in: part)
        if found.isEmpty, !list.isKnownToMeanNothing(part) {
            unknown(part, value, path: path, location: source.location, line: line, &run)
            if case .fallback(let code) = value.unknown { return [code] }
        }
        return found
    }

    private static func item(_ text: String, of value: Rule.Value, _ rules: [Rule]) -> JSONValue {
        if value.to == "." { return .string(text) }
        var object = JSONObject([(value.to, .string(text))])
        for case .constant(let to, let text, let type, _, _) in rules { object[to] = TargetTree.typed(text, type) }
        return .object(object)
    }

    // MARK: What is told

    func note(
        _ code: String, _ severity: Finding.Severity, _ place: String, _ node: Node, _ line: Int, _ run: inout Run
    ) {
        run.findings.add(
            Finding(
                severity: severity, code: code, path: TargetTree.dotted(place), location: node.location,
                rule: rule(line)))
    }

    func unknown(
        _ text: String, _ rule: Rule.Value, path: String, location: SourceLocation, line: Int, _ run: inout Run
    ) {
        if let list = rule.codes { run.unknownCodes.append(UnknownCodeText(list: list, text: text)) }
        let severity: Finding.Severity =
            switch rule.unknown {
            case .error: .error
            case .warning: .warning
            case .skip, .fallback: .info
            }
        // A target of fixed words has no list.
        let standard = rule.codes.flatMap { codes[$0]?.standard }.map { "（\($0)）" } ?? ""
        let message = rule.codes.map {
            "代码或名称不在代码表 \($0)\(standard)内，请按字段对照表填写。 Not in the code list \($0)."
        }
        run.findings.add(
            Finding(
                severity: severity, code: "unknownCode", path: TargetTree.dotted(path), location: location,
                rule: self.rule(line), list: rule.codes, message: message))
    }

    func trace(
        _ value: JSONValue, at place: String, from location: @autoclosure () -> SourceLocation?, raw: String?,
        by conversions: @autoclosure () -> [String], line: Int, _ run: inout Run
    ) {
        guard run.explains else { return }
        let path = place.replacing(/\[\d+\]/, with: "")
        // What the mapping itself says tells of nobody.
        let result = raw == nil ? value.string ?? value.text() : ExplanationMask.mask(value, of: path)
        run.traces.append(
            FieldTrace(
                target: TargetTree.dotted(place), location: location(),
                raw: raw.map { ExplanationMask.mask($0, of: path) }, conversions: conversions(), result: result,
                rule: rule(line)))
    }
}
