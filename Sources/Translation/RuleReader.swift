import Canonical
import Documents
import Vocabulary

/// Reads the rules of a mapping and holds their words against the canonical model, the converters and the code lists.
extension MappingLoader {
    mutating func rules(below parent: Node, prefix: String) -> [Rule] {
        parent.children.flatMap { node in
            node.name == "include"
                ? included(by: node, prefix: prefix) : [rule(node, prefix: prefix)].compactMap(\.self)
        }
    }

    /// The rules of a fragment stand in the place of the include.
    private mutating func included(by node: Node, prefix: String) -> [Rule] {
        guard let name = node.attribute("fragment"), let root = fragment(name, at: node) else { return [] }
        let outer = (file: file, line: lineBase)
        defer { (file, lineBase) = outer }
        lineBase = ruleLine(of: node)
        file = fragmentFile(name)
        for complaint in language?.complaints(about: root) ?? [] { complain(line: complaint.line, complaint.text) }
        openFragments.append(name)
        defer { openFragments.removeLast() }
        return rules(below: root, prefix: prefix)
    }

    /// Line 5 of a fragment that is included in line 12 is told as 12005.
    private func ruleLine(of node: Node) -> Int { lineBase * 1000 + (node.location.line ?? 0) }

    private mutating func rule(_ node: Node, prefix: String) -> Rule? {
        let line = ruleLine(of: node)
        let when = xpath("when", of: node)
        switch node.name {
        case "value": return value(node, prefix: prefix).map { .value($0, when: when, line: line) }
        case "constant": return constant(node, prefix: prefix, when: when, line: line)
        case "lookup": return lookup(node, prefix: prefix).map { .lookup($0, when: when, line: line) }
        case "within":
            let source = xpath("node", of: node) ?? "."
            let to = node.attribute("to").map { _ in target(node, prefix: prefix, isGroup: true) }
            return .within(
                to: to, node: source, rules(below: node, prefix: join(prefix, to ?? "")), when: when, line: line)
        case "list": return list(node, prefix: prefix, when: when, line: line)
        case "index": return index(node, prefix: prefix, when: when, line: line)
        case "embedded": return embedded(node, prefix: prefix, when: when, line: line)
        case "warn", "contradiction":
            let code = node.attribute("code") ?? node.name
            if Finding.messages[code] == nil, node.attribute("message") == nil {
                complain(node, "\(code) is this mapping's own code: say in message what it means")
            }
            let warning = Rule.Warning(
                code: code, path: node.attribute("path") ?? "",
                severity: word("severity", of: node) ?? .warning, node: xpath("node", of: node),
                message: node.attribute("message"))
            return .warn(warning, when: when ?? "true()", line: line)
        case "read": return .read(xpath("node", of: node) ?? ".", line: line)
        // Told already, with the word that was probably meant.
        default: return nil
        }
    }

    mutating func xpath(_ name: String, of node: Node) -> String? {
        guard let text = node.attribute(name) else { return nil }
        check(text, at: node)
        return text
    }

