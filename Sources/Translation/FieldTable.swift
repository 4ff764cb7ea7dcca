import Canonical
import Documents

/// A mapping told as a table for the partner: where each field of its message goes (字段对照表).
public struct FieldTable: Sendable {
    public struct Row: Sendable, Hashable {
        /// The place in the partner's document, from its root.
        public var source: String
        public var zh: String
        public var target: String
        public var isRequired = false
        public var converters: [String] = []
        public var codes: String?
        public var maxLength: Int?
        public var notes: [String] = []
        /// The rule's line in `mapping.xml`.
        public var line = 0
        /// Lines of the lists and groups that begin with this row.
        public var opens: [Int] = []
    }

    /// What a record is held against besides its fields.
    public struct Check: Sendable, Hashable {
        public let code: String
        public let target: String
        /// What must not be so, in XPath.
        public let when: String
        public let severity: Finding.Severity
        public let message: String?
        public let line: Int
    }

    public let id: String
    public let title: String
    public let isInbound: Bool
    public let rows: [Row]
    public let checks: [Check]

    init(_ mapping: Mapping, codes: CodeLists) {
        id = mapping.id
        title = mapping.titleZh
        isInbound = mapping.isInbound
        var writer = Writer(isInbound: mapping.isInbound, isJSON: mapping.format == .json, codes: codes)
        if mapping.isInbound {
            for records in mapping.records {
                let source = mapping.messages.map { SourcePath.resolve(records.record, from: $0) } ?? records.record
                let first = writer.rows.count
                writer.write(records.rules, source: source, target: "", when: records.when)
                guard let by = records.by, writer.rows.indices.contains(first) else { continue }
                writer.rows[first].notes.append("\(by) 相同的合为一件 one record for the same \(by)")
            }
        } else {
            // An outbound mapping reads the canonical status, which is JSON to it.
            writer.isJSON = true
            let root = mapping.format == .xml ? "/" + mapping.root : ""
            writer.write(mapping.rules, source: "/root", target: root, when: nil)
        }
        rows = writer.rows
        checks = writer.checks
    }

    /// Walks the rules and keeps where in both documents it stands.
    private struct Writer {
        let isInbound: Bool
        var isJSON: Bool
        let codes: CodeLists
        var rows: [Row] = []
        var checks: [Check] = []
        /// The place of the text that holds the document which is read here, and a hash sign.
        private var host = ""

        init(isInbound: Bool, isJSON: Bool, codes: CodeLists) {
            self.isInbound = isInbound
            self.isJSON = isJSON
            self.codes = codes
        }

        mutating func write(_ rules: [Rule], source: String, target: String, when: String?) {
            for rule in rules {
                switch rule {
                case .value(let value, let own, let line):
                    add(value, source: source, target: target, when: own ?? when, line: line)
                case .constant(let to, let text, _, let own, let line):
                    var row = row(source: "", target: join(target, to), when: own ?? when, line: line)
                    row.notes.insert("固定值 fixed: \(text)", at: 0)
                    rows.append(row)
                case .lookup(let lookup, let own, let line):
                    var row = row(
                        source: SourcePath.resolve(lookup.by, from: source), target: join(target, lookup.to),
                        when: own ?? when, line: line)
                    row.codes = lookup.codes
                    row.notes.insert("未填时由代码表查得 looked up where not given", at: 0)
                    rows.append(row)
                case .within(let to, let node, let inner, let own, let line):
                    let first = rows.count
                    write(
                        inner, source: SourcePath.resolve(node, from: source),
                        target: to.map { join(target, $0) } ?? target,
                        when: own ?? when)
                    open(line, at: first)
                case .index(let index, let own, let line):
                    var row = row(source: "", target: join(target, index.to), when: own ?? when, line: line)
                    row.notes.insert("序号，自 \(index.start) 起 the item's number, from \(index.start) on", at: 0)
                    rows.append(row)
                case .embedded(let embedded, let inner, let own, let line):
                    write(embedded, inner, source: source, target: target, when: own ?? when, line: line)
                case .list(let list, let inner, let own, let line):
                    write(list, inner, source: source, target: target, when: own ?? when, line: line)
                case .warn(let warning, let when, let line):
                    checks.append(
                        Check(
                            code: warning.code, target: warning.path, when: when, severity: warning.severity,
                            message: warning.message, line: line))
                case .read: break
                }
            }
        }

        private mutating func write(
            _ list: Rule.List, _ inner: [Rule], source: String, target: String, when: String?, line: Int
        ) {
            let first = rows.count
            write(
                inner, source: SourcePath.resolve(list.each, from: source), target: join(target, list.to) + "[]",
                when: when)
            open(line, at: first)
            let notes = [
                list.split.map { "以 \($0) 分隔多个值 several values parted by these" },
                list.by.map { "\($0) 相同的合为一项 one item for the same \($0)" },
            ].compactMap(\.self)
            for index in rows.indices.dropFirst(first) where !rows[index].source.isEmpty {
                rows[index].notes += notes
            }
        }

