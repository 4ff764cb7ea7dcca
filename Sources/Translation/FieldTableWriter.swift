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
    /// None where only the places are wanted.
    private let examples: ExampleValues?
    private let model: CanonicalModel
    private(set) var rows: [FieldTable.Row] = []
    private(set) var checks: [FieldTable.Check] = []
    /// The place of the text that holds the document which is read here, and a hash sign; empty in the document itself.
    private var host = ""
    /// Whether what is read here is written in JSON.
    private var isJSON: Bool

    init(_ mapping: Mapping, examples: ExampleValues?) {
        self.mapping = mapping
        self.examples = examples
        model = mapping.isInbound ? .application : .status
        // An outbound mapping reads the canonical status, which is JSON to it.
        isJSON = !mapping.isInbound || mapping.format == .json
    }

    mutating func write() {
        guard mapping.isInbound else {
            let root = mapping.format == .xml ? "/" + mapping.root : ""
            write(mapping.rules, at: Place(contexts: [["root"]], target: root, conditions: []))
            return
        }
        let whole = Place(contexts: [[]], target: "", conditions: [])
        let message = mapping.messages.map { moved(whole, to: $0) } ?? whole
        for records in mapping.records {
            let first = rows.count
            write(records.rules, at: moved(under(records.when, message), to: records.record))
            guard let by = records.by, rows.indices.contains(first) else { continue }
            rows[first].notes.append("\(by) 相同的合为一件 one record for the same \(by)")
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
            case .index(let index, let when, let line):
                var row = row(from: [], to: index.to, at: under(when, place), line)
                row.notes.append("序号，自 \(index.start) 起 the item's number, from \(index.start) on")
                rows.append(row)
            case .list(let list, let inner, let when, let line):
                write(list, inner, at: under(when, place), line)
            case .embedded(let embedded, let inner, let when, let line):
                write(embedded, inner, at: under(when, place), line)
            case .warn(let warning, let when, let line):
                checks.append(
                    FieldTable.Check(
                        code: warning.code, target: warning.path, when: when, severity: warning.severity,
                        message: warning.message, line: line))
            case .read: break
            }
        }
    }

    private mutating func write(_ list: Rule.List, _ inner: [Rule], at place: Place, _ line: Int) {
        var below = moved(place, to: list.each)
        below.target = TargetTree.join(place.target, list.to) + "[]"
        let notes = [
            list.split.map { "以 \($0) 分隔多个值 several values parted by these" },
            list.by.map { "\($0) 相同的合为一项 one item for the same \($0)" },
        ].compactMap(\.self)
        noting(notes) { $0.open(line, writing: inner, at: below) }
    }

    /// What is read inside stands behind the place of the text that holds it.
    private mutating func write(_ embedded: Rule.Embedded, _ inner: [Rule], at place: Place, _ line: Int) {
        var below = moved(place, to: embedded.node)
        let outer = (host: host, isJSON: isJSON)
        host = below.contexts.map(shown).joined(separator: " | ") + "#"
        isJSON = embedded.format == .json
        below.contexts = isJSON ? [["root"]] : [["*"]]
        if let to = embedded.to { below.target = TargetTree.join(place.target, to) }
        let what = "\(embedded.format.rawValue.uppercased())\(embedded.isBase64 ? "（Base64）" : "")"
        noting(["内嵌 \(what) within an embedded document"]) { $0.open(line, writing: inner, at: below) }
        (host, isJSON) = outer
    }

    /// Adds the notes to each row that reads the document and is written meanwhile.
    private mutating func noting(_ notes: [String], _ write: (inout Self) -> Void) {
        let first = rows.count
        write(&self)
        for index in rows.indices.dropFirst(first) where !rows[index].sources.isEmpty { rows[index].notes += notes }
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
        row.converters = value.steps
        row.codes = value.codes
        row.maxLength = value.maxLength.flatMap { $0 == .max ? nil : $0 }
        if value.isBase64 { row.type = "附件 attachment" }
        if !mapping.isInbound { row.type = Self.written(value) ?? row.type }
        if !value.words.isEmpty { row.notes.append("只取 one of: \(value.words.joined(separator: " "))") }
        row.notes += Self.notes(of: value)
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

    /// The agreed form of the text.
    private static func notes(of value: Rule.Value) -> [String] {
        var notes: [String] = []
        if let extract = value.shape?.extract { notes.append("取其中 takes out: \(extract.source)") }
        if let replacement = value.shape?.replacement {
            notes.append("替换 replaces: \(replacement.pattern.source) → \(replacement.words)")
        }
        if let match = value.shape?.match { notes.append("写法须符合 must match: \(match.source)") }
        if let dates = value.datePattern { notes.append("日期写法 written as: \(dates)") }
        return notes
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
        if let examples {
            row.example =
                mapping.isInbound
                ? paths.lazy.compactMap { examples.first(at: $0) }.first : examples.first(at: written(target))
        }
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
        guard isJSON, path.first == "root" else { return host + "/" + path.joined(separator: "/") }
        return host + "/" + path.dropFirst().map { Document.key(ofElement: $0) }.joined(separator: "/")
    }
}