    private mutating func value(_ node: Node, prefix: String) -> Rule.Value? {
        let sources = (node.attribute("from") ?? ".").split(separator: "||").map { Self.trimmed($0) }
        for source in sources { check(source, at: node) }
        var value = Rule.Value(
            to: target(node, prefix: prefix, isGroup: false), from: sources.first ?? ".",
            others: Array(sources.dropFirst()))
        value.join = node.attribute("join")
        value.otherwise = node.attribute("otherwise")
        for name in (node.attribute("as") ?? "").split(separator: " ").map(String.init) {
            if name == "base64" {
                value.isBase64 = true
                // Its bytes stay in the message as it came, where an institution fetches them from.
                if embeddedDepth > 0 { complain(node, "an attachment within an embedded document cannot be fetched") }
            } else if name == "will" {
                value.isWill = true
            } else if name.hasPrefix("format("), name.hasSuffix(")") {
                value.format = String(name.dropFirst(7).dropLast())
            } else if let converter = Converter(rawValue: name) {
                value.converters.append(converter)
            } else {
                complain(
                    node,
                    "unknown converter \(name)"
                        + MappingLanguage.hint(name, Converter.allCases.map(\.rawValue) + ["base64", "will"]))
            }
        }
        value.shape = shape(of: node)
        readDates(of: node, into: &value)
        value.codes = codeList("codes", of: node)
        value.unknown = unknown(node)
        value.isRequired = node.attribute("required") == "yes"
        value.fallback = node.attribute("default")
        value.keepsEmpty = node.attribute("empty") == "keep"
        value.type = node.attribute("type")
        value.digest = xpath("digest", of: node)
        value.claimed = xpath("claimed", of: node)
        value.maxLength = node.attribute("maxLength").flatMap { Int($0) }
        let field = isInbound ? CanonicalModel.application.field(at: join(prefix, value.to)) : nil
        fit(&value, to: field, at: node)
        // A field's own type was asked already.
        if field?.type != .integer, field?.type != .boolean { checkWords(of: value, at: node) }
        checkDates(of: value, at: node)
        return value
    }

    /// What a mapping writes by itself must be of the type that it names.
    private mutating func checkWords(of value: Rule.Value, at node: Node) {
        for word in [value.fallback, value.otherwise].compactMap(\.self) { check(word, isA: value.wordType, at: node) }
        if value.keepsEmpty, let type = value.type { complain(node, "an empty text is no \(type)") }
    }

    private mutating func check(_ word: String, isA type: String?, at node: Node) {
        if let type, TargetTree.typed(word, type) == nil { complain(node, "\(word) is no \(type)") }
    }

