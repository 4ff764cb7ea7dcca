import Canonical
import Documents
import Foundation
import StrictJSON
import Testing

@testable import Translation
@testable import gateway

private let mappings = repository.appending(path: "Mappings")

private func translator() throws -> Translator { try Gateway.pipeline(try shippedConfiguration()).translator }

private func inboundJSON() throws -> [String] {
    let translator = try translator()
    return translator.mappings.filter(\.isInbound).map(\.id).filter { translator.jsonSchema(of: $0) != nil }
}

private func outboundJSON() throws -> [String] {
    let translator = try translator()
    return translator.mappings.filter { !$0.isInbound }.map(\.id).filter { translator.jsonSchema(of: $0) != nil }
}

/// A document with one thing changed at a time, at every place.
private enum Mutations {
    static let replacements: [JSONValue?] = [
        nil, .null, [:], [], 12345, true, .string(String(repeating: "长", count: 5000)), "不在表内的代码", "　 ", "无",
    ]

    static func of(_ value: JSONValue) -> [JSONValue] {
        if let object = value.object {
            return object.names.flatMap { name in
                replacements.map { replacement in
                    var changed = object
                    changed[name] = replacement
                    return .object(changed)
                }
                    + of(object[name] ?? .null).map { below in
                        var changed = object
                        changed[name] = below
                        return .object(changed)
                    }
            }
        }
        guard let items = value.array, let first = items.first else { return [] }
        return of(first).map { .array([$0] + items.dropFirst()) }
    }
}

@Suite struct MappingSchemas {
    /// What the schema promises: the findings that it must agree on. The rest stands in `x-also-required`.
    private func isRefused(_ text: String, by translator: Translator, _ id: String, except leftOut: Set<String>) -> Bool
    {
        let result = translator.translate(
            Array(text.utf8), format: .json, declaredEncoding: nil, mapping: leftOut.contains("(type)") ? id : nil,
            among: [id], receivedAt: MappingExample.receivedAt, limits: ParseLimits(), explain: false)
        return (result.findings + result.records.flatMap(\.findings)).contains { finding in
            guard finding.severity == .error else { return false }
            switch finding.code {
            case "noMapping", "missing", "unknownCode", "tooLong": return !leftOut.contains(finding.path ?? "")
            case "noRecord": return !leftOut.contains("(record)")
            default: return false
            }
        }
    }

    @Test(arguments: try inboundJSON())
    func `a document is refused by the gateway exactly when its schema refuses it`(id: String) throws {
        let translator = try translator()
        let schema = try #require(translator.jsonSchema(of: id))
        let leftOut = Set((schema["x-also-required"]?.array ?? []).compactMap(\.string))
        let folder = mappings.appending(path: "\(id)/examples")
        let examples = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter {
            $0.hasSuffix(".json") && !$0.hasSuffix(".expected.json")
        }.compactMap { name in
            (FileManager.default.contents(atPath: folder.appending(path: name).path)).flatMap {
                try? JSONValue(parsing: [UInt8]($0))
            }
        }
        let texts = examples.map { $0.text() } + examples.flatMap(Mutations.of).map { $0.text() }
        guard let verdicts = try JSONSchemaJudge.verdicts(of: schema, on: texts) else {
            JSONSchemaJudge.saySkipped("verdicts of \(id)")
            return
        }
        try #require(verdicts.count == texts.count && texts.count > 1)
        for (text, isValid) in zip(texts, verdicts) {
            let isRefused = isRefused(text, by: translator, id, except: leftOut)
            #expect(isValid == !isRefused, "\(id): schema \(isValid), gateway \(!isRefused): \(text.prefix(2000))")
        }
        // Both verdicts occur, or the schema says nothing.
        #expect(verdicts.contains(true) && verdicts.contains(false))
    }

    @Test(arguments: try outboundJSON())
    func `what a JSON partner gets is as its schema says`(id: String) throws {
        let translator = try translator()
        let schema = try #require(translator.jsonSchema(of: id))
        let folder = mappings.appending(path: id)
        let published = folder.appending(path: "status.schema.json")
        if ProcessInfo.processInfo.environment["UPDATE_GOLDEN"] == "1" {
            try Data((schema.text(pretty: true) + "\n").utf8).write(to: published)
        }
        let text = try String(contentsOf: published, encoding: .utf8)
        #expect(text == schema.text(pretty: true) + "\n", "UPDATE_GOLDEN=1 writes it anew")
        let examples = folder.appending(path: "examples")
        let texts = ((try? FileManager.default.contentsOfDirectory(atPath: examples.path)) ?? []).filter {
            $0.hasSuffix(".expected.json")
        }.compactMap { try? String(contentsOf: examples.appending(path: $0), encoding: .utf8) }
        #expect(texts.count > 10)
        let check = try JSONSchemaCheck(schema)
        let statuses = try texts.map { try JSONValue(parsing: Array($0.utf8)) }
        for status in statuses { #expect(check.violation(in: status) == nil) }
        // Both judges agree on what is right and on what is hurt.
        let hurt = statuses.max { $0.text().count < $1.text().count }.map(Mutations.of) ?? []
        guard let others = try JSONSchemaJudge.verdicts(of: schema, on: hurt.map { $0.text() }),
            let verdicts = try JSONSchemaJudge.verdicts(of: schema, on: texts)
        else {
            JSONSchemaJudge.saySkipped("statuses of \(id)")
            return
        }
        #expect(verdicts.allSatisfy { $0 } && verdicts.count == texts.count)
        for (document, isValid) in zip(hurt, others) {
            #expect((check.violation(in: document) == nil) == isValid, "\(document.text().prefix(400))")
        }
        #expect(others.contains(false) && others.count == hurt.count)
    }

    @Test func `every outbound mapping has a schema, and every XML status beside it meets that in its encoding`() throws
    {
        let translator = try translator()
        for mapping in translator.mappings where !mapping.isInbound {
            let root = try Document.parse(
                [UInt8](Data(contentsOf: mappings.appending(path: "\(mapping.id)/mapping.xml"))), format: .xml
            ).root
            let schema = try #require(root.attribute("schema"), "\(mapping.id)")
            #expect(FileManager.default.fileExists(atPath: mappings.appending(path: "\(mapping.id)/\(schema)").path))
            guard let form = translator.form(of: mapping.id), form.format == .xml else { continue }
            let folder = mappings.appending(path: "\(mapping.id)/examples")
            let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
            #expect(names.count > 10, "\(mapping.id)")
            for name in names where name.hasSuffix(".expected.xml") {
                let document = try Document.parse([UInt8](Data(contentsOf: folder.appending(path: name))))
                #expect(document.encoding == form.encoding, "\(mapping.id)/\(name)")
                #expect(try #require(form.schema).violations(in: document).isEmpty, "\(mapping.id)/\(name)")
            }
        }
    }
}
