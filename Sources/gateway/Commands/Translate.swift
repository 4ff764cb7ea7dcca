import Canonical
import Console
import Documents
import Foundation
import Intake
import StrictJSON
import Translation
import Vocabulary

enum Translate: Command {
    static let name = "translate"
    static let synopsis = "FILE... [--mapping ID] [--explain] [--json | --html] [--config FILE]"
    static let summary = LocalizedText(
        "让文档走一遍映射与分诊，不存任何内容",
        "take documents through mapping and triage without storing anything")
    static let details: [HelpLine] =
        [
            .item("FILE", "文档；- 为标准输入", "documents; - for standard input"),
            .item(
                "--mapping ID", "用这个映射，而不是文档所符合的那个", "use this mapping instead of the one whose test the document meets"
            ),
            .item(
                "--explain", "每个字段：从哪里来、做了什么、依哪条规则（值均脱敏）；文档中哪些未读，映射所知的哪些未填",
                "for every field: where it came from, what was done to it and by which rule (values masked); what of the document was not read, and which fields the mapping knows were not filled"
            ),
            .item("--html", "把说明写成浏览器可看的一页", "the explanation as one page for a browser"),
            .item("-o json, --json", "全部结果，每份文档一行 JSON", "the whole result as JSON, one document a line"),
            .config,
            .note(
                "退出码：0 全部被接收，1 有未被接收的，2 写法不对。",
                "Exit codes: 0 everything was accepted, 1 something was not, 2 wrong use."),
        ]

    static func run(_ arguments: [String]) async throws -> Int32 {
        let arguments = try Arguments(arguments, valued: ["mapping", "config"], flags: ["json", "explain", "html"])
        guard !arguments.words.isEmpty else { throw UsageError("至少写一个文件", "name at least one file") }
        if arguments.has("html") { try arguments.allow(["mapping", "config", "html", "explain"], with: "--html") }
        let configuration = try Configuration(file: arguments["config"] ?? Defaults.configuration)
        let pipeline = try Gateway.pipeline(configuration)
        if let mapping = arguments["mapping"], !pipeline.translator.mappings.contains(where: { $0.id == mapping }) {
            throw CommandFailure(
                "没有映射 \(mapping)；见 gateway mappings list",
                "there is no mapping \(mapping); `gateway mappings list` names them")
        }
        var accepted = true
        for file in arguments.words {
            let walk = pipeline.walk(
                Pipeline.Message(
                    bytes: try bytes(of: file), mapping: arguments["mapping"],
                    receivedAt: Timestamp(secondsSince1970: Int64(Date().timeIntervalSince1970)),
                    explain: arguments.has("explain") || arguments.has("html")))
            accepted = accepted && walk.outcome != .invalid && walk.records.allSatisfy { $0.outcome != .invalid }
            if arguments.has("json") {
                Terminal.print(walk.json.text())
            } else if arguments.has("html") {
                Terminal.print(ExplanationPage.html(of: walk.json, document: URL(filePath: file).lastPathComponent))
            } else {
                Terminal.print(report(walk, file: file, explain: arguments.has("explain") || arguments.has("html")))
            }
        }
        return accepted ? 0 : 1
    }

    private static func report(_ walk: Pipeline.Walk, file: String, explain: Bool) -> String {
        var lines = ["\(file): \(told(walk.outcome))"]
        if let mapping = walk.translation.mapping {
            let encoding = walk.translation.encoding?.rawValue ?? "?"
            lines.append(
                LocalizedText(
                    "  映射 \(mapping.id) 版本 \(mapping.version)，按 \(encoding) 读取",
                    "  mapping \(mapping.id) version \(mapping.version), read as \(encoding)"
                ).spoken)
        }
        lines += walk.findings.map { "  " + text(of: $0) }
        for (index, step) in walk.records.enumerated() {
            let number = LocalizedText("第 \(index + 1) 条", "record \(index + 1)").spoken
            lines.append("  \(number): \(told(step.outcome))" + target(of: step))
            lines += step.findings.map { "    " + text(of: $0) }
            if explain {
                lines += step.traces.map { "    " + text(of: $0) }
                if !step.unfilled.isEmpty {
                    lines.append(
                        "    " + LocalizedText("未填：", "not filled: ").spoken + step.unfilled.joined(separator: ", "))
                }
            } else {
                lines.append(JSONValue.object(step.application.content).text(pretty: true))
            }
        }
        if explain, !walk.translation.unread.isEmpty {
            let translation = walk.translation
            let (unread, all) = (translation.unread.count, translation.leaves)
            lines.append(
                LocalizedText(
                    "  没有规则读取（\(all) 个值中的 \(unread) 个）：", "  not read by any rule (\(unread) of \(all) values):"
                ).spoken)
            lines += walk.translation.unread.map { "    \(place($0))" }
        }
        return lines.joined(separator: "\n")
    }

    private static func told(_ outcome: Outcome) -> String {
        EventNames.text(ofOutcome: outcome.rawValue).spoken
    }

    private static func target(of step: Pipeline.Step) -> String {
        guard let target = step.assessment?.target else { return "" }
        return switch target {
        case .queue(let institution, let rule):
            LocalizedText("，按 \(rule) 送 \(institution)", ", to \(institution) by \(rule)").spoken
        case .unroutable(let reason):
            LocalizedText("，无法确定机构：\(reason.detail)", ", unroutable: \(reason.detail)").spoken
        }
    }

    static func text(of finding: Finding) -> String {
        let where_ = finding.location.map { " at \(place($0))" } ?? ""
        let rule = finding.rule.map { " (\($0))" } ?? ""
        let own = [finding.title, finding.field].compactMap(\.self).joined(separator: " ")
        return
            "\(finding.severity.rawValue) \(finding.code)\(finding.path.map { " " + $0 } ?? "")\(own.isEmpty ? "" : " [\(own)]")\(where_)\(rule): \(finding.message)"
    }

    private static func text(of trace: FieldTrace) -> String {
        let conversions = trace.conversions.isEmpty ? "" : " by " + trace.conversions.joined(separator: ", ")
        let source = trace.location.map { " from \(place($0))" } ?? ""
        let raw = trace.raw.map { " “\($0)”" } ?? ""
        return "\(trace.target) = \(trace.result)\(source)\(raw)\(conversions) (\(trace.rule))"
    }

    private static func place(_ location: SourceLocation) -> String {
        let lineAndColumn = location.line.map { "\($0):\(location.column ?? 1) " } ?? ""
        return lineAndColumn + location.path
    }
}