        /// What is read inside stands behind the place of the text that holds it.
        private mutating func write(
            _ embedded: Rule.Embedded, _ inner: [Rule], source: String, target: String, when: String?, line: Int
        ) {
            let first = rows.count
            let outer = (host: host, isJSON: isJSON)
            host =
                row(source: SourcePath.resolve(embedded.node, from: source), target: "", when: nil, line: line)
                .source + "#"
            isJSON = embedded.format == .json
            write(
                inner, source: isJSON ? "/root" : "/*", target: embedded.to.map { join(target, $0) } ?? target,
                when: when)
            (host, isJSON) = outer
            open(line, at: first)
            let what = "\(embedded.format.rawValue.uppercased())\(embedded.isBase64 ? "（Base64）" : "")"
            for index in rows.indices.dropFirst(first) where !rows[index].source.isEmpty {
                rows[index].notes.append("内嵌 \(what) within an embedded document")
            }
        }

        private mutating func open(_ line: Int, at row: Int) {
            if rows.indices.contains(row) { rows[row].opens.append(line) }
        }

        private mutating func add(
            _ value: Rule.Value, source: String, target: String, when: String?, line: Int
        ) {
            var row = row(
                source: ([value.from] + value.others).map { SourcePath.resolve($0, from: source) }
                    .joined(separator: " || "), target: join(target, value.to), when: when, line: line)
            row.isRequired = value.isRequired
            row.converters = value.steps
            row.codes = value.codes
            row.maxLength = value.maxLength.flatMap { $0 == .max ? nil : $0 }
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

        private func row(source: String, target: String, when: String?, line: Int) -> Row {
            let shown = isJSON && source.hasPrefix("/root") ? String(source.dropFirst("/root".count)) : source
            let canonical = isInbound ? target : String(source.dropFirst("/root/".count))
            let model = isInbound ? CanonicalModel.application : CanonicalModel.status
            return Row(
                source: shown.isEmpty ? shown : host + shown,
                zh: model.field(at: canonical.replacing("[]", with: ""))?.zh ?? "", target: target,
                notes: when.map { ["条件 when: \($0)"] } ?? [], line: line)
        }

        private func join(_ path: String, _ to: String) -> String { TargetTree.join(path, to) }
    }
}

/// Location paths told from the document's root.
enum SourcePath {
    /// The path that a selector means at a context; a selector that is more than a plain path stays as it is.
    static func resolve(_ xpath: String, from context: String) -> String {
        let parts = steps(of: xpath, at: "|").map { $0.trimmingBlanks }
        return parts.map { one($0, from: context) }.joined(separator: " | ")
    }

    private static func one(_ path: String, from context: String) -> String {
        guard isPlain(path) else { return path }
        if path.hasPrefix("/") { return path }
        var found = steps(of: context, at: "/")
        for step in steps(of: path, at: "/") {
            switch step {
            case ".", "": break
            case "..": if !found.isEmpty { found.removeLast() }
            default: found.append(step)
            }
        }
        return found.filter { !$0.isEmpty }.map { "/" + $0 }.joined()
    }

    /// No function, literal, operator or axis outside predicates.
    private static func isPlain(_ path: String) -> Bool {
        let bare = withoutPredicates(path)
        return !bare.isEmpty && !bare.contains("//")
            && bare.allSatisfy { $0.isLetter || $0.isNumber || "_-./@:*".contains($0) } && bare.first?.isNumber != true
    }

    static func withoutPredicates(_ path: String) -> String {
        var depth = 0
        return path.filter { character in
            if character == "[" { depth += 1 }
            if character == "]" {
                depth -= 1
                return false
            }
            return depth == 0
        }
    }

    /// Parts at a separator that stands outside brackets and literals.
    private static func steps(of path: String, at separator: Character) -> [String] {
        var parts = [""]
        var depth = 0
        var quote: Character?
        for character in path {
            if let open = quote {
                if character == open { quote = nil }
            } else if character == "'" || character == "\"" {
                quote = character
            } else if character == "[" || character == "(" {
                depth += 1
            } else if character == "]" || character == ")" {
                depth -= 1
            }
            if character == separator, depth == 0, quote == nil {
                parts.append("")
            } else {
                parts[parts.count - 1].append(character)
            }
        }
        return parts
    }
}

extension String {
    fileprivate var trimmingBlanks: String {
        let start = drop { $0 == " " }
        return String(start.reversed().drop { $0 == " " }.reversed())
    }
}

extension Translator {
    /// The field table of a mapping in force, or nothing where there is no such mapping.
    public func fieldTable(of id: String) -> FieldTable? {
        let (mappings, codes) = inForce
        return mappings.first { $0.id == id }.map { FieldTable($0, codes: codes) }
    }
}
