import Canonical
import Foundation
import Intake
import StrictJSON
import Triage
import Vocabulary

enum TriageCommand: Command {
    static let name = "triage"
    static let synopsis =
        "FILE... [--received DATE] [--evidence FILE] [--mapping ID] [--story FILE] [--json] [--config FILE]"
    static let summary = "show which rules fire on documents and why, without storing anything"
    static let details = """
        FILE             canonical applications (JSON) or partners' documents; - for standard input
        --received DATE  as if received then: yyyy-MM-dd or an RFC 3339 time in China (default now)
        --evidence FILE  a JSON array of status shares on file about the person; canonical applications only
        --mapping ID     use this mapping for partners' documents
        --story FILE     play events at chosen times on each application: a line is TIME EVENT [until DATE], the first
                         event is received; every clock is shown after each
        --json           the whole result as JSON, one document a line
        --config FILE    settings (default config/gateway.xml)

        Exit codes: 0 every record could be assessed, 1 one could not, 2 wrong use.
        """

    static func run(_ arguments: [String]) async throws -> Int32 {
        let arguments = try Arguments(
            arguments, valued: ["received", "evidence", "mapping", "story", "config"], flags: ["json"])
        guard !arguments.words.isEmpty else { throw UsageError("name at least one file") }
        let configuration = try Configuration(file: arguments["config"] ?? Defaults.configuration)
        let pipeline = try Gateway.pipeline(configuration)
        let receivedAt = try moment(arguments["received"])
        let evidence = try arguments["evidence"].map(shares) ?? []
        let story = try arguments["story"].map(readStory)
        var everythingWasAssessed = true
        for file in arguments.words {
            let document = try bytes(of: file)
            let records: [Record]
            if let application = canonical(document) {
                let assessment = pipeline.triage.assess(
                    application, receivedAt: receivedAt, evidence: evidence, explain: true)
                records = [Record(outcome: Outcome.accepted.rawValue, assessment: assessment)]
            } else {
                records = pipeline.walk(
                    Pipeline.Message(
                        bytes: document, mapping: arguments["mapping"], receivedAt: receivedAt, explain: true)
                ).records.map { Record(outcome: $0.outcome.rawValue, assessment: $0.assessment) }
            }
            let wasAssessed = !records.isEmpty && records.allSatisfy { $0.assessment != nil }
            everythingWasAssessed = everythingWasAssessed && wasAssessed
            if let story {
                try play(story, on: records, of: file, by: pipeline.triage, arguments)
                continue
            }
            Terminal.print(
                arguments.has("json")
                    ? JSONValue.compact([("file", .string(file)), ("results", .array(records.map(\.json)))]).text()
                    : ([file] + records.flatMap(\.report)).joined(separator: "\n"))
        }
        return everythingWasAssessed ? 0 : 1
    }

    /// An application in the canonical form, alone or as a receipt's or lease's member.
    private static func canonical(_ bytes: [UInt8]) -> LegalAidApplication? {
        guard let value = try? JSONValue(parsing: bytes) else { return nil }
        let content = value["aidRoute"] == nil ? value["application"]?.object : value.object
        return content.flatMap { $0["aidRoute"] == nil ? nil : LegalAidApplication(content: $0) }
    }

    private static func moment(_ text: String?) throws(UsageError) -> Timestamp {
        guard let text else { return Timestamp(secondsSince1970: Int64(Date().timeIntervalSince1970)) }
        guard let moment = Timestamp(canonical: text) else {
            throw UsageError("--received takes yyyy-MM-dd or yyyy-MM-ddThh:mm:ss+08:00")
        }
        return moment
    }

    private static func readStory(_ file: String) throws -> CaseStory {
        let text = String(decoding: try bytes(of: file), as: UTF8.self)
        do throws(CaseStory.Mistake) {
            return try CaseStory(text: text)
        } catch {
            throw UsageError("\(file):\(error.line): \(error.text)")
        }
    }

    private static func play(
        _ story: CaseStory, on records: [Record], of file: String, by triage: Triage, _ arguments: Arguments
    ) throws(UsageError) {
        for record in records {
            guard let assessment = record.assessment else { continue }
            let moments: [CaseStory.Moment]
            do throws(CaseStory.Mistake) {
                moments = try story.play(assessment.application, by: triage)
            } catch {
                throw UsageError("\(arguments["story"] ?? ""):\(error.line): \(error.text)")
            }
            Terminal.print(
                arguments.has("json")
                    ? JSONValue.compact([("file", .string(file)), ("story", .array(moments.map(\.json)))]).text()
                    : ([file] + moments.flatMap(\.report)).joined(separator: "\n"))
        }
    }

    private static func shares(_ file: String) throws -> [JSONValue] {
        guard let list = try? JSONValue(parsing: try bytes(of: file)).array else {
            throw UsageError("--evidence takes a file with a JSON array")
        }
        return list
    }

    /// One application before the rules, for people and for programs.
    private struct Record {
        let outcome: String
        let assessment: Assessment?

        var json: JSONValue {
            guard let assessment else { return ["outcome": .string(outcome)] }
            return .compact(
                [("outcome", .string(outcome)), ("missing", .array(assessment.missing))] + assessment.members)
        }

        var report: [String] {
            guard let assessment else { return ["  \(outcome): nothing for the rules to assess"] }
            let target =
                switch assessment.target {
                case .queue(let institution, let rule): "to \(institution) by \(rule)"
                case .unroutable(let reason): reason.detail
                }
            let urgency = assessment.urgency
            var lines = ["  \(target)"]
            lines.append(
                "  urgency \(urgency.level.name)"
                    + (urgency.reasons.isEmpty ? "" : " by " + urgency.reasons.joined(separator: ", ")))
            for clock in assessment.clocks {
                let met = clock.isMet.map { $0 ? ", kept" : ", not kept" } ?? ""
                lines.append(
                    "  \(clock.id) until \(clock.dueAt.rfc3339) (\(clock.bound.rawValue)\(met)) \(clock.basis)")
            }
            let fired = assessment.trace.filter { $0.outcome != .notIndicated }
            lines += ["  rules that fired:"] + fired.map { "    " + Self.line($0) }
            lines.append("  rules that did not, with their tests:")
            lines += assessment.trace.filter { $0.outcome == .notIndicated }.map {
                "    \($0.rule)\($0.indicates.map { " " + $0 } ?? ""): \($0.condition ?? "an earlier rule decided")"
            }
            return lines
        }

        private static func line(_ result: RuleResult) -> String {
            let evidence = result.evidence.isEmpty ? "" : " from " + result.evidence.joined(separator: ", ")
            return
                "\(result.rule) \(result.outcome.rawValue)\(result.indicates.map { " " + $0 } ?? "") \(result.title)\(evidence) (\(result.basis), version \(result.version))"
        }
    }
}
