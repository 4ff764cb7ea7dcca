import Canonical
import Documents
import Foundation
import StrictJSON

extension Engine {
    /// What a selector gave for one field.
    private struct Found {
        var text: String
        /// None for what an expression computed.
        var source: Node?
        /// The second node with content.
        var other: Node?
    }

    /// By the first selector that gives something; where none does, what the first one gave is told.
    private func find(_ value: PlannedValue, at node: Node, _ place: Place, _ line: Int, _ run: inout Run) -> Found {
        let first = find(value, by: value.from, at: node, place, line, &run)
        if value.others.isEmpty || isSaid(first.text, value) { return first }
        for other in value.others {
            let found = find(value, by: other, at: node, place, line, &run)
            if isSaid(found.text, value) { return found }
        }
        return first
    }

    private func find(
        _ value: PlannedValue, by selector: XPathExpression, at node: Node, _ place: Place, _ line: Int,
        _ run: inout Run
    ) -> Found {
        guard let separator = value.rule.join else { return find(selector, at: node, &run) }
        return joined(value, selector, by: separator, at: node, place, line, &run)
    }

    func isSaid(_ text: String, _ value: PlannedValue) -> Bool {
        !text.isEmpty && (!mapping.isInbound || placeholders.read(text, for: value.uses) == .value)
    }

    /// The texts of all nodes that say something; those that don't are told. Where none does, the first placeholder.
    private func joined(
        _ value: PlannedValue, _ from: XPathExpression, by separator: String, at node: Node, _ place: Place,
        _ line: Int, _ run: inout Run
    ) -> Found {
        let found = nodes(from, at: node, &run).map { (node: $0, text: $0.withText(Blanks.trimmed)) }
        let said = found.filter { isSaid($0.text, value) }
        guard let first = said.first else {
            let placeholder = found.first { !$0.text.isEmpty } ?? found.first
            return Found(text: placeholder?.text ?? "", source: placeholder?.node)
        }
        if mapping.isInbound {
            for (node, text) in found where !isSaid(text, value) {
                let isTold = placeholders.read(text, for: value.uses) == .nothingTold
                tellNothing(text, place, node, line, isTold: isTold, &run)
            }
        }
        return Found(text: said.map(\.text).joined(separator: separator), source: first.node)
    }

    private func find(_ from: XPathExpression, at node: Node, _ run: inout Run) -> Found {
        guard from.selectsNodes, !run.explains else { return findAll(from, at: node, &run) }
        let (first, other) = from.firstTwo(at: node)
        return Found(text: first?.withText(Blanks.trimmed) ?? "", source: first, other: other)
    }

    /// Every node is looked at, since an explanation tells which were read.
    private func findAll(_ from: XPathExpression, at node: Node, _ run: inout Run) -> Found {
        switch from.evaluate(at: node) {
        case .nodes(let nodes):
            if run.explains { run.read.formUnion(nodes.map(\.identity)) }
            return Found(
                text: nodes.first?.withText(Blanks.trimmed) ?? "", source: nodes.first,
                other: nodes.dropFirst().first { !$0.withText(\.isEmpty) })
        case .string(let text): return Found(text: Blanks.trimmed(text))
        case .number(let number): return Found(text: XPathValue.text(of: number))
        case .boolean(let flag): return Found(text: flag ? "true" : "false")
        }
    }

    /// An object or array where one value is meant: its text is no value of anything.
    private static func isStructure(_ node: Node) -> Bool {
        switch node.jsonType {
        case .object, .array: true
        case .string, .number, .boolean, .null, nil: false
        }
    }

