import Canonical
import Documents

/// Walks a mapping's rules and keeps where in both documents it stands.
struct FieldTableWriter {
    private typealias Row = FieldTable.Row

    /// Where the rules are asked: nodes of the source, a place in the target, and under which conditions.
    private struct Place {
        var contexts: [LocationPaths.Path]
        var target: String
        var conditions: [String]
    }

    private let mapping: Mapping
    private let examples: ExampleValues
    private let model: CanonicalModel
    private(set) var rows: [FieldTable.Row] = []
    private(set) var checks: [FieldTable.Check] = []

    init(_ mapping: Mapping) {
        self.mapping = mapping
        examples = ExampleValues(of: mapping)
        model = mapping.isInbound ? .application : .status
    }

    mutating func write() {
        guard mapping.isInbound else {
            // An outbound mapping reads the canonical status, which is JSON to it.
            let root = mapping.format == .xml ? "/" + mapping.root : ""
            write(mapping.rules, at: Place(contexts: [["root"]], target: root, conditions: []))
            return
        }
        let whole = Place(contexts: [[]], target: "", conditions: [])
        let message = mapping.messages.map { moved(whole, to: $0) } ?? whole
        for records in mapping.records {
            write(records.rules, at: moved(under(records.when, message), to: records.record))
        }
    }

    private mutating func write(_ rules: [Rule], at place: Place) {
        for rule in rules {
            switch rule {
            case .value(let value, let when, let line): add(value, at: under(when, place), line)
            case .constant(let to, let text, _, let when, let line):
                var row = row(from: [], to: to, at: under(when, place), line)
                row.notes.append("固定值 fixed: \(text)")
                row.example = text
                rows.append(row)
            case .lookup(let lookup, let when, let line):
                var row = row(from: [lookup.by], to: lookup.to, at: under(when, place), line)
                row.codes = lookup.codes
                row.notes.append("未填时由代码表查得 looked up where not given")
                rows.append(row)
            case .within(let to, let node, let inner, let when, let line):
                var below = moved(under(when, place), to: node)
                if let to { below.target = TargetTree.join(place.target, to) }
                open(line, writing: inner, at: below)
            case .list(let to, let each, let split, let inner, let when, let line):
                var below = moved(under(when, place), to: each)
                below.target = TargetTree.join(place.target, to) + "[]"
                let first = rows.count
                open(line, writing: inner, at: below)
                guard let split else { continue }
                for index in rows.indices.dropFirst(first) where !rows[index].sources.isEmpty {
                    rows[index].notes.append("以 \(split) 分隔多个值 several values parted by these")
                }
            case .warn(let warning, let when, let line):
                checks.append(
                    FieldTable.Check(
                        code: warning.code, target: warning.path, when: when, severity: warning.severity,
                        message: warning.message, line: line))
            case .read: break
            }
        }
    }

    private mutating func open(_ line: Int, writing rules: [Rule], at place: Place) {
        let first = rows.count
        write(rules, at: place)
        if rows.indices.contains(first) { rows[first].opens.append(line) }
    }

    private func under(_ when: String?, _ place: Place) -> Place {
        var place = place
        place.conditions += [when].compactMap(\.self)
        return place
    }

    /// What a node is chosen by is a condition of everything below it.
    private func moved(_ place: Place, to xpath: String) -> Place {
        let plain = SourcePath.withPlainNames(xpath)
        let paths = LocationPaths(plain, at: place.contexts)
        var below = place
        below.contexts = Self.distinct(paths.selected.isEmpty ? [["**"]] : paths.selected)
        below.conditions += Self.conditions(of: plain)
        return below
    }

    private static func conditions(of xpath: String) -> [String] {
        SourcePath.predicates(of: xpath).filter { Int($0) == nil }
    }

    private static func distinct(_ paths: [LocationPaths.Path]) -> [LocationPaths.Path] {
        var seen: Set<LocationPaths.Path> = []
        return paths.filter { seen.insert($0).inserted }
    }

