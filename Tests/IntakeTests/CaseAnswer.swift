import StrictJSON

/// What came out of a document, and what of an expectation does not hold for it; the forms are in `Cases/README.md`.
struct CaseAnswer {
    private let whole: JSONValue
    private let results: [JSONValue]
    private let result: JSONValue
    private let application: JSONValue
    private let target: JSONValue
    /// Those of the document and of this result.
    private let findings: [CaseFinding]
    private let allFindings: [CaseFinding]

    /// - Parameter record: the values of the application that is looked at; nothing for the first.
    init(_ whole: JSONValue, record: JSONObject?) {
        self.whole = whole
        results = whole["results"]?.array ?? []
        result =
            results.first { result in
                (record?.members ?? []).allSatisfy { result["application"]?.values(at: $0.name).first == $0.value }
            } ?? .null
        application = result["application"] ?? .null
        target = application["target"] ?? result["target"] ?? .null
        let ofDocument = CaseFinding.list(in: whole)
        findings = ofDocument + CaseFinding.list(in: result)
        allFindings = ofDocument + results.flatMap(CaseFinding.list)
    }

    func faults(_ expectation: JSONObject) -> [String] {
        var expectation = expectation
        if let record = expectation["record"]?.object {
            expectation["record"] = nil
            return CaseAnswer(whole, record: record).faults(expectation)
        }
        return expectation.members.flatMap { faults($0.name, $0.value) }
    }

    private func faults(_ key: String, _ wanted: JSONValue) -> [String] {
        switch key {
        case "values": (wanted.array ?? []).flatMap(valueFaults)
        case "anyOf": anyOfFaults((wanted.array ?? []).compactMap(\.object))
        case "finding": findingFaults(wanted)
        case "noFindingAt":
            wanted.listed.flatMap { told(at: $0.string ?? "", source: nil) }.map { "a finding \($0.code) at \(wanted)" }
        case "outcome": difference(key, wanted, result["outcome"] ?? whole["outcome"])
        case "queue": difference(key, wanted, result["queue"].flatMap(\.unlessNull) ?? target["institutionCode"])
        case "region": difference(key, wanted, target["region"])
        case "applications": difference(key, wanted, JSONValue(results.count))
        case "accepted":
            difference(key, wanted, JSONValue(results.count { $0["outcome"]?.string == "accepted" }))
        default: listFaults(key, wanted)
        }
    }

    private func listFaults(_ key: String, _ wanted: JSONValue) -> [String] {
        switch key {
        case "clock": absent(key, wanted, from: names("clocks", "id"))
        case "noClock": present(key, wanted, in: names("clocks", "id"))
        case "hint": absent(key, wanted, from: indicatedHints)
        case "hintNot": present(key, wanted, in: indicatedHints)
        case "missingIncludes": absent(key, wanted, from: missing)
        case "missingDoesNotInclude": present(key, wanted, in: missing)
        case "materialsInclude": absent(key, wanted, from: Self.papers(application["materials"]))
        case "materialsExclude": present(key, wanted, in: Self.papers(application["materials"]))
        default: ["nobody knows the expectation \(key)"]
        }
    }

    // MARK: Lists

    private func names(_ list: String, _ member: String) -> [JSONValue] {
        (result[list]?.array ?? []).compactMap { $0[member] }
    }

    private var indicatedHints: [JSONValue] {
        (result["hints"]?.array ?? []).filter { $0["outcome"]?.string == "indicated" }.compactMap { $0["rule"] }
    }

    private var missing: [JSONValue] { Self.papers(result["missing"]) + Self.papers(application["missing"]) }

    private static func papers(_ list: JSONValue?) -> [JSONValue] {
        (list?.array ?? []).flatMap { [$0["kind"], $0["title"]].compactMap(\.self) }
    }

    private func absent(_ key: String, _ wanted: JSONValue, from found: [JSONValue]) -> [String] {
        wanted.listed.filter { !found.contains($0) }.map { "\(key): \($0.text()) is not in \(found.map { $0.text() })" }
    }

    private func present(_ key: String, _ unwanted: JSONValue, in found: [JSONValue]) -> [String] {
        unwanted.listed.filter(found.contains).map { "\(key): \($0.text()) is there" }
    }

    private func difference(_ key: String, _ wanted: JSONValue, _ found: JSONValue?) -> [String] {
        wanted.listed.contains(found ?? .null) ? [] : ["\(key): \((found ?? .null).text()) instead of \(wanted.text())"]
    }

    private func anyOfFaults(_ expectations: [JSONObject]) -> [String] {
        let faults = expectations.map(faults)
        return faults.contains(where: \.isEmpty) ? [] : ["none of: \(faults)"]
    }

    // MARK: Findings

    private func findingFaults(_ wanted: JSONValue) -> [String] {
        func texts(_ member: String) -> [String] { (wanted[member]?.array ?? []).compactMap(\.string) }
        let found = allFindings.contains { finding in
            let isMeant =
                texts("codes").contains(where: finding.hasCode) || texts("says").contains(where: finding.says)
                || texts("paths").contains(where: finding.isAt) || texts("sources").contains(where: finding.isAtSource)
            return isMeant && (finding.isPlaced || wanted["placed"]?.bool != true)
        }
        return found ? [] : ["no finding \(wanted.text()) among \(allFindings)"]
    }

    private func told(at path: String, source: String?) -> [CaseFinding] {
        findings.filter { finding in finding.isAt(path) || source.map(finding.isAtSource) ?? false }
    }

    // MARK: Values

    private func valueFaults(_ wanted: JSONValue) -> [String] {
        guard let path = wanted["path"]?.string else { return ["a value without path"] }
        let found = application.values(at: path)
        let value: JSONValue = path.contains("[*]") ? .array(found) : found.first ?? .null
        let told = told(at: path, source: wanted["source"]?.string)
        let forms = wanted.object?.members.filter { $0.name != "path" && $0.name != "source" } ?? []
        let hasRight = forms.contains { ["is", "isOneOf", "orFinding"].contains($0.name) }
        let holds = forms.contains { name, form in
            switch name {
            case "is": value == form
            case "isOneOf": form.listed.contains(value)
            case "includes": form.listed.allSatisfy(value.items.contains)
            case "excludes": !form.listed.contains(where: value.items.contains)
            case "isNot": value.isNull ? !hasRight : !form.listed.contains(value)
            case "orFinding": value.isNull && !told.isEmpty
            case "orTold": !told.isEmpty && (form.string == "any" || form.listed.contains(value))
            default: false
            }
        }
        return holds ? [] : ["\(path): \(value.text()), told as \(told.map(\.code)), instead of \(wanted.text())"]
    }
}

extension JSONValue {
    /// A list, or the one value.
    fileprivate var listed: [JSONValue] { array ?? [self] }
    fileprivate var items: [JSONValue] { isNull ? [] : listed }
    fileprivate var unlessNull: JSONValue? { isNull ? nil : self }

    /// The values at a path such as `a.b[0].c`, or `a[*].b` for all of a list.
    fileprivate func values(at path: String) -> [JSONValue] {
        let steps = path.split(separator: ".").flatMap { $0.split(separator: "[") }
        return steps.reduce([self]) { values, step in
            values.flatMap { value -> [JSONValue] in
                guard step.hasSuffix("]") else { return value[String(step)].flatMap(\.unlessNull).map { [$0] } ?? [] }
                let items = value.array ?? []
                return Int(step.dropLast()).map { items.indices.contains($0) ? [items[$0]] : [] } ?? items
            }
        }
    }
}
