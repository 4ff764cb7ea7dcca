import Canonical
import Documents
import Foundation
import StrictJSON

/// Where a canonical value came from.
public struct FieldTrace: Sendable {
    public let target: String
    public let location: SourceLocation?
    public let conversions: [String]
    /// Masked: what kind of value it is and how long, never the value.
    public let result: String
    public let rule: String
}

/// A mapping made ready for one thread: its rules with compiled XPath. One engine serves both directions.
final class Engine {
    let mapping: Mapping
    private let codes: CodeLists
    private var compiled: [String: XPathExpression] = [:]
    private let sm3: @Sendable ([UInt8]) -> String

    init(_ mapping: Mapping, codes: CodeLists, sm3: @escaping @Sendable ([UInt8]) -> String) {
        self.mapping = mapping
        self.codes = codes
        self.sm3 = sm3
    }

    /// The walk through one record.
    struct Run {
        var target = JSONObject()
        var findings: [Finding] = []
        var traces: [FieldTrace] = []
        var read: Set<Int> = []
        var explains = false
    }

    func accepts(_ document: Document) -> Bool {
        mapping.format == document.format && expression(mapping.accepts).map { $0.bool(at: document.root) } ?? false
    }

    func records(in document: Document) -> [Node] { expression(mapping.record)?.nodes(at: document.root) ?? [] }

    func text(_ xpath: String, at node: Node) -> String { expression(xpath)?.string(at: node) ?? "" }

    func fill(_ run: inout Run, from node: Node) {
        var target = run.target
        apply(mapping.rules, at: node, to: &target, path: "", &run)
        run.target = target
    }

