import Canonical
import Documents
import Foundation
import StrictJSON

extension Engine {
    static let nullTokens: Set<String> = [
        "无", "不详", "暂无", "未知", "/", "-", "--", "N/A", "NA", "null", "NULL", "nil", "None", "同上", "空", "地址不详",
        "0000-00-00", "1900-01-01", "9999-12-31", "长期",
    ]

    /// What a selector gave for one field.
    private struct Found {
        var raw: String
        /// None for what an expression computed.
        var source: Node?
        /// The second node with content.
        var other: Node?
        var isStructure = false
    }

    private func find(_ from: String, at node: Node, _ run: inout Run) -> Found? {
        guard let expression = expression(from) else { return nil }
        switch expression.evaluate(at: node) {
        case .nodes(let nodes):
            if run.explains { run.read.formUnion(nodes.map(\.identity)) }
            var found = Found(raw: nodes.first?.text ?? "", source: nodes.first)
            found.isStructure = nodes.first.map(Self.isStructure) ?? false
            if nodes.count > 1 { found.other = nodes.dropFirst().first { !$0.text.isEmpty } }
            return found
        case .string(let text): return Found(raw: text)
        case .number(let number):
            return Found(raw: number == number.rounded() && abs(number) < 1e15 ? "\(Int64(number))" : "\(number)")
        case .boolean(let flag): return Found(raw: flag ? "true" : "false")
        }
    }

    /// An object or array where one value is meant: its text is no value of anything.
    private static func isStructure(_ node: Node) -> Bool {
        switch node.jsonType {
        case .object, .array: true
        case .string, .number, .boolean, .null, nil: false
        }
    }

    func value(_ rule: Rule.Value, at node: Node, path: String, line: Int, _ run: inout Run) -> JSONValue? {
        let place = TargetTree.join(path, rule.to)
        guard let found = find(rule.from, at: node, &run) else { return nil }
        let source = found.source ?? node
        if mapping.isInbound, found.isStructure {
            note("wrongType", .warning, place, source, line, &run)
            return absent(rule, place: place, at: source, line: line, &run)
        }
        let trimmed = Self.trimmed(found.raw)
        if trimmed.isEmpty || (Self.nullTokens.contains(trimmed) && !rule.converters.contains(.boolean)) {
            if mapping.isInbound, found.source != nil { tellNothing(trimmed, place, source, line, &run) }
            return absent(rule, place: place, at: source, line: line, &run)
        }
        if mapping.isInbound, let other = found.other { note("repeated", .warning, place, other, line, &run) }
        if rule.isBase64 { return attachment(trimmed, rule, place: place, at: node, source: source, line: line, &run) }
        guard let result = convert(trimmed, rule, place: place, source: source, line: line, &run) else {
            return rule.isRequired ? absent(rule, place: place, at: source, line: line, &run) : nil
        }
        trace(
            result, at: place, from: found.source?.location, raw: trimmed,
            by: rule.converters.map(\.rawValue) + (rule.codes.map { ["codes \($0)"] } ?? []), line: line, &run)
        return TargetTree.typed(result, rule.type)
    }

    /// A text that is taken as not given.
    func tellNothing(_ text: String, _ place: String, _ source: Node, _ line: Int, _ run: inout Run) {
        // “As above” says something, but not here.
        let severity: Finding.Severity = text == "同上" ? .warning : .info
        note(text.isEmpty ? "empty" : "nullToken", severity, place, source, line, &run)
    }

    private func absent(
        _ rule: Rule.Value, place: String, at node: Node, line: Int, _ run: inout Run
    ) -> JSONValue? {
        if let fallback = rule.fallback {
            let value = TargetTree.typed(fallback, rule.type)
            trace(value, at: place, from: nil, raw: nil, by: ["default"], line: line, &run)
            return value
        }
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
            guard let code = code(value.string ?? text, of: list, rule, place: place, source: source, line: line, &run)
            else { return nil }
            value = .string(code)
        } else if !rule.words.isEmpty, let word = value.string, !rule.words.contains(word) {
            unknown(word, rule, path: place, location: source.location, line: line, &run)
            return nil
        }
        if let format = rule.format { value = .string(Self.formatted(value.string ?? "", format)) }
        return fitted(value, rule, place: place, source: source, line: line, &run)
    }

    private func code(
        _ text: String, of list: CodeList, _ rule: Rule.Value, place: String, source: Node, line: Int, _ run: inout Run
    ) -> String? {
        let text = Converter.narrowed(text).0
        if let found = mapping.isInbound ? list.code(for: text) : list.name(of: text) { return found }
        if !list.isKnownToMeanNothing(text) {
            unknown(text, rule, path: place, location: source.location, line: line, &run)
        }
        if case .fallback(let code) = rule.unknown { return code }
        return nil
    }

    /// Free text that is too long is cut. What must be there, such as an identifier, is not: half of one is another one.
    private func fitted(
        _ value: JSONValue, _ rule: Rule.Value, place: String, source: Node, line: Int, _ run: inout Run
    ) -> JSONValue? {
        guard let limit = rule.maxLength, let text = value.string, text.utf8.count > limit,
            text.unicodeScalars.count > limit
        else { return value }
        let isFatal = rule.isRequired && mapping.isInbound && !place.contains("[")
        note("tooLong", isFatal ? .error : .warning, place, source, line, &run)
        return .string(String(text.unicodeScalars.prefix(limit)))
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

    /// Blanks at the ends and invisible characters anywhere go; the rest, rare characters and all, stays.
    static func trimmed(_ raw: String) -> String {
        if !raw.utf8.contains(where: { $0 <= 0x20 || $0 >= 0xC2 && $0 <= 0xE3 || $0 == 0xEF }) { return raw }
        func isBlank(_ scalar: Unicode.Scalar) -> Bool {
            scalar.value <= 0x20 || scalar == "\u{A0}" || scalar == "\u{3000}" || Converter.isInvisible(scalar)
        }
        let view = raw.unicodeScalars
        guard let start = view.firstIndex(where: { !isBlank($0) }), let end = view.lastIndex(where: { !isBlank($0) })
        else { return "" }
        guard view[start...end].contains(where: Converter.isInvisible) else { return String(view[start...end]) }
        return String(String.UnicodeScalarView(view[start...end].filter { !Converter.isInvisible($0) }))
    }
}
