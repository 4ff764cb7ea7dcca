import Canonical
import Foundation
import Intake
import StrictJSON
import Translation
import Vocabulary

enum MappingsCommand: Command {
    static let name = "mappings"
    static let synopsis = "list | test | table ID | schema ID | new FOLDER SAMPLE | lint [ID] | diff OLD NEW SAMPLE..."
    static let summary = LocalizedText(
        "映射：列出、以样例证明、打印、新建、检查、比较",
        "work on mappings: list, prove by examples, print, start, look over, compare")
    static let details: [HelpLine] =
        [
            .item("list", "生效中的代号、版本和名称", "identifiers, versions and titles of what is in force"),
            .item(
                "test", "转换每个样例，与其 .expected.json 比较；把每种状态写成每家的格式，与 .expected.xml 或 .json 比较",
                "translate every example and compare with its .expected.json; put every status into every partner's format and compare with its .expected.xml or .json"
            ),
            .item("  --update", "按映射现在的结果重写预期", "write the expected results anew from what the mappings give now"),
            .item("table ID", "给报送单位的字段对照表", "a mapping's field table for its partner"),
            .item("  --format F", "markdown（默认）、html 或 csv", "markdown (default), html or csv"),
            .item(
                "schema ID", "某 JSON 映射的文档、canonical/application 或 canonical/status 的 JSON Schema",
                "the JSON Schema of a JSON mapping's documents, of canonical/application or of canonical/status"),
            .item(
                "new FOLDER SAMPLE", "从一份实际文档开始 单位/报文：可载入的 mapping.xml、XML 的 schema.xsd、样例",
                "start agency/message from one of its documents: mapping.xml that loads, schema.xsd for XML, the sample as example"
            ),
            .item("  --title T", "给人看的名称", "what people call it"),
            .item(
                "lint [ID]", "从不起作用的规则、重复设置的目标、无人读的字段、无人用的代码表、缺少的样例",
                "rules that never speak, targets set twice, fields that nobody reads, lists that nobody uses, examples that are missing"
            ),
            .item(
                "diff OLD NEW SAMPLE...", "两个映射目录对若干文档（或文件夹）的结果有何不同；值均脱敏",
                "what changes between two mapping directories over documents or folders of them; values are masked"),
            .config,
            .note(
                "退出码：0 无事，1 有样例或文档不同或有提示，2 写法不对。",
                "Exit codes: 0 nothing to say, 1 an example or a document differs or a note was made, 2 wrong use."),
        ]

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
                let direction = (mapping.isInbound ? LocalizedText("入站", "in ") : LocalizedText("出站", "out")).spoken
                let version = LocalizedText("版本 \(mapping.version)", "version \(mapping.version)").spoken
                Terminal.print("\(direction)  \(mapping.id)  \(version)  \(mapping.title)")
            }
            return 0
        case "test":
            let inbound = try test(pipeline, in: configuration.mappings, update: arguments.has("update"))
            let outbound = try testStatuses(pipeline.translator, of: configuration, update: arguments.has("update"))
            return max(inbound, outbound)
        case "schema":
            guard let id = arguments.words.dropFirst().first else { throw UsageError("写出映射", "name a mapping") }
            guard let schema = schema(of: id, from: pipeline.translator, senderKinds: configuration.senderKinds) else {
                throw CommandFailure(
                    "\(id) 不是 JSON 映射；XML 映射的约定是其 XSD", "\(id) is no JSON mapping; an XML mapping's contract is its XSD"
                )
            }
            Terminal.print(schema.text(pretty: true))
            return 0
        case "table": return try MappingsTable.run(arguments, pipeline.translator)
        case "lint":
            return try MappingsLint.run(
                pipeline, of: arguments.words.dropFirst().first, in: configuration.mappings,
                limits: configuration.parseLimits)
        default:
            throw UsageError(
                "写 list、test、table、schema、new、lint 或 diff", "say list, test, table, schema, new, lint or diff")
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
                Terminal.complain(
                    "不同：\(example.name)；可用 gateway mappings test --update 后比较",
                    "differs: \(example.name); see gateway mappings test --update and git diff")
            }
        }
        Terminal.print(
            "\(examples.count) 个样例，\(failures) 个不同", "\(examples.count) examples, \(failures) differ")
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
            Terminal.complain(difference.at(example.name))
        }
        Terminal.print("\(examples.count) 个状态，\(failures) 个不同", "\(examples.count) statuses, \(failures) differ")
        return failures == 0 ? 0 : 1
    }
}
