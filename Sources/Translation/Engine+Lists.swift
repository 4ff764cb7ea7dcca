import Canonical
import Documents
import StrictJSON

/// Lists: an item for every node, or for every part of one text.
extension Engine {
    func list(
        _ group: PlannedGroup, at node: Node, target: inout JSONObject, path: String, line: Int, _ run: inout Run
    ) {
        guard let into = group.target else { return }
        let sources = group.isOverRows ? run.rows : nodes(group.source, at: node, &run)
        guard !sources.isEmpty else { return }
        let place = TargetTree.join(path, into.path)
        var items = target.value(at: into.names)?.array ?? []
        let outer = (item: run.item, rows: run.rows)
        defer { (run.item, run.rows) = outer }
        let rows = group.by.map { grouped(sources, by: $0) }
        for (number, source) in (rows?.map { $0[0] } ?? sources).enumerated() {
            run.item = items.count
            if let rows { run.rows = rows[number] }
            if let split = group.split {
                for item in self.items(in: source, split: split, group.rules, path: place, &run)
                where !items.contains(item) {
                    items.append(item)
                }
            } else if let item = item(
                group.rules, at: source, path: "\(place)[\(items.count)]", isGrouped: rows != nil, line: line, &run)
            {
                items.append(item)
            }
        }
        if !items.isEmpty { target.put(.array(items), at: into.names) }
    }

    private func item(
        _ rules: [PlannedRule], at node: Node, path: String, isGrouped: Bool, line: Int, _ run: inout Run
    ) -> JSONValue? {
        var object = JSONObject()
        let said = run.said
        let isComplete = apply(rules, at: node, to: &object, path: path, &run)
        guard isComplete, !object.isEmpty else {
            // The next item has the same place, and is not held against this one.
            run.said = said
            return nil
        }
        if mapping.isInbound, let external = object["externalPath"]?.string {
            let place = Place(parent: path, name: "externalPath")
            checkExternal(external, of: &object, at: node, place: place, line: line, &run)
        }
        if isGrouped, run.rows.count > 1 { tellDifferences(from: object, by: rules, path: path, line: line, &run) }
        // A list of plain values has one rule whose target is the item itself; an element of XML may have attributes too.
        return object.members.count == 1 ? object["."] ?? .object(object) : .object(object)
    }

    /// A path leads to a file of the exchange folder, never out of it.
    private func checkExternal(
        _ path: String, of object: inout JSONObject, at node: Node, place: Place, line: Int, _ run: inout Run
    ) {
        if Converter.narrowed(path).0.split(whereSeparator: { $0 == "/" || $0 == "\\" }).contains("..") {
            object["externalPath"] = nil
            note("attachmentPathUnsafe", .warning, place, node, line, &run)
        } else if object["sm3"] == nil {
            note("attachmentByPath", .warning, place, node, line, &run)
        }
    }

    /// One text that holds several values: each code it names gives an item.
    private func items(
        in source: Node, split: String, _ rules: [PlannedRule], path: String, _ run: inout Run
    ) -> [JSONValue] {
        let codeRule = rules.lazy.compactMap { rule -> (PlannedValue, Int)? in
            if case .value(let value) = rule.action { (value, rule.line) } else { nil }
        }.first
        guard let (value, line) = codeRule else { return [] }
        let separators = split.unicodeScalars
        let tidied = SenderText(source.text, isName: false)
        for code in tidied.told { note(code, .warning, Place(parent: path, name: "."), source, line, &run) }
        let parts = tidied.text.unicodeScalars.split { separators.contains($0) }.map { Blanks.trimmed(String($0)) }
        let place = Place(parent: path, name: ".")
        return parts.filter { !$0.isEmpty }.flatMap { part -> [JSONValue] in
            var part = part
            if let shape = value.rule.shape, placeholders.read(part, for: value.uses) == .value {
                guard let shaped = shaped(part, by: shape, place, source, line, &run) else { return [] }
                part = shaped
            }
            let reading = placeholders.read(part, for: value.uses)
            guard reading == .value else {
                tellNothing(part, place, source, line, isTold: reading == .nothingTold, &run)
                return []
            }
            return texts(of: value, in: part, source: source, place: place, line: line, &run).map { text in
                trace(.string(text), at: place, from: source, raw: part, by: ["split"], line: line, &run)
                return Self.item(text, of: value, rules)
            }
        }
    }

    private func texts(
        of value: PlannedValue, in part: String, source: Node, place: Place, line: Int, _ run: inout Run
    ) -> [String] {
        guard let list = value.codes else { return [part] }
        let reading = list.reading(in: Converter.narrowed(part).0)
        let found = reading.codes
        if reading.isDenied { note("denied", .info, place, source, line, &run) }
        if reading.isOfOthers { note("tagOfOtherPersonIgnored", .warning, place, source, line, &run) }
        if reading.hasLeftWords { note("textLeftAside", .warning, place, source, line, &run) }
        if found.isEmpty, !reading.isDenied, !reading.isOfOthers, list.tense != nil || !list.isKnownToMeanNothing(part)
        {
            unknown(part, value, place: place, location: source.location, line: line, &run)
            if case .fallback(let code) = value.rule.unknown { return [code] }
        }
        return found
    }

    private static func item(_ text: String, of value: PlannedValue, _ rules: [PlannedRule]) -> JSONValue {
        if value.rule.to == "." { return .string(text) }
        var object = JSONObject([(value.rule.to, .string(text))])
        for rule in rules {
            if case .constant(let constant) = rule.action { object[constant.target.path] = constant.value }
        }
        return .object(object)
    }
}
