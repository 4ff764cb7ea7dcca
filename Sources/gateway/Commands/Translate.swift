import Canonical
import Documents
import Foundation
import Intake
import StrictJSON
import Translation

enum Translate: Command {
    static let name = "translate"
    static let synopsis = "FILE... [--mapping ID] [--json | --explain] [--config FILE]"
    static let summary = "take documents through mapping and triage without storing anything"
    static let details = """
        FILE          documents; - for standard input
        --mapping ID  use this mapping instead of the one whose test the document meets
        --json        the whole result as JSON, one document a line
        --explain     for every field: where it came from and what was done to it
        --config FILE settings (default config/gateway.xml)

        Exit codes: 0 everything was accepted, 1 something was not, 2 wrong use.
        """

    static func run(_ arguments: [String]) async throws -> Int32 {
        let arguments = try Arguments(arguments, valued: ["mapping", "config"], flags: ["json", "explain"])
        guard !arguments.words.isEmpty else { throw UsageError("name at least one file") }
        let configuration = try Configuration(file: arguments["config"] ?? Defaults.configuration)
        let pipeline = try House.pipeline(configuration)
        if let mapping = arguments["mapping"], !pipeline.translator.mappings.contains(where: { $0.id == mapping }) {
            throw UsageError("there is no mapping \(mapping); `gateway mappings list` names them")
        }
        var accepted = true
        for file in arguments.words {
            let walk = pipeline.walk(
                Pipeline.Message(
                    bytes: try bytes(of: file), mapping: arguments["mapping"],
                    receivedAt: Timestamp(secondsSince1970: Int64(Date().timeIntervalSince1970)),
                    explain: arguments.has("explain")))
            accepted = accepted && walk.outcome != .invalid && walk.records.allSatisfy { $0.outcome != .invalid }
            if arguments.has("json") {
                Console.print(walk.json.text())
            } else {
                Console.print(report(walk, file: file, explain: arguments.has("explain")))
            }
        }
        return accepted ? 0 : 1
    }

    private static func report(_ walk: Pipeline.Walk, file: String, explain: Bool) -> String {
        var lines = ["\(file): \(walk.outcome.rawValue)"]
        if let mapping = walk.translation.mapping {
            lines.append(
                "  mapping \(mapping.id) version \(mapping.version), read as \(walk.translation.encoding?.rawValue ?? "?")"
            )
        }
        lines += walk.findings.map { "  " + text(of: $0) }
        for (index, step) in walk.records.enumerated() {
            lines.append("  record \(index + 1): \(step.outcome.rawValue)" + target(of: step))
            lines += step.findings.map { "    " + text(of: $0) }
            if explain {
                lines += step.traces.map { "    " + text(of: $0) }
            } else {
                lines.append(JSONValue.object(step.application.content).text(pretty: true))
            }
        }
        if explain, !walk.translation.unread.isEmpty {
            lines.append("  not read by any rule:")
            lines += walk.translation.unread.map { "    \(place($0))" }
        }
        return lines.joined(separator: "\n")
    }

    private static func target(of step: Pipeline.Step) -> String {
        guard let target = step.assessment?.target else { return "" }
        return switch target {
        case .queue(let institution, let rule): ", to \(institution) by \(rule)"
        case .unroutable(let reason): ", unroutable: \(reason.detail)"
        }
    }

    static func text(of finding: Finding) -> String {
        let where_ = finding.location.map { " at \(place($0))" } ?? ""
        let rule = finding.rule.map { " (\($0))" } ?? ""
        return
            "\(finding.severity.rawValue) \(finding.code)\(finding.path.map { " " + $0 } ?? "")\(where_)\(rule): \(finding.message)"
    }

    private static func text(of trace: FieldTrace) -> String {
        let conversions = trace.conversions.isEmpty ? "" : " by " + trace.conversions.joined(separator: ", ")
        let source = trace.location.map { " from \(place($0))" } ?? ""
        return "\(trace.target) = \(trace.result)\(source)\(conversions) (\(trace.rule))"
    }

    private static func place(_ location: SourceLocation) -> String {
        let lineAndColumn = location.line.map { "\($0):\(location.column ?? 1) " } ?? ""
        return lineAndColumn + location.path
    }
}
