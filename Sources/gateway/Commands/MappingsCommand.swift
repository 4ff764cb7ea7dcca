import Canonical
import Foundation
import Intake
import StrictJSON
import Translation
import Vocabulary

enum MappingsCommand: Command {
    static let name = "mappings"
    static let synopsis = "list | test | table ID | schema ID | new FOLDER SAMPLE | lint [ID] | diff OLD NEW SAMPLE..."
    static let summary = "work on mappings: list, prove by examples, print, start, look over, compare"
    static let details = """
        list           identifiers, versions and titles of what is in force
        test           translate every example and compare with its .expected.json; put every status
                       into every partner's format and compare with its .expected.xml or .json
          --update     write the expected results anew from what the mappings give now
        table ID       a mapping's field table (字段对照表) for its partner
          --format F   markdown (default), html or csv
        schema ID      the JSON Schema of a JSON mapping's documents, of canonical/application or of canonical/status
        new FOLDER SAMPLE
                       start agency/message from one of its documents: mapping.xml that loads,
                       schema.xsd for XML, the sample as example
          --title T    what people call it
        lint [ID]      rules that never speak, targets set twice, fields that nobody reads,
                       lists that nobody uses, examples that are missing
        diff OLD NEW SAMPLE...
                       what changes between two mapping directories over documents or folders of them;
                       values are masked
        --config FILE  settings (default config/gateway.xml)

        Exit codes: 0 nothing to say, 1 an example or a document differs or a note was made, 2 wrong use.
        """

    static func run(_ arguments: [String]) async throws -> Int32 {
        let arguments = try Arguments(arguments, valued: ["config", "format", "title"], flags: ["update"])
        try arguments.allow(
            [
                "list": [], "test": ["update"], "table": ["format"], "schema": [], "new": ["title"], "lint": [],
                "diff": [],
            ],
            besides: ["config"])
        let words = ["list": 1, "test": 1, "schema": 2, "lint": 2]
        if let most = arguments.words.first.flatMap({ words[$0] }) { try arguments.allowWords(most) }
        let configuration = try Configuration(file: arguments["config"] ?? Defaults.configuration)
        switch arguments.words.first {
        // These two need no mappings that load.
        case "new": return try MappingsNew.run(arguments, in: configuration.mappings)
        case "diff": return try MappingsDiff.run(arguments, limits: configuration.parseLimits)
        default: break
        }
        let pipeline = try Gateway.pipeline(configuration)
        switch arguments.words.first {
        case "list":
            for mapping in pipeline.translator.mappings {
                let direction = mapping.isInbound ? "in " : "out"
                Terminal.print("\(direction)  \(mapping.id)  version \(mapping.version)  \(mapping.title)")
            }
            return 0
        case "test":
            let inbound = try test(pipeline, in: configuration.mappings, update: arguments.has("update"))
            let outbound = try testStatuses(pipeline.translator, of: configuration, update: arguments.has("update"))
            return max(inbound, outbound)
        case "schema":
            guard let id = arguments.words.dropFirst().first else { throw UsageError("name a mapping") }
            guard let schema = schema(of: id, from: pipeline.translator, senderKinds: configuration.senderKinds) else {
                throw UsageError("\(id) is no JSON mapping; an XML mapping's contract is its XSD")
            }
            Terminal.print(schema.text(pretty: true))
            return 0
        case "table": return try MappingsTable.run(arguments, pipeline.translator)
        case "lint":
            return try MappingsLint.run(
                pipeline, of: arguments.words.dropFirst().first, in: configuration.mappings,
                limits: configuration.parseLimits)
        default: throw UsageError("say list, test, table, schema, new, lint or diff")
        }
    }

    static func schema(of id: String, from translator: Translator, senderKinds: SenderKinds) -> JSONValue? {
        switch id {
        case "canonical/application":
            CanonicalModel.application.jsonSchema(
                name: "application", title: "法律援助申请（规范模型）", words: senderKinds.words)
        case "canonical/status": CanonicalModel.status.jsonSchema(name: "status", title: "办理状态（规范模型）")
        default: translator.jsonSchema(of: id)
        }
    }

    private static func test(_ pipeline: Pipeline, in directory: String, update: Bool) throws -> Int32 {
        var failures = 0
        let examples = try MappingExample.all(in: directory)
        for example in examples {
            let result = example.result(by: pipeline)
            if update {
                try Data(result.utf8).write(to: example.expected)
            } else if (try? String(contentsOf: example.expected, encoding: .utf8)) != result {
                failures += 1
                Terminal.complain("differs: \(example.name); see gateway mappings test --update and git diff")
            }
        }
        Terminal.print("\(examples.count) examples, \(failures) differ")
        return failures == 0 ? 0 : 1
    }

    private static func testStatuses(
        _ translator: Translator, of configuration: Configuration, update: Bool
    ) throws -> Int32 {
        var failures = 0
        let examples = try StatusExample.all(of: configuration)
        for example in examples {
            if update { try example.update(by: translator) }
            guard let difference = example.difference(by: translator) else { continue }
            failures += 1
            Terminal.complain("\(example.name): \(difference)")
        }
        Terminal.print("\(examples.count) statuses, \(failures) differ")
        return failures == 0 ? 0 : 1
    }
}
