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
    static let summary = "take documents through mapping and triage without storing anything"
    static let details = """
        FILE          documents; - for standard input
        --mapping ID  use this mapping instead of the one whose test the document meets
        --json        the whole result as JSON, one document a line
        --explain     for every field: where it came from, what was done to it and by which rule (values masked);
                      what of the document was not read, and which fields the mapping knows were not filled
        --html        the explanation as one page for a browser
        --config FILE settings (default config/gateway.xml)

        Exit codes: 0 everything was accepted, 1 something was not, 2 wrong use.
        """

    static func run(_ arguments: [String]) async throws -> Int32 {
        let arguments = try Arguments(arguments, valued: ["mapping", "config"], flags: ["json", "explain", "html"])
        guard !arguments.words.isEmpty else { throw UsageError("name at least one file") }
        if arguments.has("html") { try arguments.allow(["mapping", "config", "html", "explain"], with: "--html") }
        let configuration = try Configuration(file: arguments["config"] ?? Defaults.configuration)
        let pipeline = try Gateway.pipeline(configuration)
        if let mapping = arguments["mapping"], !pipeline.translator.mappings.contains(where: { $0.id == mapping }) {
            throw UsageError("there is no mapping \(mapping); `gateway mappings list` names them")
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
                if !step.unfilled.isEmpty { lines.append("    not filled: " + step.unfilled.joined(separator: ", ")) }
            } else {
                lines.append(JSONValue.object(step.application.content).text(pretty: true))
            }
        }
        if explain, !walk.translation.unread.isEmpty {
            let translation = walk.translation
            lines.append("  not read by any rule (\(translation.unread.count) of \(translation.leaves) values):")
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