    private static func trimmed(_ text: Substring) -> String {
        String(text.trimmingPrefix(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
    }

    private func unknown(_ node: Node) -> UnknownCode {
        switch node.attribute("unknown") {
        case nil, "warning": .warning
        case "skip": .skip
        case "error": .error
        case let code?: .fallback(code)
        }
    }

    /// What the target's type asks for, where the rule does not say it, and what it forbids.
    private mutating func fit(_ value: inout Rule.Value, to field: FieldDefinition?, at node: Node) {
        guard let field else { return }
        value.isMonthly = field.isMonthly
        let isPlain = value.converters.isEmpty && value.codes == nil
        switch field.type {
        case .text(let length):
            value.maxLength = length
            if isPlain, let converter = OrganCode.converter(of: field.path) { value.converters = [converter] }
        case .code(let list): fit(&value, toList: list, at: node)
        case .word(let words): value.words = words
        case .date: if isPlain { value.converters = [.date] }
        case .dateTime: if isPlain { value.converters = [.dateTime] }
        case .money: if isPlain { value.converters = [.money] }
        case .integer: if isPlain { value.converters = [.integer] }
        case .boolean: if isPlain { value.converters = [.boolean] }
        }
        for word in [value.fallback, value.otherwise].compactMap(\.self) { check(word, fits: field, at: node) }
    }

    private mutating func fit(_ value: inout Rule.Value, toList list: String, at node: Node) {
        guard let own = codes[list] else {
            complain(node, "\(value.to) takes codes of the list \(list), which Mappings/codes does not hold")
            return
        }
        if let name = value.codes, name != list, let other = codes[name] {
            for code in other.entries.map(\.code) where !code.isEmpty && !own.contains(code: code) {
                complain(node, "the list \(name) gives \(code), which is no code of \(list)")
            }
        }
        if case .fallback(let code) = value.unknown, !own.contains(code: code) {
            complain(node, "\(code) is no code of \(list)" + MappingLanguage.hint(code, own.entries.map(\.code)))
        }
        if value.codes == nil { value.codes = list }
        if list == ApplicationWill.list, value.codes == list { value.isWill = true }
    }

    private mutating func constant(_ node: Node, prefix: String, when: String?, line: Int) -> Rule {
        let to = target(node, prefix: prefix, isGroup: false)
        let text = node.attribute("value") ?? ""
        var type = node.attribute("type")
        check(text, isA: type, at: node)
        if isInbound, let field = CanonicalModel.application.field(at: join(prefix, to)) {
            check(text, fits: field, at: node)
            if type == nil, field.type == .boolean { type = "boolean" }
            if type == nil, field.type == .integer { type = "number" }
        }
        return .constant(to: to, value: text, type: type, when: when, line: line)
    }

    /// A value that the mapping itself writes must be one that the field takes.
    private mutating func check(_ text: String, fits field: FieldDefinition, at node: Node) {
        let hint: String?
        switch field.type {
        case .code(let list):
            let known = codes[list]?.entries.map(\.code) ?? []
            hint = known.contains(text) ? nil : "a code of \(list)" + MappingLanguage.hint(text, known)
        case .word(let words):
            hint =
                words.contains(text)
                ? nil : "one of \(words.joined(separator: ", "))" + MappingLanguage.hint(text, words)
        case .text(let length): hint = text.count <= length ? nil : "at most \(length) characters"
        case .date: hint = CalendarDate(iso: text) == nil ? "a date" : nil
        case .integer: hint = Int(text) == nil ? "a whole number" : nil
        case .boolean: hint = text == "true" || text == "false" ? nil : "true or false"
        case .dateTime, .money: hint = nil
        }
        if let hint { complain(node, "\(field.path) takes \(hint)") }
    }

    private mutating func lookup(_ node: Node, prefix: String) -> Rule.Lookup? {
        let to = target(node, prefix: prefix, isGroup: false)
        guard let by = xpath("by", of: node), let codes = codeList("codes", of: node) else { return nil }
        return Rule.Lookup(to: to, by: by, codes: codes, givesName: node.attribute("gives") != "code")
    }

    private mutating func codeList(_ name: String, of node: Node) -> String? {
        guard let list = node.attribute(name) else { return nil }
        if codes[list] == nil { complain(node, "unknown code list \(list)" + MappingLanguage.hint(list, codes.names)) }
        return list
    }

    func join(_ prefix: String, _ path: String) -> String {
        path == "." || path.isEmpty ? prefix : prefix.isEmpty ? path : prefix + "/" + path
    }

    /// The rule's target, checked against the canonical model for mappings that lead there.
    mutating func target(_ node: Node, prefix: String, isGroup: Bool) -> String {
        // A missing one is told by the language's schema.
        guard let to = node.attribute("to"), !to.isEmpty else { return "" }
        let path = join(prefix, to)
        guard isInbound else {
            checkNames(of: to, at: node)
            // The element's own text beside attributes is a dot too.
            let plain = Self.withoutPrefixes(path)
            if let outline, !plain.isEmpty, !outline.paths.contains(plain) {
                complain(
                    node,
                    "the partner's schema has no \(path)" + MappingLanguage.hint(plain, outline.paths.sorted()))
            }
            return to
        }
        let model = CanonicalModel.application
        let field = model.field(at: path)
        if field?.origin == .gateway {
            complain(node, "\(path) is written by the gateway itself, not by mappings")
        } else if field == nil, !(isGroup && model.isGroup(path)) {
            complain(
                node, "unknown target \(path)" + (model.nearest(to: path).map { "; did you mean \($0)?" } ?? ""))
        } else {
            checkLists(on: path, below: to == "." ? path : prefix, isList: node.name == "list", at: node)
        }
        return to
    }

    /// What repeats is written by a list, and what does not is not.
    private mutating func checkLists(on path: String, below prefix: String, isList: Bool, at node: Node) {
        let steps = path.split(separator: "/").map(String.init)
        let known = prefix.split(separator: "/").count
        let paths = steps.indices.dropFirst(known).map { steps[...$0].joined(separator: "/") }
        let lists = paths.filter(CanonicalModel.application.isList)
        if let list = lists.first(where: { $0 != path || !isList }) {
            complain(node, "\(list) repeats: write <list to=…> for it")
        } else if isList, lists.isEmpty {
            complain(node, "\(path) does not repeat: write <value> or <within to=…> for it")
        }
    }
}
