import Canonical
import Documents
import Foundation
import StrictJSON
import Testing

@testable import Translation

private let mappings = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "Mappings")

private func shipped() throws -> Translator {
    try Translator(
        directory: mappings.path, digests: Digests(sm3: { _ in "" }, sha256: { _ in "" }, md5: { _ in "" }))
}

/// A JSON document with one value changed, by pointer.
private func changed(_ document: JSONValue, at pointer: ArraySlice<Substring>, to value: JSONValue?) -> JSONValue {
    guard let first = pointer.first else { return value ?? .null }
    if var items = document.array, let index = Int(first), items.indices.contains(index) {
        items[index] = changed(items[index], at: pointer.dropFirst(), to: value)
        return .array(items)
    }
    var object = document
    let name = String(first).replacing("~1", with: "/").replacing("~0", with: "~")
    object[name] = pointer.count == 1 ? value : changed(object[name] ?? .null, at: pointer.dropFirst(), to: value)
    return object
}

/// Every field that a JSON mapping's full example fills, under every kind of fault: the outcomes follow from the rule, so
/// a mapping that is added is held to them too.
@Suite struct FieldMatrix {
    private enum Fault: String, CaseIterable { case absent, empty, tooLong, wrongFormat, repeated, structure }

    private static let garbage = "此值不合任何格式"

    private func examples() throws -> [(id: String, document: JSONValue)] {
        try FileManager.default.subpathsOfDirectory(atPath: mappings.path).sorted().filter {
            $0.hasSuffix("/examples/all-fields.json")
        }.map { path in
            let text = try Data(contentsOf: mappings.appending(path: path))
            return (
                String(path.dropLast("/examples/all-fields.json".count)), try JSONValue(parsing: [UInt8](text))
            )
        }
    }

    private func translate(_ document: JSONValue, by id: String, _ translator: Translator, explain: Bool = false)
        -> TranslatedDocument
    {
        translator.translate(
            document.serialized(), format: .json, declaredEncoding: nil, mapping: id, among: nil,
            receivedAt: Timestamp(secondsSince1970: 1_700_000_000), limits: ParseLimits(), explain: explain)
    }

    /// The rules of a mapping by their line.
    private func values(_ rules: [Rule]) -> [Int: Rule.Value] {
        rules.reduce(into: [:]) { found, rule in
            switch rule {
            case .value(let value, _, let line): found[line] = value
            case .within(_, _, let inner, _, _), .list(_, _, _, let inner, _, _):
                found.merge(values(inner)) { first, _ in first }
            case .constant, .lookup, .warn, .read: break
            }
        }
    }

    private func value(for fault: Fault, of original: JSONValue) -> JSONValue? {
        switch fault {
        case .absent: nil
        case .empty: ""
        case .tooLong: .string(String(repeating: "长", count: 4001))
        case .wrongFormat: .string(Self.garbage)
        case .repeated: [original, original]
        case .structure: ["a": "b"]
        }
    }

    /// The codes of which one must be told of the field; none where the fault is none for this rule.
    private func expected(_ fault: Fault, of rule: Rule.Value, inList: Bool) -> Set<String> {
        let reads: [Converter: String] = [
            .date: "notADate", .dateTime: "notADate", .monthStart: "notADate", .monthEnd: "notADate",
            .money: "notANumber", .integer: "notANumber", .boolean: "notABoolean", .phone: "formatError",
        ]
        let converter = rule.converters.lazy.compactMap { reads[$0] }.first
        switch fault {
        case .absent: return rule.isRequired && rule.fallback == nil && !inList ? ["missing"] : []
        case .empty: return ["empty"]
        case .structure: return ["wrongType"]
        case .repeated: return ["repeated"]
        case .wrongFormat:
            if rule.isBase64 { return ["attachmentUndecodable"] }
            if let converter { return [converter] }
            return rule.codes != nil || !rule.words.isEmpty ? ["unknownCode"] : []
        case .tooLong:
            let isPlain = rule.codes == nil && rule.words.isEmpty && converter == nil && !rule.isBase64
            let isText = Set(rule.converters).isSubset(of: [.text, .fullText, .upper])
            return isPlain && isText && rule.maxLength ?? .max <= 4000 ? ["tooLong"] : []
        }
    }

    @Test func `each field of each JSON mapping meets each fault as its rule says`() throws {
        let translator = try shipped()
        let (loaded, _) = try MappingLoader.load(directory: mappings.path, digest: { _ in "" })
        var cases = 0
        for (id, document) in try examples() {
            let mapping = try #require(loaded.first { $0.id == id })
            let rules = mapping.records.reduce(into: [Int: Rule.Value]()) {
                $0.merge(values($1.rules)) { one, _ in one }
            }
            for trace in translate(document, by: id, translator, explain: true).records.flatMap(\.traces) {
                guard let pointer = trace.location?.path, trace.conversions != ["split"],
                    let line = trace.rule.split(separator: ":").last.flatMap({ Int($0) }), let rule = rules[line],
                    rule.from != "."
                else { continue }
                let steps = pointer.split(separator: "/")[...]
                // An item of a plain list has the list's own faults.
                if steps.last.flatMap({ Int($0) }) != nil { continue }
                let original = steps.reduce(document) { value, step in
                    Int(step).flatMap { value[$0] } ?? value[String(step)] ?? .null
                }
                for fault in Fault.allCases {
                    let wanted = expected(fault, of: rule, inList: trace.target.contains("["))
                    guard !wanted.isEmpty else { continue }
                    let result = translate(
                        changed(document, at: steps, to: value(for: fault, of: original)), by: id, translator)
                    // Another rule may hang on the same value; what this one owes must be there.
                    let told = result.records.flatMap(\.findings).filter { $0.rule == trace.rule }.map(\.code)
                    #expect(!wanted.isDisjoint(with: told), "\(id) \(trace.target) \(fault.rawValue): \(told)")
                    cases += 1
                }
            }
        }
        #expect(cases > 100)
    }
}