    func value(_ value: PlannedValue, at node: Node, path: String, line: Int, _ run: inout Run) -> JSONValue? {
        let place = Place(parent: path, name: value.rule.to)
        let found = find(value, at: node, place, line, &run)
        let source = found.source ?? node
        if mapping.isInbound, let first = found.source, Self.isStructure(first) {
            note("wrongType", .warning, place, source, line, &run)
            return absent(value, place: place, at: source, line: line, &run)
        }
        var text = found.text
        if mapping.isInbound, !value.rule.isBase64 { text = tidied(text, value, place, source, line, &run) }
        if let shape = value.rule.shape, isSaid(text, value) {
            guard let shaped = shaped(text, by: shape, place, source, line, &run) else {
                return unread(value, place: place, at: source, line: line, &run)
            }
            text = shaped
        }
        let reading = text.isEmpty ? .nothing : mapping.isInbound ? placeholders.read(text, for: value.uses) : .value
        guard reading == .value else {
            if mapping.isInbound, found.source != nil {
                // What is named and not there is missed, whatever stands for it.
                let isTold = reading == .nothingTold || value.rule.isBase64 && !text.isEmpty
                tellNothing(text, place, source, line, isTold: isTold, &run)
            }
            return absent(value, place: place, at: source, line: line, &run)
        }
        if mapping.isInbound, let other = found.other { note("repeated", .warning, place, other, line, &run) }
        if value.rule.isBase64 {
            return attachment(text, value, place: place, at: node, source: source, line: line, &run)
        }
        if mapping.isInbound, isPersonsTelephone(value, at: place) {
            return telephones(text, value, place: place, source: source, line: line, &run)
                ?? unread(value, place: place, at: source, line: line, &run)
        }
        guard let result = convert(text, value, place: place, source: source, line: line, &run) else {
            return unread(value, place: place, at: source, line: line, &run)
        }
        trace(
            result, at: place, from: found.source, raw: text,
            by: value.rule.steps + (value.rule.codes.map { ["codes \($0)"] } ?? []), line: line, &run)
        guard let type = value.rule.type else { return result }
        guard let typed = TargetTree.typed(result, type) else {
            // What goes out is right or does not leave.
            note(
                type == "number" ? "notANumber" : "notABoolean", mapping.isInbound ? .warning : .error, place, source,
                line, &run)
            return nil
        }
        return typed
    }

    /// Instead of a text that cannot be read, which was told.
    private func unread(
        _ value: PlannedValue, place: Place, at node: Node, line: Int, _ run: inout Run
    ) -> JSONValue? {
        if let result = value.rule.otherwise.flatMap({ TargetTree.typed($0, value.rule.wordType) }) {
            run.isAssumed = true
            trace(result, at: place, from: nil, raw: nil, by: ["otherwise"], line: line, &run)
            return result
        }
        return value.rule.isRequired ? absent(value, place: place, at: node, line: line, &run) : nil
    }

    /// The text as the rule's patterns leave it; nothing where they do not fit, which is told.
    func shaped(
        _ text: String, by shape: TextShape, _ place: Place, _ source: Node, _ line: Int, _ run: inout Run
    ) -> String? {
        let conversion = shape.read(text)
        for code in conversion.tolerated { note(code, .warning, place, source, line, &run) }
        if let problem = conversion.problem { note(problem, .warning, place, source, line, &run) }
        return conversion.value?.string
    }

    /// The text without what is none, and what the sender should know of it.
    private func tidied(
        _ raw: String, _ value: PlannedValue, _ place: Place, _ source: Node, _ line: Int, _ run: inout Run
    ) -> String {
        let text = SenderText(raw, isName: value.rule.converters.contains(.personName))
        for code in text.told { note(code, .warning, place, source, line, &run) }
        return text.text
    }

    /// A text that is taken as not given.
    ///
    /// - Parameter isTold: it says something, but not here, as 同上 does.
    func tellNothing(
        _ text: String, _ place: Place, _ source: Node, _ line: Int, isTold: Bool, _ run: inout Run
    ) {
        note(text.isEmpty ? "empty" : "nullToken", isTold ? .warning : .info, place, source, line, &run)
    }

    private func absent(
        _ value: PlannedValue, place: Place, at node: Node, line: Int, _ run: inout Run
    ) -> JSONValue? {
        if value.rule.isWill { tellNoWill(value, place: place, at: node, line: line, &run) }
        if let result = value.rule.fallback.flatMap({ TargetTree.typed($0, value.rule.wordType) }) {
            run.isAssumed = true
            trace(result, at: place, from: nil, raw: nil, by: ["default"], line: line, &run)
            return result
        }
        if value.rule.keepsEmpty { return "" }
        if value.rule.isRequired {
            // In a list only the item is lost; at the top the record is.
            note("missing", place.isInList ? .warning : .error, place, node, line, &run)
        }
        return nil
    }