    /// The mapping was checked when it was loaded, so every expression compiles.
    private func expression(_ source: String) -> XPathExpression? {
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
                    Self.put(result, at: value.to, in: &target)
                }
                if result == nil, value.isRequired { isComplete = false }
            case .constant(let to, let text, let type, let when, _):
                guard holds(when, at: node) else { continue }
                Self.put(Self.typed(text, type), at: to, in: &target)
            case .within(let to, let source, let rules, let when, _):
                guard holds(when, at: node), let inner = nodes(source, at: node, &run).first else { continue }
                guard let to else {
                    apply(rules, at: inner, to: &target, path: path, &run)
                    continue
                }
                var object = JSONObject()
                apply(rules, at: inner, to: &object, path: Self.join(path, to), &run)
                if !object.isEmpty { Self.merge(object, at: to, in: &target) }
            case .list(let to, let each, let split, let rules, let when, let line):
                guard holds(when, at: node) else { continue }
                list(to, each, split, rules, at: node, target: &target, path: path, line: line, &run)
            case .warn(let code, let warned, let when, let line):
                guard holds(when, at: node) else { continue }
                run.findings.append(
                    Finding(
                        severity: .warning, code: code, path: warned, location: node.location, rule: self.rule(line)))
            case .read(let source, _): _ = nodes(source, at: node, &run)
            }
        }
        return isComplete
    }

    private func holds(_ condition: String?, at node: Node) -> Bool {
        guard let condition else { return true }
        return expression(condition)?.bool(at: node) ?? false
    }

    private func nodes(_ source: String, at node: Node, _ run: inout Run) -> [Node] {
        let found = expression(source)?.nodes(at: node) ?? []
        if run.explains { run.read.formUnion(found.map(\.identity)) }
        return found
    }

    private func rule(_ line: Int) -> String { "\(mapping.id):\(line)" }

    // MARK: Lists

    private func list(
        _ to: String, _ each: String, _ split: String?, _ rules: [Rule], at node: Node, target: inout JSONObject,
        path: String, line: Int, _ run: inout Run
    ) {
        var items: [JSONValue] = []
        if case .array(let earlier) = Self.get(to, in: target) { items = earlier }
        for source in nodes(each, at: node, &run) {
            guard let split else {
                add(item(rules, at: source, path: "\(Self.join(path, to))[\(items.count)]", &run), to: &items)
                continue
            }
            let parts = source.text.split { split.contains($0) }.map { $0.trimmingCharacters(in: .whitespaces) }
            for part in parts where !part.isEmpty {
                for found in splitItems(part, rules, source: source, path: Self.join(path, to), &run) {
                    if !items.contains(found) { items.append(found) }
                }
            }
        }
        if !items.isEmpty { Self.put(.array(items), at: to, in: &target) }
    }

    private func add(_ item: JSONValue?, to items: inout [JSONValue]) {
        if let item { items.append(item) }
    }

    private func item(_ rules: [Rule], at node: Node, path: String, _ run: inout Run) -> JSONValue? {
        var object = JSONObject()
        let isComplete = apply(rules, at: node, to: &object, path: path, &run)
        guard isComplete, !object.isEmpty else { return nil }
        // A list of plain values has one rule whose target is the item itself.
        return object["."] ?? .object(object)
    }

    /// One text that holds several values: each code it names gives an item.
    private func splitItems(
        _ part: String, _ rules: [Rule], source: Node, path: String, _ run: inout Run
    ) -> [JSONValue] {
        var codeRule: (Rule.Value, Int)?
        var constants = JSONObject()
        for rule in rules {
            switch rule {
            case .value(let value, _, let line): codeRule = (value, line)
            case .constant(let to, let text, let type, _, _): constants[to] = Self.typed(text, type)
            case .within, .list, .warn, .read: break
            }
        }
        guard let (value, line) = codeRule else { return [] }
        let texts: [String]
        if let name = value.codes, let list = codes[name] {
            texts = list.codes(in: part)
            if texts.isEmpty, !list.isKnownToMeanNothing(part) {
                unknown(value, path: path, location: source.location, line: line, &run)
            }
        } else {
            texts = [part]
        }
        return texts.map { text in
            if value.to == "." { return .string(text) }
            var object = JSONObject([(value.to, .string(text))])
            for (name, constant) in constants.members { object[name] = constant }
            return .object(object)
        }
    }

    // MARK: Values

    private static let nullTokens: Set<String> = [
        "无", "不详", "暂无", "未知", "/", "-", "--", "N/A", "NA", "null", "NULL", "nil", "None", "同上", "空", "地址不详",
        "0000-00-00", "1900-01-01", "9999-12-31", "长期",
    ]

    private func value(
        _ rule: Rule.Value, at node: Node, path: String, line: Int, _ run: inout Run
    ) -> JSONValue? {
        let place = Self.join(path, rule.to)
        guard let expression = expression(rule.from) else { return nil }
        var raw = ""
        var source: Node?
        switch expression.evaluate(at: node) {
        case .nodes(let nodes):
            source = nodes.first
            raw = source?.text ?? ""
            if run.explains { run.read.formUnion(nodes.map(\.identity)) }
        case .string(let text): raw = text
        case .number(let number): raw = number == number.rounded() ? "\(Int64(number))" : "\(number)"
        case .boolean(let flag): raw = flag ? "true" : "false"
        }
        let trimmed = Self.trimmed(raw)
        if trimmed.isEmpty || (Self.nullTokens.contains(trimmed) && !rule.converters.contains(.boolean)) {
            if mapping.isInbound, let source {
                note(trimmed.isEmpty ? "empty" : "nullToken", .info, place, source, line, &run)
            }
            return absent(rule, place: place, at: source ?? node, line: line, &run)
        }
        if rule.isBase64 { return attachment(trimmed, place: place, source: source ?? node, line: line, &run) }
        guard let result = convert(trimmed, rule, place: place, source: source ?? node, line: line, &run) else {
            return rule.isRequired ? absent(rule, place: place, at: source ?? node, line: line, &run) : nil
        }
        if run.explains {
            run.traces.append(
                FieldTrace(
                    target: place, location: source?.location,
                    conversions: rule.converters.map(\.rawValue) + (rule.codes.map { ["codes \($0)"] } ?? []),
                    result: Self.masked(result), rule: self.rule(line)))
        }
        return Self.typed(result, rule.type)
    }

    private func absent(
        _ rule: Rule.Value, place: String, at node: Node, line: Int, _ run: inout Run
    ) -> JSONValue? {
        if let fallback = rule.fallback { return Self.typed(fallback, rule.type) }
        if rule.keepsEmpty { return "" }
        if rule.isRequired {
            // In a list only the item is lost; at the top the record is.
            note("missing", place.contains("[") ? .warning : .error, place, node, line, &run)
        }
        return nil
    }

    private func convert(
        _ text: String, _ rule: Rule.Value, place: String, source: Node, line: Int, _ run: inout Run
    ) -> JSONValue? {
        var value = JSONValue.string(text)
        for converter in rule.converters {
            let conversion = converter.convert(value.string ?? text)
            for code in conversion.tolerated { note(code, .warning, place, source, line, &run) }
            guard let converted = conversion.value else {
                note(conversion.problem ?? "formatError", .warning, place, source, line, &run)
                return nil
            }
            value = converted
        }
        if let name = rule.codes, let list = codes[name] {
            let text = Converter.narrowed(value.string ?? text).0
            let found = mapping.isInbound ? list.code(for: text) : list.name(of: text)
            guard let found else {
                switch rule.unknown {
                case .fallback(let code): return .string(code)
                case .warning, .skip, .error:
                    if !list.isKnownToMeanNothing(text) {
                        unknown(rule, path: place, location: source.location, line: line, &run)
                    }
                    return nil
                }
            }
            value = .string(found)
        }
        if let format = rule.format { value = .string(Self.formatted(value.string ?? "", format)) }
        if let limit = rule.maxLength, let text = value.string, text.count > limit {
            note("tooLong", .warning, place, source, line, &run)
            value = .string(String(text.prefix(limit)))
        }
        return value
    }

    private func unknown(
        _ rule: Rule.Value, path: String, location: SourceLocation, line: Int, _ run: inout Run
    ) {
        let severity: Finding.Severity =
            switch rule.unknown {
            case .error: .error
            case .warning, .fallback: .warning
            case .skip: .info
            }
        run.findings.append(
            Finding(
                severity: severity, code: "unknownCode", path: path.replacing("/", with: "."), location: location,
                rule: self.rule(line)))
    }

    private func note(
        _ code: String, _ severity: Finding.Severity, _ place: String, _ node: Node, _ line: Int, _ run: inout Run
    ) {
        run.findings.append(
            Finding(
                severity: severity, code: code, path: place.replacing("/", with: "."), location: node.location,
                rule: rule(line)))
    }

    /// A date-time written by a pattern of `yyyy MM dd HH mm ss`; what does not parse is passed on as it is.
    private static func formatted(_ text: String, _ pattern: String) -> String {
        guard let (date, seconds, _) = DateText.parse(text.contains("T") ? String(text.prefix(19)) : text) else {
            return text
        }
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let time = seconds ?? 0
        return pattern.replacing("yyyy", with: "\(date.year)").replacing("MM", with: two(date.month))
            .replacing("dd", with: two(date.day)).replacing("HH", with: two(time / 3600))
            .replacing("mm", with: two(time / 60 % 60)).replacing("ss", with: two(time % 60)).replacing("_", with: " ")
    }

    /// Attachments come as Base64 with line breaks, as a `data:` URI, url-safe or unpadded (RFC 4648, RFC 2397).
    private func attachment(
        _ text: String, place: String, source: Node, line: Int, _ run: inout Run
    ) -> JSONValue? {
        var body = text[...]
        if body.hasPrefix("data:"), let comma = body.firstIndex(of: ",") { body = body[body.index(after: comma)...] }
        var digits = body.utf8.filter { $0 > 0x20 && $0 != UInt8(ascii: "=") }.map { byte -> UInt8 in
            byte == UInt8(ascii: "-") ? UInt8(ascii: "+") : byte == UInt8(ascii: "_") ? UInt8(ascii: "/") : byte
        }
        digits += Array(repeating: UInt8(ascii: "="), count: (4 - digits.count % 4) % 4)
        guard let data = Data(base64Encoded: Data(digits)), !data.isEmpty else {
            note("attachmentUndecodable", .warning, place, source, line, &run)
            return nil
        }
        let bytes = [UInt8](data)
        return .compact([
            ("mime", .string(Self.mediaType(of: bytes))), ("size", JSONValue(bytes.count)),
            ("sm3", .string(sm3(bytes))),
        ])
    }

    /// By the first bytes: a name's ending proves nothing.
    private static func mediaType(of bytes: [UInt8]) -> String {
        if bytes.starts(with: Array("%PDF".utf8)) { return "application/pdf" }
        if bytes.starts(with: [0xFF, 0xD8, 0xFF]) { return "image/jpeg" }
        if bytes.starts(with: [0x89, 0x50, 0x4E, 0x47]) { return "image/png" }
        if bytes.starts(with: [0x50, 0x4B, 0x03, 0x04]) { return "application/zip" }
        return "application/octet-stream"
    }

    private static func masked(_ value: JSONValue) -> String {
        switch value {
        case .string(let text):
            text.count <= 2 ? String(repeating: "*", count: text.count) : "\(text.prefix(1))…(\(text.count))"
        case .null, .bool, .number: value.text()
        case .array(let items): "[\(items.count)]"
        case .object: "{…}"
        }
    }

    // MARK: Targets

    private static func typed(_ value: JSONValue, _ type: String?) -> JSONValue {
        value.string.map { typed($0, type) } ?? value
    }

    private static func typed(_ text: String, _ type: String?) -> JSONValue {
        switch type {
        case "number": (try? JSONValue(parsing: Array(text.utf8))) ?? .string(text)
        case "boolean": .bool(text == "true")
        default: .string(text)
        }
    }

    static func trimmed(_ raw: String) -> String {
        if !raw.utf8.contains(where: { $0 <= 0x20 || $0 >= 0xC2 && $0 <= 0xE3 }) { return raw }
        let view = raw.unicodeScalars
        func isBlank(_ scalar: Unicode.Scalar) -> Bool {
            scalar.value <= 0x20 || [0xA0, 0x3000, 0x200B, 0xAD, 0xFEFF].contains(scalar.value)
        }
        let start = view.firstIndex { !isBlank($0) } ?? view.endIndex
        guard let end = view.lastIndex(where: { !isBlank($0) }) else { return "" }
        return String(view[start...end])
    }

    private static func join(_ path: String, _ to: String) -> String {
        path.isEmpty ? to : to == "." ? path : "\(path)/\(to)"
    }

    private static func get(_ path: String, in target: JSONObject) -> JSONValue? {
        JSONValue.object(target).at(path.replacing("/", with: "."))
    }

    private static func put(_ value: JSONValue, at path: String, in target: inout JSONObject) {
        guard let slash = path.firstIndex(of: "/") else {
            target[path] = value
            return
        }
        let name = String(path[..<slash])
        var below = target[name]?.object ?? JSONObject()
        put(value, at: String(path[path.index(after: slash)...]), in: &below)
        target[name] = .object(below)
    }

    private static func merge(_ object: JSONObject, at path: String, in target: inout JSONObject) {
        for (name, value) in object.members { put(value, at: "\(path)/\(name)", in: &target) }
    }
}