    // MARK: Rows

    private mutating func add(_ value: Rule.Value, at place: Place, _ line: Int) {
        var row = row(from: [value.from] + value.others, to: value.to, at: place, line)
        row.isRequired = value.isRequired
        row.converters =
            value.converters.map(\.rawValue) + (value.isBase64 ? ["base64"] : [])
            + (value.format.map { ["format(\($0))"] } ?? [])
        row.codes = value.codes
        row.maxLength = value.maxLength.flatMap { $0 == .max ? nil : $0 }
        if value.isBase64 { row.type = "附件 attachment" }
        if !mapping.isInbound { row.type = Self.written(value) ?? row.type }
        if !value.words.isEmpty { row.notes.append("只取 one of: \(value.words.joined(separator: " "))") }
        if let separator = value.join { row.notes.append("多项以 \(separator) 连接 all of them, joined by this") }
        if let word = value.otherwise { row.notes.append("无法识别时按 where it cannot be read: \(word)") }
        if let fallback = value.fallback { row.notes.append("缺省 default: \(fallback)") }
        switch value.unknown {
        case .warning: break
        case .skip: row.notes.append("未知代码不计 unknown codes are left out")
        case .error: row.notes.append("未知代码退回 an unknown code refuses the record")
        case .fallback(let code): row.notes.append("未知代码按 unknown codes count as: \(code)")
        }
        rows.append(row)
    }

    /// What the partner gets, where that is another type than the status has.
    private static func written(_ value: Rule.Value) -> String? {
        if value.type == "number" { return "数字 number" }
        if value.type == "boolean" { return FieldType.boolean.label }
        // A list names the code: what is written is the name.
        return value.codes == nil ? nil : FieldType.text(0).label
    }

    private func row(from selectors: [String], to: String, at place: Place, _ line: Int) -> Row {
        let target = TargetTree.join(place.target, to)
        var row = Row(zh: "", target: target, conditions: place.conditions, line: line)
        var paths: [LocationPaths.Path] = []
        for selector in selectors.map(SourcePath.withPlainNames) {
            let found = LocationPaths(selector, at: place.contexts)
            if found.selected.isEmpty {
                paths += found.all
                row.notes.append("计算 computed: \(selector)")
            } else {
                paths += found.selected
                row.conditions += Self.conditions(of: selector)
                let positions = SourcePath.predicates(of: selector).compactMap { Int($0) }
                row.notes += positions.map { "第 \($0) 个 number \($0)" }
            }
        }
        paths = Self.distinct(paths)
        row.sources = paths.map(shown)
        let canonical = mapping.isInbound ? target.replacing("[]", with: "") : paths.first.map(Self.canonical)
        let field = canonical.flatMap { model.field(at: $0) }
        row.zh = field?.zh ?? ""
        row.type = field?.type.label ?? (selectors.isEmpty ? "" : FieldType.text(0).label)
        row.example =
            mapping.isInbound
            ? paths.lazy.compactMap { examples.first(at: $0) }.first : examples.first(at: written(target))
        return row
    }

    /// A place of the status as the model names it.
    private static func canonical(_ path: LocationPaths.Path) -> String { path.dropFirst().joined(separator: "/") }

    /// A place in the partner's message, from its root element.
    private func written(_ target: String) -> LocationPaths.Path {
        let names = target.replacing("[]", with: "").split(separator: "/").map(String.init).filter { $0 != "." }
        return mapping.format == .json ? ["root"] + names : names
    }

    /// As the document's author writes it: JSON has no root element, and its keys are any text.
    private func shown(_ path: LocationPaths.Path) -> String {
        let isJSON = !mapping.isInbound || mapping.format == .json
        guard isJSON, path.first == "root" else { return "/" + path.joined(separator: "/") }
        return "/" + path.dropFirst().map { Document.key(ofElement: $0) }.joined(separator: "/")
    }
}