    private func convert(
        _ text: String, _ value: PlannedValue, place: Place, source: Node, line: Int, _ run: inout Run
    ) -> JSONValue? {
        var result = JSONValue.string(text)
        for converter in value.rule.converters {
            let text = result.string ?? text
            let conversion =
                value.rule.dates.isEmpty ? converter.convert(text) : converter.convert(text, by: value.rule.dates)
            if value.rule.isMonthly, conversion.tolerated.contains(Converter.otherPeriod) {
                note(Converter.otherPeriod, .warning, place, source, line, &run)
                return nil
            }
            for code in conversion.tolerated
            where code != (value.rule.isMonthly ? Converter.perMonth : Converter.otherPeriod) {
                note(code, .warning, place, source, line, &run)
            }
            guard let converted = conversion.value else {
                note(conversion.problem ?? "formatError", .warning, place, source, line, &run)
                return nil
            }
            result = converted
        }
        if value.rule.isWill, let list = value.codes {
            result = .string(will(text, list, place: place, source: source, line: line, &run))
        } else if let list = value.codes {
            guard
                let code = code(result.string ?? text, of: list, value, place: place, source: source, line: line, &run)
            else { return nil }
            result = .string(code)
        } else if !value.rule.words.isEmpty, let word = result.string, !value.rule.words.contains(word) {
            unknown(word, value, place: place, location: source.location, line: line, &run)
            return nil
        }
        if let format = value.rule.format { result = .string(Self.formatted(result.string ?? "", format)) }
        return plausible(result, value, place: place, source: source, line: line, &run).flatMap {
            fitted($0, value, place: place, source: source, line: line, &run)
        }
    }

    private func code(
        _ text: String, of list: CodeList, _ value: PlannedValue, place: Place, source: Node, line: Int,
        _ run: inout Run
    ) -> String? {
        let text = Converter.narrowed(text).0
        let reading = mapping.isInbound ? list.reading(for: text) : CodeList.Reading()
        if let found = mapping.isInbound ? reading.codes.first : list.name(of: text) {
            if reading.hasLeftWords { note("textLeftAside", .warning, place, source, line, &run) }
            return found
        }
        if reading.isOfOthers {
            note("tagOfOtherPersonIgnored", .warning, place, source, line, &run)
            return nil
        }
        if reading.isDenied {
            // What is missed is named as such: 身份证（未提供）.
            if place.parent.hasPrefix("missing["), let missed = reading.denied.first(where: { !$0.isEmpty }) {
                return missed
            }
            note("denied", .info, place, source, line, &run)
            guard list.about == .paper, case .fallback(let code) = value.rule.unknown else { return nil }
            return code
        }
        // Whatever the rule says of unknown words: this one is known, and is not so.
        if reading.isUnsettled { note("textLeftAside", .warning, place, source, line, &run) }
        if list.tense != nil || !list.isKnownToMeanNothing(text) {
            unknown(text, value, place: place, location: source.location, line: line, &run)
        }
        if case .fallback(let code) = value.rule.unknown { return code }
        return nil
    }

    /// Nothing is assumed for the person: what is not clear counts as no will, and is told.
    private func will(
        _ text: String, _ list: CodeList, place: Place, source: Node, line: Int, _ run: inout Run
    ) -> String {
        switch will?.read(text) ?? .unclear {
        case .stated(let code): return code
        case .declined: note("willDeclined", .info, place, source, line, &run)
        case .unclear:
            run.unknownCodes.append(UnknownCodeText(list: list.name, text: text))
            note("willUnclear", .warning, place, source, line, &run)
        }
        return "unknown"
    }

    /// Where the mapping has an answer for the person who gave none, that is told.
    private func tellNoWill(_ value: PlannedValue, place: Place, at node: Node, line: Int, _ run: inout Run) {
        guard let fallback = value.rule.fallback, fallback == "self" || fallback == "agent" else { return }
        note("willAssumed", .warning, place, node, line, &run)
    }

    /// Free text that is too long is cut. What must be there, such as an identifier, is not: half of one is another one.
    private func fitted(
        _ result: JSONValue, _ value: PlannedValue, place: Place, source: Node, line: Int, _ run: inout Run
    ) -> JSONValue? {
        guard let limit = value.rule.maxLength, let text = result.string, text.utf8.count > limit,
            text.unicodeScalars.count > limit
        else { return result }
        let isFatal = value.rule.isRequired && mapping.isInbound && !place.isInList
        note("tooLong", isFatal ? .error : .warning, place, source, line, &run)
        return .string(String(text.unicodeScalars.prefix(limit)))
    }

    /// A date-time written by a pattern of `yyyy MM dd HH mm ss`; what does not parse is passed on as it is.
    private static func formatted(_ text: String, _ pattern: String) -> String {
        guard case .date(let reading) = DateText.read(text) else { return text }
        let date = reading.date
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let time = reading.seconds ?? 0
        return pattern.replacing("yyyy", with: "\(date.year)").replacing("MM", with: two(date.month))
            .replacing("dd", with: two(date.day)).replacing("HH", with: two(time / 3600))
            .replacing("mm", with: two(time / 60 % 60)).replacing("ss", with: two(time % 60)).replacing("_", with: " ")
    }
}
